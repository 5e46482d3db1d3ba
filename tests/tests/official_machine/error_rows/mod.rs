//! Every error of the machine, by number and text: each row of `tests/vectors/air-errors.json` is raised in our machine and
//! in the official one by a script or by data, or says why nothing raises it.

mod catchable;
mod input;
mod preparation;
mod reports;
mod trace;
mod uncatchable;

use aqua_tests::machine::CRASH;
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::{foreign, tree};
use input::Input;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// An input and the row that it raises.
type Case = (&'static str, Input);

/// A row of the list of errors.
#[derive(Deserialize)]
struct Row {
    /// Its number, with a word where the number has several rows.
    row: String,
    /// The error's text with `{…}` for what differs from case to case.
    text: Option<String>,
    /// Why nothing raises it.
    unraised: Option<String>,
}

fn cases() -> Vec<Case> {
    [
        preparation::cases(),
        catchable::cases(),
        trace::cases(),
        uncatchable::cases(),
        uncatchable::panics(),
        reports::cases(),
    ]
    .concat()
}

#[test]
fn every_row_is_raised_or_says_why_not() {
    let rows = rows();
    let raised: BTreeSet<&str> = cases().iter().map(|(row, _)| *row).collect();
    for (name, row) in &rows {
        assert_ne!(
            raised.contains(&**name),
            row.unraised.is_some(),
            "{name}: either a case raises it or the list says why none does"
        );
    }
    let unknown: Vec<_> = raised.iter().filter(|row| !rows.contains_key(**row)).collect();
    assert!(unknown.is_empty(), "not in the list: {unknown:?}");
    println!(
        "{} rows: {} raised by {} cases, {} that nothing raises",
        rows.len(),
        raised.len(),
        cases().len(),
        rows.values().filter(|row| row.unraised.is_some()).count()
    );
}

#[test]
fn errors_have_official_numbers_and_texts() {
    let mut official = match OfficialVm::start() {
        Ok(official) => official,
        Err(reason) => return foreign::skip("errors_have_official_numbers_and_texts", &reason),
    };
    let rows = rows();
    let mut report = String::new();
    for (row, input) in cases() {
        let (ours, theirs) = (input.on_ours(), input.on_official(&mut official));
        let trouble = match &rows[row].text {
            // The official machine prints addresses of its memory there.
            Some(text) if row == "2" => {
                let both = says(text, &ours.1) && says(text, &theirs.1);
                (!both || ours.0 != 2 || theirs.0 != 2).then_some("not this row")
            }
            Some(text) => {
                let number: i64 = number(row);
                if theirs.0 != number || !says(text, &theirs.1) {
                    Some("the official machine raises something else")
                } else if ours != theirs {
                    Some("ours differs")
                } else {
                    None
                }
            }
            // It has no outcome; ours answers with a number of its own.
            None if theirs.0 != CRASH => Some("the official machine has an outcome"),
            None if ours.0 == 0 => Some("ours has no error"),
            None => None,
        };
        if let Some(trouble) = trouble {
            report.push_str(&format!(
                "{row}: {trouble}\n  {}\n  ours:     {ours:?}\n  official: {theirs:?}\n",
                input.air
            ));
        }
    }
    assert!(report.is_empty(), "{report}");
}

fn number(row: &str) -> i64 {
    let number = row.split(' ').next().expect("rows have names");
    if number == "report" {
        1
    } else {
        number.parse().expect("rows begin with their number")
    }
}

fn rows() -> BTreeMap<String, Row> {
    let text = std::fs::read_to_string(tree::at("tests/vectors/air-errors.json")).expect("a vector file");
    let rows: Vec<Row> = serde_json::from_str(&text).expect("a list of rows");
    let count = rows.len();
    let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.row.clone(), row)).collect();
    assert_eq!(rows.len(), count, "rows have different names");
    rows
}

/// Whether the message is the text with something in place of each `{…}`.
fn says(text: &str, message: &str) -> bool {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        pieces.push(before);
        rest = after.split_once('}').expect("placeholders are closed").1;
    }
    let Some(mut message) = message.strip_prefix(pieces.first().copied().unwrap_or(rest)) else {
        return false;
    };
    if pieces.is_empty() {
        return message.is_empty();
    }
    for piece in &pieces[1..] {
        match message.find(piece) {
            Some(at) => message = &message[at + piece.len()..],
            None => return false,
        }
    }
    // Reports go on behind what is wrong.
    message.ends_with(rest) || message.trim_end().ends_with(rest)
}
