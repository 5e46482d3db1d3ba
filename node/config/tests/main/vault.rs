//! The vault: files that live as long as their particle.

use super::{TTL, call, json, node, run};
use aqua_values::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// The folders of particles in the vault of a node.
fn folders(data: &Path) -> Vec<String> {
    let scopes = std::fs::read_dir(data.join("deployed/vault"))
        .into_iter()
        .flatten()
        .flatten();
    let particles = scopes.flat_map(|scope| std::fs::read_dir(scope.path()).into_iter().flatten().flatten());
    particles
        .map(|folder| folder.file_name().to_string_lossy().into_owned())
        .collect()
}

#[tokio::test]
async fn a_file_lives_as_long_as_its_particle() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = node(folder.path()).await.expect("a node");
    let script = r#"
        (seq (call %init_peer_id% ("vault" "put") ["content"] path)
        (seq (call %init_peer_id% ("vault" "cat") [path] content)
        (seq (call %init_peer_id% ("op" "array") [path content] both)
             (call %init_peer_id% ("report" "value") [both]))))"#;
    let both = run(&node, script, BTreeMap::new(), 1500).await.expect("a file");
    let path = both[0].as_str().expect("a path").to_owned();
    assert!(path.starts_with("/tmp/vault/") && both[1] == json!("content"), "{both}");

    // Another particle has another vault.
    let error = call(&node, "vault", "cat", json!([path]))
        .await
        .expect_err("not its file");
    assert!(error.contains("is not in the vault of the particle"), "{error}");
    let error = call(&node, "vault", "cat", json!(["../../../../node.key"]))
        .await
        .expect_err("a path");
    assert!(error.contains("Error reading vault file"), "{error}");

    let data = folder.path().join("data");
    let own = path.split('/').nth(3).expect("the name of the folder").to_owned();
    while folders(&data).contains(&own) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    node.shutdown().await;
}

/// A blueprint that comes through the vault, as clients do with large values.
#[tokio::test]
async fn a_blueprint_is_loaded_from_the_vault() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = node(folder.path()).await.expect("a node");
    let module = "bafkreifdehdwcppttfsqaju4kodgn5wgbefrarbzc72k4sore2bwpeq2fa";
    let script = format!(
        r#"
        (seq (call %init_peer_id% ("op" "array") ["{module}"] modules)
        (seq (call %init_peer_id% ("dist" "make_blueprint") ["name" modules] made)
        (seq (call %init_peer_id% ("vault" "put") [made] path)
        (seq (call %init_peer_id% ("dist" "load_blueprint") [path] loaded)
             (call %init_peer_id% ("report" "value") [loaded])))))"#
    );
    let loaded = run(&node, &script, BTreeMap::new(), TTL).await.expect("a blueprint");
    let expected = format!(r#"{{"dependencies":[{{"/":"{module}"}}],"name":"name"}}"#);
    assert_eq!(loaded, Value::from(expected));
    node.shutdown().await;
}
