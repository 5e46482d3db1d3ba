//! Services that particles deploy, with a component and with published Marine modules.

use super::{add_module, call, deploy, json, node, value};
use aqua_config::Options;
use aqua_modules::ContentId;
use aqua_node::Node;
use aqua_values::Value;
use std::path::Path;
use std::sync::Arc;

const GREETER: &[u8] = include_bytes!("../../../../examples/quickstart/greeter/greeter.wasm");

#[tokio::test]
async fn a_component_is_deployed_named_called_and_restored() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = node(folder.path()).await.expect("a node");
    let service = deploy(&first, &[("greeter", GREETER)]).await;
    let peer = first.peer_id().to_string();
    assert_eq!(
        value(&first, "srv", "add_alias", json!(["greeter", service])).await,
        json!("")
    );
    let greeting = value(&first, "greeter", "greet", json!(["Anna", peer])).await;
    assert!(
        greeting.as_str().is_some_and(|text| text.starts_with("Hello, Anna")),
        "{greeting}"
    );
    let before = [
        value(&first, "srv", "list", json!([])).await,
        value(&first, "dist", "list_modules", json!([])).await,
        value(&first, "dist", "list_blueprints", json!([])).await,
    ];
    assert_eq!(before[0][0]["aliases"], json!(["greeter"]));
    first.shutdown().await;
    drop(first);

    let second = node(folder.path()).await.expect("the same node");
    let after = [
        value(&second, "srv", "list", json!([])).await,
        value(&second, "dist", "list_modules", json!([])).await,
        value(&second, "dist", "list_blueprints", json!([])).await,
    ];
    assert_eq!(after, before);
    let again = value(&second, "greeter", "greet", json!(["Anna", peer])).await;
    assert_eq!(again, greeting);

    assert_eq!(value(&second, "srv", "remove", json!(["greeter"])).await, json!(""));
    let missing = call(&second, "greeter", "greet", json!(["Anna", peer]))
        .await
        .expect_err("it is removed");
    assert!(missing.contains("Service with id 'greeter' not found"), "{missing}");
    second.shutdown().await;
    drop(second);
    let third = node(folder.path()).await.expect("the same node");
    assert_eq!(value(&third, "srv", "list", json!([])).await, json!([]));
    third.shutdown().await;
}

/// The published spell keeps its values in a SQLite database in `/storage`.
#[tokio::test]
async fn persistent_data_lives_as_long_as_the_service() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = node(folder.path()).await.expect("a node");
    let modules = [
        ("sqlite3", fluence_spell_distro::SQLITE_WASM),
        ("spell", fluence_spell_distro::SPELL_WASM),
    ];
    let service = deploy(&first, &modules).await;
    let id = service.as_str().expect("an id").to_owned();
    let set = value(&first, &id, "set_string", json!(["h_key", "kept"])).await;
    assert_eq!(set["success"], json!(true), "the peer itself writes such keys: {set}");
    let storage = folder.path().join("data/deployed/storage");
    assert!(storage.join(&id).join("spell.sqlite").is_file());
    first.shutdown().await;
    drop(first);

    // What a crash during the creation of a service leaves.
    std::fs::create_dir(storage.join("orphan")).expect("a new folder");
    let second = node(folder.path()).await.expect("the same node");
    assert_eq!(
        value(&second, &id, "get_string", json!(["h_key"])).await["value"],
        json!("kept")
    );
    value(&second, "srv", "remove", json!([id])).await;
    second.shutdown().await;
    assert!(!storage.join(&id).exists() && !storage.join("orphan").exists());
}

/// A node on which the published module for IPFS may run `ipfs`, or another program instead.
async fn with_effector(folder: &Path, program: &str) -> Node {
    let id = ContentId::of(aqua_ipfs_distro::IPFS_EFFECTOR);
    let text =
        format!("data_dir = \"data\"\n[effectors.ipfs]\ncid = \"{id}\"\nbinaries = {{ {program} = \"/bin/true\" }}\n");
    let file = folder.join("node.toml");
    std::fs::write(&file, text).expect("a new file");
    let options = Options {
        file: Some(file),
        ..Options::default()
    };
    aqua_config::start(&options, Arc::new(())).await.expect("a node")
}

async fn add_effector(node: &Node) -> Result<Value, String> {
    add_module(node, "ipfs_effector", aqua_ipfs_distro::IPFS_EFFECTOR).await
}

#[tokio::test]
async fn modules_that_run_programs_have_to_be_allowed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = node(folder.path()).await.expect("a node");
    let error = add_effector(&node).await.expect_err("it isn't allowed");
    assert!(
        error.contains("requested module effector ipfs_effector with CID"),
        "{error}"
    );
    assert_eq!(value(&node, "dist", "list_modules", json!([])).await, json!([]));
    node.shutdown().await;
    drop(node);

    let other = with_effector(folder.path(), "curl").await;
    let error = add_effector(&other).await.expect_err("another program is allowed");
    let expected = "requested a binary `ipfs` which isn't in the configured list of binaries";
    assert!(error.contains(expected), "{error}");
    other.shutdown().await;
    drop(other);

    let allowing = with_effector(folder.path(), "ipfs").await;
    add_effector(&allowing).await.expect("the program is allowed");
    let listed = value(&allowing, "dist", "list_modules", json!([])).await;
    assert_eq!(
        listed[0]["config"]["mounted_binaries"],
        json!([[["ipfs", "/bin/true"]]])
    );
    allowing.shutdown().await;
}

#[tokio::test]
async fn what_cannot_be_deployed_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = node(folder.path()).await.expect("a node");
    let error = add_module(&node, "text", b"text").await.expect_err("no module");
    assert!(error.contains("not a WebAssembly component"), "{error}");
    let error = add_module(&node, "../greeter", GREETER).await.expect_err("no name");
    assert!(error.contains("invalid name"), "{error}");
    let module = add_module(&node, "greeter", GREETER).await.expect("a module");
    let error = call(&node, "srv", "create", json!([module]))
        .await
        .expect_err("no blueprint");
    assert!(error.contains("wasn't found"), "{error}");

    let missing = "bafkreifdehdwcppttfsqaju4kodgn5wgbefrarbzc72k4sore2bwpeq2fa";
    let blueprint = value(&node, "dist", "make_blueprint", json!(["test", [missing]])).await;
    let blueprint = value(&node, "dist", "add_blueprint", json!([blueprint])).await;
    let error = call(&node, "srv", "create", json!([blueprint]))
        .await
        .expect_err("a module is missing");
    assert!(error.contains(&format!("module '{missing}' wasn't found")), "{error}");
    assert_eq!(value(&node, "srv", "list", json!([])).await, json!([]));
    node.shutdown().await;
}
