//! Particles that want much at once get it bit by bit, and all of it.

use crate::{TTL, network, wrapped};
use aqua_node::builtins::{Call, Table};
use aqua_node::{LocalConfig, LocalNetwork};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// `(par (par … a b) c)`.
fn par(branches: impl IntoIterator<Item = String>) -> String {
    branches
        .into_iter()
        .reduce(|left, right| format!("(par {left} {right})"))
        .unwrap()
}

#[tokio::test]
async fn calls_of_one_particle_run_a_few_at_a_time() {
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut functions = Table::default();
    let (now, peak) = (running.clone(), most.clone());
    functions.insert("slow", "answer", move |_: Call| {
        let (now, peak) = (now.clone(), peak.clone());
        async move {
            peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(json!(1))
        }
    });
    let mut config = LocalConfig {
        functions,
        ..LocalConfig::new(1)
    };
    config.limits.calls = 3;
    let network = network(config).await;
    let client = network.client().await.unwrap();

    let names: Vec<_> = (0..20).map(|number| format!("v{number}")).collect();
    let calls = par(names
        .iter()
        .map(|name| format!(r#"(call -relay- ("slow" "answer") [] {name})"#)));
    let joined = names.join(" ");
    let script = wrapped(&format!(
        r#"(seq (seq {calls} (call -relay- ("op" "array") [{joined}] all))
                (call %init_peer_id% ("callbackSrv" "response") [all]))"#
    ));
    assert_eq!(client.run(script, [], TTL).await, Ok(vec![json!(vec![1; 20])]));
    let most = most.load(Ordering::SeqCst);
    assert!((1..=3).contains(&most), "{most} at a time");
    client.shutdown().await;
    network.shutdown().await;
}

#[tokio::test]
async fn a_particle_goes_to_many_peers_one_after_another() {
    let mut config = LocalConfig::new(5);
    config.limits.sends = 1;
    config.limits.mailbox = 1;
    config.limits.parked = 1;
    let network = network(config).await;
    let client = network.client().await.unwrap();

    let peers: Vec<_> = (2..=5)
        .map(|number| LocalNetwork::key(number).peer_id().to_string())
        .collect();
    let visits = par(peers.iter().enumerate().map(|(number, peer)| {
        format!(
            r#"(seq (call "{peer}" ("op" "identity") ["{peer}"] v{number})
               (seq (call -relay- ("op" "noop") [])
                    (call %init_peer_id% ("op" "noop") [])))"#
        )
    }));
    let script = wrapped(&format!(
        r#"(seq (seq (call -relay- ("op" "noop") []) {visits})
                (call %init_peer_id% ("callbackSrv" "response") [v0 v1 v2 v3]))"#
    ));
    let visited = client.run(script, [], TTL).await.unwrap();
    assert_eq!(visited, peers.iter().map(|peer| json!(peer)).collect::<Vec<_>>());
    client.shutdown().await;
    network.shutdown().await;
}
