//! Which components can be deployed, and the errors for the others.

use aqua_services::{Call, Config, Engine, Host};
use proptest::prelude::*;

use crate::{PLENTY, guest, host_of, try_host_of};

async fn refusal(text: &str) -> String {
    try_host_of(text, Config::default())
        .await
        .expect_err("the guest can't be deployed")
        .to_string()
}

#[tokio::test]
async fn core_modules_are_refused_with_advice() {
    assert_eq!(
        refusal("(module)").await,
        "service 'guest': module 'guest' is no Marine module: the module has no section `__fluence_sdk_version`: it was not built \
         with a Marine SDK; other core modules must be made components, with `wasm-tools component new`"
    );
}

#[tokio::test]
async fn imports_are_refused_by_name() {
    let text = r#"(component
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func (result u64)))))
        (import "wasi:keyvalue/store@0.2.0" (instance (export "count" (func (result u64)))))
        (import "log" (func (param "text" string))))"#;
    assert_eq!(
        refusal(text).await,
        "service 'guest' imports 'wasi:keyvalue/store@0.2.0', 'log', which this peer doesn't offer to services"
    );
}

#[tokio::test]
async fn types_without_a_form_in_aqua_are_refused() {
    let text = r#"(component
        (type $counter (resource (rep i32)))
        (export $exported "counter" (type $counter))
        (core module $m (func (export "make") (result i32) unreachable))
        (core instance $i (instantiate $m))
        (func (export "make") (result (own $exported)) (canon lift (core func $i "make"))))"#;
    assert_eq!(
        refusal(text).await,
        "service 'guest' can't be called from Aqua: function 'make' uses a resource, which Aqua has no type for"
    );
}

/// Each level names the one below twice: twenty lines of text, a million nodes as a tree.
#[tokio::test]
async fn types_of_exponential_size_are_refused() {
    let mut text = String::from("(component (type $t0 (tuple u8 u8))");
    for level in 1..16 {
        text.push_str(&format!("(type $t{level} (tuple $t{} $t{}))", level - 1, level - 1));
    }
    text.push_str(
        r#"(core module $m (memory (export "m") 1) (func (export "f") (result i32) unreachable))
           (core instance $i (instantiate $m))
           (func (export "f") (result $t15) (canon lift (core func $i "f") (memory (core memory $i "m")))))"#,
    );
    assert_eq!(
        refusal(&text).await,
        "service 'guest' can't be called from Aqua: function 'f' has types that are too large"
    );
}

#[tokio::test]
async fn a_component_that_fails_to_start_is_refused() {
    let start = r#"(component (core module $m (func $f unreachable) (start $f)) (core instance (instantiate $m)))"#;
    assert_eq!(
        refusal(start).await,
        "service 'guest' fails to start: service 'guest' trapped in 'init': wasm `unreachable` instruction executed"
    );
    let large = "(component (core module $m (memory 5000)) (core instance (instantiate $m)))";
    assert_eq!(
        refusal(large).await,
        "service 'guest' fails to start: service 'guest' needs more memory in 'init' than the 268435456 bytes it may have"
    );
}

#[tokio::test]
async fn size_and_name_are_checked() {
    let host = Host::new(Config {
        component: 100,
        ..Config::default()
    })
    .expect("this machine runs Wasm");
    let error = host.deploy("guest", &[0; 101]).await.expect_err("it is too large");
    assert_eq!(
        error.to_string(),
        "service 'guest' has 101 bytes, more than the 100 that this peer accepts"
    );

    let host = host_of("(component)", Config::default()).await;
    let error = host
        .deploy("guest", &guest("hostile"))
        .await
        .expect_err("the name is taken");
    assert_eq!(error.to_string(), "service 'guest' is deployed already");
    assert_eq!(host.services(), ["guest"]);
    assert!(host.remove("guest"));
    assert!(!host.remove("guest"));
    host.deploy("guest", &guest("hostile")).await.expect("the name is free");
}

#[tokio::test]
async fn hosts_of_one_engine_have_services_of_their_own() {
    let engine = Engine::new().expect("this machine runs Wasm");
    let [left, right] = [(); 2].map(|()| Host::with_engine(engine.clone(), Config::default()));
    for host in [&left, &right] {
        host.deploy("guest", &guest("hostile"))
            .await
            .expect("the guest can be deployed");
        assert_eq!(
            host.call(Call::new("guest", "count", vec![], PLENTY)).await,
            Ok(json!(1)),
            "a memory of its own"
        );
    }
}

/// A function of an exported interface goes by its bare name, and by both names where two interfaces have it. `init` runs once.
#[tokio::test]
async fn functions_of_interfaces_and_init() {
    let host = host_of(
        r#"(component
            (core module $m
                (global $value (mut i32) (i32.const 0))
                (func (export "init") (global.set $value (i32.add (global.get $value) (i32.const 7))))
                (func (export "get-value") (result i32) (global.get $value)))
            (core instance $i (instantiate $m))
            (func (export "init") (canon lift (core func $i "init")))
            (func $get (result u32) (canon lift (core func $i "get-value")))
            (instance $one (export "get-value" (func $get)) (export "only-here" (func $get)))
            (instance $two (export "get-value" (func $get)))
            (export "acme:kv/one@1.0.0" (instance $one))
            (export "acme:kv/two@1.0.0" (instance $two)))"#,
        Config::default(),
    )
    .await;
    let interface = host.interface("guest").expect("it is deployed");
    let names: Vec<_> = interface.functions().map(|function| function.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "acme:kv/one@1.0.0#get_value",
            "only_here",
            "acme:kv/two@1.0.0#get_value"
        ]
    );
    for name in [
        "only_here",
        "only-here",
        "acme:kv/two@1.0.0#get_value",
        "acme:kv/one@1.0.0#get-value",
    ] {
        assert_eq!(crate::call(&host, name, json!([])).await, Ok(json!(7)), "{name}");
    }
    assert!(interface.function("init").is_none());
}

/// Corrupted components are refused or run within their limits; the host never panics.
#[test]
fn corrupted_components_do_no_harm() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let engine = Engine::new().expect("this machine runs Wasm");
    let config = Config {
        call_time: Config::TICK,
        memory: 1 << 20,
        ..Config::default()
    };
    let original = guest("hostile");
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8);
    proptest!(ProptestConfig::with_cases(100), |(changes in changes, keep in any::<prop::sample::Index>(), cut in any::<bool>())| {
        let mut bytes = original.clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if cut {
            bytes.truncate(keep.index(bytes.len()));
        }
        let host = Host::with_engine(engine.clone(), config.clone());
        if runtime.block_on(host.deploy("guest", &bytes)).is_ok() {
            let answer = runtime.block_on(host.call(Call::new("guest", "add", vec![json!(2), json!(3)], PLENTY)));
            // Whatever the code answers, the call ends.
            drop(answer);
        }
    });
}
