//! Operands of instructions: constants, variables and lenses.

use ecow::EcoString;

/// An operand of an instruction: a constant, a property of the particle, or a variable.
///
/// [`OperandPosition::accepts`] defines which operands are allowed at which position.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// `%init_peer_id%`: the peer that created the particle.
    InitPeerId,
    /// `%last_error%`, with or without a lens.
    LastError(Option<Lens>),
    /// `:error:`, with or without a lens.
    Error(Option<Lens>),
    /// A string in double quotes. There are no escapes, so it can't contain a double quote.
    Literal(EcoString),
    /// `%timestamp%`: the creation time of the particle, in milliseconds since the Unix epoch.
    Timestamp,
    /// `%ttl%`: the time to live of the particle, in milliseconds.
    Ttl,
    /// An integer.
    Integer(i64),
    /// A number with a decimal point. Its AIR text has at most 11 bytes.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// `[]`.
    EmptyArray,
    /// A variable, with or without a lens.
    Variable(Variable, Option<Lens>),
}

impl Operand {
    /// Creates a string literal.
    pub fn literal(text: impl Into<EcoString>) -> Self {
        Self::Literal(text.into())
    }

    /// Creates a scalar without a lens.
    pub fn scalar(name: impl Into<EcoString>) -> Self {
        Self::Variable(Variable::scalar(name), None)
    }

    /// Returns the lens, if the operand has one.
    pub fn lens(&self) -> Option<&Lens> {
        match self {
            Self::LastError(lens) | Self::Error(lens) | Self::Variable(_, lens) => lens.as_ref(),
            _ => None,
        }
    }

    /// Returns the variable, if the operand is one.
    pub fn variable(&self) -> Option<&Variable> {
        match self {
            Self::Variable(variable, _) => Some(variable),
            _ => None,
        }
    }
}

impl From<Variable> for Operand {
    fn from(variable: Variable) -> Self {
        Self::Variable(variable, None)
    }
}

/// The kind of a variable, which the tag before its name expresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VariableKind {
    /// No tag: a single value.
    Scalar,
    /// `$`: a list of values that peers append to concurrently.
    Stream,
    /// `%`: a map that peers add entries to concurrently.
    StreamMap,
    /// `#` or `#$`: a snapshot of a stream, taken by one peer.
    CanonStream,
    /// `#%`: a snapshot of a stream map, taken by one peer.
    CanonMap,
}

/// A variable: its kind and its name with the tag, such as `x`, `$s`, `%m`, `#s`, `#$s` or `#%m`. `#s` and `#$s` are different
/// canonical streams.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variable {
    /// The kind. Must agree with the tag.
    pub kind: VariableKind,
    /// The name, including its tag.
    pub name: EcoString,
}

impl Variable {
    /// Creates a variable from its kind and its name, including the tag.
    pub fn new(kind: VariableKind, name: impl Into<EcoString>) -> Self {
        Self {
            kind,
            name: name.into(),
        }
    }

    /// Creates a scalar.
    pub fn scalar(name: impl Into<EcoString>) -> Self {
        Self::new(VariableKind::Scalar, name)
    }

    /// Creates a stream. The name starts with `$`.
    pub fn stream(name: impl Into<EcoString>) -> Self {
        Self::new(VariableKind::Stream, name)
    }

    /// Creates a stream map. The name starts with `%`.
    pub fn stream_map(name: impl Into<EcoString>) -> Self {
        Self::new(VariableKind::StreamMap, name)
    }

    /// Creates a canonical stream. The name starts with `#`.
    pub fn canon_stream(name: impl Into<EcoString>) -> Self {
        Self::new(VariableKind::CanonStream, name)
    }

    /// Creates a canonical map. The name starts with `#%`.
    pub fn canon_map(name: impl Into<EcoString>) -> Self {
        Self::new(VariableKind::CanonMap, name)
    }

    /// Applies a lens to the variable.
    pub fn with_lens(self, lens: Lens) -> Operand {
        Operand::Variable(self, Some(lens))
    }
}

/// A path to a part of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lens {
    /// `.length`: the number of items.
    Length,
    /// `.$` and at least one accessor.
    Path(Vec<Accessor>),
}

/// A component of a lens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accessor {
    /// `.[3]`: the item at an index, from 0.
    Index(u32),
    /// `.[name]`: the item or field whose index or name a scalar holds.
    Scalar(EcoString),
    /// `.name`: a field.
    Field(EcoString),
}

/// The position of an operand in an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperandPosition {
    /// The peer of `call` and `canon`.
    Peer,
    /// The service id or function name of `call`.
    Function,
    /// An argument of `call`, or an operand of `match` and `mismatch`.
    Argument,
    /// The source of `ap`; for a map, the value.
    Source,
    /// The key of `ap` to a map.
    Key,
    /// The collection of `fold`.
    Iterable,
    /// The error object of `fail`.
    Fail,
}

impl OperandPosition {
    /// All positions, in the order of their declaration.
    pub const ALL: [Self; 7] = [
        Self::Peer,
        Self::Function,
        Self::Argument,
        Self::Source,
        Self::Key,
        Self::Iterable,
        Self::Fail,
    ];

    /// Returns whether AIR allows an operand at this position.
    pub fn accepts(self, operand: &Operand) -> bool {
        use VariableKind::{CanonMap, CanonStream, Scalar, Stream, StreamMap};
        match operand {
            Operand::Variable(variable, lens) => match (variable.kind, lens.is_some()) {
                (Scalar, _) => true,
                (CanonStream, true) => self != Self::Iterable,
                (CanonStream, false) => matches!(self, Self::Argument | Self::Source | Self::Iterable),
                (CanonMap, true) => !matches!(self, Self::Key | Self::Fail),
                (CanonMap, false) => matches!(self, Self::Argument | Self::Iterable),
                (Stream | StreamMap, false) => self == Self::Iterable,
                (Stream | StreamMap, true) => false,
            },
            Operand::Literal(_) => !matches!(self, Self::Iterable | Self::Fail),
            Operand::InitPeerId => matches!(self, Self::Peer | Self::Argument | Self::Source),
            Operand::LastError(lens) | Operand::Error(lens) => match self {
                Self::Argument | Self::Source => true,
                Self::Fail => lens.is_none(),
                _ => false,
            },
            Operand::Integer(_) => matches!(self, Self::Key | Self::Argument | Self::Source),
            Operand::EmptyArray => matches!(self, Self::Argument | Self::Source | Self::Iterable),
            Operand::Timestamp | Operand::Ttl | Operand::Float(_) | Operand::Boolean(_) => {
                matches!(self, Self::Argument | Self::Source)
            }
        }
    }
}
