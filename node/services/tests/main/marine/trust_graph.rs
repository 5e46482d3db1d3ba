//! The published trust graph (sequence D): chains of trust, weights and revocation.

use aqua_keys::KeyPair;
use aqua_services::CallTetraplet;
use aqua_values::Value;

use super::{Deployed, PEER, hex, origin, signature};

const NOW: u64 = 1_700_000_000;
const LATER: u64 = 1_800_000_000;

async fn trust_graph() -> Deployed {
    let modules = [
        ("sqlite3", trust_graph_distro::SQLITE_WASM),
        ("trust-graph", trust_graph_distro::TRUST_GRAPH_WASM),
    ];
    Deployed::new(&modules, |_| {}).await
}

fn time() -> CallTetraplet {
    origin(PEER, "peer", "timestamp_sec")
}

fn succeeded(value: &Value) -> bool {
    value["success"] == json!(true) && value["error"] == json!("")
}

/// Signs and adds that `issuer` trusts `subject`.
async fn add_trust(graph: &Deployed, issuer: &KeyPair, subject: &KeyPair) -> Value {
    let (issuer_id, subject) = (issuer.peer_id().to_string(), subject.peer_id().to_string());
    let bytes = graph.value("get_trust_bytes", json!([subject, LATER, NOW])).await;
    let signed = signature(issuer, &bytes["result"]);
    let issued = graph.value("issue_trust", json!([subject, LATER, NOW, signed])).await;
    assert!(succeeded(&issued), "{issued}");
    let verified = graph
        .call_with("verify_trust", json!([issued["trust"], issuer_id, NOW]), &[(2, time())])
        .await
        .expect("an answer");
    assert!(succeeded(&verified), "{verified}");
    let arguments = json!([issued["trust"], issuer_id, NOW]);
    graph
        .call_with("add_trust", arguments, &[(2, time())])
        .await
        .expect("an answer")
}

async fn weight(graph: &Deployed, peer: &KeyPair, at: u64) -> u64 {
    let arguments = json!([peer.peer_id().to_string(), at]);
    let weight = graph
        .call_with("get_weight", arguments, &[(1, time())])
        .await
        .expect("an answer");
    assert_eq!(weight["success"], json!(true), "{weight}");
    weight["weight"].as_u64().expect("a number")
}

#[tokio::test]
async fn roots_are_set_by_the_owner() {
    let mut graph = trust_graph().await;
    assert!(succeeded(&graph.value("set_root", json!([PEER, 10])).await));
    let weight = graph.call_with("get_weight", json!([PEER, NOW]), &[(1, time())]).await;
    assert_eq!(weight.expect("an answer")["weight"], json!(1024));
    let untrusted = graph.value("get_weight", json!([PEER, NOW])).await;
    assert_eq!(untrusted["success"], json!(false));
    let bytes = graph.value("get_trust_bytes", json!([PEER, LATER, NOW])).await;
    assert_eq!(
        hex(&bytes["result"]),
        "66998ce80b87c1dffc8cae923e7e415c52b9cfbeeddc56dfb7f0cc41d3dad585"
    );

    graph.parameters.particle.init_peer_id = KeyPair::from_seed([1; 32]).peer_id().to_string().into();
    let refused = graph.value("set_root", json!([PEER, 10])).await;
    assert_eq!(refused["success"], json!(false));
    assert_eq!(
        refused["error"],
        json!("Root could add only by trust graph service owner")
    );
}

#[tokio::test]
async fn trust_is_passed_along_a_chain_and_revoked() {
    let graph = trust_graph().await;
    let peers: Vec<KeyPair> = (1..=4).map(|seed| KeyPair::from_seed([seed; 32])).collect();
    let root = peers[0].peer_id().to_string();
    assert!(succeeded(&graph.value("set_root", json!([root, 3])).await));
    assert!(succeeded(&add_trust(&graph, &peers[0], &peers[0]).await));
    for pair in peers.windows(2) {
        let added = add_trust(&graph, &pair[0], &pair[1]).await;
        assert!(succeeded(&added), "{added}");
    }
    let mut weights = Vec::new();
    for peer in &peers {
        weights.push(weight(&graph, peer, NOW).await);
    }
    assert_eq!(weights, [8, 4, 2, 1], "the weight halves at each step");

    // The certificates of the last peer lead back to the root.
    let last = peers[3].peer_id().to_string();
    let certificates = graph
        .call_with("get_all_certs", json!([last, NOW]), &[(1, time())])
        .await
        .expect("an answer");
    let chain = certificates["certificates"][0]["chain"].as_array().expect("a chain");
    let chain: Vec<&Value> = chain.iter().map(|trust| &trust["issued_for"]).collect();
    let expected: Vec<Value> = peers.iter().map(|peer| json!(peer.peer_id().to_string())).collect();
    assert!(chain.into_iter().eq(&expected), "{certificates}");

    // The root revokes its trust in the second peer.
    let second = peers[1].peer_id().to_string();
    let bytes = graph.value("get_revocation_bytes", json!([second, NOW + 5])).await;
    let signed = signature(&peers[0], &bytes["result"]);
    let issued = graph
        .value("issue_revocation", json!([root, second, NOW + 5, signed]))
        .await;
    assert!(succeeded(&issued), "{issued}");
    let revoked = graph
        .call_with("revoke", json!([issued["revocation"], NOW + 10]), &[(1, time())])
        .await
        .expect("an answer");
    assert!(succeeded(&revoked), "{revoked}");
    assert_eq!(weight(&graph, &peers[0], NOW + 10).await, 8);
    assert_eq!(weight(&graph, &peers[1], NOW + 10).await, 0);
    assert_eq!(weight(&graph, &peers[3], NOW + 10).await, 0);
}
