//! The parameters of a step: the particle and the peer that runs it.

use aqua_keys::KeyPair;
use ecow::{EcoString, eco_format};
use std::fmt;

/// Parameters of one step. They belong to the particle and the peer, not to the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// The peer that made the particle: `%init_peer_id%`. A text, since scripts and conformance suites also use names
    /// that are no peer ids.
    pub init_peer_id: EcoString,
    /// The peer that runs this step.
    pub current_peer_id: EcoString,
    /// When the particle was made, in milliseconds: `%timestamp%`. The machine itself has no clock and checks no expiry.
    pub timestamp: u64,
    /// The time to live of the particle, in milliseconds: `%ttl%`.
    pub ttl: u32,
    /// Id of the particle; every signature covers it.
    pub particle_id: EcoString,
    /// Signs what this peer adds.
    pub key: KeyPair,
    /// Sizes above which a step raises a flag or fails.
    pub limits: Limits,
    /// What `fold` over a whole canonical map visits.
    pub canon_map_fold: CanonMapFold,
    /// Whether content ids and signatures of arriving data are checked and own data is signed.
    pub trust: Trust,
}

impl Params {
    /// Parameters with the limits, the fold rule and the checks that deployed peers use.
    ///
    /// The step runs on the peer that `key` belongs to; set [`current_peer_id`](Self::current_peer_id) afterwards for
    /// another one.
    #[must_use]
    pub fn new(particle_id: impl Into<EcoString>, init_peer_id: impl fmt::Display, key: KeyPair) -> Self {
        Self {
            init_peer_id: eco_format!("{init_peer_id}"),
            current_peer_id: eco_format!("{}", key.peer_id()),
            timestamp: 0,
            ttl: 0,
            particle_id: particle_id.into(),
            key,
            limits: Limits::default(),
            canon_map_fold: CanonMapFold::default(),
            trust: Trust::default(),
        }
    }
}

/// Sizes in bytes. A size *above* its limit raises the flag of [`LimitFlags`](crate::LimitFlags); with
/// [`hard`](Self::hard) the step fails as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of the script's text.
    pub air_size: u64,
    /// Length of the arriving data. Previous data is not limited.
    pub particle_size: u64,
    /// Length of one service result's text.
    pub call_result_size: u64,
    /// What one run may take: texts of values that it makes, reads or quotes in errors, or states of the trace. The official interpreter is bounded by the memory of its sandbox instead;
    /// here a run above it is undone (code 20104), whatever [`hard`](Self::hard) says.
    pub run_size: u64,
    /// How many instructions one run may begin, those of each iteration counted: folds inside of folds multiply. A run
    /// above it is undone (code 20106), whatever [`hard`](Self::hard) says.
    pub run_length: u64,
    /// Whether one of the other sizes above its limit is an error (code 10) rather than only a flag.
    pub hard: bool,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            air_size: 16 * MIB,
            particle_size: 64 * MIB,
            call_result_size: 32 * MIB,
            run_size: 1024 * MIB,
            run_length: 1 << 26,
            hard: false,
        }
    }
}

/// What `fold` over a whole canonical map visits. The two rules are incompatible within one particle, so all its peers
/// need the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CanonMapFold {
    /// Every entry in canonical order, as interpreters up to 0.63 on deployed peers do.
    #[default]
    EveryEntry,
    /// The last entry of each key, in the order of those entries, as interpreter 0.64 does.
    LastOfEachKey,
}

/// Whether a step trusts the data it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trust {
    /// Check content ids and signatures of arriving data, sign own data.
    #[default]
    Verify,
    /// Check nothing and sign nothing: for crafted data in conformance suites.
    Ignore,
}
