//! `array`: lists as slices, sums and sets.

use super::arguments::{json_text, read};
use super::math::sum_of;
use super::op::array_length;
use super::{Answer, Call, Failure, Table};
use aqua_values::Value;
use indexmap::IndexSet;

pub(super) fn enter(table: &mut Table) {
    table.insert_immediate("array", "length", array_length);
    table.insert_immediate("array", "slice", slice);
    table.insert_immediate("array", "sum", sum);
    table.insert_immediate("array", "dedup", |call| {
        let [items] = call.exactly()?;
        Ok(texts(set("array", items)?))
    });
    table.insert_immediate("array", "intersect", |call| {
        let (left, right) = sets(call)?;
        Ok(texts(left.into_iter().filter(|item| right.contains(item))))
    });
    table.insert_immediate("array", "diff", |call| {
        let (left, right) = sets(call)?;
        Ok(texts(left.into_iter().filter(|item| !right.contains(item))))
    });
    table.insert_immediate("array", "sdiff", |call| {
        let (left, right) = sets(call)?;
        Ok(texts(left.symmetric_difference(&right).cloned()))
    });
}

/// Items from `start` up to, but without, `end`. A slice of an empty array is empty, whatever the bounds.
fn slice(call: &Call) -> Answer {
    let [array, start, end] = call.exactly()?;
    let items = array.as_array().ok_or_else(|| {
        Failure::text(format!(
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
        None => Err(Failure::text(format!(
            "slice indexes out of bounds: start {start}, end {end}, the array has {} elements",
            items.len()
        ))),
    }
}

fn sum(call: &Call) -> Answer {
    let [numbers] = call.exactly()?;
    sum_of(read::<Vec<i64>>("array", numbers)?).map(Value::from)
}

/// Both arguments as sets in order of first appearance.
fn sets(call: &Call) -> Result<(IndexSet<String>, IndexSet<String>), Failure> {
    let [left, right] = call.exactly()?;
    Ok((set("left", left)?, set("right", right)?))
}

fn set(name: &str, value: &Value) -> Result<IndexSet<String>, Failure> {
    Ok(read::<Vec<String>>(name, value)?.into_iter().collect())
}

fn texts(items: impl IntoIterator<Item = String>) -> Value {
    items.into_iter().collect()
}
