//! Modules that misbehave: the call fails with the right error, the next one works, and other services answer meanwhile.

use std::time::Duration;

use aqua_services::{Call, CallError, Config, ModuleDefinition, OnTrap, ServiceModules, SystemLimits};
use aqua_values::Value;

use super::written::{BYTES, TEXT, U32, Written};
use super::{Deployed, host, host_with};
use crate::{PLENTY, tight};

/// Does everything that a module shouldn't, and one thing right: `add`.
const CODE: &str = r#"
    (table $t 1 funcref)
    (global $calls (mut i32) (i32.const 0))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    ;; How many calls of `count` this instance has seen.
    (func (export "count") (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (global.get $calls))
    (func (export "trap") unreachable)
    (func (export "divide") (param i32 i32) (result i32) (i32.div_u (local.get 0) (local.get 1)))
    (func (export "spin") (loop (br 0)))
    (func $dive (export "dive") (param i32) (result i32)
      (i32.add (call $dive (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
    ;; Grows the memory until it is refused, then gives up as a Rust allocator does.
    (func (export "hoard")
      (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
      unreachable)
    (func (export "seat")
      (loop $more (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 4096)) (i32.const -1))))
      unreachable)
    ;; A result at `pointer` of `size` bytes or elements.
    (func (export "bytes_at") (param i32 i32)
      (global.set $pointer (local.get 0)) (global.set $size (local.get 1)))
    (func (export "text_at") (param i32 i32)
      (global.set $pointer (local.get 0)) (global.set $size (local.get 1)))
    (func (export "texts_at") (param i32 i32)
      (global.set $pointer (local.get 0)) (global.set $size (local.get 1)))
    ;; `count` strings of 40,000 bytes which are the same one.
    (func (export "one_text") (param $count i32)
      (local $at i32)
      (local.set $at (i32.const 60000))
      (loop $more
        (i32.store (local.get $at) (i32.const 16))
        (i32.store offset=4 (local.get $at) (i32.const 40000))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $more (i32.lt_u (local.get $at) (i32.add (i32.const 60000) (i32.mul (local.get $count) (i32.const 8))))))
      (global.set $pointer (i32.const 60000)) (global.set $size (local.get $count)))
    (func (export "not_a_text")
      (i32.store (i32.const 8) (i32.const 0xffff))
      (global.set $pointer (i32.const 8)) (global.set $size (i32.const 2)))
    (func (export "length") (param i32 i32) (result i32) (local.get 1))
    "#;

fn hostile() -> Written {
    Written::new(CODE)
        .function("add", &[U32, U32], Some(U32))
        .function("count", &[], Some(U32))
        .function("trap", &[], None)
        .function("divide", &[U32, U32], Some(U32))
        .function("spin", &[], None)
        .function("dive", &[U32], Some(U32))
        .function("hoard", &[], None)
        .function("seat", &[], None)
        .function("bytes_at", &[U32, U32], Some(BYTES))
        .function("text_at", &[U32, U32], Some(TEXT))
        .function("texts_at", &[U32, U32], Some(TEXT.array()))
        .function("one_text", &[U32], Some(TEXT.array()))
        .function("not_a_text", &[], Some(TEXT))
        .function("length", &[TEXT], Some(U32))
}

async fn deployed(written: Written, limits: Config) -> Deployed {
    Deployed::with_limits(&[("guest", &written.wasm())], limits, |_| {}).await
}

/// The error of a call, after which the same service must still add.
async fn error_of(service: &Deployed, function: &str, arguments: Value) -> String {
    let error = service.error(function, arguments).await;
    assert_eq!(service.value("add", json!([2, 3])).await, json!(5), "after {function}");
    error
}

#[tokio::test]
async fn each_failure_is_an_error_of_the_call() {
    let service = deployed(hostile(), tight()).await;
    let start = service.host.memory("sid").await;
    let execution =
        |function: &str, reason: &str| format!("Execution error: module \"guest\", function \"{function}\": {reason}");
    let gigabyte = 1u32 << 30;
    let cases = [
        (
            "trap",
            json!([]),
            execution("trap", "wasm `unreachable` instruction executed"),
        ),
        ("divide", json!([1, 0]), execution("divide", "integer divide by zero")),
        (
            "spin",
            json!([]),
            "service 'sid' was stopped in 'spin' after 50ms: a call may not run longer".to_owned(),
        ),
        (
            "dive",
            json!([0]),
            "service 'sid' ran out of stack in 'dive'".to_owned(),
        ),
        (
            "hoard",
            json!([]),
            "service 'sid' needs more memory in 'hoard' than the 8388608 bytes it may have".to_owned(),
        ),
        (
            "seat",
            json!([]),
            "service 'sid' needs more table elements in 'seat' than the 65536 it may have".to_owned(),
        ),
        (
            "text_at",
            json!([0, gigabyte]),
            execution(
                "text_at",
                "1073741824 bytes at 0 are outside of the memory of 65536 bytes",
            ),
        ),
        (
            "texts_at",
            json!([0, gigabyte]),
            execution(
                "texts_at",
                "8589934592 bytes at 0 are outside of the memory of 65536 bytes",
            ),
        ),
        (
            "bytes_at",
            json!([65535, 2]),
            execution("bytes_at", "2 bytes at 65535 are outside of the memory of 65536 bytes"),
        ),
        (
            "bytes_at",
            json!([u32::MAX, 1]),
            execution(
                "bytes_at",
                "1 bytes at 4294967295 are outside of the memory of 65536 bytes",
            ),
        ),
        (
            "not_a_text",
            json!([]),
            execution("not_a_text", "the string at 8 is not UTF-8"),
        ),
        (
            "one_text",
            json!([500]),
            "the answer of 'one_text' of service 'sid' takes more than 1048576 bytes".to_owned(),
        ),
    ];
    for (function, arguments, expected) in cases {
        assert_eq!(error_of(&service, function, arguments).await, expected);
    }
    assert_eq!(service.host.memory("sid").await, start, "memory is returned");
}

#[tokio::test]
async fn results_at_the_end_of_memory_are_read() {
    let service = deployed(hostile(), tight()).await;
    assert_eq!(service.value("bytes_at", json!([65535, 1])).await, json!([0]));
    assert_eq!(service.value("bytes_at", json!([u32::MAX, 0])).await, json!([]));
    assert_eq!(service.value("text_at", json!([65536, 0])).await, json!(""));
}

/// Memory after a trap is what it was before, unless a limit was exceeded or the service says otherwise.
#[tokio::test]
async fn traps_keep_state_and_exceeded_limits_dont() {
    for on_trap in [OnTrap::Keep, OnTrap::Restart] {
        let limits = Config {
            system: SystemLimits {
                on_trap,
                ..SystemLimits::default()
            },
            ..tight()
        };
        let service = deployed(hostile(), limits).await;
        let kept = match on_trap {
            OnTrap::Keep => [2, 3],
            OnTrap::Restart => [1, 1],
        };
        assert_eq!(service.value("count", json!([])).await, json!(1));
        for (function, count) in [
            ("trap", kept[0]),
            ("not_a_text", kept[1]),
            ("hoard", 1),
            ("spin", 1),
            ("seat", 1),
        ] {
            service.error(function, json!([])).await;
            assert_eq!(
                service.value("count", json!([])).await,
                json!(count),
                "{on_trap:?} after {function}"
            );
        }
        service.error("dive", json!([0])).await;
        assert_eq!(service.value("count", json!([])).await, json!(1));
    }
}

/// The functions that pass values are code of the module as well.
#[tokio::test]
async fn traps_of_functions_that_pass_values_end_the_call() {
    let allocate = |body: &str| format!(r#"(func (export "allocate") (param i32 i32) (result i32) {body})"#);
    let trapping = "wasm `unreachable` instruction executed";
    let cases = [
        (allocate("unreachable"), None, trapping),
        (
            allocate("(i32.const 65530)"),
            None,
            "10 bytes at 65530 are outside of the memory of 65536 bytes",
        ),
        (
            allocate("(i32.const -1)"),
            None,
            "10 bytes at 4294967295 are outside of the memory of 65536 bytes",
        ),
        (
            allocate("(i32.const 100)"),
            Some(r#"(func (export "release_objects") unreachable)"#),
            trapping,
        ),
    ];
    for (allocate, release, reason) in cases {
        let mut written = hostile();
        written.allocate = allocate;
        let releases = release.is_some();
        if let Some(release) = release {
            written.release = release.to_owned();
        }
        let service = deployed(written, tight()).await;
        let (function, arguments) = match releases {
            true => ("text_at", json!([0, 1])),
            false => ("length", json!(["0123456789"])),
        };
        let error = error_of(&service, function, arguments).await;
        assert_eq!(
            error,
            format!("Execution error: module \"guest\", function \"{function}\": {reason}")
        );
    }
}

#[tokio::test]
async fn an_endless_allocate_is_stopped() {
    let mut written = hostile();
    written.allocate =
        r#"(func (export "allocate") (param i32 i32) (result i32) (loop (br 0)) unreachable)"#.to_owned();
    let service = deployed(written, tight()).await;
    assert_eq!(
        error_of(&service, "length", json!(["x"])).await,
        "service 'sid' was stopped in 'length' after 50ms: a call may not run longer"
    );
}

/// Without a limit, `allocate` would be called for the result of the call that it makes, and so on.
#[tokio::test]
async fn code_that_passes_a_value_cant_pass_another_one() {
    let mut asking = Written::new(r#"(func (export "who") (call $ask))"#)
        .importing(r#"(import "__marine_host_api_v3" "get_call_parameters" (func $ask))"#)
        .function("who", &[], None);
    asking.allocate =
        r#"(func (export "allocate") (param i32 i32) (result i32) (call $ask) (i32.const 64))"#.to_owned();
    let service = deployed(asking, tight()).await;
    assert_eq!(
        service.error("who", json!([])).await,
        "Execution error: module \"guest\", function \"who\": `get_call_parameters` is called while the host passes a value \
         through the memory of the module"
    );

    let text =
        Written::new(r#"(func (export "text") (global.set $pointer (i32.const 0)) (global.set $size (i32.const 3)))"#)
            .function("text", &[], Some(TEXT));
    let mut importing = Written::new(r#"(func (export "get") (call $text))"#)
        .importing(r#"(import "text" "text" (func $text))"#)
        .foreign("text", "text", &[], Some(TEXT))
        .function("get", &[], None);
    importing.allocate =
        r#"(func (export "allocate") (param i32 i32) (result i32) (call $text) (i32.const 64))"#.to_owned();
    let modules = [("text", &text.wasm()[..]), ("guest", &importing.wasm()[..])];
    let service = Deployed::with_limits(&modules, tight(), |_| {}).await;
    assert_eq!(
        service.error("get", json!([])).await,
        "Execution error: module \"guest\", function \"get\": `text.text` is called while the host passes a value through the \
         memory of the module"
    );
}

/// The limit holds for all modules of a service together; table elements count.
#[tokio::test]
async fn memory_is_that_of_all_modules() {
    let wasm = hostile().wasm();
    let modules = [("first", &wasm[..]), ("second", &wasm[..])];
    let table = 8;
    for (pages, fits) in [(2, true), (1, false)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let definition = ServiceModules {
            memory: Some(pages * 65536 + 2 * table),
            ..super::service(&modules, folder.path())
        };
        let deployed = host().deploy_modules("sid", definition, Config::default()).await;
        match (deployed, fits) {
            (Ok(()), true) => {}
            (Err(error), false) => assert_eq!(
                error.to_string(),
                "service 'sid' fails to start: service 'sid' needs more memory in 'init' than the 65552 bytes it may have"
            ),
            (result, _) => panic!("{pages} pages: {result:?}"),
        }
    }
}

/// On one thread, a call that never ends by itself lets another service answer, and can be dropped.
#[tokio::test(flavor = "current_thread")]
async fn other_services_answer_while_code_runs() {
    let limits = Config {
        call_time: Duration::from_secs(3600),
        ..Config::default()
    };
    let service = deployed(hostile(), limits.clone()).await;
    let other = ServiceModules {
        modules: vec![ModuleDefinition::new("guest", hostile().wasm())],
        ..ServiceModules::default()
    };
    service
        .host
        .deploy_modules("other", other, limits)
        .await
        .expect("a service");
    let add = |name| Call::new(name, "add", vec![json!(2), json!(3)], PLENTY);
    let mut endless = Box::pin(service.call("spin", json!([])));
    let answer = tokio::select! {
        biased;
        _ = &mut endless => panic!("it never ends by itself"),
        answer = service.host.call(add("other")) => answer,
    };
    assert_eq!(answer, Ok(json!(5)));
    drop(endless);
    assert_eq!(
        service.host.call(add("sid")).await,
        Ok(json!(5)),
        "the dropped call left nothing behind"
    );

    let late = Call::new("sid", "spin", vec![], Config::TICK * 3);
    let (service_name, function) = ("sid".to_owned(), "spin".to_owned());
    assert_eq!(
        service.host.call(late).await,
        Err(CallError::Deadline {
            service: service_name,
            function
        })
    );
}

#[tokio::test]
async fn corrupted_modules_do_no_harm() {
    let original = hostile().wasm();
    for position in (0..original.len()).step_by(7) {
        let mut wasm = original.clone();
        wasm[position] ^= 0x41;
        let host = host_with(tight());
        if host.deploy("guest", &wasm).await.is_ok() {
            // Whatever the code answers, the call ends.
            let call = Call::new("guest", "add", vec![json!(2), json!(3)], PLENTY);
            drop(host.call(call).await);
        }
    }
}
