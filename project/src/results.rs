//! Results of a function, as a caller sees them.
//!
//! Peers exchange an option as an array of at most one item. A caller gets the item or `null`, the form in which
//! [`arguments`](crate::arguments) are accepted.

use aqua_compiler::typing::{Arrow, Type};
use serde_json::Value;

/// Converts the results of a function from the form that peers exchange. Values that don't match their type are left as they
/// are.
pub fn from_peers(arrow: &Arrow, values: Vec<Value>) -> Vec<Value> {
    let mut types = arrow.results.iter();
    let convert = |value| match types.next() {
        Some(ty) => convert_value(ty, value),
        None => value,
    };
    values.into_iter().map(convert).collect()
}

fn convert_value(ty: &Type, value: Value) -> Value {
    match (ty, value) {
        (Type::Option(item), Value::Array(items)) => {
            let first = items.into_iter().next();
            first.map_or(Value::Null, |value| convert_value(item, value))
        }
        (Type::Array(item) | Type::Stream(item), Value::Array(items)) => {
            items.into_iter().map(|value| convert_value(item, value)).collect()
        }
        (Type::Data(named), Value::Object(mut fields)) => {
            for (field, ty) in &named.fields {
                if let Some(value) = fields.get_mut(field.as_str()) {
                    *value = convert_value(ty, value.take());
                } else if let Type::Option(_) = ty {
                    fields.insert(field.to_string(), Value::Null);
                }
            }
            Value::Object(fields)
        }
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_compiler::typing::{Named, Scalar};
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn options_become_values_or_null() {
        let number = Type::Scalar(Scalar::U32);
        let fields = [("n", number.clone()), ("note", Type::option(Type::STRING))];
        let fields = fields.into_iter().map(|(name, ty)| (name.into(), ty)).collect();
        let card = Type::Data(Arc::new(Named::new("Card", fields)));
        let cases = [
            (Type::option(number.clone()), json!([5]), json!(5)),
            (Type::option(number.clone()), json!([]), json!(null)),
            (Type::array(number.clone()), json!([5]), json!([5])),
            (
                Type::array(Type::option(number.clone())),
                json!([[5], []]),
                json!([5, null]),
            ),
            (Type::option(Type::array(number.clone())), json!([[5]]), json!([5])),
            (Type::option(Type::option(number.clone())), json!([[]]), json!(null)),
            (card.clone(), json!({"n": 1, "note": []}), json!({"n": 1, "note": null})),
            (card.clone(), json!({"n": 1}), json!({"n": 1, "note": null})),
            (
                Type::option(card.clone()),
                json!([{"n": 1, "note": ["a"]}]),
                json!({"n": 1, "note": "a"}),
            ),
            (
                Type::stream(card),
                json!([{"n": 1, "note": ["a"]}]),
                json!([{"n": 1, "note": "a"}]),
            ),
            (Type::Top, json!([[1]]), json!([[1]])),
            (Type::option(number), json!("no option"), json!("no option")),
        ];
        for (ty, given, expected) in cases {
            let arrow = Arrow::unnamed([], [ty.clone()]);
            assert_eq!(from_peers(&arrow, vec![given]), [expected], "{ty}");
        }
    }
}
