//! One value from JSON (§4.2 of the Marine format).

use super::{ArgumentMismatch, MismatchKind};
use crate::{GuestValue, InterfaceType, RecordLayout, Records, ScalarType};
use aqua_values::Value;

/// Characters of a value that a message shows.
const SHOWN: usize = 60;

type Result<T> = std::result::Result<T, ArgumentMismatch>;

/// The position of a value within an argument. Positions refer to those around them, so that text is built only for an error.
#[derive(Clone, Copy)]
pub(super) enum JsonPath<'a> {
    Root(&'a str),
    Field(&'a Self, &'a str),
    Index(&'a Self, usize),
}

impl JsonPath<'_> {
    /// The value of type `ty` that `json` stands for.
    pub(super) fn convert(&self, records: &Records, ty: &InterfaceType, json: &Value) -> Result<GuestValue> {
        match ty {
            InterfaceType::Scalar(scalar) => self.scalar(records, *scalar, json).map(GuestValue::Scalar),
            InterfaceType::String => match only(json).as_string() {
                Some(text) => Ok(GuestValue::String(text.clone())),
                None => Err(self.not_scalar(records, ty, json)),
            },
            InterfaceType::ByteArray => self.packed(records, ScalarType::U8, json, || {
                MismatchKind::ByteArray(describe(json))
            }),
            InterfaceType::Array(element) => {
                let not_an_array = || MismatchKind::Array {
                    element: records.describe(element),
                    found: describe(json),
                };
                if let Some(scalar) = element.as_scalar() {
                    return self.packed(records, scalar, json, not_an_array);
                }
                let items = json.as_array().ok_or_else(|| self.mismatch(not_an_array()))?;
                let items = items.iter().enumerate();
                let items = items.map(|(index, item)| JsonPath::Index(self, index).convert(records, element, item));
                items.collect::<Result<_>>().map(GuestValue::Array)
            }
            InterfaceType::Record(index) => match records.get(*index) {
                Some(layout) => self.record(records, layout, json),
                None => Err(self.not_scalar(records, ty, json)),
            },
        }
    }

    /// An array of scalars in the form of memory.
    fn packed(
        &self,
        records: &Records,
        scalar: ScalarType,
        json: &Value,
        not_an_array: impl FnOnce() -> MismatchKind,
    ) -> Result<GuestValue> {
        let Some(items) = json.as_array() else {
            return Err(self.mismatch(not_an_array()));
        };
        let size = scalar.size() as usize;
        let mut bytes = Vec::with_capacity(items.len() * size);
        for (index, item) in items.iter().enumerate() {
            let bits = JsonPath::Index(self, index).scalar(records, scalar, item)?;
            bytes.extend_from_slice(&bits.to_le_bytes()[..size]);
        }
        Ok(GuestValue::Packed(bytes))
    }

    fn record(&self, records: &Records, layout: &RecordLayout, json: &Value) -> Result<GuestValue> {
        let fields = &layout.fields;
        let arity = |found| {
            self.mismatch(MismatchKind::Arity {
                expected: fields.len(),
                found,
            })
        };
        let mut values = Vec::with_capacity(fields.len());
        match json {
            Value::Array(items) if items.len() != fields.len() => return Err(arity(items.len())),
            Value::Array(items) => {
                for (field, item) in fields.iter().zip(items) {
                    values.push(JsonPath::Field(self, &field.name).convert(records, &field.ty, item)?);
                }
            }
            Value::Object(object) => {
                for field in fields {
                    let missing = || self.mismatch(MismatchKind::Missing(field.name.to_string()));
                    let item = object.get(&field.name).ok_or_else(missing)?;
                    values.push(JsonPath::Field(self, &field.name).convert(records, &field.ty, item)?);
                }
                if object.len() > fields.len() {
                    return Err(arity(object.len()));
                }
            }
            _ => {
                return Err(self.mismatch(MismatchKind::Record {
                    record: layout.name.to_string(),
                    found: describe(json),
                }));
            }
        }
        Ok(GuestValue::Record(values))
    }

    /// The bits of a boolean or a number.
    fn scalar(&self, records: &Records, scalar: ScalarType, json: &Value) -> Result<u64> {
        let value = only(json);
        let signed = |min: i64, max: i64| {
            let number = value.as_i64().filter(|number| (min..=max).contains(number));
            number.map(|number| number as u64)
        };
        let unsigned = |max: u64| value.as_u64().filter(|number| *number <= max);
        let bits = match scalar {
            ScalarType::Bool => value.as_bool().map(u64::from),
            ScalarType::S8 => signed(i8::MIN.into(), i8::MAX.into()),
            ScalarType::S16 => signed(i16::MIN.into(), i16::MAX.into()),
            ScalarType::S32 | ScalarType::I32 => signed(i32::MIN.into(), i32::MAX.into()),
            ScalarType::S64 | ScalarType::I64 => signed(i64::MIN, i64::MAX),
            ScalarType::U8 => unsigned(u8::MAX.into()),
            ScalarType::U16 => unsigned(u16::MAX.into()),
            ScalarType::U32 => unsigned(u32::MAX.into()),
            ScalarType::U64 => unsigned(u64::MAX),
            ScalarType::F32 => value.as_f64().map(|number| (number as f32).to_bits().into()),
            ScalarType::F64 => value.as_f64().map(f64::to_bits),
        };
        bits.ok_or_else(|| self.not_scalar(records, &scalar.into(), json))
    }

    fn not_scalar(&self, records: &Records, ty: &InterfaceType, json: &Value) -> ArgumentMismatch {
        self.mismatch(MismatchKind::Scalar {
            expected: records.describe(ty),
            found: describe(json),
        })
    }

    fn mismatch(&self, kind: MismatchKind) -> ArgumentMismatch {
        ArgumentMismatch {
            path: self.text(),
            kind,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Root(name) => (*name).to_owned(),
            Self::Field(parent, name) => format!("{}.{name}", parent.text()),
            Self::Index(parent, index) => format!("{}[{index}]", parent.text()),
        }
    }
}

/// The only element of an array, or the value itself: a lens of Aqua gives arrays where callers mean single values.
fn only(json: &Value) -> &Value {
    match json {
        Value::Array(items) if items.len() == 1 => &items[0],
        other => other,
    }
}

/// A value in a message. Large ones are not printed.
fn describe(json: &Value) -> String {
    match json {
        Value::Array(items) => format!("an array of {} elements", items.len()),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => match text.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("\"{}…\"", &text[..end]),
            None => json.to_string(),
        },
        Value::Null | Value::Boolean(_) | Value::Number(_) => json.to_string(),
    }
}
