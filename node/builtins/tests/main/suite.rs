//! All cases of the data file, and whether it has cases for all functions.

use super::table::{Case, Role, Row, Table, matches};
use super::{Answered, WORKER, WORKER_SCOPE, answered, call_from, id, services};
use aqua_builtins::guarded;
use aqua_peer::{Call, Nanos, failure};
use aqua_vm::Tetraplet;
use std::collections::BTreeSet;

/// The error of functions that the initiator may not call.
const GUARD: &str = "This function is only available to the host or worker spells";

/// Services all of whose functions fail always.
const DISABLED: [&str; 1] = ["vm."];

#[test]
fn all_cases_are_answered_as_expected() {
    for case in Table::read().cases {
        let expected = Answered {
            time: Nanos(case.after_ms * 1_000_000),
            printed: case.printed.clone(),
            ..match (case.result.clone(), &case.error) {
                (Some(value), None) => Ok(value).into(),
                (None, Some(error)) => Err(failure(error.as_str())).into(),
                _ => panic!("{} has to have a result or an error", case.call),
            }
        };
        assert_eq!(answered(services(), &call(&case)), expected, "{case:?}");
    }
}

fn call(case: &Case) -> Call {
    let (service, function) = case.call.split_once('.').expect("a service and a function");
    let origins = case.origins.iter().map(|[peer, service, function, lens]| Tetraplet {
        peer_pk: peer.into(),
        service_id: service.into(),
        function_name: function.into(),
        lens: lens.into(),
    });
    let origins: Vec<Tetraplet> = origins.collect();
    let tetraplets = vec![origins.into()];
    let call = call_from(
        case.from.number(),
        service,
        function,
        case.arguments.clone(),
        tetraplets,
    );
    match case.on {
        Role::Host => call,
        Role::Worker => Call {
            scope: WORKER_SCOPE,
            peer: id(WORKER),
            ..call
        },
        other => panic!("{other:?} is no scope"),
    }
}

/// Each function of official peers has cases or is listed as open, and what is here is not listed as open.
#[test]
fn each_row_is_covered_or_open() {
    let table = Table::read();
    let open = table.open();
    let functions = guarded();
    let mut problems = Vec::new();

    let names: BTreeSet<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
    if names.len() < table.rows.len() {
        problems.push("a row is there twice".to_owned());
    }
    for (service, function) in functions.names() {
        if !names.contains(format!("{service}.{function}").as_str()) {
            problems.push(format!("{service}.{function} is here, but has no row"));
        }
    }
    problems.extend(
        open.keys()
            .filter(|name| !names.contains(*name))
            .map(|name| format!("{name} is open, but has no row")),
    );
    for row in &table.rows {
        let (service, function) = row.name.rsplit_once('.').expect("a service and a function");
        let is_here = match function {
            "*" => functions.guard(service).is_some(),
            _ => functions.find(service, function).is_some(),
        };
        match (is_here, open.contains_key(row.name.as_str())) {
            (true, true) => problems.push(format!("{} is here, but is listed as open", row.name)),
            (false, false) => problems.push(format!("{} is neither here nor listed as open", row.name)),
            (true, false) => problems.extend(missing_cases(&table, row)),
            (false, true) => {}
        }
    }
    for case in &table.cases {
        match table.row(&case.call) {
            None => problems.push(format!("a case calls {}, which has no row", case.call)),
            Some(row) if open.contains_key(row.name.as_str()) => {
                problems.push(format!("a case calls {}, which is open", case.call));
            }
            Some(_) => {}
        }
    }
    let errors: Vec<&String> = table.cases.iter().filter_map(|case| case.error.as_ref()).collect();
    for pattern in &table.conventions {
        if !errors.iter().any(|error| matches(pattern, error)) {
            problems.push(format!("no case has the error: {pattern}"));
        }
    }
    let added = table.rows.iter().filter(|row| row.is_added).count();
    println!(
        "builtins: {} rows, {} covered by {} cases, {} open; {added} of them ours",
        table.rows.len(),
        table.rows.len() - open.len(),
        table.cases.len(),
        open.len()
    );
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What the cases of a function don't show: a success, and each of its errors.
fn missing_cases(table: &Table, row: &Row) -> Vec<String> {
    let cases = || {
        let all = table.cases.iter();
        all.filter(|case| table.row(&case.call).is_some_and(|of_case| of_case.name == row.name))
    };
    let mut missing = Vec::new();
    let is_disabled = DISABLED.iter().any(|service| row.name.starts_with(service));
    if !is_disabled && !cases().any(|case| case.result.is_some()) {
        missing.push(format!("{} has no case that succeeds", row.name));
    }
    let guard = row.is_protected.then(|| GUARD.to_owned());
    for pattern in row.errors.iter().chain(&guard) {
        let mut errors = cases().filter_map(|case| case.error.as_ref());
        if !errors.any(|error| matches(pattern, error)) {
            missing.push(format!("{} has no case with the error: {pattern}", row.name));
        }
    }
    missing
}
