//! The input of the `step` target.

use crate::crafted;
use crate::stream::{Sink, Source};
use aqua_keys::KeyPair;
use aqua_vm::flat::FlatCallResult;
use aqua_vm::{CanonMapFold, Params, ParticleData, Trust};
use ecow::EcoString;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The particle id of all scenes.
pub const PARTICLE: &str = "particle";

/// Number of peers with keys.
pub const PEERS: u8 = 4;

/// Returns the seed of the key of a peer.
pub fn key_seed(peer: u8) -> [u8; 32] {
    [peer + 1; 32]
}

/// Returns the id of a peer.
pub fn peer_id(peer: u8) -> String {
    static IDS: LazyLock<Vec<String>> = LazyLock::new(|| {
        (0..PEERS)
            .map(|peer| KeyPair::from_seed(key_seed(peer)).peer_id().to_string())
            .collect()
    });
    IDS[usize::from(peer % PEERS)].clone()
}

/// A step of a peer, chosen by the fuzzer. Content ids and signatures are valid unless the input requests otherwise, as in the
/// data of an attacker with keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Bits: trust, rule for folds over canonical maps, hard limits, -, peer (2 bits).
    pub options: u8,
    /// The script. In the encoding, `@0` to `@3` stand for peer ids.
    pub air: EcoString,
    /// The data of the previous step on the peer.
    pub previous: ParticleData,
    /// The incoming data. Nothing arrives if the trace is empty.
    pub current: ParticleData,
    /// Results of service calls.
    pub results: BTreeMap<u32, FlatCallResult>,
}

impl Scene {
    /// Decodes a scene. Never fails.
    pub fn read(bytes: &[u8]) -> Self {
        let mut source = Source::new(bytes);
        let options = source.byte();
        let air = source.text();
        let results = source.list(|source| {
            let (id, ret_code, result) = (source.number(), source.byte().into(), source.text().into());
            (id, FlatCallResult { ret_code, result })
        });
        Self {
            options,
            air: with_peers(&air),
            results: results.into_iter().collect(),
            previous: crafted::read(&mut source),
            current: crafted::read(&mut source),
        }
    }

    /// Encodes the scene. Unknown content ids are lost.
    pub fn write(&self) -> Vec<u8> {
        let mut sink = Sink::default();
        sink.byte(self.options);
        let abbreviated = (0..PEERS).fold(self.air.to_string(), |air, peer| {
            air.replace(&peer_id(peer), &format!("@{peer}"))
        });
        sink.bytes(abbreviated.as_bytes());
        sink.list(self.results.iter(), |sink, (id, result)| {
            sink.number(*id);
            sink.byte(result.ret_code as u8);
            sink.bytes(result.result.as_bytes());
        });
        crafted::write(&mut sink, &self.previous);
        crafted::write(&mut sink, &self.current);
        sink.bytes
    }

    /// Returns the parameters of the step.
    pub fn params(&self) -> Params {
        let peer = self.options >> 4 & 3;
        let mut params = Params::new(PARTICLE, peer_id(0), KeyPair::from_seed(key_seed(peer)));
        params.timestamp = 1_700_000_000_000;
        params.ttl = 7000;
        params.limits.run_size = 1 << 24;
        params.limits.run_length = 1 << 16;
        params.limits.hard = self.options & 4 != 0;
        params.limits.call_result_size = 1 << 10;
        if self.options & 2 != 0 {
            params.canon_map_fold = CanonMapFold::LastOfEachKey;
        }
        if self.options & 1 != 0 {
            params.trust = Trust::Ignore;
        }
        params
    }
}

/// Replaces `@0` to `@3` by peer ids.
pub fn with_peers(air: &str) -> EcoString {
    (0..PEERS)
        .fold(air.to_owned(), |air, peer| {
            air.replace(&format!("@{peer}"), &peer_id(peer))
        })
        .into()
}
