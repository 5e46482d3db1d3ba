//! Fuzzes the byte-level interface of the VM.

use crate::scene::{key_seed, peer_id};
use crate::stream::{Sink, Source};
use aqua_vm::flat::{RunParameters, decode_call_requests, invoke};
use aqua_vm::{CanonMapFold, Limits, Trust};

/// The input of a run.
pub struct Invocation<'a> {
    /// Bits: trust, rule for folds over canonical maps, hard limits, -, peer (2 bits).
    pub options: u8,
    /// The script.
    pub air: &'a str,
    /// The data of the previous run on the peer.
    pub previous: &'a [u8],
    /// The incoming data.
    pub current: &'a [u8],
    /// Encoded results of service calls.
    pub results: &'a [u8],
}

impl Invocation<'_> {
    /// Encodes the invocation as input of [`run`].
    pub fn write(&self) -> Vec<u8> {
        let mut sink = Sink::default();
        sink.byte(self.options);
        for bytes in [self.air.as_bytes(), self.results, self.previous, self.current] {
            sink.bytes(bytes);
        }
        sink.bytes
    }
}

/// Executes an invocation.
pub fn run(bytes: &[u8]) {
    let mut source = Source::new(bytes);
    let options = source.byte();
    let air = source.text();
    let (results, previous, current) = (source.bytes(), source.bytes(), source.bytes());
    let peer = options >> 4 & 3;
    let parameters = RunParameters {
        init_peer_id: peer_id(0),
        current_peer_id: peer_id(peer),
        timestamp: 1,
        ttl: 2,
        key_format: 0,
        secret_key_bytes: key_seed(peer).to_vec(),
        particle_id: "particle".to_owned(),
        limits: Limits {
            run_size: 1 << 24,
            run_length: 1 << 16,
            hard: options & 4 != 0,
            call_result_size: 1 << 10,
            ..Limits::default()
        },
        canon_map_fold: if options & 2 == 0 {
            CanonMapFold::EveryEntry
        } else {
            CanonMapFold::LastOfEachKey
        },
        trust: if options & 1 == 0 { Trust::Verify } else { Trust::Ignore },
    };
    let outcome = invoke(&air, previous, current, &parameters, results);
    let is_committed = matches!(outcome.ret_code, 0 | 10_000..20_000 | 30_000..);
    if !is_committed {
        assert_eq!(outcome.data, previous, "a failed run returns the previous data");
    }
    decode_call_requests(&outcome.call_requests).expect("encoded by the VM");
    assert_eq!(
        invoke(&air, previous, current, &parameters, results),
        outcome,
        "runs are deterministic"
    );
}
