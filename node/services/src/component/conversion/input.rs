//! JSON to component values.

use aqua_values::{Object, Value};
use wasmtime::component::Val;

use super::Mismatch;
use aqua_interface::{Case, Field, Name, Type};

/// Characters of a value that a message shows.
const SHOWN: usize = 60;

/// The value of type `ty` that `json` stands for. `name` is the argument's name, for messages.
///
/// # Errors
///
/// Fails if `json` doesn't have the form of the type; the error contains the position within it.
pub fn from_json(json: &Value, ty: &Type, name: &str) -> Result<Val, Mismatch> {
    JsonPath::Root(name).value(json, ty)
}

/// The position of a value within an argument. Paths refer to their parents, so that text is built only for an error.
#[derive(Clone, Copy)]
enum JsonPath<'a> {
    Root(&'a str),
    Field(&'a Self, &'a str),
    Index(&'a Self, usize),
}

impl JsonPath<'_> {
    fn value(&self, json: &Value, ty: &Type) -> Result<Val, Mismatch> {
        let wrong = || self.mismatch(ty.to_string(), json);
        let signed = |min: i64, max: i64| json.as_i64().filter(|n| (min..=max).contains(n)).ok_or_else(wrong);
        let unsigned = |max: u64| json.as_u64().filter(|n| *n <= max).ok_or_else(wrong);
        const FITS: &str = "the range was checked";
        Ok(match ty {
            Type::Bool => Val::Bool(json.as_bool().ok_or_else(wrong)?),
            Type::I8 => Val::S8(signed(i8::MIN.into(), i8::MAX.into())?.try_into().expect(FITS)),
            Type::I16 => Val::S16(signed(i16::MIN.into(), i16::MAX.into())?.try_into().expect(FITS)),
            Type::I32 => Val::S32(signed(i32::MIN.into(), i32::MAX.into())?.try_into().expect(FITS)),
            Type::I64 => Val::S64(signed(i64::MIN, i64::MAX)?),
            Type::U8 => Val::U8(unsigned(u8::MAX.into())?.try_into().expect(FITS)),
            Type::U16 => Val::U16(unsigned(u16::MAX.into())?.try_into().expect(FITS)),
            Type::U32 => Val::U32(unsigned(u32::MAX.into())?.try_into().expect(FITS)),
            Type::U64 => Val::U64(unsigned(u64::MAX)?),
            #[expect(clippy::cast_possible_truncation, reason = "the nearest f32 is what is meant")]
            Type::F32 => Val::Float32(json.as_f64().ok_or_else(wrong)? as f32),
            Type::F64 => Val::Float64(json.as_f64().ok_or_else(wrong)?),
            Type::Char => Val::Char(json.as_str().and_then(only_character).ok_or_else(wrong)?),
            Type::String => Val::String(json.as_str().ok_or_else(wrong)?.to_owned()),
            Type::Bytes => Val::List(self.items(json.as_array().ok_or_else(wrong)?, &Type::U8)?),
            Type::List(item) => Val::List(self.items(json.as_array().ok_or_else(wrong)?, item)?),
            Type::Option(item) => self.option(json, ty, item)?,
            Type::Record(record) => self.record(json.as_object().ok_or_else(wrong)?, &record.fields)?,
            Type::Tuple(items) => self.tuple(json, ty, items)?,
            Type::Enum(names) => Val::Enum(named(json, names).ok_or_else(wrong)?.original.clone()),
            Type::Flags(names) => self.flags(json.as_array().ok_or_else(wrong)?, ty, names)?,
            Type::Variant(variant) => self.variant(json, ty, &variant.cases)?,
            Type::Result { ok, error } => self.result(json, ty, ok.as_deref(), error.as_deref())?,
        })
    }

    fn items(&self, items: &[Value], ty: &Type) -> Result<Vec<Val>, Mismatch> {
        items
            .iter()
            .enumerate()
            .map(|(index, item)| JsonPath::Index(self, index).value(item, ty))
            .collect()
    }

    fn option(&self, json: &Value, ty: &Type, item: &Type) -> Result<Val, Mismatch> {
        Ok(Val::Option(match json {
            Value::Null => None,
            Value::Array(items) => match items.as_slice() {
                [] => None,
                [one] => Some(Box::new(JsonPath::Index(self, 0).value(one, item)?)),
                more => {
                    return Err(self.mismatch(
                        format!("{ty} with at most 1 element"),
                        &format!("{} elements", more.len()),
                    ));
                }
            },
            bare => Some(Box::new(self.value(bare, item)?)),
        }))
    }

    fn record(&self, object: &Object, fields: &[Field]) -> Result<Val, Mismatch> {
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            let path = JsonPath::Field(self, &field.name.aqua);
            let value = match (member(object, &field.name), &field.ty) {
                (Some(json), ty) => path.value(json, ty)?,
                (None, Type::List(_) | Type::Bytes) => Val::List(Vec::new()),
                (None, Type::Option(_)) => Val::Option(None),
                (None, ty) => return Err(path.mismatch(ty.to_string(), "nothing")),
            };
            values.push((field.name.original.clone(), value));
        }
        Ok(Val::Record(values))
    }

    fn tuple(&self, json: &Value, ty: &Type, types: &[Type]) -> Result<Val, Mismatch> {
        let mut values = Vec::with_capacity(types.len());
        match json {
            Value::Array(items) if items.len() == types.len() => {
                for (index, (item, ty)) in items.iter().zip(types).enumerate() {
                    values.push(JsonPath::Index(self, index).value(item, ty)?);
                }
            }
            Value::Object(object) => {
                for (index, ty) in types.iter().enumerate() {
                    let name = format!("f{index}");
                    let path = JsonPath::Field(self, &name);
                    let json = object
                        .get(&name)
                        .ok_or_else(|| path.mismatch(ty.to_string(), "nothing"))?;
                    values.push(path.value(json, ty)?);
                }
            }
            _ => return Err(self.mismatch(ty.to_string(), json)),
        }
        Ok(Val::Tuple(values))
    }

    fn flags(&self, items: &[Value], ty: &Type, names: &[Name]) -> Result<Val, Mismatch> {
        let mut set = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let name = named(item, names).ok_or_else(|| JsonPath::Index(self, index).mismatch(ty.to_string(), item))?;
            if !set.contains(&name.original) {
                set.push(name.original.clone());
            }
        }
        Ok(Val::Flags(set))
    }

    fn variant(&self, json: &Value, ty: &Type, cases: &[Case]) -> Result<Val, Mismatch> {
        let wrong = || self.mismatch(format!("{ty} as an object with its tag"), json);
        let object = json.as_object().ok_or_else(wrong)?;
        if let Some(tag) = object.get("tag") {
            let tag = tag.as_str().ok_or_else(wrong)?;
            let case = cases.iter().find(|case| case.name.is(tag)).ok_or_else(wrong)?;
            let path = JsonPath::Field(self, &case.name.aqua);
            let value = case
                .ty
                .as_ref()
                .map(|ty| path.payload(object, &case.name, ty))
                .transpose()?;
            return Ok(Val::Variant(case.name.original.clone(), value));
        }
        let (Some((tag, json)), 1) = (object.iter().next(), object.len()) else {
            return Err(wrong());
        };
        let case = cases.iter().find(|case| case.name.is(tag)).ok_or_else(wrong)?;
        let path = JsonPath::Field(self, &case.name.aqua);
        let value = case
            .ty
            .as_ref()
            .map(|ty| path.value(json, ty))
            .transpose()?
            .map(Box::new);
        Ok(Val::Variant(case.name.original.clone(), value))
    }

    fn result(&self, json: &Value, ty: &Type, ok: Option<&Type>, error: Option<&Type>) -> Result<Val, Mismatch> {
        let wrong = || self.mismatch(format!("{ty} as an object with its success"), json);
        let object = json.as_object().ok_or_else(wrong)?;
        let success = object.get("success").and_then(Value::as_bool).ok_or_else(wrong)?;
        let (name, ty) = if success { ("value", ok) } else { ("error", error) };
        let value = ty
            .map(|ty| JsonPath::Field(self, name).payload(object, &Name::new(name), ty))
            .transpose()?;
        Ok(Val::Result(if success { Ok(value) } else { Err(value) }))
    }

    /// The value `[x]` that an object holds for a case that needs one.
    fn payload(&self, object: &Object, name: &Name, ty: &Type) -> Result<Box<Val>, Mismatch> {
        match member(object, name).map(|json| (json, json.as_array().map(|items| items.as_slice()))) {
            Some((_, Some([one]))) => Ok(Box::new(JsonPath::Index(self, 0).value(one, ty)?)),
            Some((other, _)) => Err(self.mismatch(format!("an array with one {ty}"), other)),
            None => Err(self.mismatch(format!("an array with one {ty}"), "nothing")),
        }
    }

    fn mismatch(&self, expected: String, found: &(impl ToString + ?Sized)) -> Mismatch {
        Mismatch {
            path: self.path(),
            expected,
            found: shortened(&found.to_string()),
        }
    }

    fn path(&self) -> String {
        match self {
            Self::Root(name) => (*name).to_owned(),
            Self::Field(parent, name) => format!("{}.{name}", parent.path()),
            Self::Index(parent, index) => format!("{}[{index}]", parent.path()),
        }
    }
}

/// The member of this name, in Aqua's spelling or the component's.
fn member<'a>(object: &'a Object, name: &Name) -> Option<&'a Value> {
    object.get(&name.aqua).or_else(|| object.get(&name.original))
}

fn named<'a>(json: &Value, names: &'a [Name]) -> Option<&'a Name> {
    let text = json.as_str()?;
    names.iter().find(|name| name.is(text))
}

fn only_character(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
