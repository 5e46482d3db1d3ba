//! `op`: operations on values that need nothing of the peer.

use crate::Arguments as _;
use crate::hashes::{from_base58, multihash, sha256, to_base58};
use crate::no_result;
use aqua_peer::{Call, Function, Functions, failure};
use aqua_values::Value;
use aqua_vm::CallResult;

pub(crate) fn register(functions: &mut Functions) {
    functions.register("op", "noop", Function::Pure(|_| Ok(no_result())));
    functions.register("op", "identity", Function::Pure(identity));
    functions.register(
        "op",
        "array",
        Function::Pure(|call| Ok(call.arguments.as_slice().into())),
    );
    functions.register("op", "array_length", Function::Pure(array_length));
    functions.register("op", "concat", Function::Pure(concat));
    functions.register("op", "concat_strings", Function::Pure(concat_strings));
    functions.register(
        "op",
        "string_to_b58",
        Function::Pure(|call| Ok(to_base58(call.argument::<String>(0, "string")?.as_bytes())?.into())),
    );
    functions.register("op", "string_from_b58", Function::Pure(string_from_b58));
    functions.register(
        "op",
        "bytes_to_b58",
        Function::Pure(|call| Ok(to_base58(&call.argument::<Vec<u8>>(0, "bytes")?)?.into())),
    );
    functions.register(
        "op",
        "bytes_from_b58",
        Function::Pure(|call| Ok(from_base58(&call.argument::<String>(0, "b58_string")?)?.into())),
    );
    functions.register("op", "sha256_string", Function::Pure(sha256_string));
}

fn identity(call: &Call) -> CallResult {
    match call.arguments.as_slice() {
        [] => Ok(no_result()),
        [value] => Ok(value.clone()),
        several => Err(failure(format!(
            "identity accepts up to 1 arguments, received {} arguments",
            several.len()
        ))),
    }
}

/// Also `array.length`.
pub(crate) fn array_length(call: &Call) -> CallResult {
    match call.arguments.as_slice() {
        [Value::Array(items)] => Ok(items.len().into()),
        [_] => Err(failure("op array_length's argument must be an array")),
        several => Err(failure(format!(
            "op array_length accepts exactly 1 argument: {} found",
            several.len()
        ))),
    }
}

fn concat(call: &Call) -> CallResult {
    let mut joined = Vec::new();
    for (index, argument) in call.arguments.iter().enumerate() {
        let items = argument.as_array().ok_or_else(|| {
            failure(format!(
                "all arguments of 'concat' must be arrays: argument #{index} is not"
            ))
        })?;
        joined.extend(items.iter().cloned());
    }
    Ok(joined.into())
}

fn concat_strings(call: &Call) -> CallResult {
    let mut joined = String::new();
    for (index, argument) in call.arguments.iter().enumerate() {
        joined.push_str(argument.as_str().ok_or_else(|| {
            failure(format!(
                "all arguments of 'concat_strings' must be strings: argument #{index} is not"
            ))
        })?);
    }
    Ok(joined.into())
}

fn string_from_b58(call: &Call) -> CallResult {
    let bytes = from_base58(&call.argument::<String>(0, "b58_string")?)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => Err(failure(format!("the bytes are no text: {error}"))),
    }
}

/// The hash of a text as a multihash in base58; the digest alone, or the bytes as an array, where that is asked for.
fn sha256_string(call: &Call) -> CallResult {
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
