//! Checked values.

use super::{FunctionId, LocalId, ServiceId};
use crate::typing::{Arrow, Type};
use aqua_diagnostics::Span;
use ecow::EcoString;
use std::sync::Arc;

/// A value with its type and span.
#[derive(Debug, Clone)]
pub struct Value {
    /// The value.
    pub kind: ValueKind,
    /// Its type, before any conversion.
    pub ty: Type,
    /// Its source span.
    pub span: Span,
}

/// The kinds of values.
#[derive(Debug, Clone)]
pub enum ValueKind {
    /// A value that failed to check. Absent in programs without errors.
    Missing,
    /// A literal.
    Literal(Literal),
    /// `nil`, `[]` or `?[]`.
    Nil,
    /// A predefined constant.
    Builtin(Builtin),
    /// A local of the same function: data, a stream, an ability or an arrow, depending on its type.
    Local(LocalId),
    /// A top-level function as a value.
    Function(FunctionId),
    /// A service as a value, with its current id.
    Service {
        /// The service.
        service: ServiceId,
        /// Its current id, a string.
        id: Box<Value>,
    },
    /// A service method as a value.
    Method(Method),
    /// `[a, b]`, `?[a, b]` or `*[a, b]`. Never empty, except `*[]`.
    Collection {
        /// The kind of brackets.
        kind: CollectionKind,
        /// The elements in order.
        elements: Vec<Value>,
    },
    /// `D(x = …)`: a data value. Its type has exactly these fields.
    Data(Vec<NamedValue>),
    /// `A(x = …)`: an ability. Its type has exactly these fields.
    Ability(Vec<NamedValue>),
    /// `d.copy(x = …)`: a data value with some fields replaced.
    Copy {
        /// The value that is copied.
        of: Box<Value>,
        /// The new fields.
        fields: Vec<NamedValue>,
    },
    /// `d.x` of data, an ability or a service value.
    Field {
        /// The value that has the field.
        of: Box<Value>,
        /// The name of the field.
        name: EcoString,
    },
    /// `c.length` of an array, option or stream.
    Length(Box<Value>),
    /// `a[i]`, `a!` on an array or option.
    Index {
        /// The collection.
        of: Box<Value>,
        /// An integer.
        index: Box<Value>,
    },
    /// `s[i]`, `s!` on a stream: waits until it has `index + 1` elements.
    Gate {
        /// The stream.
        of: Box<Value>,
        /// An integer.
        index: Box<Value>,
    },
    /// A call with one result used as a value.
    Call(Box<Call>),
    /// A function of a stream map.
    MapQuery {
        /// The map.
        of: Box<Value>,
        /// The query.
        query: MapQuery,
    },
    /// A binary operation.
    Binary {
        /// The operator.
        operator: Operator,
        /// The left operand.
        left: Box<Value>,
        /// The right operand.
        right: Box<Value>,
    },
    /// `!a`.
    Not(Box<Value>),
}

/// A field of a literal or of `.copy`.
#[derive(Debug, Clone)]
pub struct NamedValue {
    /// The name of the field.
    pub name: EcoString,
    /// The span of the name.
    pub name_span: Span,
    /// Its value.
    pub value: Value,
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// An integer or a float: its digits with the sign, as in the source.
    Number(EcoString),
    /// A string: the text between the quotes, which has no escapes.
    String(EcoString),
}

/// A predefined constant. `nil` is [`ValueKind::Nil`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// `HOST_PEER_ID`: the relay, or the initiator when there is no relay.
    HostPeerId,
    /// `INIT_PEER_ID`, and `%init_peer_id%`.
    InitPeerId,
    /// `PARTICLE_TTL`.
    ParticleTtl,
    /// `PARTICLE_TIMESTAMP`.
    ParticleTimestamp,
    /// `LAST_ERROR`.
    LastError,
}

impl Builtin {
    /// All predefined constants.
    pub const ALL: [Self; 5] = [
        Self::HostPeerId,
        Self::InitPeerId,
        Self::ParticleTtl,
        Self::ParticleTimestamp,
        Self::LastError,
    ];

    /// The source name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HostPeerId => "HOST_PEER_ID",
            Self::InitPeerId => "INIT_PEER_ID",
            Self::ParticleTtl => "PARTICLE_TTL",
            Self::ParticleTimestamp => "PARTICLE_TIMESTAMP",
            Self::LastError => "LAST_ERROR",
        }
    }
}

/// The brackets of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectionKind {
    /// `[…]`.
    Array,
    /// `?[…]`: the first element that can be computed.
    Option,
    /// `*[…]`: a new stream.
    Stream,
}

/// A method of a service with the current id of the service.
#[derive(Debug, Clone)]
pub struct Method {
    /// The service.
    pub service: ServiceId,
    /// The id, a string.
    pub id: Box<Value>,
    /// The method's name.
    pub name: EcoString,
}

/// A call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The callee.
    pub callee: Callee,
    /// The type of the callee. It may have more results than are used.
    pub arrow: Arc<Arrow>,
    /// One value per parameter of the arrow; abilities in braces come first.
    pub arguments: Vec<Value>,
    /// Its source span.
    pub span: Span,
}

/// The callee of a call.
#[derive(Debug, Clone)]
pub enum Callee {
    /// A top-level function.
    Function(FunctionId),
    /// A service method.
    Method(Method),
    /// A value that is an arrow: a local (closure, parameter, result) or a field of an ability.
    Arrow(Box<Value>),
}

/// A function of a stream map.
#[derive(Debug, Clone)]
pub enum MapQuery {
    /// `m.get(k)`: an array of the values under a key.
    Get(Box<Value>),
    /// `m.getStream(k)`: a stream of the values under a key, including later ones.
    GetStream(Box<Value>),
    /// `m.keys()`: an array of keys.
    Keys,
    /// `m.keysStream()`: a stream of keys, including later ones.
    KeysStream,
    /// `m.contains(k)`: whether the key has a value.
    Contains(Box<Value>),
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*` on integers.
    Multiply,
    /// `*` on floats.
    MultiplyFloat,
    /// `/`.
    Divide,
    /// `%`.
    Remainder,
    /// `**`.
    Power,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `&&`, which skips its right operand if the left one is false.
    And,
    /// `||`, which skips its right operand if the left one is true.
    Or,
}

impl Value {
    /// A value that failed to check.
    pub fn missing(span: Span) -> Self {
        Self {
            kind: ValueKind::Missing,
            ty: Type::Error,
            span,
        }
    }
}
