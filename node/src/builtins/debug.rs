//! `debug`: values as texts, for people.

use super::Table;
use super::arguments::json_text;

pub(super) fn enter(table: &mut Table) {
    table.insert_immediate("debug", "stringify", |call| {
        Ok(match call.arguments.as_slice() {
            [] => "\"<empty argument list>\"".into(),
            [value] => json_text(value).into(),
            several => json_text(several).into(),
        })
    });
}
