//! Generates programs whose calls can fail one by one: nested `on`, relays, closures, and errors that are handled or not.
//!
//! Each call has a tag as its argument, so a test can let a certain call fail. The programs run one call after the other, so they
//! do not race.

use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A program whose calls can fail one by one.
#[derive(Debug, Clone)]
pub struct FaultProgram {
    /// Its seed.
    pub seed: u64,
    /// Its module, which exports the function `f`.
    pub text: String,
    /// The tags of its calls.
    pub tags: Vec<String>,
    /// The data arguments by name; `"@2"` is replaced by the id of the second peer.
    pub arguments: BTreeMap<String, Value>,
}

const HEADER: &str = "aqua Faults\n\nexport f\n\nservice Op(\"op\"):\n  act(tag: string)\n\n";

impl FaultProgram {
    /// Generates the program of a seed.
    pub fn new(seed: u64) -> Self {
        let mut builder = Builder {
            choices: Rng::with_seed(seed),
            text: HEADER.to_owned(),
            tags: Vec::new(),
            peers: Vec::new(),
            closures: Vec::new(),
            names: 0,
            helpers: Vec::new(),
            calls: 0,
        };
        for number in 0..builder.choices.usize(..3) {
            builder.helper(number);
        }
        builder.exported();
        let peers = (2..5).map(|number| (format!("peer{number}"), json!(format!("@{number}"))));
        Self {
            seed,
            text: builder.text,
            tags: builder.tags,
            arguments: peers.collect(),
        }
    }
}

struct Builder {
    choices: Rng,
    text: String,
    tags: Vec<String>,
    /// The peers that the current function knows.
    peers: Vec<String>,
    /// The visible closures.
    closures: Vec<String>,
    /// The number of generated names.
    names: usize,
    helpers: Vec<String>,
    /// How many further calls of closures and functions the program can have.
    calls: usize,
}

impl Builder {
    /// A function that runs a given closure on a given peer.
    fn helper(&mut self, number: usize) {
        let name = format!("help{number}");
        self.text += &format!("func {name}(place: string, relay: string, work: -> ()):\n");
        self.peers = vec!["relay".to_owned(), "HOST_PEER_ID".to_owned(), "INIT_PEER_ID".to_owned()];
        self.closures = vec!["work".to_owned()];
        self.calls = 1;
        let via = if self.choices.bool() { " via relay" } else { "" };
        self.line(1, &format!("on place{via}:"));
        self.line(2, "work()");
        if self.choices.bool() {
            self.statement(2, 1);
        }
        if self.choices.bool() {
            self.statement(1, 1);
        }
        self.text.push('\n');
        self.helpers.push(name);
    }

    fn exported(&mut self) {
        self.text += "func f(peer2: string, peer3: string, peer4: string):\n";
        self.peers = (2..5).map(|number| format!("peer{number}")).collect();
        self.peers
            .extend(["HOST_PEER_ID".to_owned(), "INIT_PEER_ID".to_owned()]);
        self.closures = Vec::new();
        self.calls = 3;
        if self.choices.bool() {
            self.closure(1, 2);
        }
        self.enter(1, 3);
        self.block(2, 3);
        for _ in 0..self.choices.usize(..3) {
            self.statement(1, 2);
        }
    }

    fn line(&mut self, level: usize, text: &str) {
        self.text += &format!("{}{text}\n", "  ".repeat(level));
    }

    fn act(&mut self, level: usize) {
        let tag = format!("c{}", self.tags.len());
        self.line(level, &format!("Op.act(\"{tag}\")"));
        self.tags.push(tag);
    }

    fn block(&mut self, level: usize, depth: usize) {
        for _ in 0..self.choices.usize(1..3) {
            self.statement(level, depth);
        }
    }

    /// A block whose closures are not visible afterwards.
    fn scope(&mut self, level: usize, depth: usize) {
        let closures = self.closures.len();
        self.block(level, depth);
        self.closures.truncate(closures);
    }

    fn statement(&mut self, level: usize, depth: usize) {
        let deep = depth > 0;
        match self.choices.u8(..20) {
            0..=6 if deep => {
                self.enter(level, depth - 1);
                self.scope(level + 1, depth - 1);
            }
            7..=9 if deep => self.closure(level, depth - 1),
            10..=12 if self.calls > 0 && !self.closures.is_empty() => {
                self.calls -= 1;
                let closure = self.a_closure();
                self.line(level, &format!("{closure}()"));
            }
            13..=14 if self.calls > 0 && !self.closures.is_empty() && !self.helpers.is_empty() => {
                self.calls -= 1;
                let helper = self.helpers[self.choices.usize(..self.helpers.len())].clone();
                let (place, relay, closure) = (self.peer(), self.relay(), self.a_closure());
                self.line(level, &format!("{helper}({place}, {relay}, {closure})"));
            }
            15 if deep => {
                self.line(level, "try:");
                self.scope(level + 1, depth - 1);
                self.line(level, "catch e:");
                self.act(level + 1);
            }
            16 if deep => {
                self.names += 1;
                self.line(level, &format!("for item{} <- [\"a\", \"b\"]:", self.names));
                self.scope(level + 1, depth - 1);
            }
            _ => self.act(level),
        }
    }

    /// The head of an `on`.
    fn enter(&mut self, level: usize, depth: usize) {
        let peer = self.peer();
        let via = match self.choices.u8(..10) {
            0..=3 => format!(" via {}", self.relay()),
            4 if depth > 0 => format!(" via {} via {}", self.relay(), self.relay()),
            _ => String::new(),
        };
        self.line(level, &format!("on {peer}{via}:"));
    }

    /// A closure that runs where it was made, or where it is called.
    fn closure(&mut self, level: usize, depth: usize) {
        self.names += 1;
        let name = format!("work{}", self.names);
        let word = if self.choices.u8(..3) == 0 { "func " } else { "" };
        self.line(level, &format!("{name} = {word}():"));
        self.act(level + 1);
        if self.choices.bool() {
            self.scope(level + 1, depth);
        }
        self.closures.push(name);
    }

    fn a_closure(&mut self) -> String {
        self.closures[self.choices.usize(..self.closures.len())].clone()
    }

    /// A peer that particles can pass through, so not the initiator, which is a client.
    fn relay(&mut self) -> String {
        let relays: Vec<&String> = self.peers.iter().filter(|peer| *peer != "INIT_PEER_ID").collect();
        let relay = self.choices.usize(..relays.len());
        relays[relay].clone()
    }

    fn peer(&mut self) -> String {
        self.peers[self.choices.usize(..self.peers.len())].clone()
    }
}
