//! Writes `MessagePack`: the shortest form of each number and length, as official interpreters write it.
//!
//! Call requests repeat whole lists of arguments and tetraplets, so they are written in one pass into one buffer.

use crate::Tetraplet;
use aqua_values::{Number, Value};

/// Types that differ in the tags of their length.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Bytes,
    Array,
    Map,
}

pub(super) fn write_map_head(out: &mut Vec<u8>, entries: usize) {
    write_head(out, Kind::Map, entries);
}

pub(super) fn write_array_head(out: &mut Vec<u8>, items: usize) {
    write_head(out, Kind::Array, items);
}

pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    write_head(out, Kind::Text, text.len());
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_head(out, Kind::Bytes, bytes.len());
    out.extend_from_slice(bytes);
}

pub(super) fn write_unsigned(out: &mut Vec<u8>, number: u64) {
    if let Ok(number) = u8::try_from(number) {
        if number >= 0x80 {
            out.push(0xcc);
        }
        out.push(number);
    } else if let Ok(number) = u16::try_from(number) {
        out.push(0xcd);
        out.extend_from_slice(&number.to_be_bytes());
    } else if let Ok(number) = u32::try_from(number) {
        out.push(0xce);
        out.extend_from_slice(&number.to_be_bytes());
    } else {
        out.push(0xcf);
        out.extend_from_slice(&number.to_be_bytes());
    }
}

pub(super) fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(0xc0),
        Value::Boolean(boolean) => out.push(0xc2 + u8::from(*boolean)),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => write_text(out, text),
        Value::Array(items) => {
            write_array_head(out, items.len());
            for item in items {
                write_value(out, item);
            }
        }
        Value::Object(fields) => {
            write_map_head(out, fields.len());
            for (name, value) in fields {
                write_text(out, name);
                write_value(out, value);
            }
        }
    }
}

pub(super) fn write_tetraplet(out: &mut Vec<u8>, tetraplet: &Tetraplet) {
    write_map_head(out, 4);
    for (name, text) in [
        ("peer_pk", &tetraplet.peer_pk),
        ("service_id", &tetraplet.service_id),
        ("function_name", &tetraplet.function_name),
        ("lens", &tetraplet.lens),
    ] {
        write_text(out, name);
        write_text(out, text);
    }
}

fn write_number(out: &mut Vec<u8>, number: &Number) {
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => write_unsigned(out, number),
        (None, Some(number)) => write_negative(out, number),
        (None, None) => {
            out.push(0xcb);
            out.extend_from_slice(&number.as_f64().unwrap_or(f64::NAN).to_be_bytes());
        }
    }
}

fn write_negative(out: &mut Vec<u8>, number: i64) {
    if let Ok(number) = i8::try_from(number) {
        if number < -32 {
            out.push(0xd0);
        }
        out.extend_from_slice(&number.to_be_bytes());
    } else if let Ok(number) = i16::try_from(number) {
        out.push(0xd1);
        out.extend_from_slice(&number.to_be_bytes());
    } else if let Ok(number) = i32::try_from(number) {
        out.push(0xd2);
        out.extend_from_slice(&number.to_be_bytes());
    } else {
        out.push(0xd3);
        out.extend_from_slice(&number.to_be_bytes());
    }
}

fn write_head(out: &mut Vec<u8>, kind: Kind, length: usize) {
    // Most lengths are in the tag itself.
    let (short, longest) = match kind {
        Kind::Text => (0xa0, 31),
        Kind::Array => (0x90, 15),
        Kind::Map => (0x80, 15),
        Kind::Bytes => (0, 0),
    };
    let tags = match kind {
        Kind::Text => [0xd9, 0xda, 0xdb],
        Kind::Bytes => [0xc4, 0xc5, 0xc6],
        Kind::Array => [0, 0xdc, 0xdd],
        Kind::Map => [0, 0xde, 0xdf],
    };
    if let Ok(length) = u8::try_from(length) {
        if short != 0 && length <= longest {
            out.push(short | length);
            return;
        }
        if tags[0] != 0 {
            out.extend_from_slice(&[tags[0], length]);
            return;
        }
    }
    if let Ok(length) = u16::try_from(length) {
        out.push(tags[1]);
        out.extend_from_slice(&length.to_be_bytes());
    } else {
        // Lengths are below the limit of a run, which is below 4 GiB.
        out.push(tags[2]);
        out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(text: &str) {
        let value = Value::parse(text).expect("JSON");
        let mut out = Vec::new();
        write_value(&mut out, &value);
        assert_eq!(out, rmp_serde::to_vec_named(&value).expect("it serialises"), "{text}");
    }

    #[test]
    fn values_have_their_shortest_form() {
        for bits in 0..64_u32 {
            for near in [-33_i64, -32, -1, 0, 1] {
                let number = (1_i64 << bits).wrapping_add(near);
                same(&number.to_string());
                same(&number.wrapping_neg().to_string());
            }
        }
        for text in ["18446744073709551615", "1.0", "-0.0", "1e300", "null", "true", "false"] {
            same(text);
        }
        for length in [0, 1, 15, 16, 31, 32, 255, 256, 65_535, 65_536] {
            same(&format!("\"{}\"", "x".repeat(length)));
            same(&Value::array(vec![1; length]).to_string());
            same(&Value::object((0..length).map(|number| (number.to_string(), Value::Null))).to_string());
            let bytes = vec![7; length];
            let mut out = Vec::new();
            write_bytes(&mut out, &bytes);
            assert_eq!(
                out,
                rmp_serde::to_vec(serde_bytes::Bytes::new(&bytes)).expect("it serialises"),
                "{length}"
            );
        }
    }
}
