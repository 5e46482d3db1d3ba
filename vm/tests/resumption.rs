//! A resumed step gives what a full run of the script gives.

use crate::network::{answer, key, params, program};
use aqua_vm::{CallResult, Outcome, Params, Program, State, step};
use std::collections::BTreeMap;

/// Peers that make each step twice: with the state that the last step left, and with the same state out of its bytes. The
/// first may be resumed, the second runs the whole script.
struct Twice {
    program: Program,
    states: Vec<State>,
    /// Answers that are ready, by peer.
    answers: Vec<BTreeMap<u32, CallResult>>,
    /// Receiver and data.
    deliveries: Vec<(usize, Vec<u8>)>,
    resumed: usize,
    /// How often it was known that there was nothing to do.
    idle: usize,
    steps: usize,
    seed: u64,
}

impl Twice {
    fn new(air: &str, peers: usize, seed: u64) -> Self {
        Self {
            program: program(air),
            states: vec![State::default(); peers],
            answers: vec![BTreeMap::new(); peers],
            deliveries: vec![(0, Vec::new())],
            resumed: 0,
            idle: 0,
            steps: 0,
            seed,
        }
    }

    fn random(&mut self, below: usize) -> usize {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.seed >> 33).expect("31 bits") % below
    }

    fn run(mut self) -> Self {
        for _ in 0..3000 {
            let waiting: Vec<usize> = (0..self.states.len())
                .filter(|peer| !self.answers[*peer].is_empty())
                .collect();
            let choices = self.deliveries.len() + 3 * waiting.len();
            if choices == 0 {
                return self;
            }
            let choice = self.random(choices);
            if choice < self.deliveries.len() {
                let (peer, data) = self.deliveries.remove(choice);
                self.step(peer, &data, BTreeMap::new());
            } else {
                let peer = waiting[(choice - self.deliveries.len()) / 3];
                let some = match self.random(4) {
                    0 => self.answers[peer].len(),
                    1 => 2,
                    _ => 1,
                };
                let mut results = BTreeMap::new();
                for _ in 0..some.min(self.answers[peer].len()) {
                    let ready: Vec<u32> = self.answers[peer].keys().copied().collect();
                    let id = ready[self.random(ready.len())];
                    results.extend(self.answers[peer].remove_entry(&id));
                }
                self.step(peer, &[], results);
            }
        }
        panic!("the network does not become idle");
    }

    fn step(&mut self, peer: usize, incoming: &[u8], results: BTreeMap<u32, CallResult>) {
        let number = u8::try_from(peer + 1).expect("few peers");
        let mut params = params(number);
        params.init_peer_id = key(1).peer_id().to_string().into();
        let state = &self.states[peer];
        let cold = State::decode(&state.encode()).expect("our own bytes");
        let expected = step(&self.program, &cold, incoming, &results, &params);
        let outcome = step(&self.program, state, incoming, &results, &params);
        assert!(!expected.resumed, "a decoded state waits nowhere");
        assert_same(&outcome, &expected, &results);
        self.check_idle(&outcome.state, &params);
        self.resumed += usize::from(outcome.resumed);
        self.steps += 1;
        for (id, request) in &outcome.call_requests {
            self.answers[peer].insert(*id, answer(request));
        }
        if !outcome.next_peers.is_empty() {
            let data = outcome.state.encode();
            for next in &outcome.next_peers {
                let receiver = (1..=self.states.len())
                    .find(|n| key(u8::try_from(*n).expect("few")).peer_id().to_string() == *next);
                self.deliveries
                    .extend(receiver.map(|receiver| (receiver - 1, data.clone())));
            }
        }
        self.states[peer] = outcome.state;
    }

    /// Nothing comes: then nothing changes, whether the whole script runs or not.
    fn check_idle(&mut self, state: &State, params: &Params) {
        let (nothing, cold) = (BTreeMap::new(), State::decode(&state.encode()).expect("our own bytes"));
        let expected = step(&self.program, &cold, &[], &nothing, params);
        let outcome = step(&self.program, state, &[], &nothing, params);
        if outcome.resumed {
            assert_same(&outcome, &expected, &nothing);
            self.idle += 1;
        }
        let stray = BTreeMap::from([(u32::MAX, Ok("nobody asked".into()))]);
        let expected = step(&self.program, &cold, &[], &stray, params);
        assert_same(&step(&self.program, state, &[], &stray, params), &expected, &stray);
    }
}

fn assert_same(outcome: &Outcome, expected: &Outcome, results: &BTreeMap<u32, CallResult>) {
    let context = || format!("resumed: {}, results: {results:?}", outcome.resumed);
    assert_eq!(
        (outcome.code(), outcome.message()),
        (expected.code(), expected.message()),
        "{}",
        context()
    );
    assert_eq!(outcome.call_requests, expected.call_requests, "{}", context());
    assert_eq!(outcome.next_peers, expected.next_peers, "{}", context());
    assert_eq!(outcome.flags, expected.flags);
    assert_eq!(outcome.state.data().trace, expected.state.data().trace, "{}", context());
    assert_eq!(outcome.state, expected.state, "{}", context());
    assert_eq!(outcome.state.encode(), expected.state.encode());
}

