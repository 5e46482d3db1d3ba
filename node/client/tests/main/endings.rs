//! How runs end that don't end well: each says what happened, and the peers live on.

use crate::{TTL, network, wrapped};
use aqua_client::{Client, LocalConfig, LocalNetwork, RunError};
use aqua_node::{Call, Handlers, failure};
use std::future::pending;
use std::time::Duration;

/// A peer whose `bad` service fails in every way.
async fn bad_network() -> (LocalNetwork, Client) {
    let mut functions = Handlers::default();
    functions.register("bad", "fails", |_: Call| async { Err(failure("no luck")) });
    functions.register("bad", "breaks", |_: Call| async { panic!("a bug of this function") });
    functions.register("bad", "hangs", |_: Call| pending());
    let network = network(LocalConfig {
        functions,
        ..LocalConfig::new(1)
    })
    .await;
    let client = network.client().await.unwrap();
    (network, client)
}

fn calling(service: &str, function: &str) -> String {
    wrapped(&format!(
        r#"(seq (call -relay- ("{service}" "{function}") [] answer)
                (call %init_peer_id% ("callbackSrv" "response") [answer]))"#
    ))
}

async fn lives_on(client: &Client) {
    assert_eq!(client.run(calling("op", "noop"), [], TTL).await, Ok(vec![json!("")]));
}

async fn remote_message(client: &Client, script: String) -> String {
    let Err(RunError::Remote(error)) = client.run(script, [], TTL).await else {
        panic!("an error of the workflow")
    };
    error["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_error_of_a_function_comes_home() {
    let (network, client) = bad_network().await;
    for (function, text) in [("fails", "no luck"), ("breaks", "the function panicked")] {
        let message = remote_message(&client, calling("bad", function)).await;
        assert!(message.contains(text), "{message}");
        lives_on(&client).await;
    }
    let message = remote_message(&client, calling("worse", "f")).await;
    assert!(
        message.contains("Service with id 'worse' not found (function f)"),
        "{message}"
    );
    lives_on(&client).await;
    client.shutdown().await;
    network.shutdown().await;
}

#[tokio::test]
async fn a_timeout_says_where_the_particle_waits() {
    let (network, client) = bad_network().await;
    let ttl = Duration::from_millis(1500);
    let ended = client.run(calling("bad", "hangs"), [], ttl).await;
    let Err(error @ RunError::TimedOut { .. }) = ended else {
        panic!("a timeout, not {ended:?}")
    };
    let text = error.to_string();
    let peer = client.relay();
    assert!(
        text.contains(&format!("bad.hangs has not answered on {peer}")),
        "{text}"
    );
    lives_on(&client).await;
    client.shutdown().await;
    network.shutdown().await;
}

#[tokio::test]
async fn what_is_no_script_fails_at_once() {
    let (network, client) = bad_network().await;
    let ended = client.run("(seq (null)", [], TTL).await;
    assert!(matches!(ended, Err(RunError::Script { .. })), "{ended:?}");
    lives_on(&client).await;
    client.shutdown().await;
    network.shutdown().await;
}

#[tokio::test]
async fn an_error_that_nobody_catches_fails_at_once() {
    let (network, client) = bad_network().await;
    let ended = client.run(r#"(fail 7 "seven")"#, [], TTL).await;
    let Err(RunError::Script { message, .. }) = ended else {
        panic!("a failed script, not {ended:?}")
    };
    assert!(message.contains("seven"), "{message}");
    lives_on(&client).await;
    client.shutdown().await;
    network.shutdown().await;
}
