//! Peers that run particles over loopback.
#![allow(clippy::unwrap_used, reason = "tests")]

/// A value, written as JSON.
macro_rules! json {
    ($($json:tt)+) => { aqua_values::Value::from(serde_json::json!($($json)+)) };
}

mod drops;
mod endings;
mod relays;
mod round_trips;
mod services;
mod shutdown;

use aqua_client::{LocalConfig, LocalNetwork, Service};
use aqua_node::{Event, Observer};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Long enough for whatever is to succeed, on a busy machine too.
const TTL: Duration = Duration::from_secs(60);

/// The service of the quickstart: `greet(name, peer)`.
fn greeter() -> Service {
    let wasm: &[u8] = include_bytes!("../../../../examples/quickstart/greeter/greeter.wasm");
    Service {
        id: "greeter".to_owned(),
        modules: aqua_services::ServiceModules::of_file("greeter", wasm),
        memory: None,
    }
}

async fn network(config: LocalConfig) -> LocalNetwork {
    LocalNetwork::start(config).await.unwrap()
}

/// A function's body in the wrapper that compiled functions have: fetches the relay, then runs the body.
fn wrapped(body: &str) -> String {
    format!(
        r#"(xor
            (seq (call %init_peer_id% ("getDataSrv" "-relay-") [] -relay-) {body})
            (call %init_peer_id% ("errorHandlingSrv" "error") [:error: 0]))"#
    )
}

/// Hands every event to a test.
#[derive(Debug)]
struct Listener(mpsc::UnboundedSender<Event>);

impl Observer for Listener {
    fn event(&self, event: &Event) {
        let _ = self.0.send(event.clone());
    }
}

fn listener() -> (Arc<dyn Observer>, mpsc::UnboundedReceiver<Event>) {
    let (sender, events) = mpsc::unbounded_channel();
    (Arc::new(Listener(sender)), events)
}
