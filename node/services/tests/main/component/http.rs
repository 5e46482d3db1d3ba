//! HTTP requests of a component: the example `fetch`, with a server on loopback.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aqua_services::{Config, DeployError, Policy, Requests, ServiceModules};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::marine::{Deployed, host};

const FETCH: &[u8] = include_bytes!("../../../../../examples/fetch/fetch.wasm");

/// A server that answers each connection with the same bytes.
struct Server {
    host: String,
    /// The requests that it received.
    received: Arc<Mutex<Vec<String>>>,
    /// Gets a message for each connection that its client closed.
    closed: mpsc::UnboundedReceiver<()>,
}

impl Server {
    async fn start(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<[u8]> = answer.into().into();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let received = Arc::<Mutex<Vec<String>>>::default();
        let (closing, closed) = mpsc::unbounded_channel();
        let requests = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (requests, closing) = (Arc::clone(&requests), closing.clone());
                let answer = Arc::clone(&answer);
                tokio::spawn(async move {
                    let mut request = vec![0; 4096];
                    let size = stream.read(&mut request).await.unwrap_or(0);
                    request.truncate(size);
                    let text = String::from_utf8_lossy(&request).into_owned();
                    requests.lock().expect("no panic").push(text);
                    // The client may close the connection before it has everything.
                    let written = stream.write_all(&answer).await;
                    if written.is_ok() {
                        while stream.read(&mut [0; 64]).await.is_ok_and(|size| size > 0) {}
                    }
                    closing.send(()).expect("the test waits");
                });
            }
        });
        Self { host, received, closed }
    }
}

/// Limits of a peer whose operator allows these hosts.
fn allowing(hosts: &[&str]) -> Config {
    let hosts = hosts.iter().map(|host| host.parse().expect("a host")).collect();
    Config {
        policy: Policy {
            hosts,
            ..Policy::default()
        },
        ..Config::default()
    }
}

/// A service that asks for a host.
async fn asking(host: &str, limits: Config) -> Deployed {
    Deployed::with_limits(&[("fetch", FETCH)], limits, |service| {
        service.requests = requests(host, false)
    })
    .await
}

fn requests(host: &str, required: bool) -> Requests {
    let requests = serde_json::json!({"http": {"hosts": [host], "methods": ["GET"], "required": required}});
    serde_json::from_value(requests).expect("requests")
}

#[tokio::test]
async fn a_service_reaches_a_host_that_is_asked_for_and_allowed() {
    let server = Server::start(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await;
    let service = asking(&server.host, allowing(&[&server.host])).await;
    let url = format!("http://{}/path?query=1", server.host);
    assert_eq!(service.value("get", json!([url])).await, json!("hello"));
    let received = server.received.lock().expect("no panic").remove(0);
    assert!(received.starts_with("GET /path?query=1 HTTP/1.1\r\n"), "{received}");
    assert!(received.contains(&format!("host: {}\r\n", server.host)), "{received}");
}

#[tokio::test]
async fn other_hosts_and_methods_are_denied() {
    let server = Server::start(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let url = format!("http://{}/", server.host);
    let denied = format!("{url}: ErrorCode::HttpRequestDenied");
    // Neither asked for nor allowed; asked for only; allowed only.
    let cases = [
        ("example.com", allowing(&[])),
        (&server.host, allowing(&["127.0.0.1:1"])),
        ("example.com", allowing(&[&server.host])),
    ];
    for (host, limits) in cases {
        let service = asking(host, limits).await;
        assert_eq!(service.error("get", json!([url])).await, denied);
    }
    let mut limits = allowing(&[&server.host]);
    limits.policy.methods = vec!["POST".to_owned()];
    let service = asking(&server.host, limits).await;
    assert_eq!(service.error("get", json!([url])).await, denied);
    // The name of an address is not the address.
    let service = asking(&server.host, allowing(&[&server.host])).await;
    let name = url.replace("127.0.0.1", "localhost");
    assert_eq!(
        service.error("get", json!([name])).await,
        denied.replace("127.0.0.1", "localhost")
    );
    assert_eq!(*server.received.lock().expect("no panic"), Vec::<String>::new());
}

#[tokio::test]
async fn a_service_that_requires_a_host_is_not_deployed_without() {
    let mut service = ServiceModules::of_file("fetch", FETCH);
    service.requests = requests("api.example.com:443", true);
    let refused = host().deploy_modules("sid", service, allowing(&["example.com"])).await;
    let Err(error @ DeployError::Refused { .. }) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert_eq!(
        error.to_string(),
        "service 'sid' requires what this host doesn't grant: `http.api.example.com:443`: \
         the policy doesn't have \"api.example.com:443\" in `http.hosts`"
    );
}

#[tokio::test]
async fn the_answer_is_limited() {
    let body = "x".repeat(10_000);
    let server = Server::start(format!("HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n{body}")).await;
    let mut limits = allowing(&[&server.host]);
    limits.answer = 5000;
    let service = asking(&server.host, limits).await;
    let error = service.error("get", json!([format!("http://{}/", server.host)])).await;
    assert_eq!(error, "HTTP response body size exceeds limit: 5000 bytes");
}

/// wasmtime records where errors happen if `RUST_BACKTRACE` is set. The test runs itself, because that is decided once in a process.
#[test]
fn errors_have_no_backtrace_of_the_host() {
    let test = "component::http::the_answer_is_limited";
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", test])
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("this test runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("1 passed") && output.status.success(), "{text}");
}

#[tokio::test]
async fn a_connection_ends_with_the_call() {
    let mut server = Server::start(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n").await;
    let mut limits = allowing(&[&server.host]);
    limits.system.elapsed = Duration::from_millis(200);
    let service = asking(&server.host, limits).await;
    let error = service.error("get", json!([format!("http://{}/", server.host)])).await;
    assert_eq!(
        error,
        "service 'sid' was stopped in 'get' after 200ms: a call may not run longer"
    );
    server.closed.recv().await.expect("the connection is closed");
}

#[tokio::test]
async fn failures_of_servers_are_errors_of_the_service() {
    let server = Server::start(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
    let garbage = Server::start(b"garbage\r\n\r\n").await;
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        listener.local_addr().expect("an address").to_string()
    };
    for (host, expected) in [
        (&server.host, "answers with status 404"),
        (&garbage.host, "ErrorCode::HttpProtocolError"),
        (&closed, "ErrorCode::ConnectionRefused"),
    ] {
        let service = asking(host, allowing(&[host])).await;
        let error = service.error("get", json!([format!("http://{host}/")])).await;
        assert!(error.contains(expected), "{error}");
    }
}
