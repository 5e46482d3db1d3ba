//! The machine over bytes.

use crate::scene::{key_seed, peer_id};
use crate::stream::{Sink, Source};
use aqua_vm::flat::{RunParameters, decode_call_requests, invoke};
use aqua_vm::{CanonMapFold, Limits, Trust};

/// Everything a run gets as bytes.
pub struct Invocation<'a> {
    /// Bits: no checks, fold rule, hard limits, which peer runs.
    pub options: u8,
    /// The script.
    pub air: &'a str,
    /// What the peer's last run gave.
    pub previous: &'a [u8],
    /// What arrived.
    pub current: &'a [u8],
    /// Results of services.
    pub results: &'a [u8],
}

impl Invocation<'_> {
    /// The form that [`run`] takes.
    pub fn write(&self) -> Vec<u8> {
        let mut sink = Sink::default();
        sink.byte(self.options);
        for bytes in [self.air.as_bytes(), self.results, self.previous, self.current] {
            sink.bytes(bytes);
        }
        sink.bytes
    }
}

/// Runs once.
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
    let is_done = matches!(outcome.ret_code, 0 | 10_000..20_000 | 30_000..);
    if !is_done {
        assert_eq!(outcome.data, previous, "an undone run gives the previous bytes");
    }
    decode_call_requests(&outcome.call_requests).expect("own bytes");
    assert_eq!(
        invoke(&air, previous, current, &parameters, results),
        outcome,
        "a run is a function"
    );
}
