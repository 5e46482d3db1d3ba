//! Conversions from Rust values, and to and from the value of `serde_json`.

use crate::{Number, Object, Value};
use ecow::{EcoString, EcoVec};

impl From<&str> for Value {
    #[inline]
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    #[inline]
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<EcoString> for Value {
    #[inline]
    fn from(text: EcoString) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    #[inline]
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {
        $(
            impl From<$integer> for Value {
                #[inline]
                fn from(number: $integer) -> Self {
                    Self::Number(number.into())
                }
            }
        )*
    };
}

from_integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl From<f64> for Value {
    /// A number that JSON can't express is `null`.
    #[inline]
    fn from(number: f64) -> Self {
        Number::from_f64(number).map_or(Self::Null, Self::Number)
    }
}

impl From<f32> for Value {
    /// A number that JSON can't express is `null`.
    #[inline]
    fn from(number: f32) -> Self {
        f64::from(number).into()
    }
}

impl From<Number> for Value {
    #[inline]
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<Object> for Value {
    #[inline]
    fn from(fields: Object) -> Self {
        Self::Object(fields)
    }
}

impl From<EcoVec<Self>> for Value {
    #[inline]
    fn from(items: EcoVec<Self>) -> Self {
        Self::Array(items)
    }
}

impl<I: Into<Self>> From<Vec<I>> for Value {
    #[inline]
    fn from(items: Vec<I>) -> Self {
        items.into_iter().collect()
    }
}

impl<I: Into<Self> + Clone> From<&[I]> for Value {
    #[inline]
    fn from(items: &[I]) -> Self {
        items.iter().cloned().collect()
    }
}

impl<I: Into<Self>, const N: usize> From<[I; N]> for Value {
    #[inline]
    fn from(items: [I; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<I: Into<Self>> FromIterator<I> for Value {
    #[inline]
    fn from_iter<T: IntoIterator<Item = I>>(items: T) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(boolean) => Self::Boolean(boolean),
            serde_json::Value::Number(number) => Self::Number(number),
            serde_json::Value::String(text) => text.into(),
            serde_json::Value::Array(items) => items.into(),
            serde_json::Value::Object(fields) => {
                Self::object(fields.into_iter().map(|(name, value)| (name, value.into())))
            }
        }
    }
}

impl From<&Value> for serde_json::Value {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(boolean) => (*boolean).into(),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => text.as_str().into(),
            Value::Array(items) => items.iter().map(Self::from).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.as_str(), Self::from(value)))
                .collect(),
        }
    }
}
