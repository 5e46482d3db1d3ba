//! What components see of the system: nothing but what their service is given.

use std::net::TcpListener;
use std::time::Duration;

use aqua_services::{Config, SystemLimits};

use super::{HOST, deployed};
use crate::marine::{Deployed, fixed};

#[tokio::test]
async fn files_are_those_of_mapped_folders() {
    let service = deployed().await;
    let write = json!(["/storage/a.txt", "text"]);
    assert_eq!(service.value("write", write).await, json!(null));
    assert_eq!(
        service.value("read", json!(["/tmp/a.txt"])).await,
        json!("text"),
        "both are one folder"
    );
    let outside = service.folder.path().parent().expect("a folder").join("outside.txt");
    std::fs::write(&outside, "secret").expect("a file");
    std::os::unix::fs::symlink(&outside, service.folder.path().join("link")).expect("a link");
    for path in [
        "/etc/passwd",
        "/tmp/../etc/passwd",
        "/tmp/../outside.txt",
        "/tmp/link",
        "a.txt",
    ] {
        let error = service.error("read", json!([path])).await;
        assert!(error.contains("os error"), "{path}: {error}");
    }
    std::fs::remove_file(outside).expect("the file");
}

#[tokio::test]
async fn the_environment_is_the_configured_one() {
    let service = deployed().await;
    assert_eq!(service.value("variables", json!([])).await, json!([]));
    let service = Deployed::new(&[("guest", HOST)], |service| {
        service.modules[0].envs.push(("KEY".to_owned(), "value".to_owned()));
    })
    .await;
    let variables = service.value("variables", json!([])).await;
    assert_eq!(variables, json!([{"f0": "KEY", "f1": "value"}]));
}

#[tokio::test]
async fn there_is_no_network() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let service = deployed().await;
    service.error("connect", json!([address])).await;
    listener.set_nonblocking(true).expect("a listener");
    assert!(listener.accept().is_err(), "the service has not connected");
}

/// A component ends with the call in which it exits or traps; the next call starts it anew.
#[tokio::test]
async fn a_component_starts_anew_after_an_exit() {
    let service = deployed().await;
    assert_eq!(service.value("count", json!([])).await, json!(1));
    assert_eq!(service.value("count", json!([])).await, json!(2));
    for code in [1, 7] {
        let error = service.error("exit", json!([code])).await;
        assert!(error.starts_with("service 'sid' trapped in 'exit': "), "{error}");
        assert_eq!(service.value("count", json!([])).await, json!(1));
    }
}

#[tokio::test]
async fn waiting_ends_when_the_time_is_over() {
    let limits = Config {
        system: SystemLimits {
            elapsed: Duration::from_millis(30),
            ..SystemLimits::default()
        },
        ..Config::default()
    };
    let service = Deployed::with_limits(&[("guest", HOST)], limits, |_| {}).await;
    assert_eq!(
        service.error("sleep", json!([3_600_000])).await,
        "service 'sid' was stopped in 'sleep' after 30ms: a call may not run longer"
    );
}

#[tokio::test]
async fn clock_and_randomness_of_a_deterministic_service_are_fixed() {
    let seen = async |is_deterministic: bool| {
        let mut service = Deployed::new(&[("guest", HOST)], |service| {
            if is_deterministic {
                service.requests = fixed();
            }
        })
        .await;
        service.parameters.particle.timestamp = 1_700_000_000_123;
        let (now, random) = (
            service.value("now", json!([])).await,
            service.value("random", json!([])).await,
        );
        (now, random)
    };
    let fixed = seen(true).await;
    assert_eq!(fixed.0, json!(1_700_000_000_123_u64));
    assert_eq!(seen(true).await, fixed);
    let free = seen(false).await;
    assert!(free.0 != fixed.0 && free.1 != fixed.1, "{free:?}");
}
