//! Ten thousand mutated frames among valid ones: the peer reports the exact error of each and keeps serving.

use crate::raw_client::RawClient;
use crate::{Peer, config, particle};
use aqua_particle::Message;
use aqua_particle::frame::{self, FrameError, MAX_BODY};
use std::collections::BTreeMap;

const FRAMES: usize = 10_000;
/// Mutated frames between two valid ones.
const GOOD_EVERY: usize = 100;
const CLIENTS: usize = 4;

/// A reproducible pseudo-random generator (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

fn mutate(mut bytes: Vec<u8>, numbers: &mut Numbers) -> Vec<u8> {
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len().max(1));
        match numbers.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at.min(bytes.len()), numbers.below(256) as u8),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 if bytes.len() > 4 => bytes[numbers.below(4)] = numbers.below(256) as u8,
            _ if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            _ => {}
        }
    }
    bytes
}

/// The number of particles in the bytes of one substream, and the error at which a peer stops reading.
fn expected_outcome(mut bytes: &[u8]) -> (usize, Option<FrameError>) {
    let mut particles = 0;
    while !bytes.is_empty() {
        match frame::decode(bytes, MAX_BODY) {
            Ok((message, used)) => {
                particles += usize::from(message != Message::Upgrade);
                bytes = &bytes[used..];
            }
            Err(error) => return (particles, Some(error)),
        }
    }
    (particles, None)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_mutated_frames() {
    let mut peer = Peer::start(config(1)).await;
    let address = peer.address().await;

    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let good = frame::encode(&particle("mutated", 200));
    let mutated: Vec<_> = (0..FRAMES).map(|_| mutate(good.clone(), &mut numbers)).collect();
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for bytes in &mutated {
        let (particles, error) = expected_outcome(bytes);
        *expected.entry("a particle".to_owned()).or_default() += particles;
        *expected
            .entry(error.map_or_else(|| "read to its end".to_owned(), |error| error.to_string()))
            .or_default() += 1;
    }
    expected.remove("read to its end");
    assert!(expected.len() > 10, "mutations of many kinds: {expected:?}");

    let mut sending = Vec::new();
    for part in mutated.chunks(FRAMES / CLIENTS) {
        let (address, part) = (address.clone(), part.to_vec());
        sending.push(tokio::spawn(async move {
            let mut client = RawClient::connect(address).await;
            let good = frame::encode(&particle("good", 10));
            for (number, bytes) in part.iter().enumerate() {
                client.write(bytes).await;
                if number % GOOD_EVERY == 0 {
                    client.write(&good).await;
                }
            }
            client.write(&frame::encode(&particle("last", 10))).await;
        }));
    }

    let (mut seen, mut good, mut last) = (BTreeMap::new(), 0, 0);
    while last < CLIENTS {
        match peer.frame().await {
            Ok(Message::Particle(particle)) if particle.id == "good" => good += 1,
            Ok(Message::Particle(particle)) if particle.id == "last" => last += 1,
            Ok(Message::Particle(_)) => *seen.entry("a particle".to_owned()).or_default() += 1,
            Ok(Message::Upgrade) => {}
            Err(reason) => *seen.entry(reason.to_string()).or_default() += 1,
        }
    }
    for task in sending {
        task.await.unwrap();
    }
    assert_eq!(seen, expected);
    assert_eq!(good, FRAMES / GOOD_EVERY);
    peer.network.shutdown().await;
}
