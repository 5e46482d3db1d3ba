//! Frames arrive complete and in order, for each transport, size and speed of the receiver.

use crate::{Peer, config, key, particle};
use aqua_network::{Config, Event, Limits, Network, Role, SendError};
use aqua_particle::frame;

async fn connected(receiver: Config, sender: Config) -> (Peer, Peer) {
    let receiver = Peer::start(receiver).await;
    let sender = Peer::start(sender).await;
    sender.network.connect(receiver.address().await).await.unwrap();
    (receiver, sender)
}

#[tokio::test]
async fn a_particle_travels_over_tcp() {
    let (mut receiver, sender) = connected(config(1), config(2)).await;
    let sent = particle("over tcp", 5);
    let size = sender.send(receiver.network.peer_id(), &sent).await.unwrap();
    assert_eq!(size, aqua_particle::frame::encode(&sent).len());
    assert_eq!(receiver.particle().await, sent);
}

#[tokio::test]
async fn a_particle_travels_over_web_sockets() {
    let listen = vec!["/ip4/127.0.0.1/tcp/0/ws".parse().unwrap()];
    let (mut receiver, sender) = connected(Config { listen, ..config(1) }, config(2)).await;
    assert!(receiver.address().await.to_string().contains("/ws/p2p/12D3KooW"));
    let sent = particle("over a web socket", 5);
    sender.send(receiver.network.peer_id(), &sent).await.unwrap();
    assert_eq!(receiver.particle().await, sent);
}

#[tokio::test]
async fn many_megabytes_travel() {
    let (mut receiver, sender) = connected(config(1), config(2)).await;
    let sent = particle("large", 9 << 20);
    let to = receiver.network.peer_id().clone();
    let (result, received) = tokio::join!(sender.send(&to, &sent), receiver.particle());
    result.unwrap();
    assert_eq!(received, sent);
}

#[tokio::test]
async fn a_client_is_reached_over_the_connection_it_opened() {
    let client = Config {
        role: Role::Client,
        ..Config::new(key(2))
    };
    let (mut relay, mut client) = connected(config(1), client).await;
    client
        .send(relay.network.peer_id(), &particle("question", 1))
        .await
        .unwrap();
    assert_eq!(relay.particle().await.id, "question");
    relay
        .send(client.network.peer_id(), &particle("answer", 1))
        .await
        .unwrap();
    assert_eq!(client.particle().await.id, "answer");
}

#[tokio::test]
async fn a_slow_receiver_slows_the_sender_and_loses_nothing() {
    let limits = Limits {
        event_queue: 1,
        connection_frames: 1 << 20,
        frame_body: 1 << 20,
        ..Limits::default()
    };
    let receiver = Peer::start(Config { limits, ..config(1) }).await;
    let sender = Peer::start(config(2)).await;
    sender.network.connect(receiver.address().await).await.unwrap();
    let mut receiver = receiver;

    let to = receiver.network.peer_id().clone();
    let sending = tokio::spawn(async move {
        for number in 0..200 {
            sender.send(&to, &particle(number.to_string(), 50_000)).await.unwrap();
        }
        // Its connection stays open until everything has been read.
        sender
    });
    // The receiver's end first sees what fits its windows and its queue; the rest waits at the sender.
    let mut seen = Vec::new();
    while seen.len() < 200 {
        seen.push(receiver.particle().await.id.parse::<u32>().unwrap());
    }
    drop(sending.await.unwrap());
    seen.sort_unstable();
    assert_eq!(seen, (0..200).collect::<Vec<_>>());
}

#[tokio::test]
async fn sending_fails_with_a_reason() {
    let limits = Limits {
        frame_body: 1000,
        ..Limits::default()
    };
    let (receiver, peer) = connected(config(2), Config { limits, ..config(1) }).await;
    let connected = receiver.network.peer_id().clone();
    let unknown = key(7).peer_id();
    assert_eq!(
        peer.send(peer.network.peer_id(), &particle("x", 1)).await,
        Err(SendError::OwnPeer)
    );
    assert_eq!(peer.send(&unknown, &particle("x", 1)).await, Err(SendError::Unknown));
    assert!(matches!(
        peer.send(&connected, &particle("x", 1000)).await,
        Err(SendError::TooLarge { limit: 1000, .. })
    ));
    peer.network.shutdown().await;
    assert_eq!(peer.send(&unknown, &particle("x", 1)).await, Err(SendError::Closed));
}

#[tokio::test]
async fn frames_are_queued_at_once_and_arrive_in_order() {
    let (mut receiver, sender) = connected(config(1), config(2)).await;
    let to = receiver.network.peer_id().clone();
    assert!(sender.network.routes_to(1).await);
    // The first frames wait for the connection, the others for the first ones.
    sender.network.disconnect(&to).await;
    let sending: Vec<_> = (0..100)
        .map(|number| {
            sender
                .network
                .send(&to, move || frame::encode(&particle(number.to_string(), 1000)))
        })
        .collect();
    for number in 0..100 {
        assert_eq!(receiver.particle().await.id, number.to_string());
    }
    for sent in sending {
        assert!(sent.await.is_ok());
    }
}

#[tokio::test]
async fn a_frame_whose_future_is_dropped_is_not_sent() {
    let (mut receiver, sender) = connected(config(1), config(2)).await;
    let to = receiver.network.peer_id().clone();
    let dropped = sender.network.send(&to, || panic!("it is not encoded"));
    drop(dropped);
    sender.send(&to, &particle("next", 1)).await.unwrap();
    assert_eq!(receiver.particle().await.id, "next");
}

#[tokio::test]
async fn a_lost_peer_is_reported_and_found_again() {
    let (mut receiver, mut sender) = connected(config(1), config(2)).await;
    let to = receiver.network.peer_id().clone();
    assert!(sender.network.routes_to(1).await);
    assert!(sender.network.is_connected(&to).await);
    sender.network.disconnect(&to).await;
    while !matches!(sender.event().await, Event::Disconnected { peer, last: true, .. } if peer == to) {}
    assert!(!sender.network.is_connected(&to).await);
    sender.send(&to, &particle("again", 1)).await.unwrap();
    assert_eq!(receiver.particle().await.id, "again");
}

#[tokio::test]
async fn shutting_down_leaves_no_port_and_no_task() {
    let (receiver, sender) = connected(config(1), config(2)).await;
    let address = receiver.address().await;
    let Peer {
        network, mut events, ..
    } = receiver;
    network.shutdown().await;
    while events.recv().await.is_some() {}
    let listen = vec![address.iter().take(2).collect()];
    let (again, _) = Network::start(Config { listen, ..config(1) }).await.unwrap();
    sender.network.shutdown().await;
    again.shutdown().await;
}

#[tokio::test]
async fn bootstrap_peers_are_connected_to() {
    let mut first = Peer::start(config(1)).await;
    let second = Peer::start(Config {
        bootstrap: vec![first.address().await],
        ..config(2)
    })
    .await;
    assert!(
        matches!(first.events.recv().await, Some(Event::Connected { peer, first: true, .. }) if peer == *second.network.peer_id())
    );
}
