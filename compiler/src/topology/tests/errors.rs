//! Errors in generated workflows visit the peers of their own path and no others.

use super::super::errors::Rescue;
use super::super::route::{Hop, route, way_over_relays};
use super::super::{Plan, plan};
use super::{Tree, ap, build, call, closure, fail, next};
use crate::workflow::{Exit, Last, LocationId, Locations, Op, PeerNameId, StepId, Workflow};
use aqua_air::Operand;
use proptest::prelude::{any, prop};

const PEERS: [&str; 4] = ["A", "B", "R", "I"];
const RELAYS: [&[&str]; 8] = [&[], &[], &["R"], &["V"], &["W"], &["V", "W"], &["A"], &["B", "V"]];

/// Makes a workflow of numbers; each number is one choice.
struct Choices(std::vec::IntoIter<u8>);

impl Choices {
    fn below(&mut self, limit: u8) -> u8 {
        self.0.next().map_or(0, |choice| choice % limit)
    }

    fn tree(&mut self, depth: u32) -> Tree {
        let choice = if depth == 0 { 0 } else { self.below(12) };
        match choice {
            4..=6 => {
                let peer = PEERS[usize::from(self.below(4))];
                let relays = RELAYS[usize::from(self.below(8))];
                let on = Tree::On(peer, relays, Exit::AsNeeded, self.trees(depth));
                Tree::Group(Op::Rethrow, vec![on, fail()])
            }
            7 => closure([self.seq(depth)]),
            8 => Tree::Group(Op::Xor, vec![self.seq(depth), ap("caught", "error")]),
            9 => {
                let operands = |value| (Operand::scalar(value), Operand::Boolean(true));
                let is = |value, children| {
                    let (left, right) = operands(value);
                    let equal = true;
                    Tree::Group(Op::Match { left, right, equal }, children)
                };
                let failed = Tree::Group(Op::Seq, vec![ap("else-error", "error"), fail()]);
                let other = Tree::Group(Op::Rethrow, vec![is("code", self.trees(depth)), failed]);
                let instead = Tree::Group(Op::Seq, vec![ap("if-error", "error"), other]);
                Tree::Group(Op::Rethrow, vec![is("x", self.trees(depth)), instead])
            }
            10 => {
                let op = Op::Fold {
                    iterable: Operand::scalar("xs"),
                    iterator: "x".into(),
                    last: Last::Done,
                };
                let mut body = self.trees(depth);
                // The generated step after `next` is in the same round.
                body.push(next("x"));
                Tree::Group(op, vec![Tree::Group(Op::Seq, body)])
            }
            11 => Tree::Group(Op::Par, vec![self.seq(depth), self.seq(depth)]),
            _ => call("c"),
        }
    }

    fn trees(&mut self, depth: u32) -> Vec<Tree> {
        let count = 1 + self.below(3);
        (0..count).map(|_| self.tree(depth - 1)).collect()
    }

    fn seq(&mut self, depth: u32) -> Tree {
        Tree::Group(Op::Seq, self.trees(depth))
    }
}

proptest::proptest! {
    #[test]
    fn errors_visit_the_peers_of_their_own_path(choices in prop::collection::vec(any::<u8>(), 0..120)) {
        let body = Choices(choices.into_iter()).seq(6);
        let mut workflow = Workflow::new();
        let program = Tree::Group(Op::Xor, vec![body, call("err")]);
        build(&mut workflow, Locations::ROOT, Tree::On("I", &["R"], Exit::AsNeeded, vec![program]));
        let planned = Planned::new(&workflow);
        for step in workflow.ids() {
            match workflow.step(step).op {
                Op::Call { .. } => planned.check_call(step),
                Op::Next(_) => planned.check_iteration(step),
                _ => {}
            }
        }
    }
}

/// The shortest path of an error, without the goal if there are no peers before it.
fn error_path(locations: &Locations, from: LocationId, to: LocationId) -> Vec<PeerNameId> {
    let mut path = way(locations, from, to, locations.peer_at(from));
    if path.iter().skip(1).all(|peer| Some(*peer) == locations.peer_at(to)) {
        path.truncate(1);
    }
    path
}

