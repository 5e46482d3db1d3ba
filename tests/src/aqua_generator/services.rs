//! The results of services: a pure function of the peer, the method and the arguments.

use crate::simulated_network::json_arguments;
use aqua_vm::CallRequest;
use aqua_vm::flat::FlatCallResult;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The result that a peer returns to a generated program for these arguments.
pub fn answer(given: &BTreeMap<String, Value>, peer_id: &str, request: &CallRequest) -> FlatCallResult {
    let arguments = &json_arguments(request);
    let first = || arguments.first().cloned().unwrap_or(Value::Null);
    let value = match (&request.service_id[..], &request.function_name[..]) {
        ("getDataSrv", name) => Ok(given.get(name).cloned().unwrap_or(Value::Null)),
        ("math", name) => calculated(name, arguments),
        ("cmp", name) => compared(name, arguments),
        ("callbackSrv" | "errorHandlingSrv" | "meet", name) if !name.starts_with("callback") => Ok(json!({})),
        (_, "twice") => Ok(json!([first(), first()])),
        (_, "some") => Ok(json!([first()])),
        (_, "none") => Ok(json!([])),
        (_, "eat") => Ok(json!({})),
        (_, "count") => Ok(json!(first().as_array().map(Vec::len))),
        (_, "pair") => Ok(json!(arguments)),
        (_, "tell") => Ok(json!(format!(
            "{} of {}",
            &peer_id[peer_id.len().saturating_sub(4)..],
            first()
        ))),
        (_, "sorted") => {
            let mut items = first().as_array().cloned().unwrap_or_default();
            items.sort_by_key(Value::to_string);
            Ok(Value::Array(items))
        }
        (_, "fail") => Err(format!("failed with {}", first())),
        (_, "refuse") if first() == json!(true) => Err("refused".to_owned()),
        (_, "refuse") => Ok(arguments.get(1).cloned().unwrap_or(Value::Null)),
        _ => Ok(first()),
    };
    match value {
        Ok(value) => FlatCallResult {
            ret_code: 0,
            result: value.to_string(),
        },
        Err(message) => FlatCallResult {
            ret_code: 1,
            result: json!(message).to_string(),
        },
    }
}

fn calculated(name: &str, arguments: &[Value]) -> Result<Value, String> {
    let [left, right] = arguments else {
        return Err("two numbers are wanted".to_owned());
    };
    let (Some(left), Some(right)) = (left.as_i64(), right.as_i64()) else {
        return Err(format!("{left} and {right} are not whole numbers"));
    };
    let result = match name {
        "add" => left.checked_add(right),
        "sub" => left.checked_sub(right),
        "mul" => left.checked_mul(right),
        "div" => left.checked_div(right),
        "rem" => left.checked_rem(right),
        "pow" => u32::try_from(right).ok().and_then(|right| left.checked_pow(right)),
        _ => None,
    };
    result
        .map(|number| json!(number))
        .ok_or_else(|| format!("{name} of {left} and {right} is no number"))
}

fn compared(name: &str, arguments: &[Value]) -> Result<Value, String> {
    let numbers: Vec<i64> = arguments.iter().filter_map(Value::as_i64).collect();
    let [left, right] = numbers[..] else {
        return Err(format!("{} are not two whole numbers", json!(arguments)));
    };
    match name {
        "lt" => Ok(json!(left < right)),
        "lte" => Ok(json!(left <= right)),
        "gt" => Ok(json!(left > right)),
        "gte" => Ok(json!(left >= right)),
        _ => Err(format!("nobody compares {name}")),
    }
}
