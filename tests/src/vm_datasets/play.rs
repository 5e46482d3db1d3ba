//! A particle's way, directed by hand: which peer gets whose data, one after the other.

use super::official_form::{Ids, official_form};
use crate::machine::Particle;
use crate::simulated_network::{Peer, call_results};
use aqua_keys::KeyPair;
use aqua_vm::flat::FlatCallResult;
use aqua_vm::{CallRequest, Outcome, Params, Program, State, step};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Answers service calls, given the id of the peer and the request.
type Answer = Box<dyn Fn(&str, &CallRequest) -> Value>;

/// A script on stage.
pub(super) struct Play {
    air: String,
    program: Program,
    particle: Particle,
    answer: Answer,
    cast: Vec<Player>,
}

struct Player {
    name: String,
    peer: Peer,
    state: State,
}

impl fmt::Debug for Play {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Play")
            .field("air", &self.air)
            .finish_non_exhaustive()
    }
}

/// The peer of a name; its key comes from the name.
pub(super) fn peer(name: &str) -> Peer {
    let mut seed = [0; 32];
    for (byte, letter) in seed.iter_mut().zip(name.bytes().cycle()) {
        *byte = letter;
    }
    Peer::new(seed)
}

/// The id of the peer of a name.
pub(super) fn id(name: &str) -> String {
    peer(name).id
}

impl Play {
    /// A script whose first peer is the first one named.
    pub(super) fn new(
        air: impl Into<String>,
        particle_id: &str,
        names: &[&str],
        answer: impl Fn(&str, &CallRequest) -> Value + 'static,
    ) -> Self {
        let air = air.into();
        let cast: Vec<Player> = names
            .iter()
            .map(|name| Player {
                name: (*name).to_owned(),
                peer: peer(name),
                state: State::default(),
            })
            .collect();
        Self {
            program: Program::from_air(&air).expect("a well-formed script"),
            air,
            particle: Particle {
                id: particle_id.to_owned(),
                init_peer_id: cast[0].peer.id.clone(),
                timestamp: 1_700_000_000_000,
                ttl: 60_000,
            },
            answer: Box::new(answer),
            cast,
        }
    }

    /// The script does not learn who the first peer is.
    pub(super) fn without_initiator(mut self) -> Self {
        self.particle.init_peer_id.clear();
        self
    }

    pub(super) fn air(&self) -> &str {
        &self.air
    }

    pub(super) fn particle(&self) -> &Particle {
        &self.particle
    }

    pub(super) fn peer(&self, name: &str) -> &Peer {
        &self.player(name).peer
    }

    /// What a peer knows, as the official interpreter writes it.
    pub(super) fn data(&self, name: &str) -> Vec<u8> {
        official_form(self.player(name).state.data(), Ids::Shared)
    }

    /// What a peer knows.
    pub(super) fn state(&self, name: &str) -> &State {
        &self.player(name).state
    }

    /// Data arrives at a peer, whose services then answer all calls at once until there are no more. Gives the names of the
    /// peers that the particle goes to.
    pub(super) fn arrive(&mut self, name: &str, data: &[u8]) -> Vec<String> {
        let mut outcome = self.step(name, data, &BTreeMap::new());
        let mut next = outcome.next_peers;
        while !outcome.call_requests.is_empty() {
            outcome = self.step(name, &[], &self.answers(name, &outcome.call_requests));
            next.append(&mut outcome.next_peers);
        }
        let names = next.iter().map(|id| self.name_of(id));
        names.collect()
    }

    /// The first peer starts.
    pub(super) fn begin(&mut self) -> Vec<String> {
        let first = self.cast[0].name.clone();
        self.arrive(&first, &[])
    }

    /// What one peer knows arrives at another.
    pub(super) fn deliver(&mut self, from: &str, to: &str) -> Vec<String> {
        let data = self.player(from).state.encode();
        self.arrive(to, &data)
    }

    /// What the services of a peer answer to requests.
    pub(super) fn answers(&self, name: &str, requests: &BTreeMap<u32, CallRequest>) -> BTreeMap<u32, FlatCallResult> {
        let peer = &self.peer(name).id;
        let answer = |(id, request): (&u32, &CallRequest)| {
            let result = (self.answer)(peer, request).to_string();
            (*id, FlatCallResult { ret_code: 0, result })
        };
        requests.iter().map(answer).collect()
    }

    /// One step of a peer.
    pub(super) fn step(&mut self, name: &str, data: &[u8], results: &BTreeMap<u32, FlatCallResult>) -> Outcome {
        let player = self.player(name);
        let key = KeyPair::from_seed(player.peer.seed);
        let Particle {
            id,
            init_peer_id,
            timestamp,
            ttl,
        } = self.particle.clone();
        let mut params = Params::new(id, init_peer_id, key);
        (params.timestamp, params.ttl) = (timestamp, ttl);
        let outcome = step(&self.program, &player.state, data, &call_results(results), &params);
        assert_eq!(outcome.error, None, "at {name}");
        let place = self.place(name);
        self.cast[place].state = outcome.state.clone();
        outcome
    }

    fn place(&self, name: &str) -> usize {
        let place = self.cast.iter().position(|player| player.name == name);
        place.unwrap_or_else(|| panic!("no peer {name}"))
    }

    fn player(&self, name: &str) -> &Player {
        &self.cast[self.place(name)]
    }

    fn name_of(&self, id: &str) -> String {
        let player = self.cast.iter().find(|player| player.peer.id == id);
        player.unwrap_or_else(|| panic!("no peer {id}")).name.clone()
    }
}
