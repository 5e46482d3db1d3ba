//! Functions and closures of a program.

use super::constructs::Construct;
use super::generator::{Generator, Here};
use super::kinds::Kind;
use super::scope::{AbilityValue, Access, Arrow, Order, Outcome, Parameter, Scope, Stream};

impl Generator {
    /// Generates a function that later functions and the exported one may call.
    pub(super) fn declare_function(&mut self) {
        let name = format!("{}_{}", self.name("help"), self.seed);
        let mut scope = Scope::default();
        let mut arrow = Arrow::plain(name.clone(), &[], None);
        let mut braces = String::new();
        if !self.abilities.is_empty() && self.chance(35) {
            let ability = self.choices.usize(..self.abilities.len());
            let declared = self.abilities[ability].name.clone();
            braces = format!("{{{declared}}}");
            arrow.braces.push(ability);
            scope.abilities.push(AbilityValue {
                text: declared,
                ability,
            });
        }
        let mut texts = Vec::new();
        if self.chance(35) {
            let (stream, kind) = (self.name("into"), self.streamed());
            texts.push(format!("{stream}: *{}", kind.text(&self.records)));
            scope.streams.push(Stream {
                name: stream,
                kind,
                count: Some(0),
                pushes: 0,
                order: Order::Known,
                access: [Access::InSequence, Access::Push][self.choices.usize(..2)],
            });
        }
        for _ in 0..self.choices.usize(..4) {
            texts.push(self.parameter(&mut scope, &mut arrow));
        }
        self.fuel = 1 + self.choices.usize(..4);
        arrow.fails = self.chance(12);
        let here = Here {
            level: 1,
            may_fail: arrow.fails,
            depth: 2,
        };
        let mut body = Vec::new();
        self.doing_something(&mut scope, here, &mut body);
        // Streams are the first arguments.
        for stream in scope
            .streams
            .iter()
            .filter(|stream| stream.name.starts_with("into"))
            .rev()
        {
            let parameter = Parameter::Stream(stream.kind.clone(), stream.count, stream.order);
            arrow.parameters.insert(0, parameter);
        }
        self.fresh();
        let mut results = Vec::new();
        for _ in 0..self.choices.usize(..3) {
            self.result(&mut scope, here, &mut arrow, &mut results, &mut body);
        }
        let kinds: Vec<String> = arrow.results.iter().map(|result| self.outcome_text(result)).collect();
        let mut text = format!("func {name}{braces}({})", texts.join(", "));
        if !kinds.is_empty() {
            text.push_str(&format!(" -> {}", kinds.join(", ")));
        }
        text.push_str(":\n");
        for line in self.ids_needed().iter().chain(&body) {
            text.push_str(line);
            text.push('\n');
        }
        if !results.is_empty() {
            text.push_str(&format!("  <- {}\n", results.join(", ")));
        }
        self.declarations.push(text);
        if body.iter().any(|line| line.contains("help")) {
            self.used(Construct::NestedFunction);
        }
        self.functions.push(arrow);
    }

    /// Adds a parameter. Returns its declaration.
    fn parameter(&mut self, scope: &mut Scope, arrow: &mut Arrow) -> String {
        match self.choices.u8(..10) {
            0..=1 => {
                let name = self.name("where");
                arrow.parameters.push(Parameter::Peer);
                scope.peers.push(name.clone());
                format!("{name}: string")
            }
            2..=3 => {
                let (name, from) = (self.name("arrow"), self.kind(1));
                let to = self.chance(70).then(|| from.clone());
                let result = to.as_ref().map_or("()".to_owned(), |to| to.text(&self.records));
                scope
                    .arrows
                    .push(Arrow::plain(name.clone(), std::slice::from_ref(&from), to.as_ref()));
                let text = format!("{name}: {} -> {result}", from.text(&self.records));
                arrow.parameters.push(Parameter::Arrow(vec![from], to));
                text
            }
            4 if !self.abilities.is_empty() => {
                let (name, ability) = (self.name("able"), self.choices.usize(..self.abilities.len()));
                arrow.parameters.push(Parameter::Ability(ability));
                let text = format!("{name}: {}", self.abilities[ability].name);
                scope.abilities.push(AbilityValue { text: name, ability });
                text
            }
            _ => {
                let (name, kind) = (self.name("v"), self.kind(2));
                scope.add(&name, kind.clone(), None);
                let text = format!("{name}: {}", kind.text(&self.records));
                arrow.parameters.push(Parameter::Value(kind));
                text
            }
        }
    }

