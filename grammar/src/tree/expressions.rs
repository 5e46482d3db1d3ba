//! Expressions.
//!
//! `Module.Service.method(x).field[0]!` is a chain of a head and its steps, from left to right. The compiler resolves which part
//! of it names a module or a service.

use super::Name;
use aqua_diagnostics::Span;
use ecow::EcoString;

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// The span of the expression.
    pub span: Span,
    /// The form of the expression.
    pub kind: ExpressionKind,
}

/// The forms of expressions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpressionKind {
    /// `true`, `-5`, `1.5`, `"text"`, `%init_peer_id%`.
    Literal(Literal),
    /// The name of a variable, constant, service or module.
    Variable(EcoString),
    /// `[a, b]`, `?[a]`, `*[]`.
    Collection {
        /// The kind of collection.
        kind: CollectionKind,
        /// The elements.
        elements: Vec<Expression>,
    },
    /// `f{A}(x)`.
    Call(Box<Call>),
    /// `Type(a = 1, b)`: a data or ability literal.
    Object(Box<Object>),
    /// A head and at least one step.
    Chain {
        /// The head, which is not a chain.
        head: Box<Expression>,
        /// The steps, at least one.
        steps: Vec<ChainStep>,
    },
    /// `!value`.
    Not(Box<Expression>),
    /// `left operator right`.
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// The span of the operator.
        operator_span: Span,
        /// The left operand.
        left: Box<Expression>,
        /// The right operand.
        right: Box<Expression>,
    },
    /// `(value)`.
    Group(Box<Expression>),
    /// An invalid expression, which was reported.
    Error,
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// Decimal digits without leading zeros, optionally after a `-`.
    Integer(EcoString),
    /// An integer followed by a dot and digits.
    Float(EcoString),
    /// The text between the quotes. Aqua has no escapes.
    String(EcoString),
    /// `%init_peer_id%`.
    InitPeerId,
}

/// The kind of a collection literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectionKind {
    /// `[…]`.
    Array,
    /// `?[…]`.
    Option,
    /// `*[…]`.
    Stream,
}

/// `name{A, B}(x, y)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name of the function or method.
    pub function: Name,
    /// `{A, B}`: abilities, which are leading arguments.
    pub abilities: Vec<Expression>,
    /// The arguments.
    pub arguments: Vec<Expression>,
    /// The span of the arguments, including the parentheses.
    pub arguments_span: Span,
}

/// `Type(a = 1, b)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The type.
    pub name: Name,
    /// The fields. If empty, that was reported.
    pub fields: Vec<FieldInit>,
}

/// `name = value` in a data or ability literal or a `.copy`; `name` alone means `name = name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldInit {
    /// The span of the name and value.
    pub span: Span,
    /// The name of the field.
    pub name: Name,
    /// The value. In the shorthand form, the variable with the name of the field.
    pub value: Expression,
    /// Whether it is the shorthand form `name`.
    pub is_shorthand: bool,
}

/// A step of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainStep {
    /// The span, including the dot or brackets.
    pub span: Span,
    /// The form of the step.
    pub kind: ChainStepKind,
}

/// The forms of steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainStepKind {
    /// `.name`.
    Field(Name),
    /// `.method(x)`.
    Call(Box<Call>),
    /// `.copy(a = 1)`.
    Copy(Vec<FieldInit>),
    /// `.Type(a = 1)`: a literal of a type of a module.
    Object(Box<Object>),
    /// `[index]`.
    Index(Box<Expression>),
    /// `!` or `!2`. Holds the digits, if present; the default is 0.
    Bang(Option<EcoString>),
}

/// The binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `**`.
    Power,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Remainder,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `&&`.
    And,
    /// `||`.
    Or,
}

impl BinaryOperator {
    /// The precedence, from 1; an operator with a greater one binds tighter.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual => 3,
            Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Remainder => 6,
            Self::Power => 7,
        }
    }

    /// Returns whether the operator is `<`, `<=`, `>` or `>=`.
    pub fn is_comparison(self) -> bool {
        matches!(self, Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual)
    }

    /// Returns the operator in Aqua syntax.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Power => "**",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}
