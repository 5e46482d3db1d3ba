//! Expressions of an expected kind.

use super::constructs::Construct;
use super::declarations::Method;
use super::generator::Generator;
use super::kinds::{Kind, Number};
use super::scope::{Arrow, Member, Outcome, Parameter, Scope, Variable};

impl Generator {
    /// An infallible expression of that kind.
    pub(super) fn value(&mut self, scope: &Scope, kind: &Kind, depth: usize) -> String {
        if depth == 0 {
            return self.operand(scope, kind);
        }
        match self.choices.u8(..10) {
            0..=4 => self.operand(scope, kind),
            5..=6 => match self.arrow_giving(scope, kind) {
                Some(arrow) => match self.call(scope, &arrow, depth - 1) {
                    Some(call) => {
                        self.used(Construct::CallInExpression);
                        call
                    }
                    None => self.operand(scope, kind),
                },
                None => self.operand(scope, kind),
            },
            _ => self.built(scope, kind, depth - 1),
        }
    }

    /// A name, a part of a named value, or a literal.
    pub(super) fn operand(&mut self, scope: &Scope, kind: &Kind) -> String {
        if self.chance(18) && !matches!(kind, Kind::Record(_)) {
            return self.literal(kind);
        }
        let newest = scope.variables.len().saturating_sub(8);
        let from = if self.chance(60) { newest } else { 0 };
        let mut found = Vec::new();
        for variable in &scope.variables[from..] {
            self.reach(&variable.name, &variable.kind, variable.length, 2, kind, &mut found);
        }
        for (name, constant) in &self.constants {
            if kind.accepts(constant, &self.records) {
                found.push((name.clone(), constant.clone()));
            }
        }
        for value in &scope.abilities {
            for (field, member) in &self.abilities[value.ability].fields {
                if let Member::Value(held) = member
                    && kind.accepts(held, &self.records)
                {
                    found.push((format!("{}.{field}", value.text), held.clone()));
                }
            }
        }
        found.retain(|(_, held)| self.may_stand_for(held, kind));
        let other = found
            .iter()
            .filter(|(_, held)| *held != *kind)
            .cloned()
            .collect::<Vec<_>>();
        let picked = if self.chance(30) { self.pick(&other) } else { None };
        let Some((text, held)) = picked.or_else(|| self.pick(&found)) else {
            return self.literal(kind);
        };
        if let (Kind::Record(wanted), Kind::Record(held)) = (kind, &held)
            && wanted != held
        {
            self.used(Construct::StructuralData);
        }
        self.widens |= is_wider(&held, kind);
        if text.starts_with("CONSTANT") {
            self.used(Construct::Constant);
        }
        if text.ends_with(['!', ']']) {
            self.used(Construct::Index);
        }
        text
    }

    /// Whether a value may be used as another kind that accepts it: not in a program with `.copy`.
    fn may_stand_for(&self, held: &Kind, wanted: &Kind) -> bool {
        !self.copies || !is_wider(held, wanted)
    }

    /// All parts of a value of that kind that can be accessed without failing.
    fn reach(
        &self,
        text: &str,
        held: &Kind,
        length: Option<usize>,
        depth: usize,
        kind: &Kind,
        found: &mut Vec<(String, Kind)>,
    ) {
        if kind.accepts(held, &self.records) {
            found.push((text.to_owned(), held.clone()));
        }
        if depth == 0 {
            return;
        }
        match held {
            Kind::Record(record) => {
                for (field, held) in &self.records[*record].fields {
                    self.reach(&format!("{text}.{field}"), held, None, depth - 1, kind, found);
                }
            }
            Kind::Array(item) | Kind::Option(item) => {
                let count = length.unwrap_or_default();
                if count > 0 {
                    self.reach(&format!("{text}!"), item, None, depth - 1, kind, found);
                }
                if count > 0 && matches!(held, Kind::Array(_)) {
                    self.reach(&format!("{text}[{}]", count - 1), item, None, depth - 1, kind, found);
                    self.reach(&format!("{text}[{text}.length - 1]"), item, None, 0, kind, found);
                }
                if *kind == Kind::Number(Number::U32) && !text.ends_with(['!', ']']) {
                    found.push((format!("{text}.length"), kind.clone()));
                }
            }
            Kind::Bool | Kind::Text | Kind::Number(_) => {}
        }
    }

