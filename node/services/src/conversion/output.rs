//! Component values to JSON.

use serde_json::{Map, Value};
use wasmtime::component::Val;

use crate::interface::{Name, Type};

/// The JSON form of a value of type `ty`. A value of another type, which no component gives, becomes `null`.
pub fn to_json(value: Val, ty: &Type) -> Value {
    match (value, ty) {
        (Val::Bool(value), Type::Bool) => value.into(),
        (Val::S8(value), Type::S8) => value.into(),
        (Val::S16(value), Type::S16) => value.into(),
        (Val::S32(value), Type::S32) => value.into(),
        (Val::S64(value), Type::S64) => value.into(),
        (Val::U8(value), Type::U8) => value.into(),
        (Val::U16(value), Type::U16) => value.into(),
        (Val::U32(value), Type::U32) => value.into(),
        (Val::U64(value), Type::U64) => value.into(),
        (Val::Float32(value), Type::F32) => f64::from(value).into(),
        (Val::Float64(value), Type::F64) => value.into(),
        (Val::Char(value), Type::Char) => value.to_string().into(),
        (Val::String(value), Type::String) => value.into(),
        (Val::List(items), Type::List(ty)) => items.into_iter().map(|item| to_json(item, ty)).collect(),
        (Val::Option(value), Type::Option(ty)) => optional(value, ty),
        (Val::Record(values), Type::Record(fields)) => Value::Object(
            values
                .into_iter()
                .zip(fields)
                .map(|((_, value), field)| (field.name.aqua.clone(), to_json(value, &field.ty)))
                .collect(),
        ),
        (Val::Tuple(items), Type::Tuple(types)) => items
            .into_iter()
            .zip(types)
            .map(|(item, ty)| to_json(item, ty))
            .collect(),
        (Val::Enum(name), Type::Enum(_)) => Name::new(&name).aqua.into(),
        (Val::Flags(set), Type::Flags(names)) => names
            .iter()
            .filter(|name| set.contains(&name.component))
            .map(|name| name.aqua.clone())
            .collect(),
        (Val::Variant(tag, value), Type::Variant(cases)) => {
            let mut value = value;
            let mut object = Map::new();
            object.insert("tag".to_owned(), Name::new(&tag).aqua.into());
            for case in cases {
                if let Some(ty) = &case.ty {
                    let own = if case.name.component == tag { value.take() } else { None };
                    object.insert(case.name.aqua.clone(), optional(own, ty));
                }
            }
            Value::Object(object)
        }
        (Val::Result(result), Type::Result { ok, error }) => {
            let (success, value, failure) = match result {
                Ok(value) => (true, value, None),
                Err(value) => (false, None, value),
            };
            let mut object = Map::new();
            object.insert("success".to_owned(), success.into());
            if let Some(ty) = ok {
                object.insert("value".to_owned(), optional(value, ty));
            }
            if let Some(ty) = error {
                object.insert("error".to_owned(), optional(failure, ty));
            }
            Value::Object(object)
        }
        _ => Value::Null,
    }
}

/// `[x]` or `[]`.
fn optional(value: Option<Box<Val>>, ty: &Type) -> Value {
    value.into_iter().map(|value| to_json(*value, ty)).collect()
}
