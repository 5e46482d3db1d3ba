//! Values as the source of other types. Error texts are those of `serde_json`, since error texts of builtins quote them.

use crate::{Error, Fields, Number, Object, Value};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// Converts a value to another type, as `serde_json::from_value` does.
///
/// # Errors
/// The value is not of this type.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    T::deserialize(Source(value))
}

/// A value that is read.
#[derive(Clone, Copy)]
struct Source<'v>(&'v Value);

impl<'v> Source<'v> {
    fn mismatch<T>(self, expected: &dyn Expected) -> Result<T, Error> {
        Err(Error::invalid_type(self.unexpected(), expected))
    }

    fn unexpected(self) -> Unexpected<'v> {
        match self.0 {
            Value::Null => Unexpected::Unit,
            Value::Boolean(boolean) => Unexpected::Bool(*boolean),
            Value::Number(number) => unexpected_number(number),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }

    fn visit_number<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Number(_) => self.deserialize_any(visitor),
            _ => self.mismatch(&visitor),
        }
    }

    fn visit_string<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_borrowed_str(text),
            _ => self.mismatch(&visitor),
        }
    }

    fn visit_items<V: Visitor<'v>>(self, items: &'v [Value], visitor: V) -> Result<V::Value, Error> {
        let mut rest = Items(items.iter());
        let read = visitor.visit_seq(&mut rest)?;
        if rest.0.len() == 0 {
            Ok(read)
        } else {
            Err(Error::invalid_length(items.len(), &"fewer elements in array"))
        }
    }

    fn visit_fields<V: Visitor<'v>>(self, fields: &'v Object, visitor: V) -> Result<V::Value, Error> {
        let mut rest = Entries {
            rest: fields.iter(),
            value: None,
        };
        let read = visitor.visit_map(&mut rest)?;
        if rest.rest.len() == 0 {
            Ok(read)
        } else {
            Err(Error::invalid_length(fields.len(), &"fewer elements in map"))
        }
    }
}

fn unexpected_number(number: &Number) -> Unexpected<'static> {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(number), _, _) => Unexpected::Unsigned(number),
        (None, Some(number), _) => Unexpected::Signed(number),
        (None, None, float) => Unexpected::Float(float.unwrap_or(f64::NAN)),
    }
}

macro_rules! forward {
    ($($method:ident)* => $to:ident) => {
        $(
            fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
                self.$to(visitor)
            }
        )*
    };
}

impl<'v> Deserializer<'v> for Source<'v> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Boolean(boolean) => visitor.visit_bool(*boolean),
            Value::Number(number) => match unexpected_number(number) {
                Unexpected::Unsigned(number) => visitor.visit_u64(number),
                Unexpected::Signed(number) => visitor.visit_i64(number),
                _ => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => self.visit_items(items, visitor),
            Value::Object(fields) => self.visit_fields(fields, visitor),
        }
    }

    forward! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 => visit_number
    }

    forward! { deserialize_char deserialize_str deserialize_string deserialize_identifier => visit_string }

    forward! { deserialize_byte_buf => deserialize_bytes }

    fn deserialize_bool<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Boolean(boolean) => visitor.visit_bool(*boolean),
            _ => self.mismatch(&visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => self.visit_items(items, visitor),
            _ => self.mismatch(&visitor),
        }
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            _ => self.mismatch(&visitor),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'v>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'v>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => self.visit_items(items, visitor),
            _ => self.mismatch(&visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'v>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'v>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) => self.visit_fields(fields, visitor),
            _ => self.mismatch(&visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'v>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => self.visit_items(items, visitor),
            Value::Object(fields) => self.visit_fields(fields, visitor),
            _ => self.mismatch(&visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'v>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (name, content) = match self.0 {
            Value::String(name) => (name, None),
            Value::Object(fields) => {
                let mut fields = fields.iter();
                match (fields.next(), fields.next()) {
                    (Some((name, content)), None) => (name, Some(Self(content))),
                    _ => return Err(Error::invalid_value(Unexpected::Map, &"map with a single key")),
                }
            }
            _ => return self.mismatch(&"string or map"),
        };
        visitor.visit_enum(Variant { name, content })
    }

    fn deserialize_ignored_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

struct Items<'v>(std::slice::Iter<'v, Value>);

impl<'v> SeqAccess<'v> for Items<'v> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'v>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(Source(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries<'v> {
    rest: Fields<'v>,
    value: Option<&'v Value>,
}

impl<'v> MapAccess<'v> for Entries<'v> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'v>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(Name(name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'v>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let value = self.value.take().ok_or_else(|| Error::custom("value is missing"))?;
        seed.deserialize(Source(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The name of a field as the key of a map. Numbers and booleans stand in quotes there.
struct Name<'v>(&'v str);

/// Reads a number from the text of a key.
macro_rules! number_keys {
    ($($method:ident)*) => {
        $(
            fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
                let not_a_number = || Error::custom("invalid value: expected key to be a number in quotes");
                if !self.0.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
                    return Err(not_a_number());
                }
                let mut source = serde_json::Deserializer::from_str(self.0);
                let number = source.$method(visitor)?;
                source.end().map_err(|_| not_a_number())?;
                Ok(number)
            }
        )*
    };
}

impl<'v> Deserializer<'v> for Name<'v> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    number_keys! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    fn deserialize_bool<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            other => Err(Error::invalid_type(Unexpected::Str(other), &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'v>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'v>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        BorrowedStrDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        <V: Visitor<'v>>
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Variant<'v> {
    name: &'v str,
    content: Option<Source<'v>>,
}

impl<'v> EnumAccess<'v> for Variant<'v> {
    type Error = Error;
    type Variant = Content<'v>;

    fn variant_seed<S: DeserializeSeed<'v>>(self, seed: S) -> Result<(S::Value, Content<'v>), Error> {
        let name = seed.deserialize(IntoDeserializer::<Error>::into_deserializer(self.name))?;
        Ok((name, Content(self.content)))
    }
}

