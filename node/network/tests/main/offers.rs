//! No body is read before its offer is accepted, and every offer is completed exactly once.

use crate::raw_client::RawClient;
use crate::{Peer, config, particle};
use aqua_network::{Config, Event, Limits};
use aqua_particle::Message;
use aqua_particle::RejectReason;
use aqua_particle::frame;
use futures::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test]
async fn a_body_is_read_when_its_offer_is_accepted() {
    let mut peer = Peer::start(config(1)).await;
    let mut client = RawClient::connect(peer.address().await).await;
    let (sent, bytes) = (particle("x", 10), frame::encode(&particle("x", 10)));
    let mut stream = client.open().await;
    // The length prefix alone makes the offer.
    stream.write_all(&bytes[..2]).await.unwrap();
    stream.flush().await.unwrap();
    let mut offer = peer.offer().await;
    assert_eq!(offer.body(), frame::body_length(&bytes) as u64);
    stream.write_all(&bytes[2..]).await.unwrap();
    stream.flush().await.unwrap();
    offer.accept();
    offer.accept();
    match peer.event().await {
        Event::Received {
            offer: received,
            frame,
            bytes: size,
        } => {
            assert_eq!(received, offer.id());
            assert_eq!(frame, Ok(Message::Particle(sent)));
            assert_eq!(size, bytes.len());
        }
        other => panic!("{other:?}"),
    }
}

/// One client's frame isn't accepted. Its other substreams and other connections are served all the same, and of the body that waits no
/// more than a yamux window leaves the client.
#[tokio::test]
async fn an_unaccepted_offer_stops_only_its_own_substream() {
    let mut peer = Peer::start(config(1)).await;
    let mut slow = RawClient::connect(peer.address().await).await;
    let mut stream = slow.open().await;
    let large = frame::encode(&particle("large", 32 << 20));
    let (sent, mut written) = tokio::sync::watch::channel(false);
    let writing = tokio::spawn(async move {
        stream.write_all(&large).await.unwrap();
        stream.flush().await.unwrap();
        sent.send_replace(true);
        stream
    });
    let mut offer = peer.offer().await;
    let mut other = RawClient::connect(peer.address().await).await;
    for number in 0..10 {
        let id = number.to_string();
        for client in [&mut slow, &mut other] {
            client.write_and_forget(&frame::encode(&particle(id.clone(), 10))).await;
            assert_eq!(peer.particle().await.id, id);
        }
    }
    assert!(!*written.borrow_and_update(), "32 MiB fit no window");
    offer.accept();
    peer.offers.insert(offer.id(), offer);
    assert_eq!(peer.particle().await.id, "large");
    written.wait_for(|written| *written).await.unwrap();
    drop(writing.await.unwrap());
}

#[tokio::test]
async fn a_refused_offer_resets_its_substream_and_is_not_received() {
    let mut peer = Peer::start(config(1)).await;
    let mut client = RawClient::connect(peer.address().await).await;
    let mut stream = client.open().await;
    stream
        .write_all(&frame::encode(&particle("refused", 10)))
        .await
        .unwrap();
    stream.flush().await.unwrap();
    peer.offer().await.refuse("the test refuses it");
    // A reset reads like an end.
    let _ = stream.read_to_end(&mut Vec::new()).await;
    drop(client);
    loop {
        match peer.event().await {
            Event::Disconnected { .. } => break,
            Event::Connected { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn offers_of_a_closed_connection_end_with_an_error_before_it_is_reported() {
    let mut peer = Peer::start(config(1)).await;
    let mut client = RawClient::connect(peer.address().await).await;
    let mut streams = Vec::new();
    let mut offers = Vec::new();
    for number in 0..4 {
        let mut stream = client.open().await;
        // All but the last byte, so that an accepted frame isn't complete.
        let bytes = frame::encode(&particle(number.to_string(), 10));
        stream.write_all(&bytes[..bytes.len() - 1]).await.unwrap();
        stream.flush().await.unwrap();
        streams.push(stream);
        offers.push(peer.offer().await);
    }
    let connection = offers[0].connection();
    offers[0].accept();
    offers[1].accept();
    drop((streams, client));
    let mut received = Vec::new();
    loop {
        match peer.event().await {
            Event::Received { offer, frame, .. } => {
                assert!(
                    matches!(frame, Err(RejectReason::Broken(_) | RejectReason::Frame(_))),
                    "{frame:?}"
                );
                received.push(offer);
            }
            Event::Disconnected {
                connection: closed,
                last: true,
                ..
            } => {
                assert_eq!(closed, connection);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    received.sort();
    assert_eq!(received, offers.iter().map(aqua_network::Offer::id).collect::<Vec<_>>());
    // Answers that cross the end of the connection have no effect.
    let [_, _, mut third, fourth] = <[_; 4]>::try_from(offers).unwrap();
    third.accept();
    fourth.refuse("the connection has closed");
    assert!(peer.events.try_recv().is_err());
}

#[tokio::test]
async fn connections_are_numbered_and_begin_with_their_own_event() {
    let limits = Limits {
        event_queue: 1,
        ..Limits::default()
    };
    let mut peer = Peer::start(Config { limits, ..config(1) }).await;
    let address = peer.address().await;
    let mut known = Vec::new();
    for _ in 0..3 {
        let mut client = RawClient::connect(address.clone()).await;
        client.write_and_forget(&frame::encode(&particle("x", 10))).await;
        let Event::Connected {
            connection,
            first: true,
            ..
        } = peer.event().await
        else {
            panic!("the connection comes first");
        };
        assert!(!known.contains(&connection));
        known.push(connection);
        let offer = peer.offer().await;
        assert_eq!(offer.connection(), connection);
        drop((offer, client));
        loop {
            if let Event::Disconnected { connection: closed, .. } = peer.event().await {
                assert_eq!(closed, connection);
                break;
            }
        }
    }
}
