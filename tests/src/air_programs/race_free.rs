//! Generates programs without races: results do not depend on the order of messages.
//!
//! Each name is assigned once. A stream or map is filled by one branch of a `par` only, sequentially, and canonicalised afterwards.
//! Only the snapshot is read.

use fastrand::Rng;

/// Generates a program without races for the peers. It ends with a call of `("return" "arguments")` on the first peer, which gets
/// all values of the program.
pub fn race_free_program(seed: u64, peers: &[String]) -> String {
    let mut generator = Generator {
        choices: Rng::with_seed(seed),
        peers,
        known: vec!["x0".to_owned()],
        names: 0,
    };
    let mut lines = vec!["(call %init_peer_id% (\"op\" \"object\") [] x0)".to_owned()];
    for _ in 0..3 + generator.choices.usize(..4) {
        let line = generator.block(3);
        lines.push(line);
    }
    lines.push(format!(
        "(call %init_peer_id% (\"return\" \"arguments\") [{}])",
        generator.known.join(" ")
    ));
    super::sequence(lines)
}

struct Generator<'a> {
    choices: Rng,
    peers: &'a [String],
    /// Values that are available when the program so far has completed.
    known: Vec<String>,
    names: usize,
}

impl Generator<'_> {
    fn block(&mut self, depth: usize) -> String {
        match self.choices.u8(..if depth == 0 { 3 } else { 14 }) {
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
            5..=6 => self.parallel(depth - 1),
            7 => self.caught(),
            8 => self.stream(),
            9 => self.map(),
            10 => self.fold_canon(),
            11 => self.each_peer(),
            12 => self.chosen(depth - 1),
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

    /// Generates a `par` whose branches only use values from before. Both end on the first peer, which waits for both.
    fn parallel(&mut self, depth: usize) -> String {
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
        let call = format!("(call {peer} (\"op\" \"where\") [] {name})");
        let failing = match self.choices.u8(..7) {
            0 => format!("(call {peer} (\"op\" \"broken\") [1] {name})"),
            1 => format!("(seq {call} (fail 3 \"three\"))"),
            2 => format!("(seq {call} (match {name} 1 (null)))"),
            3 => format!("(seq {call} (mismatch {name} {name} (null)))"),
            4 => format!("(seq {call} (call {peer} (\"op\" \"identity\") [{name}.$.field]))"),
            5 => format!("(xor (seq {call} (fail 3 \"three\")) (fail :error:))"),
            // Both branches fail.
            _ => format!("(seq (xor (fail 1 \"one\") {call}) (par (fail 2 \"two\") (fail 3 \"three\")))"),
        };
        let caught = self.fresh();
        self.known.push(caught.clone());
        format!("(xor {failing} (call {other} (\"op\" \"arguments\") [:error:.$.message] {caught}))")
    }

    /// Fills and canonicalises a stream.
    fn stream(&mut self) -> String {
        let (canon, fill) = self.canon_stream();
        self.known.push(canon);
        fill
    }

    /// Returns the name of a canonical stream, and the instruction that fills and canonicalises the stream.
    fn canon_stream(&mut self) -> (String, String) {
        let (stream, canon, peer) = (self.fresh(), self.fresh(), self.peer());
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
        let all = format!("(seq {fill} (canon {peer} ${stream} #{canon}))");
        let all = if self.choices.bool() {
            format!("(new ${stream} {all})")
        } else {
            all
        };
        (format!("#{canon}"), all)
    }

    /// Fills a map sequentially and canonicalises it as a map or an object.
    fn map(&mut self) -> String {
        let (map, canon, peer) = (self.fresh(), self.fresh(), self.peer());
        let mut fill = "(null)".to_owned();
        for _ in 0..1 + self.choices.usize(..3) {
            let key = ["\"key\"", "\"other\"", "7"][self.choices.usize(..3)];
            let (value, other, name) = (self.value(), self.peer(), self.fresh());
            let one = if self.choices.bool() {
                format!("(ap ({key} {value}) %{map})")
            } else {
                format!("(seq (call {other} (\"op\" \"identity\") [{value}] {name}) (ap ({key} {name}) %{map}))")
            };
            fill = format!("(seq {fill} {one})");
        }
        if self.choices.bool() {
            self.known.push(canon.clone());
            return format!("(seq {fill} (canon {peer} %{map} {canon}))");
        }
        self.known.push(format!("#%{canon}.$.key"));
        let (item, other) = (self.fresh(), self.peer());
        format!(
            "(seq (seq {fill} (canon {peer} %{map} #%{canon})) (fold #%{canon} {item} (seq (call {other} (\"op\" \
             \"arguments\") [{item}.$.key {item}.$.value]) (next {item}))))"
        )
    }

    /// Folds over a canonical stream, with a last instruction.
    fn fold_canon(&mut self) -> String {
        let (canon, fill) = self.canon_stream();
        let (item, peer, other) = (self.fresh(), self.peer(), self.peer());
        self.known.push(canon.clone());
        let both = if self.choices.bool() { "par" } else { "seq" };
        let last = format!("(call {peer} (\"op\" \"arguments\") [{canon}.length])");
        format!(
            "(seq {fill} (fold {canon} {item} ({both} (call {other} (\"op\" \"arguments\") [{item} {canon}]) (next {item})) \
             {last}))"
        )
    }

    /// Makes the same calls on all peers in parallel.
    fn each_peer(&mut self) -> String {
        let (peers, canon, peer, name) = (self.fresh(), self.fresh(), self.fresh(), self.fresh());
        let mut all = "(null)".to_owned();
        for one in self.peers {
            all = format!("(seq {all} (ap \"{one}\" ${peers}))");
        }
        let (at, value) = (self.peer(), self.value());
        format!(
            "(seq (seq {all} (canon {at} ${peers} #{canon})) (fold #{canon} {peer} (par (seq (call {peer} (\"op\" \
             \"where\") [] {name}) (call {peer} (\"op\" \"arguments\") [{name} {value}])) (next {peer}))))"
        )
    }

    /// Selects one of two branches by comparing the result of a call.
    fn chosen(&mut self, depth: usize) -> String {
        let (peer, name) = (self.peer(), self.fresh());
        let before = self.known.len();
        let one = self.block(depth);
        self.known.truncate(before);
        let other = self.call();
        self.known.truncate(before);
        let keyword = if self.choices.bool() { "match" } else { "mismatch" };
        let compared = [peer.clone(), "\"text\"".to_owned()][self.choices.usize(..2)].clone();
        format!("(seq (call {peer} (\"op\" \"where\") [] {name}) (xor ({keyword} {name} {compared} {one}) {other}))")
    }

    /// Folds over a list of numbers, in parallel or sequentially.
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
