//! `math`: arithmetic on 64-bit integers. What doesn't fit is an error, never a wrapped number.

use super::arguments::read;
use super::{Call, Failure, Table};
use serde::de::DeserializeOwned;

pub(super) fn enter(table: &mut Table) {
    table.insert_immediate("math", "add", |call| {
        let (x, y) = operands(call)?;
        Ok(add(x, y)?.into())
    });
    table.insert_immediate("math", "sub", |call| {
        let (x, y): (_, i64) = operands(call)?;
        Ok(add(x, checked("neg", y.checked_neg())?)?.into())
    });
    table.insert_immediate("math", "mul", |call| {
        let (x, y): (i64, i64) = operands(call)?;
        Ok(checked("mul", x.checked_mul(y))?.into())
    });
    table.insert_immediate("math", "fmul", |call| {
        let (x, y): (f64, f64) = operands(call)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounding down to the nearest i64 is the function"
        )]
        let product = (x * y).floor() as i64;
        Ok(product.into())
    });
    table.insert_immediate("math", "div", |call| {
        let (x, y): (i64, i64) = operands(call)?;
        Ok(checked("div", x.checked_div(y))?.into())
    });
    table.insert_immediate("math", "rem", |call| {
        let (x, y): (i64, i64) = operands(call)?;
        Ok(checked("rem", x.checked_rem(y))?.into())
    });
    table.insert_immediate("math", "pow", |call| {
        let (x, y): (i64, u32) = operands(call)?;
        Ok(checked("pow", x.checked_pow(y))?.into())
    });
    table.insert_immediate("math", "log", |call| {
        let (base, value): (i64, i64) = operands(call)?;
        Ok(checked("log", value.checked_ilog(base))?.into())
    });
}

/// The sum of all numbers.
pub(super) fn sum_of(numbers: impl IntoIterator<Item = i64>) -> Result<i64, Failure> {
    numbers.into_iter().try_fold(0, add)
}

fn add(x: i64, y: i64) -> Result<i64, Failure> {
    checked("add", x.checked_add(y))
}

/// The two arguments of a binary function.
pub(super) fn operands<X: DeserializeOwned, Y: DeserializeOwned>(call: &Call) -> Result<(X, Y), Failure> {
    let [x, y] = call.exactly()?;
    Ok((read("x", x)?, read("y", y)?))
}

fn checked<T>(operation: &str, value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| Failure::text(format!("i64 {operation} overflow")))
}
