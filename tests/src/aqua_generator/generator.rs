//! A program under construction: random choices, declarations and the exported function.

use super::constructs::Construct;
use super::declarations::ServiceDeclaration;
use super::kinds::{Kind, Number, Record};
use super::scope::{Ability, Arrow, Scope};
use super::{PEERS, Program};
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A program under construction.
pub(super) struct Generator {
    pub(super) choices: Rng,
    pub(super) seed: u64,
    /// The declarations in order.
    pub(super) declarations: Vec<String>,
    pub(super) records: Vec<Record>,
    pub(super) services: Vec<ServiceDeclaration>,
    pub(super) abilities: Vec<Ability>,
    pub(super) constants: Vec<(String, Kind)>,
    pub(super) functions: Vec<Arrow>,
    pub(super) constructs: BTreeMap<Construct, usize>,
    /// Whether results may depend on the order of deliveries.
    pub(super) races: bool,
    /// Whether to declare a method with which branches join.
    pub(super) meets: bool,
    /// Whether the program uses `.copy`.
    pub(super) copies: bool,
    /// Whether data is used where data with fewer fields is expected.
    pub(super) widens: bool,
    /// The number of closures around the current statement.
    pub(super) closures: usize,
    /// Whether the result of a function or a closure is being generated.
    pub(super) returns: bool,
    names: usize,
    /// The services and abilities that the current statement uses, and those that it can't use again.
    pub(super) roots: [BTreeSet<String>; 2],
    /// The remaining number of statements.
    pub(super) fuel: usize,
}

/// The context of a statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here {
    /// Indentation.
    pub(super) level: usize,
    /// Whether a failure here does not depend on the order of deliveries.
    pub(super) may_fail: bool,
    /// The remaining depth of nested blocks.
    pub(super) depth: usize,
}

impl Here {
    /// An indented line.
    pub(super) fn line(self, text: &str) -> String {
        format!("{}{text}", "  ".repeat(self.level))
    }

