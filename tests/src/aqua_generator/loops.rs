//! Sequential loops, and the collections of loops.

use super::constructs::Construct;
use super::generator::{Generator, Here};
use super::kinds::Kind;
use super::scope::{Scope, Variable};
use super::streams::Times;

impl Generator {
    /// A collection: the expression, the kind and the number of its items, and whether they are peers.
    pub(super) fn items(
        &mut self,
        scope: &mut Scope,
        here: Here,
        out: &mut Vec<String>,
    ) -> (String, Kind, Option<usize>, bool) {
        if self.chance(25)
            && let Some((text, kind, count)) = self.any_readable(scope, here, out)
        {
            return (text, kind, count, false);
        }
        let peers = scope
            .variables
            .iter()
            .find(|variable| variable.name == "peers")
            .cloned();
        if let Some(peers) = peers
            && self.chance(40)
        {
            return (peers.name, Kind::Text, peers.length, true);
        }
        if self.chance(40) && !scope.peers.is_empty() {
            let count = 1 + self.choices.usize(..3);
            let peers: Vec<String> = (0..count).filter_map(|_| self.pick(&scope.peers)).collect();
            return (format!("[{}]", peers.join(", ")), Kind::Text, Some(count), true);
        }
        let collections: Vec<Variable> = scope
            .variables
            .iter()
            .filter(|variable| matches!(variable.kind, Kind::Array(_) | Kind::Option(_)))
            .cloned()
            .collect();
        if let Some(Variable {
            name,
            kind: Kind::Array(item) | Kind::Option(item),
            length,
        }) = self.pick(&collections)
        {
            return (name, *item, length, false);
        }
        let kind = self.kind(1);
        let count = 1 + self.choices.usize(..3);
        let items: Vec<String> = (0..count).map(|_| self.item(scope, &kind, 1)).collect();
        (format!("[{}]", items.join(", ")), kind, Some(count), false)
    }

    pub(super) fn each(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        self.used(Construct::For);
        let (items, kind, count, peers) = self.items(scope, here, out);
        let item = self.name("item");
        out.push(here.line(&format!("for {item} <- {items}:")));
        let before = self.enter_loop(scope);
        let mark = scope.mark();
        scope.add(&item, kind, None);
        if peers {
            scope.peers.push(item);
        }
        self.doing_something(scope, here.deeper(), out);
        scope.rewind(mark);
        before.leave(scope, count.map_or(Times::Unknown, Times::Exactly));
    }

    pub(super) fn first_success(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        self.used(Construct::ForTry);
        let (items, kind, _, peers) = self.items(scope, here, out);
        let item = self.name("item");
        out.push(here.line(&format!("for {item} <- {items} try:")));
        let before = self.enter_loop(scope);
        let mark = scope.mark();
        scope.add(&item, kind, None);
        if peers {
            scope.peers.push(item);
        }
        let inside = Here {
            may_fail: true,
            ..here.deeper()
        };
        self.doing_something(scope, inside, out);
        if self.chance(70) {
            self.failure(scope, inside, out);
        }
        scope.rewind(mark);
        before.leave(scope, Times::Unknown);
    }
}
