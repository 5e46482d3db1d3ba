//! `cmp`: which of two integers is greater.

use super::Table;
use super::math::operands;

pub(super) fn enter(table: &mut Table) {
    table.insert_immediate("cmp", "gt", |call| {
        operands(call).map(|(x, y): (i64, i64)| (x > y).into())
    });
    table.insert_immediate("cmp", "gte", |call| {
        operands(call).map(|(x, y): (i64, i64)| (x >= y).into())
    });
    table.insert_immediate("cmp", "lt", |call| {
        operands(call).map(|(x, y): (i64, i64)| (x < y).into())
    });
    table.insert_immediate("cmp", "lte", |call| {
        operands(call).map(|(x, y): (i64, i64)| (x <= y).into())
    });
    table.insert_immediate("cmp", "cmp", |call| {
        operands(call).map(|(x, y): (i64, i64)| (x.cmp(&y) as i8).into())
    });
}
