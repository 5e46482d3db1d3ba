//! Guests that trap, loop, allocate too much or return malformed values: the call fails with the right error, and the host serves the
//! next one.

use std::time::Duration;

use aqua_services::{Call, CallError, Config, Host, ServiceModules};
use aqua_values::Value;

use crate::{call, guest, host_of, tight};

async fn hostile() -> Host {
    let host = Host::new(tight()).expect("this machine runs Wasm");
    host.deploy("guest", &guest("hostile"))
        .await
        .expect("the guest can be deployed");
    host
}

#[tokio::test]
async fn a_service_can_have_its_own_limits() {
    let host = Host::new(Config::default()).expect("this machine runs Wasm");
    host.deploy_modules("guest", ServiceModules::of_file("guest", guest("hostile")), tight())
        .await
        .expect("the guest can be deployed");
    for _ in 0..2 {
        let error = error_of(&host, "hoard", json!([])).await;
        assert!(error.contains("than the 8388608 bytes it may have"), "{error}");
    }
}

/// The error of a call, after which the same service must still add.
async fn error_of(host: &Host, function: &str, arguments: Value) -> String {
    let error = call(host, function, arguments).await.expect_err("the call fails");
    assert_eq!(call(host, "add", json!([2, 3])).await, Ok(json!(5)), "after {function}");
    error.to_string()
}

#[tokio::test]
async fn each_failure_is_an_error_of_the_call() {
    let host = hostile().await;
    let cases = [
        (
            "trap",
            json!([]),
            "service 'guest' trapped in 'trap': wasm `unreachable` instruction executed",
        ),
        (
            "divide",
            json!([1, 0]),
            "service 'guest' trapped in 'divide': integer divide by zero",
        ),
        (
            "spin",
            json!([]),
            "service 'guest' was stopped in 'spin' after 50ms: a call may not run longer",
        ),
        ("dive", json!([0]), "service 'guest' ran out of stack in 'dive'"),
        (
            "hoard",
            json!([]),
            "service 'guest' needs more memory in 'hoard' than the 8388608 bytes it may have",
        ),
        (
            "seat",
            json!([]),
            "service 'guest' needs more table elements in 'seat' than the 65536 it may have",
        ),
        (
            "flood",
            json!([]),
            "the answer of 'flood' of service 'guest' takes more than 1048576 bytes",
        ),
        (
            "lie",
            json!([]),
            "service 'guest' trapped in 'lie': string pointer/length out of bounds of memory",
        ),
        (
            "babble",
            json!([]),
            "service 'guest' trapped in 'babble': invalid utf-8 sequence of 1 bytes from index 0",
        ),
    ];
    for (function, arguments, expected) in cases {
        assert_eq!(error_of(&host, function, arguments).await, expected);
    }
}

/// Answers that violate the canonical ABI, one of each kind of error that wasmtime has for them.
#[tokio::test]
async fn malformed_answers_are_traps() {
    let cases = [
        (
            "char",
            "(i32.const 0xd800)",
            "",
            "converted integer out of range for `char`",
        ),
        (
            "(enum \"a\")",
            "(i32.const 7)",
            "",
            "discriminant 7 out of range [0..1)",
        ),
        (
            "(list u8)",
            "(i32.store (i32.const 4) (i32.const 70000)) (i32.const 0)",
            "(memory (core memory $i \"memory\"))",
            "list pointer/length out of bounds of memory",
        ),
        (
            "string",
            "(i32.store (i32.const 4) (i32.const 1)) (i32.store (i32.const 8) (i32.const 0xdc00)) \
             (i32.store (i32.const 0) (i32.const 8)) (i32.const 0)",
            "(memory (core memory $i \"memory\")) string-encoding=utf16",
            "unpaired surrogate found: dc00",
        ),
    ];
    for (ty, code, options, reason) in cases {
        let text = format!(
            r#"(component
                (core module $m (memory (export "memory") 1) (func (export "get") (result i32) {code}))
                (core instance $i (instantiate $m))
                (type $t {ty})
                (export $e "t" (type $t))
                (func (export "get") (result $e) (canon lift (core func $i "get") {options})))"#
        );
        let host = host_of(&text, tight()).await;
        let error = call(&host, "get", json!([]))
            .await
            .expect_err("the answer is malformed");
        assert_eq!(
            error.to_string(),
            format!("service 'guest' trapped in 'get': {reason}"),
            "{ty}"
        );
    }
}

#[tokio::test]
async fn a_guest_can_handle_a_failed_memory_growth() {
    let pages = call(&hostile().await, "ask", json!([]))
        .await
        .expect("the guest handles it");
    assert_eq!(pages, json!(1 + 16 * 7), "as many steps of 16 pages as fit in 128");
}

#[tokio::test]
async fn a_service_keeps_its_state_until_it_traps() {
    let host = hostile().await;
    assert_eq!(call(&host, "count", json!([])).await, Ok(json!(1)));
    assert_eq!(call(&host, "count", json!([])).await, Ok(json!(2)));
    call(&host, "trap", json!([])).await.expect_err("it traps");
    assert_eq!(call(&host, "count", json!([])).await, Ok(json!(1)), "a fresh instance");
}

#[tokio::test]
async fn a_call_ends_when_the_callers_time_is_over() {
    let host = Host::new(Config {
        call_time: Duration::from_secs(3600),
        ..Config::default()
    })
    .expect("this machine runs Wasm");
    host.deploy("guest", &guest("hostile"))
        .await
        .expect("the guest can be deployed");
    let error = host
        .call(Call::new("guest", "spin", vec![], Config::TICK * 3))
        .await
        .expect_err("it never ends by itself");
    assert_eq!(
        error,
        CallError::Deadline {
            service: "guest".to_owned(),
            function: "spin".to_owned()
        }
    );
    assert_eq!(call(&host, "add", json!([2, 3])).await, Ok(json!(5)));
}

/// On one thread, a call that never ends by itself lets another service answer, and can be dropped.
#[tokio::test(flavor = "current_thread")]
async fn running_code_yields_to_other_tasks_and_can_be_dropped() {
    let host = Host::new(Config {
        call_time: Duration::from_secs(3600),
        ..Config::default()
    })
    .expect("this machine runs Wasm");
    host.deploy("guest", &guest("hostile"))
        .await
        .expect("the guest can be deployed");
    host.deploy("other", &guest("hostile"))
        .await
        .expect("one component can be two services");
    let mut endless = Box::pin(call(&host, "spin", json!([])));
    let other = tokio::select! {
        biased;
        _ = &mut endless => panic!("it never ends by itself"),
        other = host.call(Call::new("other", "add", vec![json!(2), json!(3)], crate::PLENTY)) => other,
    };
    assert_eq!(other, Ok(json!(5)));
    drop(endless);
    assert_eq!(
        call(&host, "add", json!([2, 3])).await,
        Ok(json!(5)),
        "the dropped call left no half-run instance"
    );
}

#[tokio::test]
async fn calls_of_one_service_run_one_after_the_other() {
    let host = hostile().await;
    let calls = (0..20).map(|_| {
        let host = host.clone();
        tokio::spawn(async move {
            call(&host, "count", json!([]))
                .await
                .expect("it counts")
                .as_u64()
                .expect("a number")
        })
    });
    let mut counts = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        counts.push(call.await.expect("no panic"));
    }
    counts.sort_unstable();
    assert_eq!(counts, (1..=20).collect::<Vec<_>>());
}
