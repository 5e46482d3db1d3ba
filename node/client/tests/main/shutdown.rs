//! Nothing is left of a network that was shut down.

use crate::{greeter, network, wrapped};
use aqua_client::LocalConfig;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

#[tokio::test]
async fn no_task_and_no_port_is_left() {
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let network = network(LocalConfig {
        services: vec![greeter()],
        ..LocalConfig::new(3)
    })
    .await;
    let client = network.client().await.unwrap();
    let ports: Vec<_> = network.nodes()[0].listen_addresses().await;
    // A particle is in transit when everything is shut down.
    let script = wrapped(r#"(call -relay- ("op" "noop") [] x)"#);
    let run = client.run(script, [], Duration::from_secs(60));
    let (ended, ()) = tokio::join!(run, async {
        client.shutdown().await;
        network.shutdown().await;
    });
    assert!(ended.is_err());
    assert_eq!(tasks(), before);

    let port = ports[0].to_string().split('/').nth(4).unwrap().parse::<u16>().unwrap();
    TcpListener::bind(("127.0.0.1", port)).await.unwrap();
}
