//! Data, constants, abilities and services of a program.

use super::constructs::Construct;
use super::generator::Generator;
use super::kinds::{Kind, Record, digits, word};
use super::scope::{Ability, Arrow, Member, Outcome};
use std::collections::BTreeSet;

/// A service over one kind of values.
#[derive(Debug, Clone)]
pub(super) struct ServiceDeclaration {
    pub(super) name: String,
    /// The default id, or the id that every function assigns.
    pub(super) id: String,
    pub(super) has_id: bool,
    /// Whether it is used as an ability.
    pub(super) passed: bool,
    /// Whether a function assigns another id.
    pub(super) renamed: bool,
    pub(super) kind: Kind,
    /// The methods that are called.
    pub(super) methods: BTreeSet<&'static str>,
}

/// The signature of a method, relative to the kind of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Echo,
    Twice,
    Some,
    None,
    Eat,
    Count,
    Pair,
    Tell,
    Fail,
    Refuse,
    Sorted,
}

impl Generator {
    pub(super) fn declare_records(&mut self) {
        for number in 0..[0, 1, 2, 2, 2][self.choices.usize(..5)] {
            let name = format!("Data{number}_{}", self.seed);
            let fields = if number > 0 && self.chance(65) {
                // Subtyping is structural: the fields of another record, and more.
                let other = self.choices.usize(..number);
                let mut fields = self.records[other].fields.clone();
                fields.push((format!("more{number}"), self.kind(1)));
                fields
            } else {
                let names = ["b", "a", "text", "item", "z"];
                let count = 1 + self.choices.usize(..4);
                names[..count]
                    .iter()
                    .map(|name| ((*name).to_owned(), self.kind(2)))
                    .collect()
            };
            let mut text = format!("data {name}:\n");
            for (field, kind) in &fields {
                text.push_str(&format!("  {field}: {}\n", kind.text(&self.records)));
            }
            self.declarations.push(text);
            self.records.push(Record { name, fields });
        }
    }

    pub(super) fn declare_constants(&mut self) {
        for number in 0..self.choices.usize(..3) {
            let name = format!("CONSTANT{number}_{}", self.seed);
            let kind = self.scalar();
            let value = self.literal(&kind);
            self.declarations.push(format!("const {name} = {value}\n"));
            self.constants.push((name, kind));
        }
    }

    pub(super) fn declare_abilities(&mut self) {
        for number in 0..[0, 0, 1, 2][self.choices.usize(..4)] {
            let name = format!("Able{number}_{}", self.seed);
            let mut fields = Vec::new();
            // A service can be used as an ability that has only methods.
            if self.chance(60) {
                fields.push(("value".to_owned(), Member::Value(self.kind(1))));
            }
            let kind = self.kind(1);
            fields.push(("echo".to_owned(), Member::Arrow(vec![kind.clone()], Some(kind.clone()))));
            if self.chance(40) {
                fields.push(("eat".to_owned(), Member::Arrow(vec![kind], None)));
            }
            if number > 0 && self.chance(50) {
                fields.push(("inner".to_owned(), Member::Ability(self.choices.usize(..number))));
            }
            let mut text = format!("ability {name}:\n");
            for (field, member) in &fields {
                match member {
                    Member::Value(kind) => text.push_str(&format!("  {field}: {}\n", kind.text(&self.records))),
                    Member::Ability(inner) => text.push_str(&format!("  {field}: {}\n", self.abilities[*inner].name)),
                    Member::Arrow(from, to) => {
                        let signature = self.signature(&[("v", &from[0])], to.as_ref());
                        text.push_str(&format!("  {field}{signature}\n"));
                    }
                }
            }
            self.declarations.push(text);
            self.abilities.push(Ability { name, fields });
        }
    }

    /// `(a: K, …) -> R`
    pub(super) fn signature(&self, parameters: &[(&str, &Kind)], result: Option<&Kind>) -> String {
        let parameters: Vec<String> = parameters
            .iter()
            .map(|(name, kind)| format!("{name}: {}", kind.text(&self.records)))
            .collect();
        let result = result.map_or(String::new(), |kind| format!(" -> {}", kind.text(&self.records)));
        format!("({}){result}", parameters.join(", "))
    }

