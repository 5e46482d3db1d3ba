//! Types as Aqua programs see them.
//!
//! Aqua has scalars, lists, options and records. The JSON form of other types is described by these: a character, and one of several
//! names, are strings; a set of names is a list of strings; a variant, a tuple and a result are records.

use crate::{Field, Name, Record, Type};
use std::sync::Arc;

impl Type {
    /// The type that Aqua programs use for the JSON form of this type. Records for tuples and results are named by what they
    /// contain: `TupleStringU8`, `ResultKeyString`.
    #[must_use]
    pub fn in_aqua(&self) -> Self {
        match self {
            Self::Char | Self::Enum(_) => Self::String,
            Self::Flags(_) => Self::List(Box::new(Self::String)),
            Self::List(item) => Self::List(Box::new(item.in_aqua())),
            Self::Option(item) => Self::Option(Box::new(item.in_aqua())),
            Self::Record(record) => {
                let fields = record.fields.iter().map(|field| Field {
                    name: field.name.clone(),
                    ty: field.ty.in_aqua(),
                });
                self::record(record.name.clone(), fields)
            }
            Self::Tuple(types) => {
                let name = types
                    .iter()
                    .fold("Tuple".to_owned(), |name, ty| name + &ty.in_aqua().word());
                let fields = types.iter().enumerate();
                let fields = fields.map(|(index, ty)| field(&format!("f{index}"), ty.in_aqua()));
                self::record(name, fields)
            }
            Self::Variant(variant) => {
                let cases = variant.cases.iter().filter_map(|case| {
                    let ty = case.ty.as_ref()?.in_aqua();
                    Some(Field {
                        name: case.name.clone(),
                        ty: Self::Option(Box::new(ty)),
                    })
                });
                self::record(
                    variant.name.clone(),
                    [field("tag", Self::String)].into_iter().chain(cases),
                )
            }
            Self::Result { ok, error } => {
                let parts = [("value", ok), ("error", error)];
                let parts = parts.map(|(name, ty)| (name, ty.as_ref().map(|ty| ty.in_aqua())));
                let word = |ty: &Option<Self>| ty.as_ref().map_or_else(|| "Nothing".to_owned(), Self::word);
                let name = parts.iter().fold("Result".to_owned(), |name, (_, ty)| name + &word(ty));
                let parts = parts
                    .into_iter()
                    .filter_map(|(name, ty)| Some(field(name, Self::Option(Box::new(ty?)))));
                self::record(name, [field("success", Self::Bool)].into_iter().chain(parts))
            }
            other => other.clone(),
        }
    }

    /// The type as a part of a name.
    fn word(&self) -> String {
        match self {
            Self::Bytes => "Bytes".to_owned(),
            Self::List(item) => format!("{}List", item.word()),
            Self::Option(item) => format!("Optional{}", item.word()),
            other => {
                let text = other.to_string();
                let mut letters = text.chars();
                let first = letters.next().map(|letter| letter.to_ascii_uppercase());
                first.into_iter().chain(letters).collect()
            }
        }
    }
}

fn record(name: String, fields: impl Iterator<Item = Field>) -> Type {
    let fields = fields.collect();
    Type::Record(Arc::new(Record { name, fields }))
}

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: Name::new(name),
        ty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Case, Variant};

    /// The type, and the records that it consists of.
    fn shown(ty: &Type) -> String {
        let fields = |record: &Record| -> String {
            let fields = record.fields.iter();
            let fields: Vec<_> = fields
                .map(|field| format!("{}: {}", field.name.aqua, field.ty))
                .collect();
            format!("{} {{{}}}", record.name, fields.join(", "))
        };
        match ty.in_aqua() {
            Type::Record(record) => fields(&record),
            other => other.to_string(),
        }
    }

    #[test]
    fn types_without_a_word_in_aqua_become_strings_and_records() {
        let names = || vec![Name::new("dark-blue"), Name::new("red")];
        let boxed = |ty: Type| Some(Box::new(ty));
        let list = |ty: Type| Type::List(Box::new(ty));
        let variant = Variant {
            name: "Shape".to_owned(),
            cases: vec![
                Case {
                    name: Name::new("no-shape"),
                    ty: None,
                },
                Case {
                    name: Name::new("big-circle"),
                    ty: Some(Type::Enum(names())),
                },
            ],
        };
        let types = [
            Type::Char,
            Type::Enum(names()),
            list(Type::Flags(names())),
            Type::Variant(Arc::new(variant)),
            Type::Tuple(vec![
                Type::U8,
                list(Type::Char),
                Type::Option(Box::new(Type::Bytes)),
                Type::Tuple(vec![Type::Bool]),
            ]),
            Type::Result {
                ok: boxed(list(Type::U8)),
                error: None,
            },
        ];
        let shown: Vec<String> = types.iter().map(shown).collect();
        assert_eq!(
            shown,
            [
                "string",
                "string",
                "[][]string",
                "Shape {tag: string, big_circle: ?string}",
                "TupleU8StringListOptionalBytesTupleBool {f0: u8, f1: []string, f2: ?[]u8, f3: TupleBool}",
                "ResultU8ListNothing {success: bool, value: ?[]u8}",
            ]
        );
    }
}
