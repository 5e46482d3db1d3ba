//! `cmp`: which of two integers is greater.

use crate::math::operands;
use aqua_peer::{Function, Functions};

pub(crate) fn register(functions: &mut Functions) {
    functions.register(
        "cmp",
        "gt",
        Function::Pure(|call| operands(call).map(|(x, y): (i64, i64)| (x > y).into())),
    );
    functions.register(
        "cmp",
        "gte",
        Function::Pure(|call| operands(call).map(|(x, y): (i64, i64)| (x >= y).into())),
    );
    functions.register(
        "cmp",
        "lt",
        Function::Pure(|call| operands(call).map(|(x, y): (i64, i64)| (x < y).into())),
    );
    functions.register(
        "cmp",
        "lte",
        Function::Pure(|call| operands(call).map(|(x, y): (i64, i64)| (x <= y).into())),
    );
    functions.register(
        "cmp",
        "cmp",
        Function::Pure(|call| operands(call).map(|(x, y): (i64, i64)| (x.cmp(&y) as i8).into())),
    );
}
