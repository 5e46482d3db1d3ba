//! Sequential statements: calls, assignments, conditions, errors.

use super::constructs::Construct;
use super::declarations::Method;
use super::generator::{Generator, Here};
use super::kinds::{Kind, Number};
use super::scope::{AbilityValue, Access, Arrow, Member, Order, Outcome, Parameter, Scope, Stream, Variable};
use super::streams::{Before, Times, pushed};

/// A stream that a call pushes to: its name, the number of elements, and whether some may arrive later.
type Fed = (String, Option<usize>, Order);

impl Generator {
    /// Generates about that many statements.
    pub(super) fn statements(&mut self, scope: &mut Scope, here: Here, count: usize, out: &mut Vec<String>) {
        for _ in 0..count {
            if self.fuel == 0 {
                return;
            }
            self.fuel -= 1;
            self.statement(scope, here, out);
        }
    }

    /// Statements in a block of their own, at least one of which has an effect; their definitions are out of scope afterwards.
    pub(super) fn block(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let mark = scope.mark();
        self.doing_something(scope, here, out);
        scope.rewind(mark);
    }

    pub(super) fn doing_something(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let done = match self.choices.u8(..5) {
            0..=2 => self.push_to_any(scope, here, out),
            _ => false,
        };
        if !done {
            self.service_call(scope, here, out);
        }
        let count = self.choices.usize(..3);
        self.statements(scope, here, count, out);
    }

    fn statement(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let deep = here.depth > 0;
        self.fresh();
        match self.choices.u8(..120) {
            0..=7 => self.service_call(scope, here, out),
            8..=21 => self.function_call(scope, here, out),
            22..=26 => self.assignment(scope, here, out),
            27..=30 => self.stream(scope, here, out),
            31..=40 => {
                self.push_to_any(scope, here, out);
            }
            41..=47 => {
                self.read(scope, here, out);
            }
            48..=53 if deep => self.closure(scope, here, out),
            54..=57 => self.ability_value(scope, here, out),
            58..=59 => self.service_id(here, out),
            60..=66 if deep => self.choice(scope, here, out),
            67..=73 if deep => self.attempt(scope, here, out),
            74..=78 if deep => self.each(scope, here, out),
            79..=81 if deep => self.first_success(scope, here, out),
            82..=90 if deep => self.on(scope, here, out),
            91..=99 if deep => self.par(scope, here, out),
            100..=103 if deep => self.co(scope, here, out),
            104..=109 if deep => self.each_at_once(scope, here, out),
            110..=113 if deep => self.parseq(scope, here, out),
            114..=115 if deep => self.recursion(scope, here, out),
            116..=119 if here.may_fail => self.failure(scope, here, out),
            _ => self.service_call(scope, here, out),
        }
    }

    /// A call of a service.
    pub(super) fn service_call(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let kind = self.kind(1);
        let method = match self.choices.u8(..10) {
            0..=2 => Method::Eat,
            3..=4 => Method::Tell,
            5 => Method::Twice,
            6 => Method::Some,
            7 => Method::Pair,
            _ => Method::Echo,
        };
        self.fresh();
        let arrow = self.method(method, &kind);
        let call = self.call(scope, &arrow, 1).expect("plain values are at hand");
        self.bind(scope, here, &arrow, &call, out);
    }

    /// A call of a function, closure, callback or member of an ability.
    fn function_call(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let mut callable: Vec<Arrow> = scope.arrows.iter().chain(&self.functions).cloned().collect();
        for value in &scope.abilities {
            callable.extend(self.members(value));
        }
        let newest = scope.arrows.last().cloned();
        let arrow = match newest {
            Some(arrow) if self.chance(25) => Some(arrow),
            _ => self.pick(&callable),
        };
        match arrow {
            Some(arrow) => self.call_arrow(scope, here, &arrow, out),
            None => self.service_call(scope, here, out),
        }
    }