struct Content<'v>(Option<Source<'v>>);

impl<'v> VariantAccess<'v> for Content<'v> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        self.0.map_or(Ok(()), de::Deserialize::deserialize)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'v>>(self, seed: S) -> Result<S::Value, Error> {
        match self.0 {
            Some(content) => seed.deserialize(content),
            None => Err(Error::invalid_type(Unexpected::UnitVariant, &"newtype variant")),
        }
    }

    fn tuple_variant<V: Visitor<'v>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Some(Source(Value::Array(items))) if items.is_empty() => visitor.visit_unit(),
            Some(content @ Source(Value::Array(items))) => content.visit_items(items, visitor),
            Some(content) => content.mismatch(&"tuple variant"),
            None => Err(Error::invalid_type(Unexpected::UnitVariant, &"tuple variant")),
        }
    }

    fn struct_variant<V: Visitor<'v>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Some(content @ Source(Value::Object(fields))) => content.visit_fields(fields, visitor),
            Some(content) => content.mismatch(&"struct variant"),
            None => Err(Error::invalid_type(Unexpected::UnitVariant, &"struct variant")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;
    use std::fmt::Debug;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Record {
        name: String,
        #[serde(default)]
        ages: Vec<u8>,
        next: Option<Box<Self>>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        a: i64,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    enum Choice {
        Unit,
        Newtype(u8),
        Tuple(u8, String),
        Struct { x: f64 },
    }

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
    enum Key {
        Unit,
        Newtype,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Newtype(bool);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Pair(u8, char);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Unit;

    /// Values of all kinds, and near misses of the types above.
    const VALUES: &[&str] = &[
        "null",
        "true",
        "0",
        "-1",
        "255",
        "256",
        "-129",
        "9223372036854775808",
        "-9223372036854775808",
        "1.5",
        "1.0",
        "1e300",
        r#""""#,
        r#""x""#,
        r#""xy""#,
        r#""Unit""#,
        r#""Newtype""#,
        r#""Tuple""#,
        r#""Struct""#,
        r#""Other""#,
        "[]",
        "[1]",
        "[null]",
        "[1, \"x\"]",
        "[1, \"x\", 2]",
        "[[\"k\", 1], [\"l\", null]]",
        "[[\"k\"]]",
        "[\"a\", \"b\"]",
        "[\"a\", 1]",
        "{}",
        r#"{"a": 1}"#,
        r#"{"a": 1, "b": 2}"#,
        r#"{"a": "x"}"#,
        r#"{"name": "n", "next": {"name": "m", "ages": [1, 2], "other": [{}]}}"#,
        r#"{"name": "n", "next": {"name": 1}}"#,
        r#"{"name": "n", "ages": [1, 300]}"#,
        r#"{"Unit": null}"#,
        r#"{"Unit": 1}"#,
        r#"{"Newtype": 1}"#,
        r#"{"Newtype": "x"}"#,
        r#"{"Tuple": [1, "x"]}"#,
        r#"{"Tuple": [1, "x", 1]}"#,
        r#"{"Tuple": []}"#,
        r#"{"Tuple": 1}"#,
        r#"{"Struct": {"x": 1}}"#,
        r#"{"Struct": {}}"#,
        r#"{"Struct": [1]}"#,
        r#"{"Other": 1}"#,
        r#"{"Unit": null, "Newtype": 1}"#,
        r#"{"1": true, "2": false}"#,
        r#"{"-1": true}"#,
        r#"{"01": true}"#,
        r#"{"1.5": true}"#,
        r#"{"x": true}"#,
        r#"{"true": true}"#,
        r#"{"Unit": true}"#,
    ];

    fn compare<T: DeserializeOwned + PartialEq + Debug>() {
        for text in VALUES {
            let value = Value::parse(text).expect("JSON");
            let json = serde_json::Value::from(&value);
            let expected = T::deserialize(&json).map_err(|error| error.to_string());
            let read = from_value::<T>(&value).map_err(|error| error.to_string());
            assert_eq!(read, expected, "{} from {text}", std::any::type_name::<T>());
        }
    }

    macro_rules! compare_all {
        ($($ty:ty),* $(,)?) => { $( compare::<$ty>(); )* };
    }

    #[test]
    fn results_and_errors_are_those_of_serde_json() {
        compare_all! {
            (), bool, i8, i16, i32, i64, u8, u16, u32, u64, i128, u128, f32, f64, char, String, usize,
            Option<u8>, Option<Vec<String>>, Vec<u8>, Vec<String>, Vec<Value>, Vec<i64>, [u8; 2], (u8, String),
            Vec<(String, Value)>, BTreeMap<String, Value>, BTreeMap<u32, bool>, BTreeMap<i8, bool>, BTreeMap<bool, bool>,
            BTreeMap<Key, bool>, Record, Strict, Choice, Newtype, Pair, Unit, Value, serde_json::Value,
        }
    }
}
