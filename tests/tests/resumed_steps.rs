//! The law of steps that go on where calls waited: they give what a step over the whole script gives.
//!
//! Each step of generated programs is made twice, with the state that the former step left and with that state out of its
//! bytes, which waits nowhere. `AQUA_PROGRAMS` says how many programs, `AQUA_SEED` with which they begin.

use aqua_keys::KeyPair;
use aqua_tests::air_programs::{answer, program};
use aqua_vm::{CallResult, Outcome, Params, Program, State, step};
use std::collections::BTreeMap;

#[test]
fn a_resumed_step_is_a_whole_one() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first: u64 = number("AQUA_SEED").unwrap_or(0);
    let programs: u64 = number("AQUA_PROGRAMS").unwrap_or(600);
    let mut counts = Counts::default();
    for seed in first..first + programs {
        Network::new(seed).run(&mut counts);
    }
    println!(
        "{programs} programs, {} steps with answers, {} of them resumed; after {} of {} steps it is known that nothing is left",
        counts.with_answers, counts.resumed, counts.rested, counts.without_news
    );
    assert!(2 * counts.rested > counts.without_news, "most states are not at rest");
    assert!(100 * counts.lost <= programs, "{} states are lost", counts.lost);
    assert!(4 * counts.resumed > counts.with_answers, "most runs can't be taken up");
}

#[derive(Default)]
struct Counts {
    with_answers: usize,
    resumed: usize,
    without_news: usize,
    rested: usize,
    /// Programs with a state that was lost.
    lost: u64,
}

struct Network {
    seed: u64,
    air: String,
    program: Program,
    keys: Vec<KeyPair>,
    states: Vec<State>,
    /// Answers that are ready, by peer.
    answers: Vec<BTreeMap<u32, CallResult>>,
    /// Receiver and data.
    deliveries: Vec<(usize, Vec<u8>)>,
    random: fastrand::Rng,
}

impl Network {
    fn new(seed: u64) -> Self {
        let peers = 1 + usize::try_from(seed % 4).expect("small");
        let keys: Vec<KeyPair> = (1..=8).map(|number| KeyPair::from_seed([number; 32])).collect();
        let ids: Vec<String> = keys
            .iter()
            .take(peers.max(2))
            .map(|key| key.peer_id().to_string())
            .collect();
        let air = program(seed, &ids);
        Self {
            seed,
            program: Program::from_air(&air).unwrap_or_else(|error| panic!("seed {seed}: {error:?}\n{air}")),
            air,
            states: vec![State::default(); ids.len()],
            answers: vec![BTreeMap::new(); ids.len()],
            keys,
            deliveries: vec![(0, Vec::new())],
            random: fastrand::Rng::with_seed(seed),
        }
    }

    fn run(mut self, counts: &mut Counts) {
        for _ in 0..150 {
            let waiting: Vec<usize> = (0..self.states.len())
                .filter(|peer| !self.answers[*peer].is_empty())
                .collect();
            let choices = self.deliveries.len() + 3 * waiting.len();
            if choices == 0 {
                return;
            }
            let choice = self.random.usize(..choices);
            if choice < self.deliveries.len() {
                let (peer, data) = self.deliveries.swap_remove(choice);
                self.step(peer, &data, BTreeMap::new(), counts);
            } else {
                let peer = waiting[(choice - self.deliveries.len()) / 3];
                let mut results = BTreeMap::new();
                for _ in 0..self.random.usize(1..=3) {
                    let ready: Vec<u32> = self.answers[peer].keys().copied().collect();
                    let id = self.random.choice(ready);
                    results.extend(id.and_then(|id| self.answers[peer].remove_entry(&id)));
                }
                self.step(peer, &[], results, counts);
            }
        }
    }

    fn step(&mut self, peer: usize, incoming: &[u8], results: BTreeMap<u32, CallResult>, counts: &mut Counts) {
        let mut params = Params::new("particle", self.keys[0].peer_id(), self.keys[peer].clone());
        params.timestamp = 1_700_000_000_000;
        params.ttl = 7000;
        let Some(outcome) = self.compared(&self.states[peer], incoming, &results, &params) else {
            counts.lost += 1;
            self.deliveries.clear();
            self.answers.iter_mut().for_each(BTreeMap::clear);
            return;
        };
        counts.without_news += 1;
        let nothing = BTreeMap::new();
        if step(&self.program, &outcome.state, &[], &nothing, &params).resumed
            && self.compared(&outcome.state, &[], &nothing, &params).is_some()
        {
            counts.rested += 1;
        }
        counts.with_answers += usize::from(!results.is_empty());
        counts.resumed += usize::from(outcome.resumed);
        let peer_id = self.keys[peer].peer_id().to_string();
        for (id, request) in &outcome.call_requests {
            self.answers[peer].insert(*id, (&answer(&peer_id, request)).into());
        }
        for next in &outcome.next_peers {
            let receiver = (0..self.states.len()).find(|receiver| self.keys[*receiver].peer_id().to_string() == *next);
            if let Some(receiver) = receiver {
                self.deliveries.push((receiver, outcome.state.encode()));
            }
        }
        self.states[peer] = outcome.state;
    }

    /// A step, after the same one over the whole script has given the same.
    ///
    /// Nothing if the state, out of its bytes, no longer passes for what the peer signed: some scripts, run again by any
    /// machine, have lost a result that was signed before.
    fn compared(
        &self,
        state: &State,
        incoming: &[u8],
        results: &BTreeMap<u32, CallResult>,
        params: &Params,
    ) -> Option<Outcome> {
        let decoded = State::decode(&state.encode()).expect("our own bytes");
        let outcome = step(&self.program, state, incoming, results, params);
        let expected = step(&self.program, &decoded, incoming, results, params);
        if expected.message().starts_with("signature mismatch") {
            return None;
        }
        let context = || {
            format!(
                "AQUA_SEED={} AQUA_PROGRAMS=1, resumed: {}, results: {results:?}\n{}",
                self.seed, outcome.resumed, self.air
            )
        };
        assert_eq!(
            (outcome.code(), outcome.message()),
            (expected.code(), expected.message()),
            "{}",
            context()
        );
        assert_eq!(outcome.call_requests, expected.call_requests, "{}", context());
        assert_eq!(outcome.next_peers, expected.next_peers, "{}", context());
        assert_eq!(outcome.flags, expected.flags, "{}", context());
        assert_eq!(outcome.state.data().trace, expected.state.data().trace, "{}", context());
        assert_eq!(outcome.state.encode(), expected.state.encode(), "{}", context());
        Some(outcome)
    }
}
