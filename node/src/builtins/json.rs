//! `json`: objects made and changed, texts read and written.

use super::arguments::{json_text, object, read};
use super::{Answer, Call, Failure, Table};
use aqua_values::{Object, Value};

pub(super) fn enter(table: &mut Table) {
    table.insert_immediate("json", "obj", |call| with_members(Object::default(), &call.arguments));
    table.insert_immediate("json", "put", |call| {
        let [into, key, value] = call.exactly()?;
        with_members(object(into)?.clone(), &[key.clone(), value.clone()])
    });
    table.insert_immediate("json", "puts", |call| {
        let into = call
            .argument(0, "object")
            .and_then(|value: Value| object(&value).cloned())?;
        with_members(into, &call.arguments[1..])
    });
    table.insert_immediate("json", "parse", parse);
    table.insert_immediate("json", "stringify", |call| {
        let [value] = call.exactly()?;
        Ok(json_text(value).into())
    });
    table.insert_immediate("json", "obj_pairs", |call| {
        let [pairs] = call.exactly()?;
        with_pairs(Object::default(), pairs)
    });
    table.insert_immediate("json", "puts_pairs", |call| {
        let [into, pairs] = call.exactly()?;
        with_pairs(object(into)?.clone(), pairs)
    });
}

fn parse(call: &Call) -> Answer {
    let [text] = call.exactly()?;
    let text: String = read("str", text)?;
    Value::parse(&text).map_err(|error| Failure::text(format!("not a JSON text: {error}")))
}

/// The object with more members: key, value, key, value…
fn with_members(mut into: Object, members: &[Value]) -> Answer {
    let (pairs, rest) = members.as_chunks::<2>();
    for [key, value] in pairs {
        into.insert(read::<String>("key", key)?, value.clone());
    }
    match rest {
        [] => Ok(Value::Object(into)),
        [key, ..] => Err(Failure::text(format!(
            "Expected odd number of arguments, got even. No value for key '{}'",
            key.as_str().map_or_else(|| json_text(key), str::to_owned)
        ))),
    }
}

/// The object with more members: `[[key, value], …]`.
fn with_pairs(mut into: Object, pairs: &Value) -> Answer {
    for (key, value) in read::<Vec<(String, Value)>>("pairs", pairs)? {
        into.insert(key, value);
    }
    Ok(Value::Object(into))
}
