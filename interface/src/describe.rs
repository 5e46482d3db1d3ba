//! The JSON form of an interface, which `srv.get_interface` gives.

use crate::{Function, Interface, RecordDefinition, Type};
use aqua_values::Value;

impl Interface {
    /// The interface as an object:
    ///
    /// ```json
    /// {"function_signatures": [{"name": "put", "arguments": [["key", "Key"]], "output_types": ["bool"]}],
    ///  "record_types": [{"name": "Key", "id": 10, "fields": [["id", "string"]]}]}
    /// ```
    ///
    /// Types are written as Aqua writes them. Of a function that can fail, the output is the success value. Records
    /// without a name stand where they are used.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::object([
            ("function_signatures", self.functions().map(signature).collect()),
            ("record_types", self.records().iter().map(definition).collect()),
        ])
    }
}

fn signature(function: &Function) -> Value {
    let arguments = function.parameters.iter().map(|it| named(&it.name, &it.ty)).collect();
    let outputs = match &function.result {
        Some(Type::Result { ok, .. }) => ok.iter().map(ToString::to_string).collect(),
        other => other.iter().map(ToString::to_string).collect(),
    };
    Value::object([
        ("name", function.name.as_str().into()),
        ("arguments", arguments),
        ("output_types", outputs),
    ])
}

fn definition(RecordDefinition { id, record }: &RecordDefinition) -> Value {
    let fields = record.fields.iter().map(|it| named(&it.name.aqua, &it.ty)).collect();
    Value::object([
        ("name", record.name.as_deref().unwrap_or_default().into()),
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
    use crate::{Field, Name, Parameter, Record};
    use std::sync::Arc;

    #[test]
    fn names_of_records_stand_for_them() {
        let key = Arc::new(Record {
            name: Some("Key".to_owned()),
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