    /// A call of that callable, or of a service if it can't be called here.
    pub(super) fn call_arrow(&mut self, scope: &mut Scope, here: Here, arrow: &Arrow, out: &mut Vec<String>) {
        self.fresh();
        if arrow.fails && !here.may_fail {
            return self.service_call(scope, here, out);
        }
        if let Some(name) = &arrow.pushes {
            let access = scope.stream(name).map(|stream| stream.access);
            if matches!(access, None | Some(Access::Read | Access::None)) {
                return self.service_call(scope, here, out);
            }
        }
        let Some((call, streams)) = self.call_with_streams(scope, arrow) else {
            return self.service_call(scope, here, out);
        };
        self.used(Construct::FunctionCall);
        self.bind(scope, here, arrow, &call, out);
        for (name, count, order) in streams {
            pushed(scope, &name, count);
            let stream = scope.stream(&name).expect("it is in scope");
            stream.order = stream.order.max(order);
        }
        if let Some(name) = &arrow.pushes {
            self.used(Construct::CapturedStream);
            pushed(scope, name, None);
        }
    }

    /// The callable members of an ability.
    pub(super) fn members(&self, value: &AbilityValue) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        for (field, member) in &self.abilities[value.ability].fields {
            let text = format!("{}.{field}", value.text);
            match member {
                Member::Arrow(from, to) => arrows.push(Arrow::plain(text, from, to.as_ref())),
                Member::Ability(inner) => arrows.extend(self.members(&AbilityValue { text, ability: *inner })),
                Member::Value(_) => {}
            }
        }
        arrows
    }

    /// [`Self::call`] with streams as arguments, which the call pushes to.
    fn call_with_streams(&mut self, scope: &Scope, arrow: &Arrow) -> Option<(String, Vec<Fed>)> {
        let mut streams: Vec<Fed> = Vec::new();
        let mut plain = arrow.clone();
        let mut given = Vec::new();
        for (number, parameter) in arrow.parameters.iter().enumerate() {
            let Parameter::Stream(kind, count, order) = parameter else {
                continue;
            };
            let fitting: Vec<&Stream> = scope
                .streams
                .iter()
                .filter(|stream| {
                    let in_sequence = stream.order == Order::Known
                        && (stream.access == Access::Full
                            || stream.access == Access::InSequence && *order == Order::Known);
                    stream.kind == *kind
                        && (in_sequence || self.races && stream.access == Access::Push)
                        && streams.iter().all(|(name, ..)| *name != stream.name)
                })
                .collect();
            let name = self.pick(&fitting)?.name.clone();
            streams.push((name.clone(), *count, *order));
            given.push((number, name));
        }
        plain
            .parameters
            .retain(|parameter| !matches!(parameter, Parameter::Stream(..)));
        if given.is_empty() {
            return Some((self.call(scope, &plain, 1)?, streams));
        }
        self.used(Construct::StreamPassed);
        // Streams come first.
        let call = self.call(scope, &plain, 1)?;
        // They follow abilities in braces, which have parentheses of their own.
        let from = call.find("}(").map_or(0, |at| at + 1);
        let at = from + call[from..].find('(')?;
        let (head, arguments) = (&call[..at], &call[at + 1..]);
        let names: Vec<String> = given.into_iter().map(|(_, name)| name).collect();
        let comma = if arguments == ")" { "" } else { ", " };
        Some((format!("{head}({}{comma}{arguments}", names.join(", ")), streams))
    }

    /// The statement with the call, and the names of its results.
    pub(super) fn bind(&mut self, scope: &mut Scope, here: Here, arrow: &Arrow, call: &str, out: &mut Vec<String>) {
        if arrow.results.is_empty() || self.chance(6) {
            out.push(here.line(call));
            return;
        }
        if arrow.results.len() > 1 {
            self.used(Construct::Results);
        }
        let mut names = Vec::new();
        let mut bound = Vec::new();
        for result in &arrow.results {
            let stem = match result {
                Outcome::Value(..) => "x",
                Outcome::Stream(_) => "given_stream",
                Outcome::Arrow(..) => "given_arrow",
                Outcome::Ability(_) => "given_ability",
            };
            let name = self.name(stem);
            bound.push((name.clone(), result.clone()));
            names.push(name);
        }
        out.push(here.line(&format!("{} <- {call}", names.join(", "))));
        for (name, result) in bound {
            match result {
                Outcome::Value(kind, length) => scope.add(&name, kind, length),
                Outcome::Stream(kind) => {
                    self.used(Construct::StreamPassed);
                    scope.streams.push(Stream {
                        name,
                        kind,
                        count: None,
                        pushes: 0,
                        order: Order::Known,
                        access: Access::Full,
                    });
                }
                Outcome::Arrow(from, to) => {
                    self.used(Construct::ReturnedArrow);
                    scope.arrows.push(Arrow::plain(name, &from, to.as_ref()));
                }
                Outcome::Ability(ability) => {
                    self.used(Construct::ReturnedArrow);
                    scope.abilities.push(AbilityValue { text: name, ability });
                }
            }
        }
    }

    fn assignment(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let name = self.name("y");
        if self.chance(30)
            && let Some(Variable {
                name: old,
                kind,
                length,
            }) = self.pick(&scope.variables)
        {
            self.used(Construct::Rename);
            out.push(here.line(&format!("{name} = {old}")));
            return scope.add(&name, kind, length);
        }
        let kind = self.kind(2);
        let value = self.value(scope, &kind, 2);
        let parts = value.starts_with('[').then(|| top_level_items(&value));
        out.push(here.line(&format!("{name} = {value}")));
        scope.add(&name, kind, parts);
    }

    fn ability_value(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let count = self.abilities.len();
        if count == 0 {
            return self.service_call(scope, here, out);
        }
        let ability = self.choices.usize(..count);
        let Some(value) = self.ability(scope, ability) else {
            return self.service_call(scope, here, out);
        };
        let name = self.name("able");
        out.push(here.line(&format!("{name} = {value}")));
        scope.abilities.push(AbilityValue { text: name, ability });
    }

    fn service_id(&mut self, here: Here, out: &mut Vec<String>) {
        let free: Vec<usize> = (0..self.services.len())
            .filter(|service| !self.services[*service].passed)
            .collect();
        let Some(service) = self.pick(&free) else {
            return;
        };
        self.used(Construct::ServiceId);
        let id = ["other", "another"][self.choices.usize(..2)];
        let service = &mut self.services[service];
        service.renamed = true;
        out.push(here.line(&format!("{} \"{id}\"", service.name)));
    }

    fn choice(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        self.used(Construct::If);
        let condition = self.condition(scope, 1);
        out.push(here.line(&format!("if {condition}:")));
        let before = Before::of(scope);
        self.block(scope, here.deeper(), out);
        if self.chance(55) {
            self.used(Construct::Else);
            out.push(here.line("else:"));
            self.block(scope, here.deeper(), out);
        }
        before.leave(scope, Times::Unknown);
    }

    fn attempt(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        self.used(Construct::Try);
        let before = Before::of(scope);
        out.push(here.line("try:"));
        let inside = Here {
            may_fail: true,
            ..here.deeper()
        };
        let mark = scope.mark();
        self.doing_something(scope, inside, out);
        if self.chance(60) {
            self.failure(scope, inside, out);
        }
        scope.rewind(mark);
        match self.choices.u8(..4) {
            0..=1 => {
                self.used(Construct::Catch);
                let error = self.name("error");
                out.push(here.line(&format!("catch {error}:")));
                let mark = scope.mark();
                scope.add(&format!("{error}.error_code"), Kind::Number(Number::I64), None);
                self.doing_something(scope, here.deeper(), out);
                scope.rewind(mark);
            }
            2 => {
                self.used(Construct::Otherwise);
                out.push(here.line("otherwise:"));
                self.block(scope, here.deeper(), out);
            }
            _ => {}
        }
        before.leave(scope, Times::Unknown);
    }

    /// A call that fails, always or sometimes.
    pub(super) fn failure(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        self.used(Construct::Failure);
        let kind = self.kind(1);
        let arrays: Vec<Variable> = scope.variables.clone();
        if let Some(Variable {
            name,
            kind: Kind::Array(item) | Kind::Option(item),
            ..
        }) = self.pick(&arrays)
        {
            // The element may not exist.
            let arrow = self.method(Method::Echo, &item);
            let call = format!("{}({name}!)", arrow.call);
            return self.bind(scope, here, &arrow, &call, out);
        }
        let method = if self.chance(50) { Method::Fail } else { Method::Refuse };
        self.fresh();
        let arrow = self.method(method, &kind);
        let call = self.call(scope, &arrow, 1).expect("plain values are at hand");
        self.bind(scope, here, &arrow, &call, out);
    }
}

/// The number of items of a collection literal.
fn top_level_items(text: &str) -> usize {
    let mut depth = 0;
    let mut quoted = false;
    let mut items = 1;
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth -= 1,
            ',' if depth == 1 => items += 1,
            _ => {}
        }
    }
    items
}
