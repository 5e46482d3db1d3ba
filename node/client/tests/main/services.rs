//! Services that trap, loop for ever or allocate too much memory: the workflow catches the error, and the peer keeps working.

use crate::{TTL, network, wrapped};
use aqua_client::{Client, LocalConfig, Service};
use aqua_values::Value;

/// A component that does what a service shouldn't, and one thing right: `add`.
const BAD: &str = r#"
(component
  (core module $m
    (memory (export "memory") 1)
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "trap") unreachable)
    (func (export "spin") (loop (br 0)))
    (func (export "hoard")
      (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
      unreachable))
  (core instance $i (instantiate $m))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (func (export "trap") (canon lift (core func $i "trap")))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "hoard") (canon lift (core func $i "hoard"))))"#;

/// Calls a function on the relay; answers what it answered, or the error that the workflow caught.
async fn call(client: &Client, function: &str, arguments: &str) -> Value {
    let script = wrapped(&format!(
        r#"(new $answer
            (seq
                (xor
                    (call -relay- ("bad" "{function}") [{arguments}] $answer)
                    (call -relay- ("op" "identity") [:error:.$.message] $answer))
                (seq
                    (canon -relay- $answer #answer)
                    (call %init_peer_id% ("callbackSrv" "response") [#answer.$.[0]]))))"#
    ));
    client.run(script, [], TTL).await.unwrap().remove(0)
}

#[tokio::test]
async fn misbehaving_services_give_errors_that_workflows_catch() {
    let wasm = wat::parse_str(BAD).unwrap();
    let mut config = LocalConfig {
        services: vec![Service {
            id: "bad".to_owned(),
            modules: aqua_services::ServiceModules::of_file("greeter", wasm),
            memory: Some(8 << 20),
        }],
        ..LocalConfig::new(1)
    };
    config.service_limits.call_time = aqua_services::Config::TICK * 5;
    let network = network(config).await;
    let client = network.client().await.unwrap();
    for (function, text) in [
        ("trap", "trapped"),
        ("spin", "was stopped"),
        ("hoard", "needs more memory"),
        ("fly", "has no function"),
    ] {
        let caught = call(&client, function, "").await;
        assert!(caught.as_str().unwrap().contains(text), "{function}: {caught}");
        assert_eq!(call(&client, "add", "2 3").await, json!(5), "after {function}");
    }
    client.shutdown().await;
    network.shutdown().await;
}