/// The shortest way out of a location: over all relays, over the peer of the location around, or past that.
fn way(locations: &Locations, from: LocationId, to: LocationId, start: Option<PeerNameId>) -> Vec<PeerNameId> {
    let peers = |hops: Vec<Hop>| hops.iter().map(|hop| hop.peer).collect::<Vec<_>>();
    let (outer, common) = (locations.outer(from), locations.common_outer(from, to));
    let mut ways = vec![peers(way_over_relays(locations, start, from, to))];
    if from != common && outer != common {
        let mut outwards = peers(route(locations, from, outer));
        if outwards.is_empty() {
            ways.push(way(locations, outer, to, None));
        }
        if locations.peer_at(outer) != locations.peer_at(to) {
            outwards.extend(way(locations, outer, to, locations.peer_at(outer)));
            ways.push(outwards);
        }
    }
    let cut = |way: Vec<PeerNameId>| {
        let mut visits = Vec::new();
        for peer in start.into_iter().chain(way) {
            let before = visits.iter().position(|visited| *visited == peer);
            visits.truncate(before.unwrap_or(visits.len()));
            visits.push(peer);
        }
        visits
    };
    ways.into_iter().map(cut).min_by_key(Vec::len).unwrap_or_default()
}

struct Planned<'w> {
    workflow: &'w Workflow,
    plan: Plan,
    parents: Vec<Option<StepId>>,
}

impl<'w> Planned<'w> {
    fn new(workflow: &'w Workflow) -> Self {
        let mut parents = vec![None; workflow.len()];
        for parent in workflow.ids() {
            for child in &workflow.step(parent).children {
                parents[child.index()] = Some(parent);
            }
        }
        let plan = plan(workflow);
        Self {
            workflow,
            plan,
            parents,
        }
    }

    /// The visits of an error of a call are its path to the step that handles the error.
    fn check_call(&self, call: StepId) {
        let locations = self.workflow.locations();
        let from = self.location(call);
        let mut visits: Vec<PeerNameId> = locations.peer_at(from).into_iter().collect();
        let mut step = call;
        while let Some(parent) = self.parents[step.index()] {
            visits.extend(self.hops_between(step, parent));
            let children = &self.workflow.step(parent).children;
            let is_handled = match self.workflow.step(parent).op {
                Op::Xor => children.last() != Some(&step),
                Op::Par => true,
                _ => false,
            };
            if is_handled {
                visits.dedup();
                let to = self.location(parent);
                let expected = error_path(locations, from, to);
                let shown = || super::show(self.workflow, &self.plan, self.workflow.root());
                assert_eq!(visits, expected, "{call:?} handled in {parent:?}: {}", shown());
                return;
            }
            step = parent;
        }
    }

    /// Errors of later iterations make no hops of the earlier ones.
    fn check_iteration(&self, next: StepId) {
        let mut step = next;
        while let Some(parent) = self.parents[step.index()]
            && !matches!(self.workflow.step(parent).op, Op::Fold { .. })
        {
            assert_eq!(self.hops_between(step, parent), []);
            step = parent;
        }
    }

    /// The hops of an error between leaving a step and leaving the step around it, if that does not handle it.
    fn hops_between(&self, step: StepId, parent: StepId) -> Vec<PeerNameId> {
        let children = &self.workflow.step(parent).children;
        let position = children.iter().position(|child| *child == step).expect("a child");
        let is_inside = |(first, rescue): &(usize, &Rescue)| {
            let last = children
                .iter()
                .position(|child| *child == rescue.last)
                .expect("a sibling");
            (*first..=last).contains(&position)
        };
        let begun = children.iter().enumerate();
        let rescues =
            begun.flat_map(|(first, child)| self.plan.rescues(*child).iter().map(move |rescue| (first, rescue)));
        let mut around: Vec<_> = rescues.filter(is_inside).map(|(_, rescue)| rescue).collect();
        around.reverse();
        let mut hops: Vec<_> = around
            .into_iter()
            .flat_map(|rescue| rescue.hops.iter().copied())
            .collect();
        if let (Op::Rethrow, &[first, fail]) = (&self.workflow.step(parent).op, &children[..])
            && step == first
        {
            assert!(
                self.plan.rescues(fail).is_empty(),
                "rescues see errors of the step only"
            );
            hops.extend(self.plan.before(fail));
        }
        hops.iter().map(|hop| hop.peer).collect()
    }

    /// The location of a step, and of the children of an `on`.
    fn location(&self, step: StepId) -> LocationId {
        let ancestors = std::iter::successors(Some(step), |step| self.parents[step.index()]);
        let mut locations = ancestors.filter_map(|step| match self.workflow.step(step).op {
            Op::On { location, .. } => Some(location),
            _ => None,
        });
        locations.next().unwrap_or(Locations::ROOT)
    }
}
