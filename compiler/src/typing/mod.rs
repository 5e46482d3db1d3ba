//! Types and their relations.
//!
//! A [`Type`] is cheap to clone: composite types share their parts. Types are structural: the names of `data`, abilities and
//! services are used in messages and generated code only. [`subtyping`] and [`bounds`] have the subtype relation and least upper
//! bounds.
//!
//! A declaration can refer to earlier ones only, so types are finite trees. Their size is limited by [`Type::MAX_DEPTH`] and
//! [`Type::MAX_SIZE`]; the checker enforces the limits for every new type, which bounds the cost of all operations on types.

mod arrow;
pub mod bounds;
mod display;
mod named;
mod scalar;
pub mod subtyping;

pub use arrow::{Arrow, Parameter};
pub use named::Named;
pub use scalar::{Scalar, ScalarSet};

use ecow::EcoString;
use std::sync::Arc;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// The type of a failed definition. A subtype and a supertype of every type, so that each mistake is reported once.
    /// Absent in programs without errors.
    Error,
    /// `⊤`, the supertype of all types.
    Top,
    /// `⊥`, the subtype of all types; the element type of the empty collection.
    Bottom,
    /// A number of a fixed width, `bool` or `string`.
    Scalar(Scalar),
    /// The type of a literal, which can become any of these scalars.
    Literal(ScalarSet),
    /// `[]T`: values in order.
    Array(Arc<Self>),
    /// `?T`: at most one value.
    Option(Arc<Self>),
    /// `*T`: values that arrive from several peers.
    Stream(Arc<Self>),
    /// `%T`: values with string keys that arrive from several peers.
    StreamMap(Arc<Self>),
    /// `data`: named fields that are data.
    Data(Arc<Named>),
    /// `ability`: named fields of any type, including arrows. Exists at compile time only.
    Ability(Arc<Named>),
    /// `service`: named methods.
    Service(Arc<Named>),
    /// A function, closure, method or callback.
    Arrow(Arc<Arrow>),
}

impl Type {
    /// The maximum nesting depth of a type.
    pub const MAX_DEPTH: u32 = 64;
    /// The maximum number of nodes of a type when all names are expanded.
    pub const MAX_SIZE: u32 = 1 << 16;

    /// `string`.
    pub const STRING: Self = Self::Scalar(Scalar::String);
    /// `bool`.
    pub const BOOL: Self = Self::Scalar(Scalar::Bool);

    /// `[]T`.
    pub fn array(element: Self) -> Self {
        Self::Array(Arc::new(element))
    }

    /// `?T`.
    pub fn option(element: Self) -> Self {
        Self::Option(Arc::new(element))
    }

    /// `*T`.
    pub fn stream(element: Self) -> Self {
        Self::Stream(Arc::new(element))
    }

    /// `%T`.
    pub fn stream_map(element: Self) -> Self {
        Self::StreamMap(Arc::new(element))
    }

    /// The type of `nil`, `[]` and `?[]`: `?⊥`.
    pub fn nil() -> Self {
        Self::option(Self::Bottom)
    }

    /// The `data` type of a caught error and of `LAST_ERROR`.
    pub fn error_value() -> Self {
        let fields = [
            ("message", Self::STRING),
            ("error_code", Self::Scalar(Scalar::I64)),
            ("instruction", Self::STRING),
            ("peer_id", Self::STRING),
        ];
        let fields = fields
            .into_iter()
            .map(|(name, kind)| (EcoString::from(name), kind))
            .collect();
        Self::Data(Arc::new(Named::new("Error", fields)))
    }

    /// The item type of a loop over a stream map: data with the fields `key` and `value`.
    pub fn entry(value: Self) -> Self {
        let fields = [
            (EcoString::from("key"), Self::STRING),
            (EcoString::from("value"), value),
        ];
        Self::Data(Arc::new(Named::new("Entry", fields.into_iter().collect())))
    }

    /// Whether values of this type are data: not streams, stream maps, abilities, services or arrows. Only data can be an
    /// element of a collection or a field of `data`.
    pub fn is_data(&self) -> bool {
        !matches!(
            self,
            Self::Stream(_) | Self::StreamMap(_) | Self::Ability(_) | Self::Service(_) | Self::Arrow(_)
        )
    }

    /// Whether this is the error type.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error)
    }

    /// Whether this is a stream or a stream map.
    pub fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_) | Self::StreamMap(_))
    }

    /// The element type of an array, option, stream or stream map.
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::Array(element) | Self::Option(element) | Self::Stream(element) | Self::StreamMap(element) => {
                Some(element)
            }
            _ => None,
        }
    }

    /// The name and fields of `data`, an ability or a service.
    pub fn named(&self) -> Option<&Arc<Named>> {
        match self {
            Self::Data(named) | Self::Ability(named) | Self::Service(named) => Some(named),
            _ => None,
        }
    }

    /// The arrow, if this is one.
    pub fn as_arrow(&self) -> Option<&Arc<Arrow>> {
        match self {
            Self::Arrow(arrow) => Some(arrow),
            _ => None,
        }
    }

    /// The scalars that a value of this type can be; `None` if the type is neither a scalar nor a literal.
    pub fn scalars(&self) -> Option<ScalarSet> {
        match self {
            Self::Scalar(scalar) => Some(ScalarSet::of(*scalar)),
            Self::Literal(set) => Some(*set),
            _ => None,
        }
    }

    /// The nesting depth; 1 for a scalar.
    pub fn depth(&self) -> u32 {
        match self {
            Self::Array(inner) | Self::Option(inner) | Self::Stream(inner) | Self::StreamMap(inner) => {
                1 + inner.depth()
            }
            Self::Data(named) | Self::Ability(named) | Self::Service(named) => named.depth,
            Self::Arrow(arrow) => arrow.depth(),
            _ => 1,
        }
    }

    /// The number of nodes when all names are expanded, saturating; 1 for a scalar.
    pub fn size(&self) -> u32 {
        match self {
            Self::Array(inner) | Self::Option(inner) | Self::Stream(inner) | Self::StreamMap(inner) => {
                inner.size().saturating_add(1)
            }
            Self::Data(named) | Self::Ability(named) | Self::Service(named) => named.size,
            Self::Arrow(arrow) => arrow.size(),
            _ => 1,
        }
    }

    /// Whether the type is within the limits. The checker reports other types and replaces them with [`Type::Error`].
    pub fn is_within_limits(&self) -> bool {
        self.depth() <= Self::MAX_DEPTH && self.size() <= Self::MAX_SIZE
    }
}
