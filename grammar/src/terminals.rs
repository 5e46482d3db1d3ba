//! The terminals of the grammar: names, keywords, literals, symbols and layout.

use crate::tree::BinaryOperator;

/// A terminal of the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Terminal {
    // Layout.
    Newline,
    Indent,
    Dedent,
    // Names and literals.
    Name,
    UpperName,
    Integer,
    Float,
    String,
    InitPeerId,
    // Keywords.
    Aqua,
    Declares,
    Import,
    Use,
    Export,
    From,
    As,
    Data,
    Ability,
    Service,
    Alias,
    Const,
    Func,
    On,
    Via,
    For,
    Par,
    Try,
    Rec,
    Parseq,
    If,
    Else,
    Otherwise,
    Catch,
    Co,
    Join,
    // Symbols.
    Top,
    Bottom,
    ParenOpen,
    ParenClose,
    BracketOpen,
    BracketClose,
    BraceOpen,
    BraceClose,
    Comma,
    Colon,
    Dot,
    Equals,
    ArrowRight,
    ArrowLeft,
    Push,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Power,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    And,
    Or,
    Bang,
    Question,
    // Markers, inserted by lookahead over the line.
    /// A comma before the next parameter, rather than before another type.
    ParameterComma,
    /// The start of a service id statement.
    ServiceIdMark,
    /// The start of a closure.
    ClosureMark,
    /// Not accepted by any rule. Starts error recovery.
    Error,
}

/// A terminal with its range of raw tokens. The range is empty for layout, markers and inserted terminals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub terminal: Terminal,
    pub start: u32,
    pub end: u32,
}

impl Token {
    /// Creates a terminal without text before a raw token.
    pub(crate) fn synthetic(terminal: Terminal, token: u32) -> Self {
        Self {
            terminal,
            start: token,
            end: token,
        }
    }
}

impl Terminal {
    /// Returns whether a value can end with this terminal.
    pub(crate) fn can_end_value(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::UpperName
                | Self::Integer
                | Self::Float
                | Self::String
                | Self::InitPeerId
                | Self::Top
                | Self::Bottom
                | Self::ParenClose
                | Self::BracketClose
                | Self::BraceClose
        )
    }

    /// Returns whether this terminal starts a value, type or statement and can't continue one.
    pub(crate) fn cannot_continue(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::UpperName
                | Self::Integer
                | Self::Float
                | Self::String
                | Self::InitPeerId
                | Self::ArrowLeft
                | Self::Top
                | Self::Bottom
        )
    }

    /// Returns whether a line can start with this terminal.
    pub(crate) fn can_start_line(self) -> bool {
        matches!(self, Self::Name | Self::UpperName | Self::ArrowLeft)
    }

    /// Returns whether this terminal can follow a keyword in column 0.
    pub(crate) fn can_follow_top_level_keyword(self) -> bool {
        matches!(self, Self::Name | Self::UpperName | Self::String)
    }

    /// Returns the binary operator that this is.
    pub(crate) fn binary_operator(self) -> Option<BinaryOperator> {
        Some(match self {
            Self::Or => BinaryOperator::Or,
            Self::And => BinaryOperator::And,
            Self::Equal => BinaryOperator::Equal,
            Self::NotEqual => BinaryOperator::NotEqual,
            Self::Less => BinaryOperator::Less,
            Self::LessEqual => BinaryOperator::LessEqual,
            Self::Greater => BinaryOperator::Greater,
            Self::GreaterEqual => BinaryOperator::GreaterEqual,
            Self::Plus => BinaryOperator::Add,
            Self::Minus => BinaryOperator::Subtract,
            Self::Star => BinaryOperator::Multiply,
            Self::Slash => BinaryOperator::Divide,
            Self::Percent => BinaryOperator::Remainder,
            Self::Power => BinaryOperator::Power,
            _ => return None,
        })
    }

    /// Returns the matching closing bracket of an opening bracket.
    pub(crate) fn closing_bracket(self) -> Option<Self> {
        match self {
            Self::ParenOpen => Some(Self::ParenClose),
            Self::BracketOpen => Some(Self::BracketClose),
            Self::BraceOpen => Some(Self::BraceClose),
            _ => None,
        }
    }

    pub(crate) fn is_closing_bracket(self) -> bool {
        matches!(self, Self::ParenClose | Self::BracketClose | Self::BraceClose)
    }
}
