//! Values in messages, as JSON, and as sizes.

use bytesize::ByteSize;
use toml::de::DeValue;

/// The type of a value, and the value itself if it is short.
pub(crate) fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.chars().count() <= 40 => {
            format!("the string {}", serde_json::Value::from(text.as_ref()))
        }
        DeValue::String(_) => "a string".to_owned(),
        DeValue::Integer(number) => format!("the integer {number}"),
        DeValue::Float(number) => format!("the float {number}"),
        DeValue::Boolean(value) => format!("the boolean {value}"),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// The value as JSON. Dates become strings; infinities and NaN become `null`.
pub(crate) fn json(value: &DeValue<'_>) -> serde_json::Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => number.into(),
            Err(_) => u64::from_str_radix(number.as_str(), number.radix())
                .unwrap_or(u64::MAX)
                .into(),
        },
        DeValue::Float(number) => number.as_str().parse::<f64>().unwrap_or(f64::NAN).into(),
        DeValue::Boolean(truth) => (*truth).into(),
        DeValue::Datetime(date) => date.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())));
            serde_json::Value::Object(entries.collect())
        }
    }
}

/// Parses a size: a number of bytes with an optional unit such as `KiB` or `MB`.
#[must_use]
pub fn parse_size(text: &str) -> Option<u64> {
    text.trim().parse().ok().map(|ByteSize(bytes)| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let sizes = ["7", "7B", " 7 KiB", "32MiB", "1GiB", "1.5 KiB", "2kB"].map(parse_size);
        let expected = [7, 7, 7 << 10, 32 << 20, 1 << 30, 1536, 2000];
        assert_eq!(sizes, expected.map(Some));
        for text in ["", "MiB", "8 megabytes", "-1"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }
}