    pub(super) fn deeper(self) -> Self {
        Self {
            level: self.level + 1,
            depth: self.depth.saturating_sub(1),
            ..self
        }
    }
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        let mut choices = Rng::with_seed(seed);
        let races = choices.u8(..6) == 0;
        Self {
            choices,
            seed,
            declarations: Vec::new(),
            records: Vec::new(),
            services: Vec::new(),
            abilities: Vec::new(),
            constants: Vec::new(),
            functions: Vec::new(),
            constructs: BTreeMap::new(),
            races,
            meets: false,
            copies: false,
            widens: false,
            closures: 0,
            returns: false,
            names: 0,
            roots: [BTreeSet::new(), BTreeSet::new()],
            fuel: 0,
        }
    }

    pub(super) fn program(mut self) -> Program {
        self.declare_records();
        self.declare_constants();
        self.declare_abilities();
        for _ in 0..[0, 1, 1, 2, 2][self.choices.usize(..5)] {
            self.declare_function();
        }
        let (function, arguments) = self.exported();
        let services = self.service_texts();
        let at = self.first_function();
        self.declarations.splice(at..at, services);
        Program {
            seed: self.seed,
            text: self.declarations.join("\n"),
            function,
            arguments,
            races: self.races,
            constructs: self.constructs,
        }
    }

    /// The index of the first function among the declarations.
    fn first_function(&self) -> usize {
        let first = self.declarations.iter().position(|text| text.starts_with("func "));
        first.unwrap_or(self.declarations.len())
    }

    /// Generates the exported function.
    fn exported(&mut self) -> (String, BTreeMap<String, Value>) {
        let function = format!("f_{}", self.seed);
        let mut scope = Scope::default();
        let mut arguments = BTreeMap::new();
        let mut parameters = Vec::new();
        for number in 2..PEERS {
            let name = format!("peer{number}");
            parameters.push(format!("{name}: string"));
            arguments.insert(name.clone(), json!(format!("@{number}")));
            scope.add(&name, Kind::Text, None);
            scope.peers.push(name);
        }
        if self.chance(50) {
            let count = 1 + self.choices.usize(..3);
            parameters.push("peers: []string".to_owned());
            let ids: Vec<String> = (0..count).map(|at| format!("@{}", 2 + at)).collect();
            arguments.insert("peers".to_owned(), json!(ids));
            scope.add("peers", Kind::array_of(&Kind::Text), Some(count));
            scope.peers.extend((0..count).map(|at| format!("peers[{at}]")));
        }
        if self.chance(40) {
            let name = format!("Place_{}", self.seed);
            self.declarations
                .insert(0, format!("data {name}:\n  peer: string\n  relay: ?string\n"));
            parameters.push(format!("place: {name}"));
            let relays = if self.chance(50) { json!(["@4"]) } else { json!([]) };
            arguments.insert("place".to_owned(), json!({"peer": "@3", "relay": relays}));
            scope.peers.push("place.peer".to_owned());
        }
        for _ in 0..self.choices.usize(..3) {
            let (name, kind) = (self.name("given"), self.kind(2));
            let (value, length) = kind.json(&mut self.choices, &self.records);
            parameters.push(format!("{name}: {}", kind.text(&self.records)));
            arguments.insert(name.clone(), value);
            scope.add(&name, kind, length);
        }
        let mut arrows = Vec::new();
        for _ in 0..self.choices.usize(..2) {
            let (name, from) = (self.name("callback"), self.kind(1));
            let to = self.chance(75).then(|| from.clone());
            let result = to.as_ref().map_or("()".to_owned(), |to| to.text(&self.records));
            parameters.push(format!("{name}: {} -> {result}", from.text(&self.records)));
            arrows.push(Arrow::plain(name, &[from], to.as_ref()));
        }
        scope.arrows.extend(arrows);
        self.fuel = 3 + self.choices.usize(..8);
        let may_fail = self.chance(12);
        let here = Here {
            level: 1,
            may_fail,
            depth: 4,
        };
        let mut body = Vec::new();
        for _ in 0..self.choices.usize(..3) {
            self.stream(&mut scope, here, &mut body);
        }
        let steps = 3 + self.choices.usize(..5);
        self.statements(&mut scope, here, steps, &mut body);
        let (results, kinds) = self.exported_results(&mut scope, here, &mut body);
        let ids = self.ids_needed();
        let mut text = format!("func {function}({})", parameters.join(", "));
        if !kinds.is_empty() {
            text.push_str(&format!(" -> {}", kinds.join(", ")));
        }
        text.push_str(":\n");
        for line in ids.iter().chain(&body) {
            text.push_str(line);
            text.push('\n');
        }
        if !results.is_empty() {
            text.push_str(&format!("  <- {}\n", results.join(", ")));
        }
        self.declarations.push(text);
        (function, arguments)
    }

    /// The expressions that the exported function returns, with their types.
    fn exported_results(
        &mut self,
        scope: &mut Scope,
        here: Here,
        body: &mut Vec<String>,
    ) -> (Vec<String>, Vec<String>) {
        let (mut results, mut kinds) = (Vec::new(), Vec::new());
        let streams: Vec<_> = scope.streams.clone();
        for stream in streams {
            if results.len() < 3
                && self.chance(60)
                && let Some(text) = self.readable(scope, &stream.name, here, body)
            {
                let sign = ["[]", "*"][self.choices.usize(..2)];
                let sign = if text == stream.name { sign } else { "[]" };
                kinds.push(format!("{sign}{}", stream.kind.text(&self.records)));
                results.push(text);
            }
        }
        self.fresh();
        let count = self.choices.usize(..2).max(usize::from(results.is_empty()));
        for _ in 0..count {
            let kind = match scope.variables.last() {
                Some(variable) if self.choices.bool() => variable.kind.clone(),
                _ => self.kind(2),
            };
            results.push(self.value(scope, &kind, 2));
            kinds.push(kind.text(&self.records));
        }
        (results, kinds)
    }

    pub(super) fn chance(&mut self, percent: u8) -> bool {
        self.choices.u8(..100) < percent
    }

    pub(super) fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() {
            return None;
        }
        Some(items[self.choices.usize(..items.len())].clone())
    }

    /// A unique name.
    pub(super) fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    pub(super) fn used(&mut self, construct: Construct) {
        *self.constructs.entry(construct).or_default() += 1;
    }

    pub(super) fn scalar(&mut self) -> Kind {
        let number = match self.choices.u8(..100) {
            0..=29 => return Kind::Text,
            30..=41 => return Kind::Bool,
            42..=69 => Number::U32,
            70..=77 => Number::I64,
            78..=83 => Number::U8,
            84..=87 => Number::F64,
            88..=90 => Number::I32,
            91..=92 => Number::U64,
            93..=94 => Number::U16,
            95..=96 => Number::I8,
            97..=98 => Number::I16,
            _ => Number::F32,
        };
        Kind::Number(number)
    }

    pub(super) fn kind(&mut self, depth: usize) -> Kind {
        match self.choices.u8(..10) {
            0..=1 if depth > 0 => Kind::array_of(&self.kind(depth - 1)),
            2 if depth > 0 => Kind::option_of(&self.kind(depth - 1)),
            3..=4 if depth > 0 && !self.records.is_empty() => Kind::Record(self.choices.usize(..self.records.len())),
            _ => self.scalar(),
        }
    }

    /// Called before a statement.
    pub(super) fn fresh(&mut self) {
        self.roots = [BTreeSet::new(), BTreeSet::new()];
    }

    /// Whether the statement may use the service or ability that this name begins with: a service with an assigned id, an ability and a value
    /// of an ability may be used once only.
    pub(super) fn may_use(&mut self, name: &str, as_value: bool) -> bool {
        let root = name.split('.').next().unwrap_or_default();
        let service = self.services.iter().find(|service| service.name == root);
        let once = match service {
            Some(service) => as_value || service.renamed || !service.has_id,
            None => as_value || name.contains('.'),
        };
        let [used, spent] = &mut self.roots;
        if spent.contains(root) || once && used.contains(root) {
            return false;
        }
        used.insert(root.to_owned());
        if once {
            spent.insert(root.to_owned());
        }
        true
    }

    /// Lines that assign ids to services without a default id.
    pub(super) fn ids_needed(&mut self) -> Vec<String> {
        let services: BTreeSet<String> = self
            .services
            .iter()
            .filter(|service| !service.has_id)
            .map(|service| format!("  {} \"{}\"", service.name, service.id))
            .collect();
        services.into_iter().collect()
    }
}
