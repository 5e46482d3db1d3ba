//! Remote peers and parallel branches.

use super::constructs::Construct;
use super::generator::{Generator, Here};
use super::kinds::{Kind, Number};
use super::scope::{Access, Order, Scope, Stream, Variable};
use super::streams::Times;

impl Generator {
    fn peer(&mut self, scope: &Scope) -> String {
        match (self.choices.u8(..12), self.pick(&scope.peers)) {
            (0, _) | (_, None) => "HOST_PEER_ID".to_owned(),
            (1, _) => "INIT_PEER_ID".to_owned(),
            (_, Some(peer)) => peer,
        }
    }

    fn on_header(&mut self, scope: &Scope) -> String {
        self.used(Construct::On);
        let peer = self.peer(scope);
        let place = scope.peers.iter().any(|peer| peer == "place.peer");
        let via = match self.choices.u8(..10) {
            0..=1 => " via HOST_PEER_ID".to_owned(),
            2 => format!(" via {}", self.peer(scope)),
            3 if place => " via place.relay".to_owned(),
            4 if self.chance(30) => format!(" via {} via {}", self.peer(scope), self.peer(scope)),
            _ => return format!("on {peer}:"),
        };
        self.used(Construct::Via);
        format!("on {peer}{via}:")
    }

    /// `on`; its definitions remain in scope.
    pub(super) fn on(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let header = self.on_header(scope);
        out.push(here.line(&header));
        self.doing_something(scope, here.deeper(), out);
    }

    /// The lines of one branch, the first of which may follow `par` or `co`. Lines that must precede the branch are added to `out`.
    fn branch(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) -> Vec<String> {
        let mut lines = Vec::new();
        let here = Here {
            may_fail: false,
            ..here
        };
        match self.choices.u8(..10) {
            0..=5 => self.on(scope, here, &mut lines),
            6 if here.depth > 1 => {
                let (items, kind, count, peers) = self.items(scope, here, out);
                self.used(Construct::ForPar);
                let item = self.name("item");
                lines.push(here.line(&format!("for {item} <- {items} par:")));
                let before = self.enter_branch(scope);
                let mark = scope.mark();
                scope.add(&item, kind, None);
                if peers {
                    scope.peers.push(item);
                }
                self.doing_something(scope, here.deeper(), &mut lines);
                scope.rewind(mark);
                before.leave(scope, count.map_or(Times::Unknown, Times::Exactly));
            }
            _ => self.service_call(scope, here, &mut lines),
        }
        lines
    }

    /// `par` branches. Their variables are in scope afterwards if they join on this peer.
    pub(super) fn par(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        self.used(Construct::Par);
        let before = self.enter_branch(scope);
        let mut bound: Vec<Variable> = Vec::new();
        let mut group = Vec::new();
        for number in 0..2 + self.choices.usize(..2) {
            let mark = scope.mark();
            let mut lines = self.branch(scope, here, out);
            bound.extend(scope.rewind(mark));
            if number > 0 {
                prefix(&mut lines, "par ");
            }
            group.extend(lines);
        }
        out.extend(group);
        before.leave(scope, Times::Exactly(1));
        if self.races && self.chance(60) {
            scope.variables.extend(bound);
            return;
        }
        self.choices.shuffle(&mut bound);
        bound.truncate(3);
        let names: Vec<&str> = bound.iter().map(|variable| &variable.name[..]).collect();
        let method = match names.len() {
            0 => return,
            1 => "one",
            2 => "two",
            _ => "three",
        };
        self.meets = true;
        out.push(here.line(&format!("Meet_{}.{method}({})", self.seed, names.join(", "))));
        scope.variables.extend(bound);
    }

    /// A detached branch.
    pub(super) fn co(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        self.used(Construct::Co);
        let before = self.enter_branch(scope);
        let mark = scope.mark();
        let mut lines = self.branch(scope, here, out);
        scope.rewind(mark);
        before.leave(scope, Times::Exactly(1));
        prefix(&mut lines, "co ");
        out.extend(lines);
    }

    /// `for … par`.
    pub(super) fn each_at_once(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        self.used(Construct::ForPar);
        let (items, kind, count, peers) = self.items(scope, here, out);
        let item = self.name("item");
        out.push(here.line(&format!("for {item} <- {items} par:")));
        self.round_at_once(scope, here, (&item, kind, peers), count, out);
    }

    /// `parseq`: the elements that branches push have arrived afterwards.
    pub(super) fn parseq(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let orders: Vec<Order> = scope.streams.iter().map(|stream| stream.order).collect();
        let count = 1 + self.choices.usize(..3);
        let peers: Vec<String> = (0..count).filter_map(|_| self.pick(&scope.peers)).collect();
        if peers.is_empty() {
            return self.service_call(scope, here, out);
        }
        self.used(Construct::Parseq);
        let (item, count) = (self.name("item"), peers.len());
        let via = if self.chance(30) { " via HOST_PEER_ID" } else { "" };
        out.push(here.line(&format!("parseq {item} <- [{}] on {item}{via}:", peers.join(", "))));
        self.round_at_once(scope, here, (&item, Kind::Text, true), Some(count), out);
        for (stream, order) in scope.streams.iter_mut().zip(orders) {
            if stream.access == Access::Full {
                stream.order = match (stream.order, order) {
                    (Order::Incomplete, Order::Known | Order::Any) => Order::Any,
                    (order, _) => order,
                };
            }
        }
    }

    fn round_at_once(
        &mut self,
        scope: &mut Scope,
        here: Here,
        (item, kind, is_peer): (&str, Kind, bool),
        count: Option<usize>,
        out: &mut Vec<String>,
    ) {
        let before = self.enter_branch(scope);
        let mark = scope.mark();
        scope.add(item, kind, None);
        if is_peer {
            scope.peers.push(item.to_owned());
        }
        let inside = Here {
            may_fail: false,
            ..here.deeper()
        };
        if self.chance(50) {
            self.push_to_any(scope, inside, out);
        }
        self.doing_something(scope, inside, out);
        scope.rewind(mark);
        before.leave(scope, count.map_or(Times::Unknown, Times::Exactly));
    }

    /// `for … rec`, which continues until its stream has that many elements.
    pub(super) fn recursion(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        self.used(Construct::ForRec);
        let (name, item) = (self.name("stream"), self.name("item"));
        let last = 1 + self.choices.usize(..3);
        let remote = self.chance(40);
        let mut inside = here.deeper();
        out.push(here.line(&format!("{name}: *u32")));
        out.push(here.line(&format!("{name} <<- 0")));
        out.push(here.line(&format!("for {item} <- {name} rec:")));
        if remote {
            let header = self.on_header(scope);
            out.push(inside.line(&header));
            inside = inside.deeper();
        }
        out.push(inside.line(&format!("if {item} < {last}:")));
        out.push(inside.deeper().line(&format!("{name} <<- {item} + 1")));
        self.used(Construct::Join);
        out.push(here.line(&format!("join {name}[{last}]")));
        scope.streams.push(Stream {
            name,
            kind: Kind::Number(Number::U32),
            count: Some(last + 1),
            pushes: 0,
            order: if remote { Order::Any } else { Order::Known },
            access: Access::Full,
        });
    }
}

/// Adds a keyword before the first line.
fn prefix(lines: &mut [String], word: &str) {
    if let Some(first) = lines.first_mut() {
        let indent = first.len() - first.trim_start().len();
        first.insert_str(indent, word);
    }
}
