//! Substreams are read to their end, closed in return, limited in number, and reset only for a reason.

use crate::raw_client::RawClient;
use crate::{Peer, config, particle};
use aqua_network::{Config, Limits};
use aqua_particle::RejectReason;
use aqua_particle::frame::{self, FrameError};
use futures::{AsyncReadExt as _, AsyncWriteExt as _};

async fn rejection(peer: &mut Peer) -> RejectReason {
    peer.frame().await.expect_err("it is rejected")
}

#[tokio::test]
async fn several_frames_on_one_substream_are_read_and_its_other_half_is_closed() {
    let mut peer = Peer::start(config(1)).await;
    let mut client = RawClient::connect(peer.address().await).await;
    let mut stream = client.open().await;
    for number in 0..3 {
        stream
            .write_all(&frame::encode(&particle(number.to_string(), 10)))
            .await
            .unwrap();
        stream.flush().await.unwrap();
        assert_eq!(peer.particle().await.id, number.to_string());
    }
    stream.close().await.unwrap();
    assert_eq!(stream.read_to_end(&mut Vec::new()).await.unwrap(), 0);
}

#[tokio::test]
async fn more_substreams_than_a_connection_may_have_can_be_used_one_after_another() {
    let mut peer = Peer::start(Config {
        limits: Limits {
            inbound_substreams: 2,
            ..Limits::default()
        },
        ..config(1)
    })
    .await;
    let mut client = RawClient::connect(peer.address().await).await;
    for number in 0..50 {
        let bytes = frame::encode(&particle(number.to_string(), 10));
        let ((), particle) = tokio::join!(client.write(&bytes), peer.particle());
        assert_eq!(particle.id, number.to_string());
    }
}

#[tokio::test]
async fn too_many_open_substreams_are_reset() {
    let mut peer = Peer::start(Config {
        limits: Limits {
            inbound_substreams: 2,
            ..Limits::default()
        },
        ..config(1)
    })
    .await;
    let mut client = RawClient::connect(peer.address().await).await;
    let (mut first, _second) = (client.open().await, client.open().await);
    let mut third = client.open().await;
    assert_eq!(rejection(&mut peer).await, RejectReason::TooManySubstreams(2));
    // A reset reads like an end.
    let _ = third.read_to_end(&mut Vec::new()).await;
    first
        .write_all(&frame::encode(&particle("still served", 10)))
        .await
        .unwrap();
    first.flush().await.unwrap();
    assert_eq!(peer.particle().await.id, "still served");
}

#[tokio::test]
async fn malformed_frames_reset_their_substream_with_a_reason_and_the_peer_keeps_serving() {
    let limits = Limits {
        frame_body: 1000,
        ..Limits::default()
    };
    let mut peer = Peer::start(Config { limits, ..config(1) }).await;
    let mut client = RawClient::connect(peer.address().await).await;
    let good = frame::encode(&particle("good", 10));
    let mut json = good.clone();
    json[2] = 0x80;
    let cases = [
        (good[..good.len() - 1].to_vec(), FrameError::Truncated),
        (good[..1].to_vec(), FrameError::Truncated),
        (
            vec![0xe9, 0x07],
            FrameError::Oversized {
                length: 1001,
                limit: 1000,
            },
        ),
        (vec![0xff; 6], FrameError::BadLength),
        (json, FrameError::WrongCodec),
        (vec![3, 0x81, 0x04, 0x80], FrameError::Missing("action")),
    ];
    for (bytes, reason) in cases {
        let ((), rejected) = tokio::join!(client.write(&bytes), rejection(&mut peer));
        assert_eq!(rejected, reason.into());
        let ((), particle) = tokio::join!(client.write(&good), peer.particle());
        assert_eq!(particle.id, "good");
    }
}

#[tokio::test]
async fn an_incomplete_frame_times_out() {
    let limits = Limits {
        substream: std::time::Duration::from_millis(50),
        ..Limits::default()
    };
    let mut peer = Peer::start(Config { limits, ..config(1) }).await;
    let mut client = RawClient::connect(peer.address().await).await;
    let mut stream = client.open().await;
    stream
        .write_all(&frame::encode(&particle("x", 10))[..20])
        .await
        .unwrap();
    stream.flush().await.unwrap();
    assert_eq!(rejection(&mut peer).await, RejectReason::Stalled);
}
