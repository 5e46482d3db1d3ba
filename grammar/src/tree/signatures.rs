//! Types and signatures.

use super::{Name, Path};
use aqua_diagnostics::Span;

/// A type. Parentheses have no node of their own, but belong to the span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    /// The span, including parentheses.
    pub span: Span,
    /// The form of the type.
    pub kind: TypeKind,
}

/// The forms of types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeKind {
    /// `⊤`.
    Top,
    /// `⊥`.
    Bottom,
    /// `u8`, `string`, …
    Scalar(Scalar),
    /// `Name` or `Module.Name`.
    Named(Path),
    /// `[]T`.
    Array(Box<Type>),
    /// `?T`.
    Option(Box<Type>),
    /// `*T`.
    Stream(Box<Type>),
    /// `%T`.
    StreamMap(Box<Type>),
    /// `A, B -> C`.
    Arrow(Box<Arrow>),
    /// An invalid type, which was reported.
    Error,
}

/// The scalar types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    /// `u8`.
    U8,
    /// `u16`.
    U16,
    /// `u32`.
    U32,
    /// `u64`.
    U64,
    /// `i8`.
    I8,
    /// `i16`.
    I16,
    /// `i32`.
    I32,
    /// `i64`.
    I64,
    /// `f32`.
    F32,
    /// `f64`.
    F64,
    /// `bool`.
    Bool,
    /// `string`.
    String,
}

impl Scalar {
    /// All scalars.
    pub const ALL: [Self; 12] = [
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::F32,
        Self::F64,
        Self::Bool,
        Self::String,
    ];

    /// Returns the name of the type in Aqua.
    pub fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Bool => "bool",
            Self::String => "string",
        }
    }

    /// Returns the scalar type with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scalar| scalar.name() == name)
    }
}

/// The signature of a function, method, closure or callback, in any notation: `{Ability}(a: u8, b: string) -> bool`,
/// `u8, string -> bool` or `-> ()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// The span from the first bracket or type to the last result.
    pub span: Span,
    /// `{A, M.B}`: abilities, which are leading parameters with the names of their types.
    pub abilities: Vec<Path>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The results. Empty for `-> ()` and if there is no arrow.
    pub results: Vec<Type>,
}

/// `name: type`, or a type in a signature without names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The span of the name and type.
    pub span: Span,
    /// The name, if the signature has names.
    pub name: Option<Name>,
    /// The type.
    pub ty: Type,
}
