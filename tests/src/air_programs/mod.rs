//! Generates AIR programs from a seed, and answers their service calls.
//!
//! Programs are valid scripts. Most names are defined before they are used and most lenses match their values, so that runs make
//! progress, but errors of all kinds occur. Each program starts with values of each kind, followed by steps most of which do not
//! stop the following ones.

mod folds;
mod operands;
mod race_free;
mod replay;
mod services;

pub use race_free::race_free_program;
pub use replay::replays_identically;
pub use services::answer;

use aqua_air::{Instruction, Operand, Variable, VariableKind};
use aqua_vm::Program;
use fastrand::Rng;

/// Generates a program for the peers. The first one is the initiator.
pub fn program(seed: u64, peers: &[String]) -> String {
    let mut choices = Rng::with_seed(seed);
    // Generated programs may violate a rule for names or folds; these are discarded.
    loop {
        let text = Generator::new(choices.fork(), peers).program();
        if Program::from_air(&text).is_ok() {
            return text;
        }
    }
}

/// Returns whether a `fold` iterates over a whole canonical map. The behaviour differs between versions of the interpreter.
pub fn folds_canon_maps(air: &str) -> bool {
    let script = aqua_air::parse(air).expect("generated programs are valid");
    script.in_text_order().any(|(_, instruction)| {
        matches!(
            instruction,
            Instruction::Fold {
                iterable: Operand::Variable(
                    Variable {
                        kind: VariableKind::CanonMap,
                        ..
                    },
                    None
                ),
                ..
            }
        )
    })
}

/// Names in scope, by kind.
#[derive(Default)]
struct Names {
    scalars: Vec<String>,
    streams: Vec<String>,
    maps: Vec<String>,
    canons: Vec<String>,
    canon_maps: Vec<String>,
    /// Iterators of the enclosing folds.
    iterators: Vec<String>,
    count: usize,
}

struct Generator<'a> {
    choices: Rng,
    peers: &'a [String],
    names: Names,
}

/// Defines a value of each kind: an object, strings with the names of a service, a function and a peer, a stream, a map, and
/// snapshots of both.
const PRELUDE: &[&str] = &[
    "(call %init_peer_id% (\"op\" \"object\") [] x0)",
    "(ap \"op\" op)",
    "(ap \"identity\" function)",
    "(ap 1 $s0)",
    "(ap (\"key\" 1) %m0)",
    "(ap \"@\" there)",
    "(ap \"@\" $names)",
    "(ap \"op\" $names)",
    "(ap x0 $names)",
    "(ap (\"key\" \"@\") %names)",
    "(ap (\"op\" \"op\") %names)",
    "(ap (7 \"numbers\") %names)",
    "(ap (\"key\" x0) %names)",
    "(canon %init_peer_id% $names #names)",
    "(canon %init_peer_id% %names #%names)",
];

