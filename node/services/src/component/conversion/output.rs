//! Component values to JSON.

use aqua_values::{Object, Value};
use wasmtime::component::Val;

use aqua_interface::{Name, Type};

/// The JSON form of a value of type `ty`. A value of another type, which no component gives, becomes `null`.
pub fn to_json(value: Val, ty: &Type) -> Value {
    match (value, ty) {
        (Val::Bool(value), Type::Bool) => value.into(),
        (Val::S8(value), Type::I8) => value.into(),
        (Val::S16(value), Type::I16) => value.into(),
        (Val::S32(value), Type::I32) => value.into(),
        (Val::S64(value), Type::I64) => value.into(),
        (Val::U8(value), Type::U8) => value.into(),
        (Val::U16(value), Type::U16) => value.into(),
        (Val::U32(value), Type::U32) => value.into(),
        (Val::U64(value), Type::U64) => value.into(),
        (Val::Float32(value), Type::F32) => value.into(),
        (Val::Float64(value), Type::F64) => value.into(),
        (Val::Char(value), Type::Char) => value.to_string().into(),
        (Val::String(value), Type::String) => value.into(),
        (Val::List(items), Type::List(ty)) => items.into_iter().map(|item| to_json(item, ty)).collect(),
        (Val::List(items), Type::Bytes) => items.into_iter().map(|item| to_json(item, &Type::U8)).collect(),
        (Val::Option(value), Type::Option(ty)) => optional(value, ty),
        (Val::Record(values), Type::Record(record)) => {
            let fields = values.into_iter().zip(&record.fields);
            Value::object(fields.map(|((_, value), field)| (field.name.aqua.as_str(), to_json(value, &field.ty))))
        }
        (Val::Tuple(items), Type::Tuple(types)) => {
            let items = items.into_iter().zip(types).enumerate();
            Value::object(items.map(|(index, (item, ty))| (format!("f{index}"), to_json(item, ty))))
        }
        (Val::Enum(name), Type::Enum(_)) => Name::new(&name).aqua.into(),
        (Val::Flags(set), Type::Flags(names)) => names
            .iter()
            .filter(|name| set.contains(&name.original))
            .map(|name| name.aqua.clone())
            .collect(),
        (Val::Variant(tag, value), Type::Variant(variant)) => {
            let mut value = value;
            let mut object = Object::default();
            object.insert("tag", Name::new(&tag).aqua.into());
            for case in &variant.cases {
                if let Some(ty) = &case.ty {
                    let own = if case.name.original == tag { value.take() } else { None };
                    object.insert(case.name.aqua.as_str(), optional(own, ty));
                }
            }
            object.into()
        }
        (Val::Result(result), Type::Result { ok, error }) => {
            let (success, value, failure) = match result {
                Ok(value) => (true, value, None),
                Err(value) => (false, None, value),
            };
            let mut object = Object::default();
            object.insert("success", success.into());
            if let Some(ty) = ok {
                object.insert("value", optional(value, ty));
            }
            if let Some(ty) = error {
                object.insert("error", optional(failure, ty));
            }
            object.into()
        }
        _ => Value::Null,
    }
}

/// `[x]` or `[]`.
fn optional(value: Option<Box<Val>>, ty: &Type) -> Value {
    value.into_iter().map(|value| to_json(*value, ty)).collect()
}
