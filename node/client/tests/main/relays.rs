//! Clients and the peers that they are connected through.

use crate::{TTL, wrapped};
use aqua_client::{Client, ClientError};
use aqua_keys::KeyPair;
use aqua_node::{Config, Node};

fn config(number: u8, listen: &[&str]) -> Config {
    let mut network = aqua_network::Config::new(KeyPair::from_seed([number; 32]));
    network.listen = listen.iter().map(|address| address.parse().unwrap()).collect();
    Config::new(network)
}

#[tokio::test]
async fn clients_come_over_tcp_and_over_web_sockets() {
    let listen = ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/0/ws"];
    let relay = Node::start(config(1, &listen)).await.unwrap();
    let addresses = relay.listen_addresses().await;
    assert_eq!(addresses.len(), 2);
    let script = wrapped(
        r#"(seq (call -relay- ("peer" "is_connected") [%init_peer_id%] known)
                (call %init_peer_id% ("callbackSrv" "response") [known]))"#,
    );
    for (number, address) in (2..).zip(addresses) {
        let client = Client::connect(config(number, &[]), address, None).await.unwrap();
        assert_eq!(*client.relay(), relay.peer_id());
        assert_eq!(client.run(script.as_str(), [], TTL).await, Ok(vec![json!(true)]));
        client.shutdown().await;
    }
    relay.shutdown().await;
}

#[tokio::test]
async fn a_particle_reaches_a_peer_that_the_relay_was_bootstrapped_to() {
    let first = Node::start(config(1, &["/ip4/127.0.0.1/tcp/0"])).await.unwrap();
    let mut second = config(2, &["/ip4/127.0.0.1/tcp/0"]);
    second.network.bootstrap = first.listen_addresses().await;
    let second = Node::start(second).await.unwrap();
    assert!(second.network().routes_to(1).await);

    let client = Client::connect(config(3, &[]), second.listen_addresses().await.remove(0), None)
        .await
        .unwrap();
    let script = wrapped(&format!(
        r#"(seq (call -relay- ("op" "noop") [])
           (seq (call "{}" ("op" "identity") ["there"] answer)
           (seq (call -relay- ("op" "noop") [])
                (call %init_peer_id% ("callbackSrv" "response") [answer]))))"#,
        first.peer_id()
    ));
    assert_eq!(client.run(script, [], TTL).await, Ok(vec![json!("there")]));
    client.shutdown().await;
    second.shutdown().await;
    first.shutdown().await;
}

#[tokio::test]
async fn a_relay_that_is_not_there_is_an_error() {
    let relay = Node::start(config(1, &["/ip4/127.0.0.1/tcp/0"])).await.unwrap();
    let address = relay.listen_addresses().await.remove(0);
    relay.shutdown().await;
    let ended = Client::connect(config(2, &[]), address, None).await;
    assert!(matches!(ended, Err(ClientError::Relay(_))), "{ended:?}");
}

#[tokio::test]
async fn addresses_have_one_form_in_all_builtins() {
    let listen = ["/ip4/127.0.0.1/tcp/0/ws", "/ip4/127.0.0.1/tcp/0"];
    let first = Node::start(config(1, &listen)).await.unwrap();
    let mut second = config(2, &listen);
    second.network.bootstrap = first.listen_addresses().await;
    let second = Node::start(second).await.unwrap();
    assert!(first.network().routes_to(1).await && second.network().routes_to(1).await);

    let client = Client::connect(config(3, &[]), second.listen_addresses().await.remove(0), None)
        .await
        .unwrap();
    let (one, two) = (first.peer_id(), second.peer_id());
    let script = wrapped(&format!(
        r#"(seq (call -relay- ("peer" "identify") [] self)
           (seq (call -relay- ("peer" "get_contact") ["{one}"] contact)
           (seq (call -relay- ("kad" "neigh_with_addrs") ["{two}"] neighbours)
                (call %init_peer_id% ("callbackSrv" "response")
                  [self.$.external_addresses contact.$.addresses neighbours.$.[0].addresses]))))"#,
    ));
    let answers = client.run(script, [], TTL).await.unwrap();
    let lists: Vec<Vec<String>> = answers.iter().map(|it| aqua_values::from_value(it).unwrap()).collect();
    assert_eq!(lists[0].len(), 2, "{lists:?}");
    assert_eq!(lists[1], lists[2]);
    for list in lists {
        assert!(!list.is_empty() && list.is_sorted(), "{list:?}");
        assert!(
            list.iter()
                .all(|it| it.starts_with("/ip4/127.0.0.1/tcp/") && !it.contains("/p2p/")),
            "{list:?}"
        );
    }
    client.shutdown().await;
    second.shutdown().await;
    first.shutdown().await;
}
