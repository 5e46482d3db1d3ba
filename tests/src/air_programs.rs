//! Small AIR programs out of a seed, and services for them to call.
//!
//! Programs are valid texts. Names are mostly defined before they are used and lenses mostly fit, so that runs get somewhere,
//! but errors of every kind are part of it.

use aqua_vm::{CallRequest, CallResult};
use fastrand::Rng;
use serde_json::{Value, json};

/// A program for these peers.
pub fn program(seed: u64, peers: &[String]) -> String {
    let mut maker = Maker {
        choices: Rng::with_seed(seed),
        peers,
        scalars: Vec::new(),
        streams: Vec::new(),
        maps: Vec::new(),
        canons: Vec::new(),
        canon_maps: Vec::new(),
        iterators: Vec::new(),
        names: 0,
    };
    maker.program()
}

/// What services of these programs answer: a pure function of the peer and the request.
pub fn answer(peer_id: &str, request: &CallRequest) -> CallResult {
    let first = || request.arguments.first().cloned().unwrap_or(Value::Null);
    let value = match request.function_name.as_str() {
        "identity" => first(),
        "arguments" => Value::from(request.arguments.clone()),
        "number" => json!(request.arguments.len()),
        "list" => json!(["a", 2, {"b": [true, null]}]),
        "numbers" => json!([0, 1, 2]),
        "object" => {
            json!({"name": "x", "zero": 0, "a": [10, 20.5, "thirty"], "error_code": 7, "message": "from object"})
        }
        "where" => json!(peer_id),
        _ => {
            let result = json!(format!("{} doesn't know {}", peer_id, request.function_name)).to_string();
            return CallResult { ret_code: 1, result };
        }
    };
    // Answers that hold former answers would grow for ever.
    let result = value.to_string();
    let result = if result.len() > 500 {
        json!(result.len()).to_string()
    } else {
        result
    };
    CallResult { ret_code: 0, result }
}

struct Maker<'a> {
    choices: Rng,
    peers: &'a [String],
    scalars: Vec<String>,
    streams: Vec<String>,
    maps: Vec<String>,
    canons: Vec<String>,
    canon_maps: Vec<String>,
    iterators: Vec<String>,
    names: usize,
}

