//! What the grammar is written in: words and signs with their meaning settled, and the layout.

/// One symbol of the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Terminal {
    // The layout.
    Newline,
    Indent,
    Dedent,
    // Words that are not keywords where they stand, and literals.
    Name,
    Class,
    Integer,
    Float,
    String,
    InitPeerId,
    // Words that are.
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
    // Signs.
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
    // Markers, settled by looking ahead.
    /// A comma that the next parameter follows, rather than another type.
    ParameterComma,
    /// A service id statement begins.
    ServiceIdMark,
    /// A closure begins.
    ClosureMark,
    /// What no rule knows: the line ends in recovery.
    Bad,
}

/// A terminal and the raw tokens it is made of: one, or none for layout, markers and repairs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub terminal: Terminal,
    pub start: u32,
    pub end: u32,
}

impl Token {
    /// A terminal that no text stands for, just before a raw token.
    pub(crate) fn invisible(terminal: Terminal, at: u32) -> Self {
        Self {
            terminal,
            start: at,
            end: at,
        }
    }
}

impl Terminal {
    /// Whether a value may end here.
    pub(crate) fn ends_value(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::Class
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

    /// Whether it can only begin a value, a type or a statement, not go on with one.
    pub(crate) fn begins_anew(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::Class
                | Self::Integer
                | Self::Float
                | Self::String
                | Self::InitPeerId
                | Self::ArrowLeft
                | Self::Top
                | Self::Bottom
        )
    }

    /// Whether it can be the first of a line.
    pub(crate) fn begins_line(self) -> bool {
        matches!(self, Self::Name | Self::Class | Self::ArrowLeft)
    }

    /// Whether it can be what a keyword in column 0 is about.
    pub(crate) fn begins_name(self) -> bool {
        matches!(self, Self::Name | Self::Class | Self::String)
    }

    /// Whether it joins two values.
    pub(crate) fn is_binary_operator(self) -> bool {
        matches!(
            self,
            Self::Plus
                | Self::Minus
                | Self::Star
                | Self::Slash
                | Self::Percent
                | Self::Power
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
                | Self::Equal
                | Self::NotEqual
                | Self::And
                | Self::Or
        )
    }

    /// Whether it opens a bracket, and with which terminal that closes.
    pub(crate) fn closer(self) -> Option<Self> {
        match self {
            Self::ParenOpen => Some(Self::ParenClose),
            Self::BracketOpen => Some(Self::BracketClose),
            Self::BraceOpen => Some(Self::BraceClose),
            _ => None,
        }
    }

    /// Whether it closes a bracket.
    pub(crate) fn is_closer(self) -> bool {
        matches!(self, Self::ParenClose | Self::BracketClose | Self::BraceClose)
    }
}
