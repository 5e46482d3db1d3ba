//! `op`: operations on values that need nothing of the peer.

use super::hashes::{from_base58, multihash, sha256, to_base58};
use super::{Answer, Call, Failure, Table, nothing};
use aqua_values::Value;

pub(super) fn enter(table: &mut Table) {
    table.insert_immediate("op", "noop", |_| Ok(nothing()));
    table.insert_immediate("op", "identity", identity);
    table.insert_immediate("op", "array", |call| Ok(call.arguments.as_slice().into()));
    table.insert_immediate("op", "array_length", array_length);
    table.insert_immediate("op", "concat", concat);
    table.insert_immediate("op", "concat_strings", concat_strings);
    table.insert_immediate("op", "string_to_b58", |call| {
        Ok(to_base58(call.argument::<String>(0, "string")?.as_bytes())?.into())
    });
    table.insert_immediate("op", "string_from_b58", string_from_b58);
    table.insert_immediate("op", "bytes_to_b58", |call| {
        Ok(to_base58(&call.argument::<Vec<u8>>(0, "bytes")?)?.into())
    });
    table.insert_immediate("op", "bytes_from_b58", |call| {
        Ok(from_base58(&call.argument::<String>(0, "b58_string")?)?.into())
    });
    table.insert_immediate("op", "sha256_string", sha256_string);
}

fn identity(call: &Call) -> Answer {
    match call.arguments.as_slice() {
        [] => Ok(nothing()),
        [value] => Ok(value.clone()),
        several => Err(Failure::text(format!(
            "identity accepts up to 1 arguments, received {} arguments",
            several.len()
        ))),
    }
}

/// Also `array.length`.
pub(super) fn array_length(call: &Call) -> Answer {
    match call.arguments.as_slice() {
        [Value::Array(items)] => Ok(items.len().into()),
        [_] => Err(Failure::text("op array_length's argument must be an array")),
        several => Err(Failure::text(format!(
            "op array_length accepts exactly 1 argument: {} found",
            several.len()
        ))),
    }
}

fn concat(call: &Call) -> Answer {
    let mut joined = Vec::new();
    for (index, argument) in call.arguments.iter().enumerate() {
        let items = argument.as_array().ok_or_else(|| {
            Failure::text(format!(
                "all arguments of 'concat' must be arrays: argument #{index} is not"
            ))
        })?;
        joined.extend(items.iter().cloned());
    }
    Ok(joined.into())
}

fn concat_strings(call: &Call) -> Answer {
    let mut joined = String::new();
    for (index, argument) in call.arguments.iter().enumerate() {
        joined.push_str(argument.as_str().ok_or_else(|| {
            Failure::text(format!(
                "all arguments of 'concat_strings' must be strings: argument #{index} is not"
            ))
        })?);
    }
    Ok(joined.into())
}

fn string_from_b58(call: &Call) -> Answer {
    let bytes = from_base58(&call.argument::<String>(0, "b58_string")?)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => Err(Failure::text(format!("the bytes are no text: {error}"))),
    }
}

/// The hash of a text as a multihash in base58; the digest alone, or the bytes as an array, where that is asked for.
fn sha256_string(call: &Call) -> Answer {
    let digest = sha256(call.argument::<String>(0, "string")?.as_bytes());
    let digest_only: bool = call.option(1, "digest_only")?.unwrap_or(false);
    let as_bytes: bool = call.option(2, "as_bytes")?.unwrap_or(false);
    let bytes = if digest_only {
        digest.to_vec()
    } else {
        multihash(&digest)
    };
    if as_bytes {
        Ok(bytes.into())
    } else {
        Ok(to_base58(&bytes)?.into())
    }
}
