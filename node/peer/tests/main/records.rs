//! Functions that change records.

use crate::driver::Driver;
use aqua_peer::{Function, Functions, Input, Report, failure};
use aqua_storage::StorageError;
use aqua_values::Value;

fn functions() -> Functions {
    let mut functions = Functions::default();
    functions.register(
        "store",
        "put",
        Function::Stateful(|records, call| {
            let key = call
                .arguments
                .first()
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            if records.get(key.as_bytes()).is_some() {
                return Err(failure("it exists"));
            }
            records.put(key, "value");
            Ok(Value::from("stored"))
        }),
    );
    functions
}

fn answers(driver: &mut Driver) -> Vec<bool> {
    let ended = |kind| match kind {
        aqua_peer::EventKind::CallEnded { failed, .. } => Some(!failed),
        _ => None,
    };
    driver.kinds().into_iter().filter_map(ended).collect()
}

const PUT: &str = r#"(call %init_peer_id% ("store" "put") ["key"])"#;

#[test]
fn an_answer_waits_for_its_commit() {
    let mut driver = Driver::with(|_| {}, functions());
    driver.holds_commits = true;
    driver.submit(PUT);
    assert_eq!(answers(&mut driver), [false; 0]);
    let batch = driver.commits.remove(0);
    driver.turn([Input::Committed { batch }]);
    assert_eq!(answers(&mut driver), [true]);
    assert!(driver.disk.get(b"key").is_some());
}

#[test]
fn an_error_that_depends_on_a_pending_change_waits_too() {
    let mut driver = Driver::with(|_| {}, functions());
    driver.holds_commits = true;
    driver.submit(PUT);
    driver.submit(PUT);
    assert_eq!(driver.commits.len(), 1, "one batch at a time");
    let batch = driver.commits.remove(0);
    driver.turn([Input::Committed { batch }]);
    let batch = driver.commits.remove(0);
    driver.turn([Input::Committed { batch }]);
    assert_eq!(answers(&mut driver), [true, false]);
}

#[test]
fn after_a_failed_commit_nothing_is_changed_any_more() {
    let mut driver = Driver::with(|_| {}, functions());
    driver.holds_commits = true;
    driver.submit(PUT);
    let batch = driver.commits.remove(0);
    let error = StorageError("no space".to_owned());
    driver.turn([Input::CommitFailed { batch, error }]);
    driver.submit(&PUT.replace("key", "other"));
    assert_eq!(answers(&mut driver), [false, false]);
    assert!(driver.commits.is_empty());
    assert!(driver.peer.status().storage_failed);
    let failed = driver
        .reports
        .iter()
        .filter(|(_, report)| matches!(report, Report::StepFailed { .. }))
        .count();
    assert_eq!(failed, 2);
}
