//! The declarations of a service in Aqua.

use crate::{Interface, Record, Type};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// A type that an Aqua program can't name, so that no declarations can be generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndeclarableType {
    /// The function or record that uses the type.
    pub user: String,
    /// The description of the type.
    pub ty: String,
}

impl std::fmt::Display for UndeclarableType {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "`{}` uses {}, which Aqua has no declaration for",
            self.user, self.ty
        )
    }
}

impl std::error::Error for UndeclarableType {}

impl Interface {
    /// An Aqua module that declares the service under this name, with `id` as its default id. Records come before those that
    /// use them, functions are sorted by name, names of parameters begin with small letters:
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
    /// A function uses a type that Aqua has no words for.
    pub fn declarations(&self, service: &str, id: Option<&str>) -> Result<String, UndeclarableType> {
        let mut functions: Vec<_> = self.functions().collect();
        functions.sort_by(|left, right| left.name.cmp(&right.name));
        let mut used = BTreeMap::new();
        let mut lines = String::new();
        for function in functions {
            let mut parameters = Vec::with_capacity(function.parameters.len());
            for parameter in &function.parameters {
                collect(&function.name, &parameter.ty, &mut used)?;
                let name = lowercase(&parameter.name);
                // Names of parameters matter only within the declaration.
                let is_taken = name != parameter.name && function.parameters.iter().any(|other| other.name == name);
                let suffix = if is_taken { "_" } else { "" };
                parameters.push(format!("{name}{suffix}: {}", parameter.ty));
            }
            let result = match &function.result {
                Some(Type::Result { ok, .. }) => ok.as_deref(),
                other => other.as_ref(),
            };
            if let Some(result) = result {
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
        let _ = write!(text, "service {service}{id}:\n{lines}");
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

/// A name with a small first letter, as Aqua has names of parameters.
fn lowercase(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Adds the records that a type refers to.
fn collect<'t>(
    user: &str,
    ty: &'t Type,
    records: &mut BTreeMap<&'t str, &'t Arc<Record>>,
) -> Result<(), UndeclarableType> {
    match ty {
        Type::List(item) | Type::Option(item) => collect(user, item, records),
        Type::Record(record) => {
            let Some(name) = record.name.as_deref() else {
                return Err(undeclarable(user, ty));
            };
            if records.insert(name, record).is_none() {
                for field in &record.fields {
                    collect(name, &field.ty, records)?;
                }
            }
            Ok(())
        }
        Type::Char | Type::Tuple(_) | Type::Enum(_) | Type::Flags(_) | Type::Variant(_) | Type::Result { .. } => {
            Err(undeclarable(user, ty))
        }
        _ => Ok(()),
    }
}

fn undeclarable(user: &str, ty: &Type) -> UndeclarableType {
    UndeclarableType {
        user: user.to_owned(),
        ty: ty.to_string(),
    }
}

/// Prints a record after those that it uses.
fn print<'t>(record: &'t Record, printed: &mut Vec<&'t str>, text: &mut String) {
    let name = record.name.as_deref().unwrap_or_default();
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
            name: Some(name.to_owned()),
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
    fn types_without_a_name_are_refused() {
        let interface = Interface::new([function("get", &[("pair", Type::Tuple(vec![Type::U8]))], None)], []);
        let error = interface
            .declarations("Pairs", None)
            .expect_err("a tuple has no declaration");
        assert_eq!(error.to_string(), "`get` uses (u8), which Aqua has no declaration for");
    }

    #[test]
    fn names_of_services_begin_with_capitals() {
        let names = ["trust-graph", "sqlite3", "ipfs_pure", "Registry", "greet.wasm"].map(service_name);
        assert_eq!(names, ["TrustGraph", "Sqlite3", "IpfsPure", "Registry", "GreetWasm"]);
    }
}
