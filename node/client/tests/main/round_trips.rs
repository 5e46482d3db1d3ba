//! Particles that visit other peers and return.

use crate::{TTL, greeter, network, wrapped};
use aqua_client::{HopKind, LocalConfig, LocalNetwork, Trace, Until};
use aqua_node::{Call, Handlers};
use aqua_values::Value;
use std::sync::Arc;

#[tokio::test]
async fn a_relay_answers() {
    let network = network(LocalConfig::new(1)).await;
    let client = network.client().await.unwrap();
    let script = wrapped(
        r#"(seq (call -relay- ("op" "identity") ["hello"] answer)
                (call %init_peer_id% ("callbackSrv" "response") [answer -relay-]))"#,
    );
    let relay = client.relay().to_string();
    assert_eq!(relay, LocalNetwork::key(1).peer_id().to_string());
    for _ in 0..3 {
        assert_eq!(
            client.run(script.as_str(), [], TTL).await,
            Ok(vec![json!("hello"), json!(relay)])
        );
    }
    client.shutdown().await;
    network.shutdown().await;
}

/// Greets from the two peers nearest to the relay, at the same time. Each branch returns its result to the initiator, where the last
/// call waits for both.
const GREET: &str = r#"
    (seq
        (seq
            (call %init_peer_id% ("getDataSrv" "name") [] -name-arg-)
            (call -relay- ("kad" "neighborhood") [-relay- [] 2] peers))
        (seq
            (par
                (seq
                    (call peers.$.[0] ("greeter" "greet") [-name-arg- peers.$.[0]] left)
                    (seq
                        (call -relay- ("op" "noop") [])
                        (call %init_peer_id% ("op" "noop") [])))
                (seq
                    (call peers.$.[1] ("greeter" "greet") [-name-arg- peers.$.[1]] right)
                    (seq
                        (call -relay- ("op" "noop") [])
                        (call %init_peer_id% ("op" "noop") []))))
            (call %init_peer_id% ("callbackSrv" "response") [left right])))"#;

#[tokio::test(flavor = "multi_thread")]
async fn two_peers_greet_in_parallel_and_their_answers_are_joined_at_home() {
    let trace = Arc::new(Trace::new(1000));
    let config = LocalConfig {
        services: vec![greeter()],
        observer: trace.clone(),
        ..LocalConfig::new(3)
    };
    let network = network(config).await;
    let client = network.client().await.unwrap();
    let arguments = [("name".to_owned(), json!("Aqua"))];
    let greetings = client.run(wrapped(GREET), arguments, TTL).await.unwrap();

    let mut others: Vec<String> = [2, 3]
        .map(|number| LocalNetwork::key(number).peer_id().to_string())
        .into();
    // The greeter shortens the peer's name to its ends.
    let names = |greeting: &Value, peer: &str| greeting.as_str().unwrap().ends_with(&peer[peer.len() - 6..]);
    others.sort_by_key(|peer| !names(&greetings[0], peer));
    for (greeting, peer) in greetings.iter().zip(&others) {
        assert!(
            greeting.as_str().unwrap().contains("Aqua") && names(greeting, peer),
            "{greeting} from {peer}"
        );
    }
    // To the relay, to two peers, back to the relay twice, home. A peer reports what it sent after the other one has received it.
    let sent = || {
        let hops = trace.hops();
        hops.iter()
            .filter(|hop| matches!(hop.kind, HopKind::Sent { .. }))
            .count()
    };
    let all = tokio::time::timeout(TTL, async {
        while sent() < 6 {
            tokio::task::yield_now().await;
        }
    });
    assert!(all.await.is_ok(), "{:#?}", trace.hops());
    client.shutdown().await;
    network.shutdown().await;

    let hops = trace.hops();
    let calls = |name: &str| {
        hops.iter()
            .filter(|hop| matches!(&hop.kind, HopKind::Call { function, .. } if function == name))
            .count()
    };
    assert_eq!((calls("greet"), calls("neighborhood"), calls("response")), (2, 1, 1));
    assert!(
        hops.iter().all(|hop| !matches!(hop.kind, HopKind::NotSent { .. })),
        "{hops:#?}"
    );
}

#[tokio::test]
async fn functions_that_are_arguments_are_called_on_the_client() {
    let network = network(LocalConfig::new(1)).await;
    let client = network.client().await.unwrap();
    let mut callbacks = Handlers::default();
    let (sender, mut heard) = tokio::sync::mpsc::unbounded_channel();
    callbacks.register("callbackSrv", "tell", move |call: Call| {
        sender.send(call.arguments).unwrap();
        async { Ok(Value::from("")) }
    });
    let script = wrapped(
        r#"(seq (call -relay- ("op" "identity") [1] one)
           (seq (call %init_peer_id% ("callbackSrv" "tell") [one "two"])
                (call %init_peer_id% ("callbackSrv" "response") [])))"#,
    );
    assert_eq!(
        client.run_with(script, [], &callbacks, TTL, Until::Response).await,
        Ok(Vec::<Value>::new())
    );
    assert_eq!(heard.recv().await, Some(vec![json!(1), json!("two")]));
    client.shutdown().await;
    network.shutdown().await;
}
