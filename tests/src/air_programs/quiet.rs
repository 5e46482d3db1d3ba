//! Programs without races: whatever arrives first, all peers come to the same.
//!
//! Every name is written once. A stream is written by one side of a `par` only, one value after the other, and is frozen
//! or folded after all of that.

use fastrand::Rng;

/// A program without races for these peers. It ends with a call of `("return" "arguments")` on the first peer, which gets
/// every value that was made on the way.
pub fn quiet_program(seed: u64, peers: &[String]) -> String {
    let mut maker = Quiet {
        choices: Rng::with_seed(seed),
        peers,
        known: vec!["x0".to_owned()],
        names: 0,
    };
    let mut lines = vec!["(call %init_peer_id% (\"op\" \"object\") [] x0)".to_owned()];
    for _ in 0..3 + maker.choices.usize(..4) {
        let line = maker.block(3);
        lines.push(line);
    }
    lines.push(format!(
        "(call %init_peer_id% (\"return\" \"arguments\") [{}])",
        maker.known.join(" ")
    ));
    super::sequence(lines)
}

struct Quiet<'a> {
    choices: Rng,
    peers: &'a [String],
    /// Values that are there as soon as everything so far is done.
    known: Vec<String>,
    names: usize,
}

impl Quiet<'_> {
    fn block(&mut self, depth: usize) -> String {
        match self.choices.u8(..if depth == 0 { 3 } else { 10 }) {
            0..=1 => self.call(),
            2 => {
                let (value, name) = (self.value(), self.fresh());
                self.known.push(name.clone());
                format!("(ap {value} {name})")
            }
            3..=4 => {
                let (left, right) = (self.block(depth - 1), self.block(depth - 1));
                format!("(seq {left} {right})")
            }
            5..=6 => self.together(depth - 1),
            7 => self.caught(),
            8 => self.stream(),
            _ => self.each(),
        }
    }

    fn call(&mut self) -> String {
        let functions = ["identity", "arguments", "object", "odd", "where", "numbers", "texts"];
        let function = functions[self.choices.usize(..functions.len())];
        let arguments: Vec<String> = (0..self.choices.usize(..3)).map(|_| self.value()).collect();
        let (peer, name) = (self.peer(), self.fresh());
        self.known.push(name.clone());
        format!("(call {peer} (\"op\" \"{function}\") [{}] {name})", arguments.join(" "))
    }

    /// Both sides know only what was known before. They come back to the first peer, which waits for both.
    fn together(&mut self, depth: usize) -> String {
        let before = self.known.len();
        let left = self.block(depth);
        let made = self.known.split_off(before);
        let right = self.block(depth);
        self.known.extend(made);
        let back = "(call %init_peer_id% (\"op\" \"number\") [])";
        let names = self.known[before..].join(" ");
        format!(
            "(seq (par (seq {left} {back}) (seq {right} {back})) (call %init_peer_id% (\"op\" \"number\") [{names}]))"
        )
    }

    fn caught(&mut self) -> String {
        let (peer, other, name) = (self.peer(), self.peer(), self.fresh());
        let risk = [
            format!("(call {peer} (\"op\" \"broken\") [1] {name})"),
            format!("(seq (call {peer} (\"op\" \"where\") [] {name}) (fail 3 \"three\"))"),
            format!("(seq (call {peer} (\"op\" \"where\") [] {name}) (match {name} 1 (null)))"),
        ][self.choices.usize(..3)]
        .clone();
        let caught = self.fresh();
        self.known.push(caught.clone());
        format!("(xor {risk} (call {other} (\"op\" \"arguments\") [:error:.$.message] {caught}))")
    }

    /// Values of several peers, one after the other, and all of them frozen.
    fn stream(&mut self) -> String {
        let (stream, frozen, peer) = (self.fresh(), self.fresh(), self.peer());
        let mut fill = "(null)".to_owned();
        for _ in 0..1 + self.choices.usize(..3) {
            let value = self.value();
            let one = if self.choices.bool() {
                format!("(ap {value} ${stream})")
            } else {
                format!("(call {} (\"op\" \"identity\") [{value}] ${stream})", self.peer())
            };
            fill = format!("(seq {fill} {one})");
        }
        self.known.push(format!("#{frozen}"));
        format!("(seq {fill} (canon {peer} ${stream} #{frozen}))")
    }

    /// The same for each number, at once or one after the other.
    fn each(&mut self) -> String {
        let (item, inner) = (self.fresh(), self.fresh());
        let (list, peer, other) = (self.fresh(), self.peer(), self.peer());
        let both = if self.choices.bool() { "par" } else { "seq" };
        format!(
            "(seq (call {peer} (\"op\" \"numbers\") [] {list}) (fold {list} {item} ({both} (seq (call {other} (\"op\" \
             \"identity\") [{item}] {inner}) (call {peer} (\"op\" \"arguments\") [{inner} {item}])) (next {item}))))"
        )
    }

    fn peer(&mut self) -> String {
        format!("\"{}\"", self.peers[self.choices.usize(..self.peers.len())])
    }

    fn value(&mut self) -> String {
        let constants = ["\"text\"", "7", "[]", "1.5", "%timestamp%", "%init_peer_id%"];
        if self.choices.u8(..4) == 0 {
            return constants[self.choices.usize(..constants.len())].to_owned();
        }
        self.known[self.choices.usize(..self.known.len())].clone()
    }

    fn fresh(&mut self) -> String {
        self.names += 1;
        format!("x{}", self.names)
    }
}
