//! Data folders that a node doesn't start with, and doesn't change.

use super::node;
use aqua_config::Options;
use std::sync::Arc;

/// An error with its causes.
fn text(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", text(source)),
        None => error.to_string(),
    }
}

#[tokio::test]
async fn a_folder_has_one_node() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = node(folder.path()).await.expect("a node");
    let error = node(folder.path()).await.expect_err("the folder is in use");
    assert!(
        text(&error).ends_with("state.redb is in use by another process"),
        "{}",
        text(&error)
    );
    first.shutdown().await;
    drop(first);
    node(folder.path()).await.expect("the folder is free").shutdown().await;
}

#[tokio::test]
async fn a_state_that_is_none_is_not_replaced() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let state = folder.path().join("data/state.redb");
    std::fs::create_dir(folder.path().join("data")).expect("a new folder");
    std::fs::write(&state, "no database").expect("a new file");
    let error = node(folder.path()).await.expect_err("no database");
    assert!(text(&error).contains("is not the state of a peer"), "{}", text(&error));
    assert_eq!(std::fs::read_to_string(&state).expect("the file"), "no database");
    assert!(!folder.path().join("data/modules").exists());
}

#[tokio::test]
async fn without_a_folder_particles_create_no_services() {
    let node = aqua_config::start(&Options::default(), Arc::new(()))
        .await
        .expect("a node");
    let error = super::add_module(&node, "greeter", b"").await.expect_err("no folder");
    assert!(error.contains("this peer keeps no modules"), "{error}");
    node.shutdown().await;
}
