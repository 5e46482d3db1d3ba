//! Generates programs with constants behind functions: what two compilers compute at compile time.
//!
//! The exported function passes literals and constants, and sometimes its own arguments, to functions that compute with them, on
//! other peers too. After inlining, most operands are literals, so most computations need no call and some peers no visit. The
//! programs run one call after the other, so they do not race.

use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A program with constants behind functions.
#[derive(Debug, Clone)]
pub struct ConstantProgram {
    /// Its seed.
    pub seed: u64,
    /// Its module, which exports the function `f`.
    pub text: String,
    /// The data arguments by name; `"@2"` is replaced by the id of the second peer.
    pub arguments: BTreeMap<String, Value>,
}

const HEADER: &str = "aqua Constants\n\nexport f\n\nconst THREE = 3\nconst NAME = \"a\"\nconst YES = true\n\nservice Op(\"op\"):\n  \
    number(value: i64) -> i64\n  flag(value: bool) -> bool\n  text(value: string) -> string\n\n";

impl ConstantProgram {
    /// Generates the program of a seed.
    pub fn new(seed: u64) -> Self {
        let mut choices = Rng::with_seed(seed);
        let mut text = HEADER.to_owned();
        let functions = choices.usize(1..4);
        for number in 0..functions {
            text += &Function::helper(number, &mut choices);
        }
        text += &Function::exported(functions, &mut choices);
        let mut arguments: BTreeMap<String, Value> = (2..5)
            .map(|number| (format!("peer{number}"), json!(format!("@{number}"))))
            .collect();
        arguments.insert("number".to_owned(), json!(choices.i64(-9..20)));
        arguments.insert("flag".to_owned(), json!(choices.bool()));
        Self { seed, text, arguments }
    }
}

/// A function under construction.
struct Function<'a> {
    choices: &'a mut Rng,
    lines: Vec<String>,
    numbers: Vec<String>,
    flags: Vec<String>,
    texts: Vec<String>,
    peers: Vec<String>,
    /// The number of functions that it can call.
    functions: usize,
    /// The number of its variables.
    variables: usize,
}

impl<'a> Function<'a> {
    fn new(functions: usize, choices: &'a mut Rng) -> Self {
        Self {
            choices,
            lines: Vec::new(),
            numbers: vec!["THREE".to_owned()],
            flags: vec!["YES".to_owned()],
            texts: vec!["NAME".to_owned()],
            peers: vec!["HOST_PEER_ID".to_owned(), "INIT_PEER_ID".to_owned()],
            functions,
            variables: 0,
        }
    }

    fn helper(number: usize, choices: &'a mut Rng) -> String {
        let mut function = Self::new(number, choices);
        function.numbers.extend(["a".to_owned(), "b".to_owned()]);
        function.flags.push("c".to_owned());
        function.texts.push("d".to_owned());
        function.peers.push("place".to_owned());
        let head = format!("func help{number}(a: i64, b: i64, c: bool, d: string, place: string) -> i64, bool:");
        function.finished(&head, 1, 4)
    }

    fn exported(functions: usize, choices: &'a mut Rng) -> String {
        let mut function = Self::new(functions, choices);
        function.numbers.push("number".to_owned());
        function.flags.push("flag".to_owned());
        function.peers.extend((2..5).map(|number| format!("peer{number}")));
        let head = "func f(peer2: string, peer3: string, peer4: string, number: i64, flag: bool) -> i64, bool:";
        function.call(1);
        function.finished(head, 2, 6)
    }

    fn finished(mut self, head: &str, least: usize, most: usize) -> String {
        for _ in 0..self.choices.usize(least..most) {
            self.statement(1, 2);
        }
        let (number, flag) = (self.number(2), self.flag(2));
        self.lines.push(format!("  <- {number}, {flag}"));
        format!("{head}\n{}\n\n", self.lines.join("\n"))
    }

    fn line(&mut self, level: usize, text: &str) {
        self.lines.push(format!("{}{text}", "  ".repeat(level)));
    }

    fn variable(&mut self) -> String {
        self.variables += 1;
        format!("v{}", self.variables)
    }