/// Runs a script under several orders and returns the share of resumed steps in percent.
fn share(air: &str, peers: usize) -> usize {
    let mut counts = (0, 0);
    for seed in 0..12 {
        let done = Twice::new(air, peers, seed).run();
        counts = (counts.0 + done.resumed, counts.1 + done.steps);
        assert!(done.idle > 0, "no state is idle");
    }
    100 * counts.0 / counts.1
}

const LIST: &str = r#"(call "@1" ("s" "list") ["a" "b" "c" "d" "e" "f"] xs)"#;

#[test]
fn calls_in_sequence() {
    let calls = (0..20).fold("(null)".to_owned(), |air, n| {
        format!(r#"(seq {air} (call "@1" ("s" "f") [{n}] x{n}))"#)
    });
    assert!(share(&calls, 1) > 90);
}

#[test]
fn a_fold_in_sequence() {
    let air = format!(
        r#"(seq {LIST} (seq (fold xs x (seq (call "@1" ("s" "f") [x] y) (seq (ap y $s) (next x)))) (seq (canon "@1" $s #ss) (call "@1" ("s" "f") [#ss] z))))"#
    );
    assert!(share(&air, 1) > 70);
}

#[test]
fn a_fold_in_parallel() {
    let air = format!(
        r#"(seq {LIST} (fold xs x (par (seq (call "@1" ("s" "f") [x] y) (call "@1" ("s" "g") [y] z)) (next x))))"#
    );
    assert!(share(&air, 1) > 70);
}

#[test]
fn a_fold_in_parallel_joined() {
    let air = format!(
        r##"(seq {LIST} (new $s (seq
            (par (fold xs x (par (call "@1" ("s" "f") [x] $s) (next x)) (never)) (null))
            (new $t (seq
                (fold $s i (seq (seq (ap i $t) (canon "@1" $t #tt)) (xor (match #tt.length 6 (null)) (next i))) (never))
                (seq (canon "@1" $s #ss) (call "@1" ("s" "done") [#ss.$.[0] #ss.$.[5]])))))))"##
    );
    assert!(share(&air, 1) > 30);
}

#[test]
fn a_join_beside_its_calls() {
    let air = format!(
        r##"(seq {LIST} (new $s (par
            (fold xs x (par (call "@1" ("s" "f") [x] $s) (next x)) (never))
            (new $t (seq
                (fold $s i (seq (seq (ap i $t) (canon "@1" $t #tt)) (xor (match #tt.length 6 (null)) (next i))) (never))
                (call "@1" ("s" "done") []))))))"##
    );
    assert!(share(&air, 1) > 30);
}

#[test]
fn a_stream_that_answers_extend_while_folds_call() {
    let air = format!(
        r#"(seq {LIST} (par
            (fold xs x (par (call "@1" ("s" "f") [x] $s) (next x)))
            (fold $s i (par (seq (call "@1" ("s" "g") [i] z) (call "@1" ("s" "h") [z] $q)) (next i)))))"#
    );
    assert!(share(&air, 1) > 20);
}

#[test]
fn sides_that_need_each_other_run_as_a_whole() {
    share(
        r#"(seq (par (call "@1" ("s" "f") [1] x) (seq (call "@1" ("s" "f") [2] y) (call "@1" ("s" "f") [x y] z)))
            (xor (call "@1" ("s" "fail") [z]) (call "@1" ("s" "f") [:error: %last_error%] w)))"#,
        1,
    );
    share(
        r#"(par (xor (call "@1" ("s" "fail") [1]) (call "@1" ("s" "f") [%last_error%.$.message])) (xor (call "@1" ("s" "fail") [2]) (call "@1" ("s" "f") [:error:.$.message])))"#,
        1,
    );
}

#[test]
fn several_peers() {
    let air = r#"(seq (call "@1" ("s" "list") ["@1" "@2" "@3"] peers)
        (par (fold peers p (par (seq (call p ("s" "f") [p] x) (seq (call p ("s" "g") [x] $r) (call "@1" ("s" "h") [x] $r))) (next p)))
             (fold $r r (par (seq (call "@2" ("s" "k") [r] v) (call "@2" ("s" "l") [v])) (next r)))))"#;
    share(air, 3);
}

#[test]
fn recursion_over_a_stream() {
    share(
        r##"(seq (ap 0 $s) (fold $s i (seq (call "@1" ("s" "f") [i] x) (seq (new $l (seq (seq (ap x $l) (ap x $l)) (seq (canon "@1" $s #ss) (xor (mismatch #ss.length 6 (ap x $s)) (null))))) (next i)))))"##,
        1,
    );
}
