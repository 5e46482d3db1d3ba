//! `math`: arithmetic on 64-bit integers. What doesn't fit is an error, never a wrapped number.

use crate::Arguments as _;
use crate::arguments::read;
use aqua_peer::{Call, Function, Functions, failure};
use aqua_vm::CallError;
use serde::de::DeserializeOwned;

pub(crate) fn register(functions: &mut Functions) {
    functions.register(
        "math",
        "add",
        Function::Pure(|call| {
            let (x, y) = operands(call)?;
            Ok(add(x, y)?.into())
        }),
    );
    functions.register(
        "math",
        "sub",
        Function::Pure(|call| {
            let (x, y): (_, i64) = operands(call)?;
            Ok(add(x, checked("neg", y.checked_neg())?)?.into())
        }),
    );
    functions.register(
        "math",
        "mul",
        Function::Pure(|call| {
            let (x, y): (i64, i64) = operands(call)?;
            Ok(checked("mul", x.checked_mul(y))?.into())
        }),
    );
    functions.register(
        "math",
        "fmul",
        Function::Pure(|call| {
            let (x, y): (f64, f64) = operands(call)?;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "rounding down to the nearest i64 is the function"
            )]
            let product = (x * y).floor() as i64;
            Ok(product.into())
        }),
    );
    functions.register(
        "math",
        "div",
        Function::Pure(|call| {
            let (x, y): (i64, i64) = operands(call)?;
            Ok(checked("div", x.checked_div(y))?.into())
        }),
    );
    functions.register(
        "math",
        "rem",
        Function::Pure(|call| {
            let (x, y): (i64, i64) = operands(call)?;
            Ok(checked("rem", x.checked_rem(y))?.into())
        }),
    );
    functions.register(
        "math",
        "pow",
        Function::Pure(|call| {
            let (x, y): (i64, u32) = operands(call)?;
            Ok(checked("pow", x.checked_pow(y))?.into())
        }),
    );
    functions.register(
        "math",
        "log",
        Function::Pure(|call| {
            let (base, value): (i64, i64) = operands(call)?;
            Ok(checked("log", value.checked_ilog(base))?.into())
        }),
    );
}

/// The sum of all numbers.
pub(crate) fn sum_of(numbers: impl IntoIterator<Item = i64>) -> Result<i64, CallError> {
    numbers.into_iter().try_fold(0, add)
}

fn add(x: i64, y: i64) -> Result<i64, CallError> {
    checked("add", x.checked_add(y))
}

/// The two arguments of a binary function.
pub(crate) fn operands<X: DeserializeOwned, Y: DeserializeOwned>(call: &Call) -> Result<(X, Y), CallError> {
    let [x, y] = call.exactly()?;
    Ok((read("x", x)?, read("y", y)?))
}

fn checked<T>(operation: &str, value: Option<T>) -> Result<T, CallError> {
    value.ok_or_else(|| failure(format!("i64 {operation} overflow")))
}
