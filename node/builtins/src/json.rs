//! `json`: objects made and changed, texts read and written.

use crate::Arguments as _;
use crate::arguments::{json_text, object, read};
use aqua_peer::{Call, Function, Functions, failure};
use aqua_values::{Object, Value};
use aqua_vm::CallResult;

pub(crate) fn register(functions: &mut Functions) {
    functions.register(
        "json",
        "obj",
        Function::Pure(|call| with_members(Object::default(), &call.arguments)),
    );
    functions.register(
        "json",
        "put",
        Function::Pure(|call| {
            let [into, key, value] = call.exactly()?;
            with_members(object(into)?.clone(), &[key.clone(), value.clone()])
        }),
    );
    functions.register(
        "json",
        "puts",
        Function::Pure(|call| {
            let into = call
                .argument(0, "object")
                .and_then(|value: Value| object(&value).cloned())?;
            with_members(into, &call.arguments[1..])
        }),
    );
    functions.register("json", "parse", Function::Pure(parse));
    functions.register(
        "json",
        "stringify",
        Function::Pure(|call| {
            let [value] = call.exactly()?;
            Ok(json_text(value).into())
        }),
    );
    functions.register(
        "json",
        "obj_pairs",
        Function::Pure(|call| {
            let [pairs] = call.exactly()?;
            with_pairs(Object::default(), pairs)
        }),
    );
    functions.register(
        "json",
        "puts_pairs",
        Function::Pure(|call| {
            let [into, pairs] = call.exactly()?;
            with_pairs(object(into)?.clone(), pairs)
        }),
    );
}

fn parse(call: &Call) -> CallResult {
    let [text] = call.exactly()?;
    let text: String = read("str", text)?;
    Value::parse(&text).map_err(|error| failure(format!("not a JSON text: {error}")))
}

/// The object with more members: key, value, key, value…
fn with_members(mut into: Object, members: &[Value]) -> CallResult {
    let (pairs, rest) = members.as_chunks::<2>();
    for [key, value] in pairs {
        into.insert(read::<String>("key", key)?, value.clone());
    }
    match rest {
        [] => Ok(Value::Object(into)),
        [key, ..] => Err(failure(format!(
            "Expected odd number of arguments, got even. No value for key '{}'",
            key.as_str().map_or_else(|| json_text(key), str::to_owned)
        ))),
    }
}

/// The object with more members: `[[key, value], …]`.
fn with_pairs(mut into: Object, pairs: &Value) -> CallResult {
    for (key, value) in read::<Vec<(String, Value)>>("pairs", pairs)? {
        into.insert(key, value);
    }
    Ok(Value::Object(into))
}
