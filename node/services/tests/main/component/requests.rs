//! What a service gets of the folders, variables and programs that it requests.

use aqua_services::{Config, Policy, Requests, ServiceModules};
use tempfile::TempDir;

use super::HOST;
use crate::marine::{Deployed, host};

/// A service that sees nothing but what is granted of these requests.
async fn granted(requests: serde_json::Value, limits: Config) -> Deployed {
    Deployed::with_limits(&[("guest", HOST)], limits, |service| {
        service.modules[0].mapped_dirs.clear();
        service.requests = parsed(requests);
    })
    .await
}

fn parsed(requests: serde_json::Value) -> Requests {
    serde_json::from_value(requests).expect("requests")
}

#[tokio::test]
async fn persistent_files_outlive_the_service_and_ephemeral_ones_do_not() {
    let data = TempDir::new().expect("a folder");
    let limits = Config {
        data_dir: Some(data.path().to_owned()),
        ..Config::default()
    };
    let requests = serde_json::json!({"fs": [
        {"guest": "/storage", "scope": "persistent"},
        {"guest": "/tmp", "scope": "ephemeral"},
    ]});
    let service = granted(requests.clone(), limits.clone()).await;
    for file in ["/storage/a", "/tmp/a"] {
        service.value("write", json!([file, file])).await;
        assert_eq!(service.value("read", json!([file])).await, json!(file));
    }
    service.error("write", json!(["/etc/a", ""])).await;
    drop(service);

    let service = granted(requests, limits.clone()).await;
    assert_eq!(service.value("read", json!(["/storage/a"])).await, json!("/storage/a"));
    service.error("read", json!(["/tmp/a"])).await;

    let reader = granted(
        serde_json::json!({"fs": [{"guest": "/storage", "scope": "persistent", "mode": "ro"}]}),
        limits,
    )
    .await;
    assert_eq!(reader.value("read", json!(["/storage/a"])).await, json!("/storage/a"));
    let error = reader.error("write", json!(["/storage/b", ""])).await;
    assert!(error.contains("os error"), "{error}");
}

#[tokio::test]
async fn what_is_not_granted_fails_inside_the_service() {
    let policy = Policy {
        scopes: Vec::new(),
        env: [("REGION".to_owned(), "eu".to_owned())].into(),
        process: [("true".to_owned(), "/bin/true".into())].into(),
        ..Policy::default()
    };
    let limits = Config {
        policy,
        ..Config::default()
    };
    let requests = serde_json::json!({
        "fs": [{"guest": "/tmp", "scope": "ephemeral"}],
        "env": ["REGION", "API_TOKEN"],
        "process": ["true", "curl"],
    });
    let service = granted(requests, limits).await;
    let error = service.error("write", json!(["/tmp/a", ""])).await;
    assert!(error.contains("os error"), "{error}");
    let variables = service.value("variables", json!([])).await;
    assert_eq!(variables, json!([{"f0": "REGION", "f1": "eu"}]));
    let code = async |program: &str| {
        let output = service.value("run", json!([program, []])).await;
        serde_json::Value::from(&output)["ret_code"].clone()
    };
    assert_eq!(code("true").await, 0);
    assert_ne!(code("curl").await, 0);
}

#[tokio::test]
async fn memory_is_the_least_of_request_policy_and_limit() {
    let mut service = ServiceModules::of_file("guest", HOST);
    service.requests = parsed(serde_json::json!({"memory": "64 KiB"}));
    let deployed = host().deploy_modules("sid", service, Config::default()).await;
    let error = deployed.expect_err("the component needs more").to_string();
    assert!(error.contains("memory"), "{error}");
}

#[tokio::test]
async fn the_time_of_a_call_includes_waiting() {
    let service = granted(serde_json::json!({"call_ms": 30}), Config::default()).await;
    let error = service.error("sleep", json!([60_000])).await;
    assert_eq!(
        error,
        "service 'sid' was stopped in 'sleep' after 30ms: a call may not run longer"
    );
}