    /// An operation, a collection or a record.
    fn built(&mut self, scope: &Scope, kind: &Kind, depth: usize) -> String {
        match kind {
            Kind::Bool => self.condition(scope, depth),
            Kind::Number(number) if !number.is_float() => self.arithmetic(scope, kind, depth),
            Kind::Text | Kind::Number(_) => self.operand(scope, kind),
            Kind::Array(item) => {
                self.used(Construct::Collection);
                let count = 1 + self.choices.usize(..3);
                let items: Vec<String> = (0..count).map(|_| self.item(scope, item, depth)).collect();
                format!("[{}]", items.join(", "))
            }
            Kind::Option(item) => {
                self.used(Construct::Collection);
                format!("?[{}]", self.value(scope, item, depth))
            }
            Kind::Record(record) => self.record(scope, *record, depth),
        }
    }

    /// An item of a collection literal. Numbers have exactly that kind, since their greatest common kind is used (specification
    /// §3.3).
    pub(super) fn item(&mut self, scope: &Scope, kind: &Kind, depth: usize) -> String {
        let Kind::Number(_) = kind else {
            return self.value(scope, kind, depth);
        };
        let same: Vec<&Variable> = scope
            .variables
            .iter()
            .filter(|variable| variable.kind == *kind)
            .collect();
        match self.pick(&same) {
            Some(variable) if self.chance(70) => variable.name.clone(),
            _ => {
                let echo = self.method(Method::Echo, kind).call;
                if !self.may_use(&echo, false) {
                    return self.literal(kind).trim_start_matches('-').to_owned();
                }
                let value = self.value(scope, kind, depth);
                format!("{echo}({value})")
            }
        }
    }

    fn record(&mut self, scope: &Scope, record: usize, depth: usize) -> String {
        let held: Vec<String> = scope
            .variables
            .iter()
            .filter(|variable| variable.kind == Kind::Record(record))
            .map(|variable| variable.name.clone())
            .collect();
        let declared = self.records[record].clone();
        let depth = if self.returns { 0 } else { depth };
        if let Some(name) = self.pick(&held)
            && self.chance(50)
            && !self.widens
        {
            self.used(Construct::Copy);
            self.copies = true;
            let changed = 1 + self.choices.usize(..declared.fields.len());
            let fields: Vec<String> = declared.fields[..changed]
                .iter()
                .map(|(field, kind)| format!("{field} = {}", self.value(scope, kind, depth)))
                .collect();
            return format!("{name}.copy({})", fields.join(", "));
        }
        self.used(Construct::Record);
        let mut fields: Vec<String> = declared
            .fields
            .iter()
            .map(|(field, kind)| format!("{field} = {}", self.value(scope, kind, depth)))
            .collect();
        self.choices.shuffle(&mut fields);
        format!("{}({})", declared.name, fields.join(", "))
    }

    fn arithmetic(&mut self, scope: &Scope, kind: &Kind, depth: usize) -> String {
        self.used(Construct::Arithmetic);
        let left = self.value(scope, kind, depth);
        let simple = !left.contains(' ');
        // Without parentheses, the precedence of operators applies.
        let left = if simple || self.chance(40) {
            left
        } else {
            format!("({left})")
        };
        match self.choices.u8(..10) {
            0..=3 => format!("{left} + {}", self.value(scope, kind, depth)),
            4..=5 => format!("{left} - {}", self.operand(scope, kind)),
            6..=7 => format!("{left} * {}", self.operand(scope, kind)),
            8 => {
                let operator = ["/", "%"][self.choices.usize(..2)];
                format!("{left} {operator} {}", 1 + self.choices.u8(..9))
            }
            _ if simple => format!("{left} ** {}", self.choices.u8(..4)),
            _ => format!("({left}) ** {}", self.choices.u8(..4)),
        }
    }

