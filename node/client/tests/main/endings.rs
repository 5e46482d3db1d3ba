//! How runs end that don't end well: each says what happened, and the peers live on.

use crate::{TTL, network, wrapped};
use aqua_client::{Client, Explanation, LocalConfig, LocalNetwork, RunError, Until};
use aqua_keys::KeyPair;
use aqua_node::{Call, Config, Handlers, failure};
use aqua_values::Value;
use std::future::pending;
use std::sync::Arc;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_can_not_go_on_ends_at_once() {
    let (network, client) = bad_network().await;
    let script = wrapped(
        r#"(seq
             (par (call -relay- ("bad" "fails") [] x) (call %init_peer_id% ("op" "noop") []))
             (call %init_peer_id% ("callbackSrv" "response") [x]))"#,
    );
    let Err(error @ RunError::Stuck { .. }) = client.run(script.as_str(), [], TTL).await else {
        panic!("nothing is left to do")
    };
    let text = Explanation::new(&error, &script, &()).to_string();
    let peer = client.relay();
    assert!(
        text.ends_with(&format!("bad.fails failed on {peer}: no luck; `x` never got a value")),
        "{text}"
    );
    lives_on(&client).await;
    client.shutdown().await;
    network.shutdown().await;
}

/// Responds, and works on in the background on the relay.
const BACKGROUND: &str = r#"
    (seq
      (par (call -relay- ("slow" "work") []) (null))
      (call %init_peer_id% ("callbackSrv" "response") []))"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_until_idle_waits_for_work_in_the_background() {
    let (started, mut starts) = tokio::sync::mpsc::unbounded_channel();
    let go_on = Arc::new(tokio::sync::Semaphore::new(0));
    let mut functions = Handlers::default();
    let gate = go_on.clone();
    functions.register("slow", "work", move |_: Call| {
        let (started, gate) = (started.clone(), gate.clone());
        async move {
            let _ = started.send(());
            gate.acquire().await.unwrap().forget();
            Ok(Value::from(""))
        }
    });
    let network = network(LocalConfig {
        functions,
        ..LocalConfig::new(1)
    })
    .await;
    let client = network.client().await.unwrap();
    let script = wrapped(BACKGROUND);
    let none = Handlers::default();
    let responded = client.run(script.as_str(), [], TTL).await;
    assert_eq!(responded, Ok(vec![]), "the response does not wait");
    starts.recv().await.unwrap();

    let run = client.run_with(script.as_str(), [], &none, TTL, Until::Idle);
    tokio::pin!(run);
    tokio::select! {
        biased;
        ended = &mut run => panic!("{ended:?} before the work in the background has ended"),
        _ = starts.recv() => {}
    }
    assert!(futures::poll!(&mut run).is_pending());
    go_on.add_permits(2);
    assert_eq!(run.await, Ok(vec![]));

    // A client that does not observe the relay can't wait for what is done there.
    let address = network.nodes()[0].listen_addresses().await.remove(0);
    let config = Config::new(aqua_network::Config::new(KeyPair::from_seed([9; 32])));
    let remote = Client::connect(config, address, None).await.unwrap();
    assert_eq!(
        remote.run_with(script.as_str(), [], &none, TTL, Until::Idle).await,
        Ok(vec![])
    );
    go_on.add_permits(1);
    remote.shutdown().await;
    client.shutdown().await;
    network.shutdown().await;
}