impl<'a> Generator<'a> {
    fn new(choices: Rng, peers: &'a [String]) -> Self {
        let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            choices,
            peers,
            names: Names {
                scalars: named(&["x0", "there"]),
                streams: named(&["$s0"]),
                maps: named(&["%m0"]),
                canons: named(&["#names"]),
                canon_maps: named(&["#%names"]),
                ..Names::default()
            },
        }
    }

    fn program(&mut self) -> String {
        let mut lines: Vec<String> = PRELUDE
            .iter()
            .map(|line| {
                let peer = self.peers[self.choices.usize(..self.peers.len())].clone();
                line.replace('@', &peer)
            })
            .collect();
        let first = self.call();
        lines.push(format!("(xor (par {first} (null)) (null))"));
        for _ in 0..2 + self.choices.usize(..5) {
            let step = self.instruction(3);
            // Most steps must not stop the following ones.
            lines.push(match self.choices.u8(..10) {
                0 => format!("(xor {step} (null))"),
                1..=2 => format!("(par {step} (null))"),
                3..=8 => format!("(xor (par {step} (null)) (null))"),
                _ => step,
            });
        }
        let values: Vec<String> = (0..3).map(|_| self.value()).collect();
        let more = format!("(call %init_peer_id% (\"return\" \"more\") [{}])", values.join(" "));
        lines.push(format!(
            "(par {more} (call %init_peer_id% (\"return\" \"arguments\") [x0]))"
        ));
        sequence(lines)
    }

    fn instruction(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        let deeper = depth - 1;
        match self.choices.u8(..100) {
            0..=19 => self.leaf(),
            20..=37 => self.both("seq", deeper),
            38..=51 => self.both("par", deeper),
            52..=61 => self.both("xor", deeper),
            62..=69 => self.comparison(deeper),
            70..=76 => self.new_scope(deeper),
            77..=84 => self.fold(deeper),
            85..=92 => self.stream_fold(deeper),
            _ => self.idiom(deeper),
        }
    }

    fn both(&mut self, keyword: &str, depth: usize) -> String {
        let (left, right) = (self.instruction(depth), self.instruction(depth));
        format!("({keyword} {left} {right})")
    }

    fn comparison(&mut self, depth: usize) -> String {
        let keyword = if self.choices.bool() { "match" } else { "mismatch" };
        let left = self.value();
        let right = if self.choices.u8(..4) == 0 {
            left.clone()
        } else {
            self.value()
        };
        let body = self.instruction(depth);
        if self.choices.u8(..6) == 0 {
            return format!("({keyword} {left} {right} {body})");
        }
        format!("(xor ({keyword} {left} {right} {body}) {})", self.leaf())
    }

    fn leaf(&mut self) -> String {
        match self.choices.u8(..100) {
            0..=39 => self.call(),
            40..=54 => {
                let (source, target) = (self.source(), self.target());
                format!("(ap {source} {target})")
            }
            55..=64 => {
                let (key, value, map) = (self.key(), self.source(), self.map());
                format!("(ap ({key} {value}) {map})")
            }
            65..=75 => self.canon(),
            76..=85 => self.canon_map(),
            86..=88 => "(null)".to_owned(),
            89..=90 => "(never)".to_owned(),
            91 if !self.names.iterators.is_empty() => {
                format!("(next {})", self.one(&self.names.iterators.clone()))
            }
            _ => self.fail(),
        }
    }

    fn call(&mut self) -> String {
        let (peer, service, function) = (self.peer(), self.service(), self.function());
        let arguments: Vec<String> = (0..self.choices.usize(..4)).map(|_| self.value()).collect();
        let target = if self.choices.u8(..10) < 2 {
            String::new()
        } else {
            self.target()
        };
        format!(
            "(call {peer} ({service} {function}) [{}] {target})",
            arguments.join(" ")
        )
    }

    fn canon(&mut self) -> String {
        let (peer, stream) = (self.peer(), self.one(&self.names.streams.clone()));
        let tag = if self.choices.u8(..4) == 0 { "#$" } else { "#" };
        let name = self.fresh_or(tag, &self.names.canons.clone());
        self.names.canons.push(name.clone());
        format!("(canon {peer} {stream} {name})")
    }

    fn canon_map(&mut self) -> String {
        let (peer, map) = (self.peer(), self.one(&self.names.maps.clone()));
        let name = if self.choices.u8(..3) == 0 {
            let name = self.fresh("");
            self.names.scalars.push(name.clone());
            name
        } else {
            let name = self.fresh_or("#%", &self.names.canon_maps.clone());
            self.names.canon_maps.push(name.clone());
            name
        };
        format!("(canon {peer} {map} {name})")
    }

    fn fail(&mut self) -> String {
        let what = match self.choices.u8(..8) {
            0..=1 => {
                ["5 \"five\"", "-1 \"minus\\one\"", "9223372036854775807 \"é\""][self.choices.usize(..3)].to_owned()
            }
            2 => "%last_error%".to_owned(),
            3 => ":error:".to_owned(),
            4 => format!("{}{}", self.scalar(), self.lens()),
            5 => {
                let canon = self.one(&self.names.canons.clone());
                format!("{canon}{}", self.canon_lens())
            }
            _ => self.scalar(),
        };
        format!("(fail {what})")
    }

    fn new_scope(&mut self, depth: usize) -> String {
        let names = &self.names;
        let kinds = [
            &names.streams,
            &names.maps,
            &names.scalars,
            &names.canons,
            &names.canon_maps,
        ];
        let candidates = kinds[self.choices.usize(..5)].clone();
        let name = self.one(&candidates);
        format!("(new {name} {})", self.instruction(depth))
    }

    fn one(&mut self, of: &[String]) -> String {
        of[self.choices.usize(..of.len())].clone()
    }
}

/// Joins instructions with `seq`.
fn sequence(lines: Vec<String>) -> String {
    lines
        .into_iter()
        .reduce(|before, line| format!("(seq {before} {line})"))
        .expect("a program has lines")
}