    /// Adds a result. Returns its expression and its type.
    fn result(
        &mut self,
        scope: &mut Scope,
        here: Here,
        arrow: &mut Arrow,
        results: &mut Vec<String>,
        body: &mut Vec<String>,
    ) {
        let own = |stream: &&Stream| stream.name.starts_with("stream") && stream.order == Order::Known;
        match self.choices.u8(..10) {
            0..=1 => {
                let streams: Vec<Stream> = scope.streams.iter().filter(own).cloned().collect();
                if let Some(stream) = self.pick(&streams)
                    && !results.contains(&stream.name)
                {
                    results.push(stream.name);
                    return arrow.results.push(if self.chance(60) {
                        Outcome::Stream(stream.kind)
                    } else {
                        Outcome::Value(Kind::array_of(&stream.kind), None)
                    });
                }
            }
            2 if here.depth > 0 => {
                let closure = match scope.arrows.last() {
                    Some(arrow) => arrow.clone(),
                    None => {
                        self.closure(scope, here, body);
                        scope.arrows.last().expect("just made").clone()
                    }
                };
                if let Some((from, to)) = closure.signature()
                    && closure.pushes.is_none()
                    && !closure.fails
                {
                    results.push(closure.call);
                    return arrow.results.push(Outcome::Arrow(from, to));
                }
            }
            3 if !self.abilities.is_empty() => {
                let ability = self.choices.usize(..self.abilities.len());
                if let Some(text) = self.ability(scope, ability) {
                    results.push(text);
                    return arrow.results.push(Outcome::Ability(ability));
                }
            }
            _ => {}
        }
        let kind = match scope.variables.last() {
            Some(variable) if self.chance(60) => variable.kind.clone(),
            _ => self.kind(2),
        };
        results.push(self.returned(scope, &kind));
        arrow.results.push(Outcome::Value(kind, None));
    }

    /// An expression after `<-` whose call may be unused.
    fn returned(&mut self, scope: &Scope, kind: &Kind) -> String {
        self.returns = true;
        let text = self.value(scope, kind, 2);
        self.returns = false;
        text
    }

    fn outcome_text(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Value(kind, _) => kind.text(&self.records),
            Outcome::Stream(kind) => format!("*{}", kind.text(&self.records)),
            Outcome::Ability(ability) => self.abilities[*ability].name.clone(),
            Outcome::Arrow(from, to) => {
                let from: Vec<String> = from.iter().map(|kind| kind.text(&self.records)).collect();
                let to = to.as_ref().map_or("()".to_owned(), |kind| kind.text(&self.records));
                format!("({} -> {to})", from.join(", "))
            }
        }
    }

    /// `name = (…) -> …:`
    pub(super) fn closure(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let name = self.name("closure");
        let before = self.enter_closure(scope);
        let mark = scope.mark();
        let mut arrow = Arrow::plain(name.clone(), &[], None);
        let mut texts = Vec::new();
        for _ in 0..self.choices.usize(..3) {
            let (parameter, kind) = (self.name("v"), self.kind(1));
            texts.push(format!("{parameter}: {}", kind.text(&self.records)));
            scope.add(&parameter, kind.clone(), None);
            arrow.parameters.push(Parameter::Value(kind));
        }
        arrow.fails = self.chance(8);
        let inside = Here {
            level: here.level + 1,
            may_fail: arrow.fails,
            depth: here.depth.min(2) - 1,
        };
        let mut body = Vec::new();
        self.closures += 1;
        if scope.streams.iter().any(|stream| stream.access == Access::Push) {
            self.push_to_any(scope, inside, &mut body);
        }
        self.doing_something(scope, inside, &mut body);
        self.closures -= 1;
        self.fresh();
        let mut results = Vec::new();
        let count = [0, 1, 1, 1, 2][self.choices.usize(..5)];
        for _ in 0..count {
            let kind = match &arrow.parameters[..] {
                [Parameter::Value(kind), ..] if self.chance(60) => kind.clone(),
                _ => self.kind(1),
            };
            results.push(self.returned(scope, &kind));
            arrow.results.push(Outcome::Value(kind, None));
        }
        scope.rewind(mark);
        arrow.pushes = before.leave_closure(scope);
        let kinds: Vec<String> = arrow.results.iter().map(|result| self.outcome_text(result)).collect();
        let gives = if kinds.is_empty() {
            String::new()
        } else {
            format!(" -> {}", kinds.join(", "))
        };
        let detached = self.chance(25);
        self.used(if detached {
            Construct::DetachedClosure
        } else {
            Construct::Closure
        });
        let word = if detached { "func " } else { "" };
        out.push(here.line(&format!("{name} = {word}({}){gives}:", texts.join(", "))));
        out.extend(body);
        if !results.is_empty() {
            out.push(inside.line(&format!("<- {}", results.join(", "))));
        }
        scope.arrows.push(arrow.clone());
        if self.chance(60) {
            self.call_arrow(scope, here, &arrow, out);
        }
    }
}