    fn statement(&mut self, level: usize, depth: usize) {
        match self.choices.u8(..20) {
            0..=3 => {
                let (name, value) = (self.variable(), self.number(3));
                self.line(level, &format!("{name} = {value}"));
                self.numbers.push(name);
            }
            4..=6 => {
                let (name, value) = (self.variable(), self.flag(3));
                self.line(level, &format!("{name} = {value}"));
                self.flags.push(name);
            }
            7 => {
                let (name, value) = (self.variable(), self.number(1));
                self.line(level, &format!("{name} <- Op.number({value})"));
                self.numbers.push(name);
            }
            8..=12 if self.functions > 0 => self.call(level),
            13..=15 if depth > 0 => {
                let peer = self.peer();
                self.line(level, &format!("on {peer}:"));
                self.block(level + 1, depth - 1, true);
            }
            16..=17 if depth > 0 => {
                let condition = self.flag(2);
                self.line(level, &format!("if {condition}:"));
                self.block(level + 1, depth - 1, false);
                if self.choices.bool() {
                    self.line(level, "else:");
                    self.block(level + 1, depth - 1, false);
                }
            }
            _ => self.effect(level),
        }
    }

    /// Statements with at least one effect. Names of conditional blocks are not visible afterwards.
    fn block(&mut self, level: usize, depth: usize, names_stay: bool) {
        let before = [self.numbers.len(), self.flags.len()];
        if self.choices.bool() {
            self.statement(level, depth);
        }
        self.effect(level);
        if !names_stay {
            self.numbers.truncate(before[0]);
            self.flags.truncate(before[1]);
        }
    }

    fn effect(&mut self, level: usize) {
        let call = match self.choices.u8(..3) {
            0 => format!("Op.number({})", self.number(2)),
            1 => format!("Op.flag({})", self.flag(2)),
            _ => format!("Op.text({})", self.text()),
        };
        self.line(level, &call);
    }

    fn call(&mut self, level: usize) {
        let function = self.choices.usize(..self.functions);
        let mut arguments = Vec::new();
        for _ in 0..2 {
            let literal = self.choices.u8(..4) > 0;
            arguments.push(if literal { self.digits() } else { self.number(1) });
        }
        let literal = self.choices.u8(..4) > 0;
        arguments.push(if literal {
            self.choices.bool().to_string()
        } else {
            self.flag(1)
        });
        arguments.extend([self.text(), self.peer()]);
        let (number, flag) = (self.variable(), self.variable());
        self.line(
            level,
            &format!("{number}, {flag} <- help{function}({})", arguments.join(", ")),
        );
        self.numbers.push(number);
        self.flags.push(flag);
    }

    fn peer(&mut self) -> String {
        self.peers[self.choices.usize(..self.peers.len())].clone()
    }

    fn text(&mut self) -> String {
        match self.choices.u8(..3) {
            0 => ["\"a\"", "\"b\"", "\"\""][self.choices.usize(..3)].to_owned(),
            _ => self.texts[self.choices.usize(..self.texts.len())].clone(),
        }
    }

    fn digits(&mut self) -> String {
        self.choices.i64(-4..9).to_string()
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 || self.choices.u8(..3) == 0 {
            return match self.choices.u8(..5) {
                0 => self.digits(),
                _ => self.numbers[self.choices.usize(..self.numbers.len())].clone(),
            };
        }
        let left = self.number(depth - 1);
        match self.choices.u8(..10) {
            0 => format!("({left}) ** {}", self.choices.u8(..4)),
            1 => format!("({left}) / {}", self.choices.u8(1..5)),
            2 => format!("({left}) % {}", self.choices.u8(1..5)),
            operator => {
                let right = self.number(depth - 1);
                format!("({left}) {} ({right})", ["+", "-", "*"][usize::from(operator % 3)])
            }
        }
    }

    fn flag(&mut self, depth: usize) -> String {
        if depth == 0 || self.choices.u8(..4) == 0 {
            return match self.choices.u8(..4) {
                0 => self.choices.bool().to_string(),
                _ => self.flags[self.choices.usize(..self.flags.len())].clone(),
            };
        }
        match self.choices.u8(..8) {
            0..=2 => {
                let (left, right) = (self.number(depth - 1), self.number(depth - 1));
                let operator = ["<", "<=", ">", ">=", "==", "!="][self.choices.usize(..6)];
                format!("({left}) {operator} ({right})")
            }
            3 => {
                let (left, right) = (self.text(), self.text());
                format!("({left} {} {right})", ["==", "!="][self.choices.usize(..2)])
            }
            4 => format!("!({})", self.flag(depth - 1)),
            operator => {
                let (left, right) = (self.flag(depth - 1), self.flag(depth - 1));
                format!("({left}) {} ({right})", ["&&", "||"][usize::from(operator % 2)])
            }
        }
    }
}