    /// The service over values of that kind.
    pub(super) fn service(&mut self, kind: &Kind) -> usize {
        if let Some(known) = self.services.iter().position(|service| service.kind == *kind) {
            return known;
        }
        let number = self.services.len();
        let has_id = !self.chance(15);
        self.services.push(ServiceDeclaration {
            name: format!("Srv{number}_{}", self.seed),
            id: format!("srv{number}"),
            has_id,
            passed: false,
            renamed: false,
            kind: kind.clone(),
            methods: BTreeSet::new(),
        });
        number
    }

    /// A method of the service over values of that kind.
    pub(super) fn method(&mut self, method: Method, kind: &Kind) -> Arrow {
        let service = self.service(kind);
        let kind = kind.clone();
        let (array, option) = (Kind::array_of(&kind), Kind::option_of(&kind));
        let (name, parameters, result) = match method {
            Method::Echo => ("echo", vec![kind.clone()], Some((kind, None))),
            Method::Twice => ("twice", vec![kind], Some((array, Some(2)))),
            Method::Some => ("some", vec![kind], Some((option, Some(1)))),
            Method::None => ("none", vec![], Some((option, Some(0)))),
            Method::Eat => ("eat", vec![kind], None),
            Method::Count => (
                "count",
                vec![array],
                Some((Kind::Number(super::kinds::Number::U32), None)),
            ),
            Method::Pair => ("pair", vec![kind.clone(), kind], Some((array, Some(2)))),
            Method::Tell => ("tell", vec![kind], Some((Kind::Text, None))),
            Method::Fail => ("fail", vec![kind.clone()], Some((kind, None))),
            Method::Refuse => ("refuse", vec![Kind::Bool, kind.clone()], Some((kind, None))),
            Method::Sorted => ("sorted", vec![array.clone()], Some((array, None))),
        };
        let service = &mut self.services[service];
        service.methods.insert(name);
        let service = &service.name;
        let mut arrow = Arrow::plain(format!("{service}.{name}"), &parameters, None);
        arrow.results = result
            .into_iter()
            .map(|(kind, length)| Outcome::Value(kind, length))
            .collect();
        arrow.fails = matches!(method, Method::Fail | Method::Refuse);
        arrow
    }

    pub(super) fn service_texts(&self) -> Vec<String> {
        let mut texts: Vec<String> = self
            .services
            .iter()
            .map(|service| {
                let k = service.kind.text(&self.records);
                let id = if service.has_id {
                    format!("(\"{}\")", service.id)
                } else {
                    String::new()
                };
                let mut text = format!("service {}{id}:\n", service.name);
                for method in &service.methods {
                    let signature = match *method {
                        "twice" => format!("(v: {k}) -> []{k}"),
                        "some" => format!(": {k} -> ?{k}"),
                        "none" => format!("() -> ?{k}"),
                        "eat" => format!("(v: {k})"),
                        "count" => format!("(vs: []{k}) -> u32"),
                        "pair" => format!("(a: {k}, b: {k}) -> []{k}"),
                        "tell" => format!("(v: {k}) -> string"),
                        "refuse" => format!(": bool, {k} -> {k}"),
                        "sorted" => format!("(vs: []{k}) -> []{k}"),
                        _ => format!("(v: {k}) -> {k}"),
                    };
                    text.push_str(&format!("  {method}{signature}\n"));
                }
                text
            })
            .collect();
        if self.meets {
            texts.push(format!(
                "service Meet_{}(\"meet\"):\n  one(a: ⊤)\n  two(a: ⊤, b: ⊤)\n  three(a: ⊤, b: ⊤, c: ⊤)\n",
                self.seed
            ));
        }
        texts
    }

    /// A literal.
    pub(super) fn literal(&mut self, kind: &Kind) -> String {
        match kind {
            Kind::Bool => self.choices.bool().to_string(),
            Kind::Text => format!("\"{}\"", word(&mut self.choices)),
            Kind::Number(number) => digits(&mut self.choices, *number),
            Kind::Array(item) => {
                self.used(Construct::Collection);
                let count = 1 + self.choices.usize(..3);
                let items: Vec<String> = (0..count).map(|_| self.literal(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Kind::Option(item) => {
                self.used(Construct::Collection);
                if self.chance(20) {
                    return "nil".to_owned();
                }
                format!("?[{}]", self.literal(item))
            }
            Kind::Record(record) => {
                self.used(Construct::Record);
                let record = self.records[*record].clone();
                let fields: Vec<String> = record
                    .fields
                    .iter()
                    .map(|(name, kind)| format!("{name} = {}", self.literal(kind)))
                    .collect();
                format!("{}({})", record.name, fields.join(", "))
            }
        }
    }
}
