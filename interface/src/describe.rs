//! The JSON form of an interface, which `srv.get_interface` gives.

use crate::{Function, Interface, Record, RecordDefinition, Type};
use aqua_values::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Interface {
    /// The interface as an object:
    ///
    /// ```json
    /// {"function_signatures": [{"name": "put", "arguments": [["key", "Key"]], "output_types": ["bool"]}],
    ///  "record_types": [{"name": "Key", "id": 10, "fields": [["id", "string"]]}]}
    /// ```
    ///
    /// Types are written as Aqua writes them; see [`Type::in_aqua`]. Of a function that can fail, the output is the success value.
    /// Records that only Aqua has, for tuples and the like, come last.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut records: BTreeMap<String, Arc<Record>> = BTreeMap::new();
        let signatures = self.functions().map(|function| signature(function, &mut records));
        let signatures = signatures.collect();
        for definition in self.records() {
            records.remove(&definition.record.name);
        }
        let first_free = self.records().iter().map(|definition| definition.id + 1).max();
        let made = (first_free.unwrap_or(0)..).zip(records.into_values());
        let made = made.map(|(id, record)| RecordDefinition { id, record });
        let all = self.records().iter().cloned().chain(made);
        Value::object([
            ("function_signatures", signatures),
            ("record_types", all.map(|record| definition(&record)).collect()),
        ])
    }
}

fn signature(function: &Function, records: &mut BTreeMap<String, Arc<Record>>) -> Value {
    let mut in_aqua = |ty: &Type| {
        let ty = ty.in_aqua();
        collect(&ty, records);
        ty
    };
    let arguments = function.parameters.iter();
    let arguments = arguments.map(|it| named(&it.name, &in_aqua(&it.ty))).collect();
    let outputs = function.value().map(|ty| in_aqua(ty).to_string());
    Value::object([
        ("name", function.name.as_str().into()),
        ("arguments", arguments),
        ("output_types", outputs.into_iter().collect()),
    ])
}

/// Adds the records that a type refers to.
fn collect(ty: &Type, records: &mut BTreeMap<String, Arc<Record>>) {
    match ty {
        Type::List(item) | Type::Option(item) => collect(item, records),
        Type::Record(record) if records.insert(record.name.clone(), record.clone()).is_none() => {
            record.fields.iter().for_each(|field| collect(&field.ty, records));
        }
        _ => {}
    }
}

fn definition(RecordDefinition { id, record }: &RecordDefinition) -> Value {
    let fields = record.fields.iter();
    let fields = fields.map(|it| named(&it.name.aqua, &it.ty.in_aqua())).collect();
    Value::object([
        ("name", record.name.as_str().into()),
        ("id", (*id).into()),
        ("fields", fields),
    ])
}

/// A name with its type.
fn named(name: &str, ty: &Type) -> Value {
    Value::array([name.to_owned(), ty.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, Name, Parameter};

    #[test]
    fn names_of_records_stand_for_them() {
        let key = Arc::new(Record {
            name: "Key".to_owned(),
            fields: vec![
                Field {
                    name: Name::new("id"),
                    ty: Type::String,
                },
                Field {
                    name: Name::new("signature"),
                    ty: Type::Bytes,
                },
            ],
        });
        let put = Function {
            name: "put".to_owned(),
            parameters: vec![Parameter {
                name: "keys".to_owned(),
                ty: Type::List(Box::new(Type::Record(key.clone()))),
            }],
            result: Some(Type::Result {
                ok: Some(Box::new(Type::Bool)),
                error: None,
            }),
        };
        let nothing = Function {
            name: "clear".to_owned(),
            parameters: Vec::new(),
            result: None,
        };
        let interface = Interface::new([put, nothing], [RecordDefinition { id: 10, record: key }]);
        let expected = r#"{"function_signatures":[
            {"name":"put","arguments":[["keys","[]Key"]],"output_types":["bool"]},
            {"name":"clear","arguments":[],"output_types":[]}],
            "record_types":[{"name":"Key","id":10,"fields":[["id","string"],["signature","[]u8"]]}]}"#;
        assert_eq!(interface.to_value(), Value::parse(expected).expect("JSON"));
    }
}
