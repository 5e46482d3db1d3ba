//! The table of `docs/builtins.md`, which is made from the data file.

use super::table::Table;
use std::fmt::Write as _;

const PAGE: &str = include_str!("../../../../docs/builtins.md");
const BEGIN: &str = "<!-- The tables are made from node/builtins/tests/functions.json; a test compares them. -->\n";
const END: &str = "<!-- End of the tables. -->\n";

#[test]
fn the_page_has_the_table() {
    let (_, rest) = PAGE.split_once(BEGIN).expect("the page has the tables");
    let (tables, _) = rest.split_once(END).expect("the tables end");
    let expected = tables_of(&Table::read());
    assert!(
        tables == expected,
        "the tables of docs/builtins.md have to be:\n{expected}"
    );
}

/// A table for each service, in the order of the rows.
fn tables_of(table: &Table) -> String {
    let open = table.open();
    let count = table.rows.iter().filter(|row| !row.is_added).count();
    let mut text = format!(
        "\n{} of {count} functions of official peers are there; {} are open.\n",
        count - open.len(),
        open.len()
    );
    let mut last = "";
    for row in &table.rows {
        let (service, function) = row.name.rsplit_once('.').expect("a service and a function");
        if service != last {
            let _ = write!(
                text,
                "\n### {service}\n\n| function | arguments | result | there |\n|---|---|---|---|\n"
            );
            last = service;
        }
        let protected = if row.is_protected { " **P**" } else { "" };
        let status = match open.get(row.name.as_str()) {
            Some(reason) => format!("no: {reason}"),
            None if row.is_added => "yes; not on official peers".to_owned(),
            None => "yes".to_owned(),
        };
        let (arguments, result) = (&row.arguments, &row.result);
        let _ = writeln!(text, "| `{function}`{protected} | {arguments} | {result} | {status} |");
    }
    text.push('\n');
    text
}
