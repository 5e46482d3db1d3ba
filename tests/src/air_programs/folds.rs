//! Generates folds and idioms that compilers use.

use super::Generator;

impl Generator<'_> {
    pub(super) fn fold(&mut self, depth: usize) -> String {
        let iterable = match self.choices.u8(..12) {
            0 => "[]".to_owned(),
            1..=3 => self.one(&self.names.canons.clone()),
            4..=5 => self.one(&self.names.canon_maps.clone()),
            6 => self.in_canon_map(),
            7..=8 => format!("{}{}", self.scalar(), self.lens()),
            _ => self.scalar(),
        };
        let (iterator, body) = self.body(depth);
        let next = self.next(&iterator);
        let body = match self.choices.u8(..7) {
            0 => body,
            1 => format!("(seq {next} {body})"),
            2 => format!("(par {next} {body})"),
            3..=4 => format!("(par {body} {next})"),
            _ => format!("(seq {body} {next})"),
        };
        let last = self.last();
        format!("(fold {iterable} {iterator} {body}{last})")
    }

    pub(super) fn stream_fold(&mut self, depth: usize) -> String {
        let iterable = if self.choices.u8(..4) == 0 {
            self.one(&self.names.maps.clone())
        } else {
            self.one(&self.names.streams.clone())
        };
        let (iterator, body) = self.body(depth);
        let next = self.next(&iterator);
        let body = match self.choices.u8(..6) {
            0 => body,
            1..=3 => format!("(par {body} {next})"),
            _ => format!("(seq {body} {next})"),
        };
        let last = self.last();
        format!("(fold {iterable} {iterator} {body}{last})")
    }

    /// Generates the body of a fold without its `next`. Returns the iterator and the body.
    fn body(&mut self, depth: usize) -> (String, String) {
        // Sibling folds may have the same iterator.
        let iterator = if self.choices.u8(..8) == 0 {
            "shared".to_owned()
        } else {
            self.fresh("")
        };
        self.names.iterators.push(iterator.clone());
        self.names.scalars.push(iterator.clone());
        let body = self.instruction(depth);
        self.names.iterators.pop();
        (iterator, body)
    }

    /// Generates `next`, sometimes inside another instruction.
    fn next(&mut self, iterator: &str) -> String {
        let next = format!("(next {iterator})");
        match self.choices.u8(..16) {
            0 => format!("(xor {next} {})", self.leaf()),
            1 => format!("(match 1 1 {next})"),
            2 => {
                let stream = self.stream();
                format!("(new {stream} {next})")
            }
            3 => {
                let (left, right) = (self.value(), self.value());
                format!("(xor (mismatch {left} {right} {next}) (null))")
            }
            _ => next,
        }
    }

    /// Generates the optional last instruction of a fold.
    fn last(&mut self) -> String {
        match self.choices.u8(..8) {
            0..=3 => String::new(),
            4..=5 => " (null)".to_owned(),
            6 => " (never)".to_owned(),
            _ => format!(" {}", self.leaf()),
        }
    }

    /// Generates an idiom that consists of several instructions.
    pub(super) fn idiom(&mut self, depth: usize) -> String {
        match self.choices.u8(..12) {
            0..=2 => self.gather(depth),
            3..=5 => self.count_up(),
            6..=7 => self.grow_while_folded(),
            8..=9 => self.report_error(depth),
            10 => self.map_of_peers(),
            // Endless, up to the size limit of streams.
            _ if self.choices.u8(..6) == 0 => {
                let (stream, iterator) = (self.stream(), self.fresh(""));
                format!("(fold {stream} {iterator} (seq (ap {iterator} {stream}) (next {iterator})))")
            }
            _ => self.scatter(),
        }
    }

    /// Waits until a stream has a number of values.
    fn gather(&mut self, depth: usize) -> String {
        let (stream, count) = (self.one(&self.names.streams.clone()), 1 + self.choices.usize(..3));
        let (seen, now, item) = (self.fresh("$"), self.fresh("#"), self.fresh(""));
        let (peer, fill, then) = (self.peer(), self.instruction(depth), self.scatter());
        self.names.canons.push(now.clone());
        format!(
            "(seq (par {fill} {then}) (new {seen} (seq (fold {stream} {item} (seq (seq (ap {item} {seen}) (canon {peer} {seen} \
             {now})) (xor (match {now}.length {count} (null)) (next {item}))) (never)) (call {peer} (\"op\" \"arguments\") \
             [{now} {now}.$.[0]] ))))"
        )
    }

    /// Recursion over a stream: each value adds the next one, up to a limit.
    fn count_up(&mut self) -> String {
        let (stream, item, limit) = (self.fresh("$"), self.fresh(""), 2 + self.choices.usize(..3));
        let (first, peer) = (self.peer(), self.peer());
        self.names.streams.push(stream.clone());
        let more = if self.choices.bool() {
            format!("(call {peer} (\"op\" \"next\") [{item}] {stream})")
        } else {
            let one = self.fresh("");
            format!("(seq (call {peer} (\"op\" \"next\") [{item}] {one}) (ap {one} {stream}))")
        };
        let both = if self.choices.bool() { "par" } else { "seq" };
        let last = self.last();
        format!(
            "(seq (call {first} (\"op\" \"number\") [] {stream}) (fold {stream} {item} ({both} (xor (match {item} {limit} \
             (null)) {more}) (next {item})){last}))"
        )
    }

    /// Appends to the stream or map of the fold, depending on its length.
    fn grow_while_folded(&mut self) -> String {
        let (item, canon, count) = (self.fresh(""), self.fresh(""), 1 + self.choices.usize(..3));
        let is_map = self.choices.u8(..3) == 0;
        let (source, canon, more) = if is_map {
            let map = self.map();
            let key = self.key();
            let more = format!("(ap ({key} {item}) {map})");
            (map, format!("#%{canon}"), more)
        } else {
            let stream = self.stream();
            let more = match self.choices.u8(..3) {
                0 => format!("(call {} (\"op\" \"where\") [{item}] {stream})", self.peer()),
                1 => format!("(seq (ap {item} {stream}) (ap \"more\" {stream}))"),
                _ => format!("(ap {item} {stream})"),
            };
            (stream, format!("#{canon}"), more)
        };
        let peer = self.peer();
        // Must not append to the collection, because each iteration canonicalises it again.
        let body = format!("(call {} (\"op\" \"where\") [{item}])", self.peer());
        let both = if self.choices.bool() { "par" } else { "seq" };
        format!(
            "(fold {source} {item} ({both} (seq (canon {peer} {source} {canon}) (xor (match {canon}.length {count} {more}) \
             {body})) (next {item})))"
        )
    }

    /// Passes caught errors to a service.
    fn report_error(&mut self, depth: usize) -> String {
        let (left, peer) = (self.instruction(depth), self.peer());
        let (error, last) = (self.fresh(""), self.fresh(""));
        let what = [
            "[:error: %last_error%]",
            "[:error:.$.message :error:.$.error_code]",
            "[%last_error%.$.instruction]",
            "[:error:.$.peer_id %last_error%.$.peer_id]",
        ][self.choices.usize(..4)];
        let again = ["(fail :error:)", "(fail %last_error%)", "(null)", "(fail 3 \"again\")"][self.choices.usize(..4)];
        self.names.scalars.extend([error.clone(), last.clone()]);
        format!(
            "(xor {left} (seq (seq (ap :error: {error}) (ap %last_error% {last})) (seq (call {peer} (\"op\" \"arguments\") \
             {what}) {again})))"
        )
    }

    /// Makes the same call on all peers.
    fn scatter(&mut self) -> String {
        let (peers, canon, peer, results) = (self.fresh("$"), self.fresh("#"), self.fresh(""), self.stream());
        let mut all = "(null)".to_owned();
        for one in self.peers {
            all = format!("(seq {all} (ap \"{one}\" {peers}))");
        }
        let at = self.peer();
        let (function, argument) = (self.function(), self.value());
        let call = format!("(call {peer} (\"op\" {function}) [{peer} {argument}] {results})");
        let call = if self.choices.bool() {
            format!("(xor {call} (null))")
        } else {
            call
        };
        format!("(seq (seq {all} (canon {at} {peers} {canon})) (fold {canon} {peer} (par {call} (next {peer}))))")
    }

    /// Fills a map with results of all peers and canonicalises it on another peer.
    fn map_of_peers(&mut self) -> String {
        let (map, canon, plain) = (self.fresh("%"), self.fresh("#%"), self.fresh(""));
        let mut all = "(null)".to_owned();
        for one in self.peers {
            let result = self.fresh("");
            let key = if self.choices.bool() {
                format!("\"{one}\"")
            } else {
                "\"key\"".to_owned()
            };
            all = format!(
                "(par {all} (seq (call \"{one}\" (\"op\" \"where\") [] {result}) (ap ({key} {result}) {map})))"
            );
        }
        let (peer, other) = (self.peer(), self.peer());
        self.names.maps.push(map.clone());
        self.names.canon_maps.push(canon.clone());
        self.names.scalars.push(plain.clone());
        format!("(seq {all} (par (canon {peer} {map} {canon}) (canon {other} {map} {plain})))")
    }
}
