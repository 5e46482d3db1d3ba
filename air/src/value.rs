//! Operands: values, variables and lenses.

use ecow::EcoString;

/// What an instruction takes: a constant, something the particle knows, or a variable.
///
/// Which of them an instruction accepts at which place is said by [`Place::accepts`].
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `%init_peer_id%`: the peer that started the particle.
    InitPeerId,
    /// `%last_error%`, with or without a lens.
    LastError(Option<Lens>),
    /// `:error:`, with or without a lens.
    Error(Option<Lens>),
    /// A text in double quotes. There are no escapes, so it can't contain a double quote.
    Literal(EcoString),
    /// `%timestamp%`: when the particle was made, in milliseconds.
    Timestamp,
    /// `%ttl%`: how long the particle lives, in milliseconds.
    Ttl,
    /// A whole number.
    Integer(i64),
    /// A number with a decimal point. Its text has at most 11 bytes in AIR.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// `[]`.
    EmptyArray,
    /// A variable, with or without a lens.
    Variable(Variable, Option<Lens>),
}

impl Value {
    /// A text.
    pub fn literal(text: impl Into<EcoString>) -> Self {
        Self::Literal(text.into())
    }

    /// A scalar without lens.
    pub fn scalar(name: impl Into<EcoString>) -> Self {
        Self::Variable(Variable::scalar(name), None)
    }

    /// The lens, if the value has one.
    pub fn lens(&self) -> Option<&Lens> {
        match self {
            Self::LastError(lens) | Self::Error(lens) | Self::Variable(_, lens) => lens.as_ref(),
            _ => None,
        }
    }

    /// The variable, if the value is one.
    pub fn variable(&self) -> Option<&Variable> {
        match self {
            Self::Variable(variable, _) => Some(variable),
            _ => None,
        }
    }
}

impl From<Variable> for Value {
    fn from(variable: Variable) -> Self {
        Self::Variable(variable, None)
    }
}

/// What a name stands for; written as the tag before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VariableKind {
    /// No tag: one value.
    Scalar,
    /// `$`: values that peers append at the same time.
    Stream,
    /// `%`: entries that peers append at the same time.
    StreamMap,
    /// `#` or `#$`: a stream frozen by one peer.
    CanonStream,
    /// `#%`: a stream map frozen by one peer.
    CanonMap,
}

/// A name with its kind. The name is spelled with its tag: `x`, `$s`, `%m`, `#s`, `#$s`, `#%m`, and `#s` and `#$s` are two
/// different canonical streams.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variable {
    /// What it stands for.
    pub kind: VariableKind,
    /// Its full spelling, tag included.
    pub name: EcoString,
}

impl Variable {
    /// A variable by its kind and its full spelling.
    pub fn new(kind: VariableKind, name: impl Into<EcoString>) -> Self {
        Self {
            kind,
            name: name.into(),
        }
    }

    /// A scalar.
    pub fn scalar(name: impl Into<EcoString>) -> Self {
        Self::new(VariableKind::Scalar, name)
    }

    /// A stream, spelled `$name`.
    pub fn stream(name: impl Into<EcoString>) -> Self {
        Self::new(VariableKind::Stream, name)
    }

    /// A stream map, spelled `%name`.
    pub fn stream_map(name: impl Into<EcoString>) -> Self {
        Self::new(VariableKind::StreamMap, name)
    }

    /// A canonical stream, spelled `#name`.
    pub fn canon_stream(name: impl Into<EcoString>) -> Self {
        Self::new(VariableKind::CanonStream, name)
    }

    /// A canonical map, spelled `#%name`.
    pub fn canon_map(name: impl Into<EcoString>) -> Self {
        Self::new(VariableKind::CanonMap, name)
    }

    /// This variable as a value, seen through a lens.
    pub fn with(self, lens: Lens) -> Value {
        Value::Variable(self, Some(lens))
    }
}

/// Which part of a value is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lens {
    /// `.length`: how many items.
    Length,
    /// `.$` and steps inwards, at least one.
    Path(Vec<Accessor>),
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accessor {
    /// `.[3]`: the item at that place, from 0.
    Index(u32),
    /// `.[name]`: the item or field that a scalar holds the place or name of.
    Scalar(EcoString),
    /// `.name`: a field.
    Field(EcoString),
}

/// Where a value stands in an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The peer of `call` and `canon`.
    Peer,
    /// The service id or function name of `call`.
    Function,
    /// An argument of `call`, a side of `match` and `mismatch`.
    Argument,
    /// The source of `ap`, for a map its value.
    Source,
    /// The key of `ap` to a map.
    Key,
    /// What `fold` goes through.
    Iterable,
    /// What `fail` raises.
    Failure,
}

impl Place {
    /// Whether AIR allows that value here.
    pub fn accepts(self, value: &Value) -> bool {
        use VariableKind::{CanonMap, CanonStream, Scalar, Stream, StreamMap};
        match value {
            Value::Variable(variable, lens) => match (variable.kind, lens.is_some()) {
                (Scalar, _) => true,
                (CanonStream, true) => self != Self::Iterable,
                (CanonStream, false) => matches!(self, Self::Argument | Self::Source | Self::Iterable),
                (CanonMap, true) => !matches!(self, Self::Key | Self::Failure),
                (CanonMap, false) => matches!(self, Self::Argument | Self::Iterable),
                (Stream | StreamMap, false) => self == Self::Iterable,
                (Stream | StreamMap, true) => false,
            },
            Value::Literal(_) => !matches!(self, Self::Iterable | Self::Failure),
            Value::InitPeerId => matches!(self, Self::Peer | Self::Argument | Self::Source),
            Value::LastError(lens) | Value::Error(lens) => match self {
                Self::Argument | Self::Source => true,
                Self::Failure => lens.is_none(),
                _ => false,
            },
            Value::Integer(_) => matches!(self, Self::Key | Self::Argument | Self::Source),
            Value::EmptyArray => matches!(self, Self::Argument | Self::Source | Self::Iterable),
            Value::Timestamp | Value::Ttl | Value::Float(_) | Value::Boolean(_) => {
                matches!(self, Self::Argument | Self::Source)
            }
        }
    }
}
