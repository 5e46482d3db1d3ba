//! `array`: lists as slices, sums and sets.

use crate::Arguments as _;
use crate::arguments::{json_text, read};
use crate::math::sum_of;
use crate::op::array_length;
use aqua_peer::{Call, Function, Functions, failure};
use aqua_values::Value;
use aqua_vm::{CallError, CallResult};
use indexmap::IndexSet;

pub(crate) fn register(functions: &mut Functions) {
    functions.register("array", "length", Function::Pure(array_length));
    functions.register("array", "slice", Function::Pure(slice));
    functions.register("array", "sum", Function::Pure(sum));
    functions.register(
        "array",
        "dedup",
        Function::Pure(|call| {
            let [items] = call.exactly()?;
            Ok(texts(set("array", items)?))
        }),
    );
    functions.register(
        "array",
        "intersect",
        Function::Pure(|call| {
            let (left, right) = sets(call)?;
            Ok(texts(left.into_iter().filter(|item| right.contains(item))))
        }),
    );
    functions.register(
        "array",
        "diff",
        Function::Pure(|call| {
            let (left, right) = sets(call)?;
            Ok(texts(left.into_iter().filter(|item| !right.contains(item))))
        }),
    );
    functions.register(
        "array",
        "sdiff",
        Function::Pure(|call| {
            let (left, right) = sets(call)?;
            Ok(texts(left.symmetric_difference(&right).cloned()))
        }),
    );
}

/// Items from `start` up to, but without, `end`. A slice of an empty array is empty, whatever the bounds.
fn slice(call: &Call) -> CallResult {
    let [array, start, end] = call.exactly()?;
    let items = array.as_array().ok_or_else(|| {
        failure(format!(
            "Error deserializing field 'array': expected an array, got {}",
            json_text(array)
        ))
    })?;
    let (start, end): (usize, usize) = (read("start", start)?, read("end", end)?);
    if items.is_empty() {
        return Ok(array.clone());
    }
    match items.get(start..end) {
        Some(part) => Ok(part.into()),
        None => Err(failure(format!(
            "slice indexes out of bounds: start {start}, end {end}, the array has {} elements",
            items.len()
        ))),
    }
}

fn sum(call: &Call) -> CallResult {
    let [numbers] = call.exactly()?;
    sum_of(read::<Vec<i64>>("array", numbers)?).map(Value::from)
}

/// Both arguments as sets in order of first appearance.
fn sets(call: &Call) -> Result<(IndexSet<String>, IndexSet<String>), CallError> {
    let [left, right] = call.exactly()?;
    Ok((set("left", left)?, set("right", right)?))
}

fn set(name: &str, value: &Value) -> Result<IndexSet<String>, CallError> {
    Ok(read::<Vec<String>>(name, value)?.into_iter().collect())
}

fn texts(items: impl IntoIterator<Item = String>) -> Value {
    items.into_iter().collect()
}
