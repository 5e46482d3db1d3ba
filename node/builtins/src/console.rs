//! `run-console`: the log of the peer.

use crate::arguments::{json_text, protected};
use crate::no_result;
use aqua_peer::{Answer, Call, Function, Functions};
use aqua_values::Value;

/// The maximum length of a printed text in bytes. The rest is not printed.
const MAX_PRINTED: usize = 4096;

/// Ends a text of which a part was left out.
const ELLIPSIS: &str = "…";

pub(crate) fn register(functions: &mut Functions) {
    functions.register_default("run-console", "print", Function::Local(|_, call| print(call)));
}

/// Reports the arguments, separated by spaces: strings as they are, other values as JSON.
fn print(call: &Call) -> Answer {
    match protected(call) {
        Ok(()) => Answer::Printed(text_of(&call.arguments), Ok(no_result())),
        Err(error) => Answer::Now(Err(error)),
    }
}

/// Takes time only for what is printed, however large the values are.
fn text_of(values: &[Value]) -> String {
    let mut text = String::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        let left = MAX_PRINTED.saturating_sub(text.len());
        match value.as_str() {
            Some(string) if string.len() <= left => text.push_str(string),
            Some(string) => {
                text.push_str(&string[..string.floor_char_boundary(left)]);
                return text + ELLIPSIS;
            }
            None if !value.is_text_longer_than(left) => text.push_str(&json_text(value)),
            None => return text + ELLIPSIS,
        }
    }
    text
}
