//! The declarations of a service in Aqua.

use crate::{Interface, Record, Type};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Two different types of an interface have one name in Aqua, so that no declarations can be generated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{user}` uses a type `{name}`, and another type has the same name in Aqua")]
pub struct AmbiguousName {
    /// The function or record that uses the second type.
    pub user: String,
    /// The name of both types.
    pub name: String,
}

impl Interface {
    /// An Aqua module that declares the service under this name, with `id` as its default id. Records come before those that
    /// use them, functions are sorted by name, names of parameters begin with small letters. Functions that several interfaces of
    /// a component have are mentioned in comments, since Aqua can't write `interface#function`. A service has at least one function.
    ///
    /// ```text
    /// aqua Keys declares *
    ///
    /// data Key:
    ///   id: string
    ///
    /// service Keys("keys"):
    ///   get(id: string) -> Key
    /// ```
    ///
    /// # Errors
    /// Two types have one name.
    pub fn declarations(&self, service: &str, id: Option<&str>) -> Result<String, AmbiguousName> {
        let mut functions: Vec<_> = self.functions().collect();
        functions.sort_by(|left, right| left.name.cmp(&right.name));
        let mut used = BTreeMap::new();
        let (mut lines, mut comments) = (String::new(), String::new());
        for function in functions {
            if !is_identifier(&function.name) {
                let _ = writeln!(comments, "-- This function has no name in Aqua: {}", function.name);
                continue;
            }
            let mut parameters = Vec::with_capacity(function.parameters.len());
            for parameter in &function.parameters {
                let ty = parameter.ty.in_aqua();
                collect(&function.name, &ty, &mut used)?;
                let name = lowercase(&parameter.name);
                // Names of parameters matter only within the declaration.
                let is_taken = name != parameter.name && function.parameters.iter().any(|other| other.name == name);
                let suffix = if is_taken { "_" } else { "" };
                parameters.push(format!("{name}{suffix}: {ty}"));
            }
            let result = function.value().map(Type::in_aqua);
            if let Some(result) = &result {
                collect(&function.name, result, &mut used)?;
            }
            // Two spaces remain without a result, as other generators print it.
            let (arrow, result) = result.map_or(("", String::new()), |result| ("->", result.to_string()));
            let parameters = parameters.join(", ");
            let _ = writeln!(lines, "  {}({parameters}) {arrow} {result}", function.name);
        }
        let mut text = format!("aqua {service} declares *\n\n");
        let mut printed = Vec::new();
        for record in used.values() {
            print(record, &mut printed, &mut text);
        }
        let id = id.map(|id| format!("(\"{id}\")")).unwrap_or_default();
        text.push_str(&comments);
        if !lines.is_empty() {
            let _ = write!(text, "service {service}{id}:\n{lines}");
        }
        Ok(text)
    }
}

/// The name of a service in Aqua from that of a file or a module: `trust-graph` becomes `TrustGraph`.
#[must_use]
pub fn service_name(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric());
    words
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_uppercase().to_string());
            first.unwrap_or_default() + letters.as_str()
        })
        .collect()
}

