//! What a service offers: its functions and their types.
//!
//! Names appear as Aqua writes them, with `_` where the component's own names have `-`; calls may use either.

mod read;

use std::fmt;

use indexmap::IndexMap;
use wasmtime::component::ComponentExportIndex;

pub(crate) use read::read;

/// The functions of one service, in the order of its exports.
#[derive(Debug)]
pub struct Interface {
    /// By component name: `get-key`, or `acme:kv/api#get-key` where two exported interfaces have a `get-key`.
    functions: IndexMap<String, Function>,
    /// The function that a component exports as `init`, to be run once when an instance starts.
    pub(crate) init: Option<ComponentExportIndex>,
}

/// One function of a service.
#[derive(Debug)]
pub struct Function {
    /// The name for calls.
    pub name: String,
    /// Its parameters in order.
    pub arguments: Vec<Argument>,
    /// What it answers; `None` for a function without a result. A result type at this place means that the function can fail: its value
    /// is the success value, and its failure becomes an error of the call.
    pub result: Option<Type>,
    pub(crate) export: ComponentExportIndex,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// A type of the component model, as far as Aqua has a form for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// `bool`
    Bool,
    /// `s8`, Aqua's `i8`
    S8,
    /// `s16`, Aqua's `i16`
    S16,
    /// `s32`, Aqua's `i32`
    S32,
    /// `s64`, Aqua's `i64`
    S64,
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
    /// A list, Aqua's `[]T`.
    List(Box<Self>),
    /// A value or nothing, Aqua's `?T`; in JSON `[x]` or `[]`.
    Option(Box<Self>),
    /// Named fields, Aqua's `data`; in JSON an object.
    Record(Vec<Field>),
    /// Values by place; in JSON an array.
    Tuple(Vec<Self>),
    /// One of several names; in JSON a string.
    Enum(Vec<Name>),
    /// A set of names; in JSON an array of strings.
    Flags(Vec<Name>),
    /// One of several cases with or without a value; in JSON `{"tag": "case", "case": [value]}`.
    Variant(Vec<Case>),
    /// Success or failure; in JSON `{"success": true, "value": [x], "error": []}`.
    Result {
        /// The value of a success, if it has one.
        ok: Option<Box<Self>>,
        /// The value of a failure, if it has one.
        error: Option<Box<Self>>,
    },
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
}

/// A case of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: Name,
    /// The type of its value, if it has one.
    pub ty: Option<Type>,
}

/// A name in both spellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As the component has it: `get-key`.
    pub component: String,
    /// As Aqua has it: `get_key`.
    pub aqua: String,
}

impl Interface {
    /// All functions, in the order of the component's exports.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = &Function> {
        self.functions.values()
    }

    /// The function of this name, in Aqua's spelling or the component's.
    pub fn function(&self, name: &str) -> Option<&Function> {
        let (interface, function) = name
            .rsplit_once('#')
            .map_or((None, name), |(interface, function)| (Some(interface), function));
        let function = function.replace('_', "-");
        match interface {
            Some(interface) => self.functions.get(&format!("{interface}#{function}")),
            None => self.functions.get(&function),
        }
    }
}

impl Name {
    /// Both spellings of a component's name.
    pub fn new(component: &str) -> Self {
        Self {
            component: component.to_owned(),
            aqua: component.replace('-', "_"),
        }
    }

    /// Whether `text` is this name in either spelling.
    pub fn is(&self, text: &str) -> bool {
        self.aqua == text || self.component == text
    }
}

/// The type in Aqua's words, for messages: `i64`, `[]string`, `?u8`, `{name: string, age: u8}`.
impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => out.write_str("bool"),
            Self::S8 => out.write_str("i8"),
            Self::S16 => out.write_str("i16"),
            Self::S32 => out.write_str("i32"),
            Self::S64 => out.write_str("i64"),
            Self::U8 => out.write_str("u8"),
            Self::U16 => out.write_str("u16"),
            Self::U32 => out.write_str("u32"),
            Self::U64 => out.write_str("u64"),
            Self::F32 => out.write_str("f32"),
            Self::F64 => out.write_str("f64"),
            Self::Char => out.write_str("a string of one character"),
            Self::String => out.write_str("string"),
            Self::List(item) => write!(out, "[]{item}"),
            Self::Option(item) => write!(out, "?{item}"),
            Self::Record(fields) => {
                let fields = fields.iter().map(|field| format!("{}: {}", field.name.aqua, field.ty));
                write!(out, "{{{}}}", joined(fields))
            }
            Self::Tuple(items) => write!(out, "({})", joined(items.iter().map(Self::to_string))),
            Self::Enum(names) => write!(
                out,
                "one of {}",
                joined(names.iter().map(|name| format!("'{}'", name.aqua)))
            ),
            Self::Flags(names) => write!(
                out,
                "some of {}",
                joined(names.iter().map(|name| format!("'{}'", name.aqua)))
            ),
            Self::Variant(cases) => write!(
                out,
                "one of {}",
                joined(cases.iter().map(|case| format!("'{}'", case.name.aqua)))
            ),
            Self::Result { ok, error } => {
                let part =
                    |ty: &Option<Box<Self>>| ty.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
                write!(out, "{} or the error {}", part(ok), part(error))
            }
        }
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
