//! What kinds of values there are and how they relate.
//!
//! A [`Type`] is a cheap handle: composite kinds share their parts. Names of `data`, abilities and services are labels for
//! messages and generated code; two types with the same fields are the same to every rule here. Subtyping, greatest lower
//! bounds and least upper bounds live in [`subtyping`] and [`bounds`].
//!
//! Declarations can only mention earlier ones, so types are finite trees. Their size is bounded by [`Type::MAX_DEPTH`] and
//! [`Type::MAX_SIZE`], which the checker enforces wherever a type is made, so that no rule recurses or works without bound.

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

/// The kind of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Stands where a definition failed. Related to everything in both directions, so that one mistake is reported once.
    /// Never occurs in a program without errors.
    Error,
    /// `⊤`, which accepts every value.
    Top,
    /// `⊥`, which every type accepts; the element of the empty collection.
    Bottom,
    /// A number of a fixed width, `bool` or `string`.
    Scalar(Scalar),
    /// What is written as a literal: it could become any of these scalars.
    Literal(ScalarSet),
    /// `[]T`, values in order.
    Array(Arc<Self>),
    /// `?T`, at most one value.
    Option(Arc<Self>),
    /// `*T`, values that arrive from several peers.
    Stream(Arc<Self>),
    /// `%T`, values under string keys that arrive from several peers.
    StreamMap(Arc<Self>),
    /// `data`, named fields of data.
    Data(Arc<Named>),
    /// `ability`, named fields of any kind, arrows included. Exists at compile time only.
    Ability(Arc<Named>),
    /// `service`, named arrows that peers answer.
    Service(Arc<Named>),
    /// A function, closure, method or callback.
    Arrow(Arc<Arrow>),
}

impl Type {
    /// How many levels of collections, fields and arrows a type may have.
    pub const MAX_DEPTH: u32 = 64;
    /// How many nodes a type may have when all names are written out.
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

    /// What a loop over a stream map gives: data with the fields `key` and `value`.
    pub fn entry(value: Self) -> Self {
        let fields = [
            (EcoString::from("key"), Self::STRING),
            (EcoString::from("value"), value),
        ];
        Self::Data(Arc::new(Named::new("Entry", fields.into_iter().collect())))
    }

    /// Whether values of this type exist at run time as plain values: everything but streams, maps, abilities, services
    /// and arrows. Only these are elements of collections and fields of `data`.
    pub fn is_data(&self) -> bool {
        !matches!(
            self,
            Self::Stream(_) | Self::StreamMap(_) | Self::Ability(_) | Self::Service(_) | Self::Arrow(_)
        )
    }

    /// Whether a definition failed here.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error)
    }

    /// Whether this is a stream or a stream map, which can be pushed to.
    pub fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_) | Self::StreamMap(_))
    }

    /// What is inside an array, option, stream or stream map.
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

    /// The scalars that a value of this type can be, if it is a scalar or a literal.
    pub fn scalars(&self) -> Option<ScalarSet> {
        match self {
            Self::Scalar(scalar) => Some(ScalarSet::of(*scalar)),
            Self::Literal(set) => Some(*set),
            _ => None,
        }
    }

    /// Levels of nesting; 1 for a scalar.
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

    /// Nodes when all names are written out, saturating; 1 for a scalar.
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

    /// Whether the type is small enough to work with; the checker replaces others by [`Type::Error`] and says so.
    pub fn is_within_limits(&self) -> bool {
        self.depth() <= Self::MAX_DEPTH && self.size() <= Self::MAX_SIZE
    }
}