    /// A `bool` expression.
    pub(super) fn condition(&mut self, scope: &Scope, depth: usize) -> String {
        match self.choices.u8(..10) {
            0..=2 => {
                self.used(Construct::Comparison);
                let kind = self.integer();
                let operator = ["<", "<=", ">", ">="][self.choices.usize(..4)];
                let (left, right) = (self.value(scope, &kind, depth), self.value(scope, &kind, depth));
                format!("({left}) {operator} {right}")
            }
            3..=5 => {
                self.used(Construct::Equality);
                let kind = self.comparable(scope);
                let operator = ["==", "!="][self.choices.usize(..2)];
                let left = self.value(scope, &kind, depth);
                let right = if self.chance(15) && !left.contains(' ') {
                    left.clone()
                } else {
                    self.value(scope, &kind, depth)
                };
                format!("({left}) {operator} ({right})")
            }
            6..=7 => {
                self.used(Construct::Logic);
                let operator = ["&&", "||"][self.choices.usize(..2)];
                let (left, right) = (
                    self.value(scope, &Kind::Bool, depth),
                    self.value(scope, &Kind::Bool, depth),
                );
                if self.chance(50) {
                    format!("({left}) {operator} ({right})")
                } else {
                    format!("{left} {operator} {right}")
                }
            }
            8 => {
                self.used(Construct::Logic);
                format!("!({})", self.value(scope, &Kind::Bool, depth))
            }
            _ => self.operand(scope, &Kind::Bool),
        }
    }

    fn integer(&mut self) -> Kind {
        loop {
            if let kind @ Kind::Number(number) = self.scalar()
                && !number.is_float()
            {
                return kind;
            }
        }
    }

    /// A kind of values that can be compared, preferably one that is in scope.
    fn comparable(&mut self, scope: &Scope) -> Kind {
        let kind = match scope.variables.last() {
            Some(variable) if self.chance(60) => variable.kind.clone(),
            _ => self.scalar(),
        };
        match kind {
            Kind::Bool | Kind::Text => kind,
            Kind::Number(number) if !number.is_float() => kind,
            Kind::Record(_) => kind,
            _ => self.integer(),
        }
    }

    /// A callable with one result of that kind.
    pub(super) fn arrow_giving(&mut self, scope: &Scope, kind: &Kind) -> Option<Arrow> {
        let mut fitting = Vec::new();
        for arrow in scope.arrows.iter().chain(&self.functions) {
            if let [Outcome::Value(given, _)] = &arrow.results[..]
                && kind.accepts(given, &self.records)
                && self.may_stand_for(given, kind)
                && !arrow.fails
                && arrow.pushes.is_none()
            {
                fitting.push(arrow.clone());
            }
        }
        if self.chance(55)
            && let Some(arrow) = self.pick(&fitting)
        {
            if let [Outcome::Value(given, _)] = &arrow.results[..] {
                self.widens |= is_wider(given, kind);
            }
            return Some(arrow);
        }
        let method = match (kind, self.choices.u8(..4)) {
            (Kind::Array(item), 0) => return Some(self.method(Method::Twice, item)),
            (Kind::Array(item), 1) => return Some(self.method(Method::Pair, item)),
            (Kind::Option(item), 0) => return Some(self.method(Method::Some, item)),
            (Kind::Option(item), 1) => return Some(self.method(Method::None, item)),
            (Kind::Text, 0..=1) => {
                let told = self.kind(1);
                return Some(self.method(Method::Tell, &told));
            }
            (Kind::Number(Number::U32), 0) => {
                let counted = self.scalar();
                return Some(self.method(Method::Count, &counted));
            }
            _ => Method::Echo,
        };
        Some(self.method(method, kind))
    }

