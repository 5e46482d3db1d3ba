//! The twenty data sets that benches of AIR machines run on.
//!
//! Each is one run: a script, what the peer knows, what arrives, results of its services. They are equivalents of the
//! official interpreter's sets, made from descriptions of those by running scripts peer by peer, so sizes are alike and bytes
//! are not. [`DataSet::large`] makes further sets, of any size.

mod calls;
mod large;
mod maps;
mod network;
mod official_form;
mod play;
mod scripts;
mod written;

use crate::machine::{Invocation, Particle};
use aqua_vm::flat::FlatCallResult;
use play::Play;
use std::collections::BTreeMap;

/// One run of a machine.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// Name of the official set that it is an equivalent of, if it is one.
    pub name: &'static str,
    /// Bytes of that set; none for a set of any size.
    pub official: Option<Sizes>,
    /// The script.
    pub air: String,
    /// What the peer knows.
    pub prev_data: Vec<u8>,
    /// What arrives.
    pub data: Vec<u8>,
    /// Id and initiator.
    pub particle: Particle,
    /// The peer that runs.
    pub current_peer_id: String,
    /// Seed of its key.
    pub seed: [u8; 32],
    /// What its services answered.
    pub call_results: BTreeMap<u32, FlatCallResult>,
}

/// Sizes of an official set in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// The script, rounded to a tenth of a KiB.
    pub air: usize,
    /// What the peer knows.
    pub prev_data: usize,
    /// What arrives.
    pub data: usize,
    /// What the run gives, rounded to a tenth of a KiB.
    pub outcome: usize,
}

/// Script and outcome in tenths of KiB, data in bytes.
const fn sizes(air: usize, prev_data: usize, data: usize, outcome: usize) -> Sizes {
    Sizes {
        air: air * 1024 / 10,
        prev_data,
        data,
        outcome: outcome * 1024 / 10,
    }
}

/// Id of the particle in sets that name none.
const USUAL_ID: &str = "0123456789ABCDEF";
/// Id of the particle in some of the sets.
const PARTICLE_ID: &str = "particle_id";

/// Makes a set from its name and the official set's sizes.
type Recipe = fn(&'static str, Sizes) -> DataSet;

const RECIPES: &[(&str, Sizes, Recipe)] = &[
    ("null", sizes(0, 0, 0, 2), scripts::null),
    ("long-data", sizes(0, 0, 228_183, 1149), written::long_data),
    ("big-values-data", sizes(0, 0, 992_335, 9682), written::big_values_data),
    ("multiple-cids10", sizes(3, 817, 31_809, 312), calls::multiple_cids),
    ("multiple-peers8", sizes(4, 1189, 159_867, 1562), calls::multiple_peers),
    (
        "multiple-sigs30",
        sizes(4, 298_019, 298_215, 4972),
        calls::multiple_sigs,
    ),
    ("populate-map-single-key", sizes(4, 0, 7569, 288), maps::populate_single),
    (
        "populate-map-multiple-keys",
        sizes(4, 0, 985, 276),
        maps::populate_multiple,
    ),
    ("canon-map-single-key", sizes(3, 0, 29_129, 3407), maps::canon_single),
    (
        "canon-map-multiple-keys",
        sizes(3, 0, 27_893, 2971),
        maps::canon_multiple,
    ),
    (
        "canon-map-scalar-single-key",
        sizes(3, 0, 29_129, 290),
        maps::canon_scalar_single,
    ),
    (
        "canon-map-scalar-multiple-keys",
        sizes(3, 0, 27_893, 282),
        maps::canon_scalar_multiple,
    ),
    ("canon-map-key-by-lens", sizes(4, 0, 348_887, 3410), maps::key_by_lens),
    (
        "canon-map-key-element-by-lens",
        sizes(4, 0, 348_887, 3410),
        maps::key_element_by_lens,
    ),
    ("call-requests500", sizes(2, 317, 0, 270), calls::call_requests),
    ("call-results500", sizes(2, 27_613, 0, 2437), calls::call_results),
    ("dashboard", sizes(48, 45_621, 41_057, 442), network::dashboard),
    ("network-explore", sizes(6, 6897, 7457, 73), network::network_explore),
    ("parser-10000-100", sizes(7612, 0, 0, 3), scripts::parser),
    ("parser-calls-10000-100", sizes(4277, 0, 0, 3), scripts::parser_calls),
];

impl DataSet {
    /// All equivalents of official sets.
    pub fn all() -> Vec<Self> {
        Self::names()
            .map(|name| Self::named(name).expect("a name of a set"))
            .collect()
    }

    /// Names of all sets.
    pub fn names() -> impl Iterator<Item = &'static str> {
        RECIPES.iter().map(|(name, ..)| *name)
    }

    /// Makes the set of that name.
    pub fn named(name: &str) -> Option<Self> {
        let (name, official, recipe) = RECIPES.iter().find(|(candidate, ..)| *candidate == name)?;
        Some(recipe(name, *official))
    }

    /// The run.
    pub fn invocation(&self) -> Invocation<'_> {
        Invocation {
            air: &self.air,
            prev_data: &self.prev_data,
            data: &self.data,
            particle: &self.particle,
            current_peer_id: &self.current_peer_id,
            seed: self.seed,
            call_results: &self.call_results,
        }
    }

    /// A run of a peer of a play.
    fn of(
        name: &'static str,
        official: Option<Sizes>,
        play: &Play,
        peer: &str,
        prev_data: Vec<u8>,
        data: Vec<u8>,
    ) -> Self {
        let peer = play.peer(peer);
        Self {
            name,
            official,
            air: play.air().to_owned(),
            prev_data,
            data,
            particle: play.particle().clone(),
            current_peer_id: peer.id.clone(),
            seed: peer.seed,
            call_results: BTreeMap::new(),
        }
    }
}
