//! The quickstart's service.

use aqua_interface::Type;
use aqua_services::{Call, CallError, Config, Host};

use crate::PLENTY;

const PEER: &str = "12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq";

async fn host() -> Host {
    let host = Host::new(Config::default()).expect("this machine runs Wasm");
    let wasm = include_bytes!("../../../../examples/quickstart/greeter/greeter.wasm");
    host.deploy("greeter", wasm).await.expect("the greeter can be deployed");
    host
}

#[tokio::test]
async fn greets() {
    let greeting = host()
        .await
        .call(Call::new("greeter", "greet", vec![json!("Aqua"), json!(PEER)], PLENTY))
        .await;
    assert_eq!(greeting, Ok(json!("Hello, Aqua, from 12D3…2NASuq")));
}

#[tokio::test]
async fn describes_its_interface() {
    let interface = host().await.interface("greeter").expect("it is deployed");
    let (_, greet) = interface.function("greet").expect("it is exported");
    let arguments: Vec<_> = greet
        .parameters
        .iter()
        .map(|argument| (argument.name.as_str(), &argument.ty))
        .collect();
    assert_eq!(arguments, [("name", &Type::String), ("peer", &Type::String)]);
    assert_eq!(greet.result, Some(Type::String));
    assert_eq!(interface.functions().len(), 1);
}

#[tokio::test]
async fn reports_wrong_calls() {
    let host = host().await;
    let text = |result: Result<_, CallError>| result.expect_err("the call is wrong").to_string();
    assert_eq!(
        text(
            host.call(Call::new("greeter", "greet", vec![json!("Aqua")], PLENTY))
                .await
        ),
        "function 'greet' requires 2 arguments, 1 provided"
    );
    assert_eq!(
        text(
            host.call(Call::new("greeter", "greet", vec![json!("Aqua"), json!(7)], PLENTY))
                .await
        ),
        "function 'greet', argument 'peer': expected string, found 7"
    );
    assert_eq!(
        text(host.call(Call::new("greeter", "shout", vec![], PLENTY)).await),
        "service 'greeter' has no function 'shout'; it has 'greet'"
    );
    assert_eq!(
        text(host.call(Call::new("nobody", "greet", vec![], PLENTY)).await),
        "Service with id 'nobody' not found (function greet)"
    );
}