    /// A call with arguments; `None` if an argument is not available here.
    pub(super) fn call(&mut self, scope: &Scope, arrow: &Arrow, depth: usize) -> Option<String> {
        if !self.may_use(&arrow.call, false) {
            return None;
        }
        let mut arguments = Vec::new();
        let mut braces = Vec::new();
        for ability in &arrow.braces {
            self.used(Construct::AbilityPassed);
            braces.push(self.ability(scope, *ability)?);
        }
        for parameter in &arrow.parameters {
            arguments.push(match parameter {
                Parameter::Value(kind) => self.value(scope, kind, depth),
                Parameter::Peer => self.pick(&scope.peers)?,
                Parameter::Arrow(from, to) => {
                    self.used(Construct::ArrowPassed);
                    self.arrow_value(scope, from, to.as_ref())?
                }
                Parameter::Ability(ability) => {
                    self.used(Construct::AbilityPassed);
                    self.ability(scope, *ability)?
                }
                Parameter::Stream(..) => return None,
            });
        }
        if arrow.call.contains("callback") {
            self.used(Construct::Callback);
        }
        let braces = if braces.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", braces.join(", "))
        };
        Some(format!("{}{braces}({})", arrow.call, arguments.join(", ")))
    }

    /// The name of a callable with that signature.
    pub(super) fn arrow_value(&mut self, scope: &Scope, from: &[Kind], to: Option<&Kind>) -> Option<String> {
        let mut fitting = Vec::new();
        for arrow in scope.arrows.iter().chain(&self.functions) {
            let Some((takes, gives)) = arrow.signature() else {
                continue;
            };
            let takes_it = takes.len() == from.len()
                && takes
                    .iter()
                    .zip(from)
                    .all(|(takes, from)| takes.accepts(from, &self.records));
            // Contravariance is rejected for data with the same fields (specification §3.2, 5).
            let exact = takes
                .iter()
                .zip(from)
                .all(|(takes, from)| takes == from || !holds_record(takes));
            let gives_it = match (to, &gives) {
                (None, None) => true,
                (Some(to), Some(gives)) => to.accepts(gives, &self.records) && !is_wider(gives, to),
                _ => false,
            };
            if takes_it && exact && gives_it && arrow.is_value && !arrow.fails && arrow.pushes.is_none() {
                fitting.push(arrow.call.clone());
            }
        }
        let peers_not_taken = fitting;
        if self.chance(70)
            && let Some(name) = self.pick(&peers_not_taken)
        {
            return Some(name);
        }
        match (from, to) {
            ([from], Some(to)) if from == to => Some(self.method(Method::Echo, from).call),
            ([from], None) => Some(self.method(Method::Eat, from).call),
            _ => self.pick(&peers_not_taken),
        }
    }

    /// An expression for that ability.
    pub(super) fn ability(&mut self, scope: &Scope, ability: usize) -> Option<String> {
        let held: Vec<String> = scope
            .abilities
            .iter()
            .filter(|value| value.ability == ability)
            .map(|value| value.text.clone())
            .collect();
        if self.chance(70)
            && let Some(text) = self.pick(&held)
        {
            return self.may_use(&text, true).then_some(text);
        }
        let declared = self.abilities[ability].clone();
        if let [(_, Member::Arrow(from, _)), rest @ ..] = &declared.fields[..]
            && rest.iter().all(|(_, member)| matches!(member, Member::Arrow(..)))
            && self.chance(50)
        {
            let from = from[0].clone();
            for (_, member) in &declared.fields {
                let method = match member {
                    Member::Arrow(_, Some(_)) => Method::Echo,
                    _ => Method::Eat,
                };
                self.method(method, &from);
            }
            let service = self.service(&from);
            let service = &mut self.services[service];
            if service.has_id && !service.renamed {
                // The service keeps this id from here on.
                service.passed = true;
                let name = service.name.clone();
                return self.may_use(&name, true).then_some(name);
            }
        }
        self.used(Construct::Ability);
        let mut fields = Vec::new();
        for (field, member) in &declared.fields {
            let value = match member {
                Member::Value(kind) => self.operand(scope, kind),
                Member::Arrow(from, to) => {
                    let name = self.arrow_value(scope, from, to.as_ref())?;
                    if !self.may_use(&name, true) {
                        return None;
                    }
                    name
                }
                Member::Ability(inner) => self.ability(scope, *inner)?,
            };
            fields.push(format!("{field} = {value}"));
        }
        Some(format!("{}({})", declared.name, fields.join(", ")))
    }
}

/// Whether it is data, or contains data, of another kind than expected.
fn is_wider(held: &Kind, wanted: &Kind) -> bool {
    held != wanted && holds_record(wanted)
}

fn holds_record(kind: &Kind) -> bool {
    match kind {
        Kind::Record(_) => true,
        Kind::Array(item) | Kind::Option(item) => holds_record(item),
        Kind::Bool | Kind::Text | Kind::Number(_) => false,
    }
}
