//! Types and signatures as written.

use super::{Name, Path};
use aqua_diagnostics::Span;

/// A type as written. Parentheses around it leave no node but belong to the span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    /// Where it stands.
    pub span: Span,
    /// What it is.
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
    /// Not a type; it was reported.
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

    /// As written in Aqua.
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

    /// The scalar of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scalar| scalar.name() == name)
    }
}

/// What goes into a function, method, closure or callback and what comes out. One form for every spelling:
/// `{Ability}(a: u8, b: string) -> bool`, `u8, string -> bool`, `-> ()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// From the first bracket or type to the last result.
    pub span: Span,
    /// `{A, M.B}`: leading parameters, each named like its type.
    pub abilities: Vec<Path>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The results; `-> ()` and no arrow at all both mean none.
    pub results: Vec<Type>,
}

/// `name: type`, or just a type in an unnamed signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Where it stands.
    pub span: Span,
    /// Its name, in a named signature.
    pub name: Option<Name>,
    /// Its type.
    pub ty: Type,
}
