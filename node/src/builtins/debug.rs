//! `debug`: values as texts, for people.

use super::Table;
use serde_json::Value;

pub(super) fn enter(table: &mut Table) {
    table.insert_immediate("debug", "stringify", |call| {
        Ok(match call.arguments.as_slice() {
            [] => "\"<empty argument list>\"".into(),
            [value] => value.to_string().into(),
            several => Value::from(several).to_string().into(),
        })
    });
}
