//! `debug`: values as texts, for people.

use crate::arguments::json_text;
use aqua_peer::{Function, Functions};

pub(crate) fn register(functions: &mut Functions) {
    functions.register(
        "debug",
        "stringify",
        Function::Pure(|call| {
            Ok(match call.arguments.as_slice() {
                [] => "\"<empty argument list>\"".into(),
                [value] => json_text(value).into(),
                several => json_text(several).into(),
            })
        }),
    );
}
