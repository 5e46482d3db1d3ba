//! Types of parameters and results.

use std::fmt;
use std::sync::Arc;

/// A type that has a form in Aqua, and so in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// `bool`
    Bool,
    /// `i8`
    I8,
    /// `i16`
    I16,
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `u8`
    U8,
    /// `u16`
    U16,
    /// `u32`
    U32,
    /// `u64`
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// One Unicode scalar value; in JSON a string of one.
    Char,
    /// `string`
    String,
    /// Bytes, Aqua's `[]u8`; in JSON an array of numbers. Marine distinguishes them from lists of `u8`, but accepts either.
    Bytes,
    /// A list, Aqua's `[]T`; in JSON an array.
    List(Box<Self>),
    /// A value or nothing, Aqua's `?T`; in JSON `[x]` or `[]`.
    Option(Box<Self>),
    /// Fields by name, Aqua's `data`; in JSON an object.
    Record(Arc<Record>),
    /// Values by position; in JSON `{"f0": x, "f1": y}`, or an array where a value is given.
    Tuple(Vec<Self>),
    /// One of several names; in JSON a string.
    Enum(Vec<Name>),
    /// A set of names; in JSON an array of strings.
    Flags(Vec<Name>),
    /// One of several cases with or without a value; in JSON `{"tag": "case", "case": [value]}`.
    Variant(Arc<Variant>),
    /// Success or failure; in JSON `{"success": true, "value": [x], "error": []}`.
    Result {
        /// The value of a success, if it has one.
        ok: Option<Box<Self>>,
        /// The value of a failure, if it has one.
        error: Option<Box<Self>>,
    },
}

/// Fields by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The name, unique in its interface.
    pub name: String,
    /// The fields in order.
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: Name,
    /// The type.
    pub ty: Type,
}

/// Cases by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The name, unique in its interface.
    pub name: String,
    /// The cases in order.
    pub cases: Vec<Case>,
}

/// A case of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The name.
    pub name: Name,
    /// The type of its value, if it has one.
    pub ty: Option<Type>,
}

/// A name in two spellings, which differ only in components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The service's own: `get-key`.
    pub original: String,
    /// Aqua's, with `_` for `-`: `get_key`.
    pub aqua: String,
}

impl Name {
    /// Both spellings of a service's own name.
    #[must_use]
    pub fn new(original: &str) -> Self {
        Self {
            original: original.to_owned(),
            aqua: original.replace('-', "_"),
        }
    }

    /// Whether `text` is this name in either spelling.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.aqua == text || self.original == text
    }
}

/// The type for a reader: as Aqua writes it (`i64`, `[]string`, `?u8`, the name of a record), and a description of what Aqua has no
/// words for.
impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => out.write_str("bool"),
            Self::I8 => out.write_str("i8"),
            Self::I16 => out.write_str("i16"),
            Self::I32 => out.write_str("i32"),
            Self::I64 => out.write_str("i64"),
            Self::U8 => out.write_str("u8"),
            Self::U16 => out.write_str("u16"),
            Self::U32 => out.write_str("u32"),
            Self::U64 => out.write_str("u64"),
            Self::F32 => out.write_str("f32"),
            Self::F64 => out.write_str("f64"),
            Self::Char => out.write_str("a string of one character"),
            Self::String => out.write_str("string"),
            Self::Bytes => out.write_str("[]u8"),
            Self::List(item) => write!(out, "[]{item}"),
            Self::Option(item) => write!(out, "?{item}"),
            Self::Record(record) => out.write_str(&record.name),
            Self::Tuple(items) => write!(out, "({})", joined(items.iter().map(Self::to_string))),
            Self::Enum(names) => write!(out, "one of {}", quoted(names.iter())),
            Self::Flags(names) => write!(out, "some of {}", quoted(names.iter())),
            Self::Variant(variant) => {
                write!(out, "one of {}", quoted(variant.cases.iter().map(|case| &case.name)))
            }
            Self::Result { ok, error } => {
                let part =
                    |ty: &Option<Box<Self>>| ty.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
                write!(out, "{} or the error {}", part(ok), part(error))
            }
        }
    }
}

fn quoted<'n>(names: impl Iterator<Item = &'n Name>) -> String {
    joined(names.map(|name| format!("'{}'", name.aqua)))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