/// Whether Aqua can write the name of the function. It can't write `interface#function`.
fn is_identifier(name: &str) -> bool {
    name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// A name with a small first letter, as Aqua has names of parameters.
fn lowercase(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Adds the records that a type refers to.
fn collect(user: &str, ty: &Type, records: &mut BTreeMap<String, Arc<Record>>) -> Result<(), AmbiguousName> {
    match ty {
        Type::List(item) | Type::Option(item) => collect(user, item, records),
        Type::Record(record) => match records.get(&record.name) {
            Some(known) if known == record => Ok(()),
            Some(_) => Err(AmbiguousName {
                user: user.to_owned(),
                name: record.name.clone(),
            }),
            None => {
                records.insert(record.name.clone(), record.clone());
                let mut fields = record.fields.iter();
                fields.try_for_each(|field| collect(&record.name, &field.ty, records))
            }
        },
        _ => Ok(()),
    }
}

/// Prints a record after those that it uses.
fn print<'t>(record: &'t Record, printed: &mut Vec<&'t str>, text: &mut String) {
    let name = &record.name[..];
    if printed.contains(&name) {
        return;
    }
    printed.push(name);
    for field in &record.fields {
        let mut ty = &field.ty;
        while let Type::List(item) | Type::Option(item) = ty {
            ty = item;
        }
        if let Type::Record(inner) = ty {
            print(inner, printed, text);
        }
    }
    let _ = writeln!(text, "data {name}:");
    for field in &record.fields {
        let _ = writeln!(text, "  {}: {}", field.name.aqua, field.ty);
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, Function, Name, Parameter};

    fn record(name: &str, fields: &[(&str, Type)]) -> Arc<Record> {
        let fields = fields.iter().map(|(name, ty)| Field {
            name: Name::new(name),
            ty: ty.clone(),
        });
        Arc::new(Record {
            name: name.to_owned(),
            fields: fields.collect(),
        })
    }

    fn function(name: &str, parameters: &[(&str, Type)], result: Option<Type>) -> Function {
        let parameters = parameters.iter().map(|(name, ty)| Parameter {
            name: (*name).to_owned(),
            ty: ty.clone(),
        });
        Function {
            name: name.to_owned(),
            parameters: parameters.collect(),
            result,
        }
    }

    #[test]
    fn records_come_before_their_users_and_functions_are_sorted() {
        let inner = record("Zone", &[("id", Type::U32)]);
        let outer = record("Area", &[("zones", Type::List(Box::new(Type::Record(inner))))]);
        let interface = Interface::new(
            [
                function(
                    "put",
                    &[("area", Type::Record(outer.clone())), ("data", Type::Bytes)],
                    None,
                ),
                function("clear", &[], None),
                function(
                    "get",
                    &[("name", Type::String)],
                    Some(Type::Option(Box::new(Type::Record(outer)))),
                ),
            ],
            [],
        );
        let expected = "aqua Areas declares *\n\ndata Zone:\n  id: u32\n\ndata Area:\n  zones: []Zone\n\n\
                        service Areas(\"areas\"):\n  clear()  \n  get(name: string) -> ?Area\n  put(area: Area, data: []u8)  \n";
        assert_eq!(interface.declarations("Areas", Some("areas")).as_deref(), Ok(expected));
        let text = interface.declarations("Areas", None).expect("the types have names");
        assert!(text.contains("\nservice Areas:\n"), "{text}");
    }

    #[test]
    fn parameters_begin_with_small_letters() {
        let column = [("N", Type::U32), ("n", Type::U32), ("xDel", Type::I32)];
        let interface = Interface::new([function("column", &column, None)], []);
        let text = interface.declarations("Columns", None).expect("the types have names");
        assert!(text.contains("  column(n_: u32, n: u32, xDel: i32)"), "{text}");
    }

    #[test]
    fn other_types_become_records() {
        let pair = Type::Tuple(vec![Type::U8, Type::Char]);
        let interface = Interface::new([function("get", &[("pair", pair.clone())], Some(pair))], []);
        let text = interface.declarations("Pairs", None).expect("the names differ");
        let expected = "data TupleU8String:\n  f0: u8\n  f1: string\n\n\
                        service Pairs:\n  get(pair: TupleU8String) -> TupleU8String\n";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn two_types_with_one_name_are_refused() {
        let parameters = [
            ("one", Type::Record(record("Key", &[("id", Type::U8)]))),
            ("two", Type::Record(record("Key", &[("id", Type::U16)]))),
        ];
        let interface = Interface::new([function("get", &parameters, None)], []);
        let error = interface.declarations("Keys", None).expect_err("both are `Key`");
        assert_eq!(
            error.to_string(),
            "`get` uses a type `Key`, and another type has the same name in Aqua"
        );
    }

    #[test]
    fn names_of_services_begin_with_capitals() {
        let names = ["trust-graph", "sqlite3", "ipfs_pure", "Registry", "greet.wasm"].map(service_name);
        assert_eq!(names, ["TrustGraph", "Sqlite3", "IpfsPure", "Registry", "GreetWasm"]);
    }
}
