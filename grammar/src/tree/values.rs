//! Values as written.
//!
//! `Module.Service.method(x).field[0]!` is one chain: a head and its steps, left to right. Which part of it names a
//! module or a service can only be said when names are known.

use super::Name;
use aqua_diagnostics::Span;
use ecow::EcoString;

/// A value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ValueKind,
}

/// The forms of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueKind {
    /// `true`, `-5`, `1.5`, `"text"`, `%init_peer_id%`.
    Literal(Literal),
    /// A name alone: of a variable, constant, service, module, …
    Variable(EcoString),
    /// `[a, b]`, `?[a]`, `*[]`.
    Collection {
        /// Which brackets.
        kind: CollectionKind,
        /// The elements.
        elements: Vec<Value>,
    },
    /// `f{A}(x)` at the head of a chain or alone.
    Call(Box<Call>),
    /// `Type(a = 1, b)`: data or an ability.
    Object {
        /// The type.
        name: Name,
        /// The fields, at least one unless that was reported.
        fields: Vec<Argument>,
    },
    /// A head and at least one step.
    Chain {
        /// What the steps start from; never a chain itself.
        head: Box<Value>,
        /// The steps, at least one.
        steps: Vec<Step>,
    },
    /// `!value`.
    Not(Box<Value>),
    /// `left operator right`.
    Binary {
        /// What is computed.
        operator: BinaryOperator,
        /// Where the operator stands.
        operator_span: Span,
        /// The left operand.
        left: Box<Value>,
        /// The right operand.
        right: Box<Value>,
    },
    /// `(value)`.
    Group(Box<Value>),
    /// Not a value; it was reported.
    Error,
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// Decimal digits, perhaps after a `-`; without leading zeros.
    Integer(EcoString),
    /// As an integer, then a dot and digits.
    Float(EcoString),
    /// The text between the quotes, verbatim: Aqua has no escapes.
    String(EcoString),
    /// `%init_peer_id%`.
    InitPeerId,
}

/// Which brackets a collection is written with.
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
    /// The function or method.
    pub function: Name,
    /// `{A, B}`: leading arguments.
    pub abilities: Vec<Value>,
    /// The arguments.
    pub arguments: Vec<Value>,
    /// The parentheses with what is in them.
    pub arguments_span: Span,
}

/// `name = value` in a data or ability literal or a `.copy`; `name` alone means `name = name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Where it stands.
    pub span: Span,
    /// The field.
    pub name: Name,
    /// Its value; of a short form, the variable of that name.
    pub value: Value,
    /// Whether it is the short form.
    pub short: bool,
}

/// One step of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The step with its dot or bracket.
    pub span: Span,
    /// What it does.
    pub kind: StepKind,
}

/// The forms of steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// `.name`.
    Field(Name),
    /// `.method(x)`.
    Call(Call),
    /// `.copy(a = 1)`.
    Copy(Vec<Argument>),
    /// `.Type(a = 1)`: a type of a module.
    Object {
        /// The type.
        name: Name,
        /// The fields.
        fields: Vec<Argument>,
    },
    /// `[index]`.
    Index(Box<Value>),
    /// `!` or `!2`: the digits, if written; without them 0.
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
    /// Whether it is `<`, `<=`, `>` or `>=`.
    pub fn is_comparison(self) -> bool {
        matches!(self, Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual)
    }

    /// As written in Aqua.
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