impl Maker<'_> {
    fn program(&mut self) -> String {
        let steps = 3 + self.choices.usize(..6);
        self.scalars.push("x0".to_owned());
        self.streams.push("$s0".to_owned());
        self.maps.push("%m0".to_owned());
        let mut program = "(call %init_peer_id% (\"op\" \"object\") [] x0)".to_owned();
        for definition in ["(ap 1 $s0)", "(ap (\"key\" 1) %m0)"] {
            program = format!("(seq {program} {definition})");
        }
        let first = self.call();
        program = format!("(seq {program} {first})");
        for _ in 0..steps {
            let step = self.instruction(3);
            // Mostly, what follows runs whatever comes of this.
            let step = match self.choices.u8(..10) {
                0..=2 => format!("(xor {step} (null))"),
                3..=5 => format!("(par {step} (null))"),
                6..=7 => format!("(xor (par {step} (null)) (null))"),
                _ => step,
            };
            program = format!("(seq {program} {step})");
        }
        let values: Vec<String> = (0..3).map(|_| self.value()).collect();
        let more = format!("(call %init_peer_id% (\"return\" \"more\") [{}])", values.join(" "));
        format!("(seq {program} (par {more} (call %init_peer_id% (\"return\" \"arguments\") [x0])))")
    }

    fn instruction(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        let deeper = depth - 1;
        match self.choices.u8(..100) {
            0..=24 => self.leaf(),
            25..=44 => self.both("seq", deeper),
            45..=59 => self.both("par", deeper),
            60..=68 => self.both("xor", deeper),
            69..=74 => {
                let keyword = if self.choices.bool() { "match" } else { "mismatch" };
                let (left, right) = (self.value(), self.value());
                let body = self.instruction(deeper);
                format!("(xor ({keyword} {left} {right} {body}) {})", self.leaf())
            }
            75..=80 => self.new_scope(deeper),
            81..=90 => self.fold(deeper),
            _ => self.stream_fold(deeper),
        }
    }

    fn both(&mut self, keyword: &str, depth: usize) -> String {
        let (left, right) = (self.instruction(depth), self.instruction(depth));
        format!("({keyword} {left} {right})")
    }

    fn leaf(&mut self) -> String {
        match self.choices.u8(..100) {
            0..=44 => self.call(),
            45..=59 => {
                let source = self.source();
                let target = self.target();
                format!("(ap {source} {target})")
            }
            60..=67 => {
                let key = self.key();
                let value = self.source();
                let map = self.map();
                format!("(ap ({key} {value}) {map})")
            }
            68..=79 => self.canon(),
            80..=87 => self.canon_map(),
            88..=91 => "(null)".to_owned(),
            92..=93 => "(never)".to_owned(),
            _ => self.fail(),
        }
    }

    fn call(&mut self) -> String {
        let peer = self.peer();
        let functions = [
            "identity",
            "arguments",
            "number",
            "list",
            "numbers",
            "object",
            "where",
            "identity",
            "broken",
        ];
        let function = functions[self.choices.usize(..functions.len())];
        let count = self.choices.usize(..3);
        let arguments: Vec<String> = (0..count).map(|_| self.value()).collect();
        let target = if self.choices.u8(..10) < 2 {
            String::new()
        } else {
            self.target()
        };
        format!(
            "(call {peer} (\"op\" \"{function}\") [{}] {target})",
            arguments.join(" ")
        )
    }

    fn canon(&mut self) -> String {
        let (peer, stream) = (self.peer(), self.one(&self.streams.clone()));
        let name = self.fresh("#");
        self.canons.push(name.clone());
        format!("(canon {peer} {stream} {name})")
    }

    fn canon_map(&mut self) -> String {
        let (peer, map) = (self.peer(), self.one(&self.maps.clone()));
        let name = if self.choices.u8(..3) == 0 {
            let name = self.fresh("");
            self.scalars.push(name.clone());
            name
        } else {
            let name = self.fresh("#%");
            self.canon_maps.push(name.clone());
            name
        };
        format!("(canon {peer} {map} {name})")
    }

    fn fail(&mut self) -> String {
        let what = match self.choices.u8(..5) {
            0 => "5 \"five\"".to_owned(),
            1 => "%last_error%".to_owned(),
            2 => ":error:".to_owned(),
            3 if !self.canons.is_empty() => format!("{}.$.[0]", self.one(&self.canons.clone())),
            _ => self.scalar(),
        };
        format!("(fail {what})")
    }

    fn new_scope(&mut self, depth: usize) -> String {
        let candidates: Vec<String> = [&self.streams, &self.maps, &self.scalars, &self.canons]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        let name = self.one(&candidates);
        let name = if self.iterators.contains(&name) {
            "$s0".to_owned()
        } else {
            name
        };
        format!("(new {name} {})", self.instruction(depth))
    }

    fn fold(&mut self, depth: usize) -> String {
        let iterable = match self.choices.u8(..10) {
            0 => "[]".to_owned(),
            1..=2 if !self.canons.is_empty() => self.one(&self.canons.clone()),
            3..=4 if !self.canon_maps.is_empty() => {
                let map = self.one(&self.canon_maps.clone());
                if self.choices.bool() {
                    map
                } else {
                    format!("{map}.$.key")
                }
            }
            5 if !self.scalars.is_empty() => format!("{}.$.a", self.one(&self.scalars.clone())),
            _ => self.scalar(),
        };
        let (iterator, body) = self.body(depth);
        let body = match self.choices.u8(..6) {
            0 => body,
            1 => format!("(seq (next {iterator}) {body})"),
            2..=3 => format!("(par {body} (next {iterator}))"),
            _ => format!("(seq {body} (next {iterator}))"),
        };
        let last = if self.choices.u8(..4) == 0 { " (null)" } else { "" };
        format!("(fold {iterable} {iterator} {body}{last})")
    }

    fn stream_fold(&mut self, depth: usize) -> String {
        let iterable = match self.choices.u8(..4) {
            0 => self.one(&self.maps.clone()),
            _ => self.one(&self.streams.clone()),
        };
        let (iterator, body) = self.body(depth);
        let body = match self.choices.u8(..6) {
            0 => body,
            1..=3 => format!("(par {body} (next {iterator}))"),
            _ => format!("(seq {body} (next {iterator}))"),
        };
        let last = ["", " (null)", " (never)"][self.choices.usize(..3)];
        format!("(fold {iterable} {iterator} {body}{last})")
    }

    /// The body of a fold without its `next`.
    fn body(&mut self, depth: usize) -> (String, String) {
        let iterator = self.fresh("");
        self.iterators.push(iterator.clone());
        self.scalars.push(iterator.clone());
        let body = self.instruction(depth);
        self.iterators.pop();
        (iterator, body)
    }

    fn peer(&mut self) -> String {
        match self.choices.u8(..20) {
            0..=2 => "%init_peer_id%".to_owned(),
            3 => self.scalar(),
            4 if !self.canons.is_empty() => format!("{}.$.[0]", self.one(&self.canons.clone())),
            _ => format!("\"{}\"", self.one(self.peers)),
        }
    }

    /// A value that may stand as an argument.
    fn value(&mut self) -> String {
        if self.choices.u8(..12) == 0 && !self.canon_maps.is_empty() {
            return self.one(&self.canon_maps.clone());
        }
        self.source()
    }

    /// A value that may stand as the source of an `ap`.
    fn source(&mut self) -> String {
        let constants = [
            "\"text\"",
            "1",
            "-2",
            "1.5",
            "1.0",
            "true",
            "[]",
            "%timestamp%",
            "%ttl%",
            "%init_peer_id%",
            "\"\"",
        ];
        match self.choices.u8(..20) {
            0..=4 => constants[self.choices.usize(..constants.len())].to_owned(),
            5 => [
                "%last_error%",
                ":error:",
                "%last_error%.$.message",
                ":error:.$.error_code",
                ":error:.$.peer_id",
            ][self.choices.usize(..5)]
            .to_owned(),
            6..=8 if !self.scalars.is_empty() => format!("{}{}", self.one(&self.scalars.clone()), self.lens()),
            9..=10 if !self.canons.is_empty() => self.one(&self.canons.clone()),
            11..=12 if !self.canons.is_empty() => {
                let lens = [".length", ".$.[0]", ".$.[0].name", ".$.[1]", ".$.[0].[2].b"][self.choices.usize(..5)];
                format!("{}{lens}", self.one(&self.canons.clone()))
            }
            13..=14 if !self.canon_maps.is_empty() => {
                let lens = [".length", ".$.key", ".$.key.[0]", ".$.[7]", ".$.key.[0].a"][self.choices.usize(..5)];
                format!("{}{lens}", self.one(&self.canon_maps.clone()))
            }
            _ => self.scalar(),
        }
    }

    fn lens(&mut self) -> String {
        let lenses = [
            ".length", ".$.[0]", ".$.[2].b", ".$.a", ".$.a.[1]", ".$.name", ".$.[1]", ".$.key", ".$.value",
        ];
        if self.choices.u8(..8) == 0 {
            return format!(".$.[{}]", self.one(&self.scalars.clone()));
        }
        lenses[self.choices.usize(..lenses.len())].to_owned()
    }

    fn key(&mut self) -> String {
        match self.choices.u8(..6) {
            0 => "7".to_owned(),
            1..=2 => "\"other\"".to_owned(),
            3 => self.scalar(),
            _ => "\"key\"".to_owned(),
        }
    }

    /// A scalar that is defined somewhere before.
    fn scalar(&mut self) -> String {
        self.one(&self.scalars.clone())
    }

    /// Where a value goes: mostly a new scalar, sometimes one again, or a stream.
    fn target(&mut self) -> String {
        match self.choices.u8(..20) {
            0..=8 => self.stream(),
            9 if !self.scalars.is_empty() => self.scalar(),
            _ => {
                let name = self.fresh("");
                self.scalars.push(name.clone());
                name
            }
        }
    }

    fn stream(&mut self) -> String {
        let name = format!("$s{}", self.choices.usize(..3));
        if !self.streams.contains(&name) {
            self.streams.push(name.clone());
        }
        name
    }

    fn map(&mut self) -> String {
        let name = format!("%m{}", self.choices.usize(..2));
        if !self.maps.contains(&name) {
            self.maps.push(name.clone());
        }
        name
    }

    fn fresh(&mut self, tag: &str) -> String {
        self.names += 1;
        format!("{tag}x{}", self.names)
    }

    fn one(&mut self, of: &[String]) -> String {
        of[self.choices.usize(..of.len())].clone()
    }
}
