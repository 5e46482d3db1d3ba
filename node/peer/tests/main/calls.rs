//! Who answers calls, when, and how they end.

use crate::driver::Driver;
use aqua_peer::{
    Answer, EventKind, Function, Functions, InFlight, Limits, Nanos, Provided, Report, ScopeId, Submission, failure,
};
use aqua_values::Value;
use std::collections::BTreeMap;

fn functions() -> Functions {
    let mut functions = Functions::default();
    functions.register(
        "pure",
        "first",
        Function::Pure(|call| Ok(call.arguments.first().cloned().unwrap_or(Value::Null))),
    );
    functions.register(
        "local",
        "later",
        Function::Local(|view, _| Answer::At(view.now.monotonic + Nanos::from_millis(500), Ok(Value::from("later")))),
    );
    functions.register("slow", "answer", Function::Embedder);
    functions
}

fn reported(script: &str) -> Submission {
    let script = script.replace("done", r#"call %init_peer_id% ("callbackSrv" "response")"#);
    Submission {
        scope: ScopeId::HOST,
        script: script.into(),
        ttl: 10_000,
        functions: BTreeMap::from([
            (
                ("getDataSrv".to_owned(), "x".to_owned()),
                Provided::Value(Value::from(5)),
            ),
            (("callbackSrv".to_owned(), "response".to_owned()), Provided::Report(1)),
        ]),
    }
}

fn results(driver: &Driver) -> Vec<Value> {
    let called = |(_, report): &(_, Report)| match report {
        Report::Called { tag: 1, arguments } => Some(arguments.clone()),
        _ => None,
    };
    driver.reports.iter().filter_map(called).flatten().collect()
}

#[test]
fn a_particle_of_its_own_needs_no_one_else() {
    let mut driver = Driver::with(|_| {}, functions());
    driver.submit_with(reported(
        r#"(seq (call %init_peer_id% ("getDataSrv" "x") [] x)
           (seq (call %init_peer_id% ("pure" "first") [x] y) (done [y])))"#,
    ));
    assert_eq!(results(&driver), [Value::from(5)]);
    assert!(driver.calls.is_empty() && driver.sent.is_empty());
}

#[test]
fn an_unknown_function_is_an_error_of_the_script() {
    let mut driver = Driver::with(|_| {}, functions());
    driver.submit(r#"(call %init_peer_id% ("none" "f") [])"#);
    let failed = driver
        .kinds()
        .into_iter()
        .find(|kind| matches!(kind, EventKind::Failed { .. }));
    let Some(EventKind::Failed { message, .. }) = failed else {
        panic!("the call fails")
    };
    assert!(
        message.contains("Service with id 'none' not found (function f)"),
        "{message}"
    );
}

#[test]
fn calls_of_one_particle_run_a_few_at_a_time() {
    let mut driver = Driver::with(|limits: &mut Limits| limits.calls = 3, functions());
    let calls = (0..20).map(|number| format!(r#"(call %init_peer_id% ("slow" "answer") [] v{number})"#));
    let script = calls
        .reduce(|left, right| format!("(par {left} {right})"))
        .expect("some calls");
    driver.submit(&script);
    let mut answered = 0;
    while !driver.calls.is_empty() {
        assert!(driver.calls.len() <= 3);
        let (call, _) = driver.calls.remove(0);
        driver.answer(call, Ok(Value::from(1)));
        answered += 1;
    }
    assert_eq!(answered, 20);
}

#[test]
fn an_answer_can_come_later() {
    let mut driver = Driver::with(|_| {}, functions());
    driver.submit_with(reported(
        r#"(seq (call %init_peer_id% ("local" "later") [] x) (done [x]))"#,
    ));
    driver.pass(Nanos::from_millis(400));
    assert_eq!(results(&driver), [Value::Null; 0]);
    driver.pass(Nanos::from_millis(100));
    assert_eq!(results(&driver), [Value::from("later")]);
}

#[test]
fn a_function_that_takes_too_long_is_cancelled_and_the_script_goes_on() {
    let mut driver = Driver::with(|limits| limits.call_time = Nanos::from_millis(1000), functions());
    driver.submit_with(reported(
        r#"(xor (call %init_peer_id% ("slow" "answer") [] x) (done [:error:.$.message]))"#,
    ));
    let (call, _) = driver.calls.remove(0);
    driver.pass(Nanos::from_millis(1000));
    assert_eq!(driver.cancelled, [InFlight::Call(call)]);
    let error = results(&driver)[0].to_string();
    assert!(error.contains("did not answer within 1000 ms"), "{error}");
    driver.answer(call, Ok(Value::from("too late")));
    assert_eq!(results(&driver).len(), 1);
}

#[test]
fn calls_of_an_expired_particle_are_cancelled_and_their_answers_ignored() {
    let mut driver = Driver::with(|_| {}, functions());
    driver.submit(r#"(seq (call %init_peer_id% ("slow" "answer") []) (null))"#);
    let (call, _) = driver.calls.remove(0);
    driver.pass(Nanos::from_millis(10_001));
    assert_eq!(driver.cancelled, [InFlight::Call(call)]);
    assert_eq!(driver.peer.status().particles, 1, "it waits for the call");
    driver.kinds();
    driver.answer(call, Err(failure("cancelled")));
    assert_eq!(driver.kinds(), [EventKind::Reaped]);
    assert_eq!(
        driver.peer.status(),
        aqua_peer::Status {
            is_running: true,
            ..Default::default()
        }
    );
}

#[test]
fn a_call_with_large_arguments_becomes_a_job() {
    let mut driver = Driver::with(|_| {}, functions());
    let large = "x".repeat(20_000);
    let mut request = reported(
        r#"(seq (call %init_peer_id% ("getDataSrv" "x") [] x)
           (seq (call %init_peer_id% ("pure" "first") [x] y) (done [y])))"#,
    );
    request.functions.insert(
        ("getDataSrv".into(), "x".into()),
        Provided::Value(Value::from(large.as_str())),
    );
    driver.submit_with(request);
    assert_eq!(results(&driver), [Value::from(large)]);
}

#[test]
fn a_particle_is_idle_when_nothing_of_it_is_in_flight() {
    let mut driver = Driver::with(|_| {}, functions());
    driver.submit_with(reported(
        r#"(seq (call %init_peer_id% ("slow" "answer") [] x) (call "none" ("a" "b") []))"#,
    ));
    assert!(!driver.kinds().contains(&EventKind::Idle), "a call is in flight");
    let (call, _) = driver.calls.remove(0);
    driver.turn([aqua_peer::Input::CallFinished {
        call,
        result: Ok(Value::from(1)),
        cpu: Nanos(0),
    }]);
    let kinds = driver.kinds();
    assert_eq!(
        kinds.iter().filter(|kind| **kind == EventKind::Idle).count(),
        1,
        "{kinds:?}"
    );
    assert_eq!(kinds.last(), Some(&EventKind::Idle));
}

#[test]
fn a_particle_is_not_idle_while_it_is_sent() {
    let mut driver = Driver::with(|_| {}, functions());
    driver.submit_with(reported(&format!(r#"(call "{}" ("a" "b") [])"#, crate::driver::id(9))));
    assert!(!driver.kinds().contains(&EventKind::Idle), "a frame is in flight");
    let send = driver.sent.remove(0).id;
    driver.turn([aqua_peer::Input::SendFinished { send, result: Ok(100) }]);
    assert_eq!(driver.kinds().last(), Some(&EventKind::Idle));
}
