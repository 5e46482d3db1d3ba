//! Facts about a workflow's tree that every question of topology needs: who stands before and after whom.
//!
//! Positions are places in document order, parents before children. All tables are filled in passes over that order, so
//! their cost is linear in the number of steps and depth costs no recursion.

use crate::workflow::{Op, PlaceId, Places, StepId, Workflow};

/// How a group arranges its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrangement {
    /// One after the other: `seq`, `on`, `new`, `match`, `fold`.
    InTurn,
    /// At the same time: `par` and the branch of a detached step.
    AtOnce,
    /// One instead of the other: `xor`.
    Instead,
    /// Not a group.
    Leaf,
}

pub(super) fn arrangement(op: &Op) -> Arrangement {
    match op {
        Op::Seq | Op::On { .. } | Op::New(_) | Op::Match { .. } | Op::Fold { .. } => Arrangement::InTurn,
        Op::Par | Op::Detach => Arrangement::AtOnce,
        Op::Xor => Arrangement::Instead,
        Op::Call { .. }
        | Op::Canon { .. }
        | Op::Ap { .. }
        | Op::ApMap { .. }
        | Op::Null
        | Op::Never
        | Op::Fail(_)
        | Op::Next(_) => Arrangement::Leaf,
    }
}

/// What is known about one step, by its [`StepId`].
#[derive(Debug, Clone)]
pub(super) struct Facts {
    /// The group it stands in.
    pub(super) parent: Option<StepId>,
    /// The nearest fold around it.
    pub(super) fold: Option<StepId>,
    /// Position of its last descendant.
    pub(super) end: u32,
    /// The stack of `on`s around its children; around itself if it has none.
    pub(super) place: PlaceId,
    /// Whether nothing happens in it: it is skipped when looking for neighbours.
    pub(super) idle: bool,
    /// The nearest sibling before it that is not idle.
    pub(super) previous: Option<StepId>,
    /// The nearest sibling after it that is not idle.
    pub(super) next: Option<StepId>,
    /// Where its first call or canon runs.
    pub(super) first_at: Option<PlaceId>,
    /// Where its last call or canon runs.
    pub(super) last_at: Option<PlaceId>,
    /// Where the next call or canon after it runs, as far as that comes in turn.
    pub(super) then_at: Option<PlaceId>,
    /// The branch of a `par` whose end is the end of this step, this step included.
    pub(super) tail_of: Option<StepId>,
}

/// The facts of all steps that can be reached from the root.
pub(super) struct Tree<'a> {
    pub(super) workflow: &'a Workflow,
    /// Document order.
    pub(super) order: Vec<StepId>,
    pub(super) facts: Vec<Facts>,
    /// Position of the last leaf that is not idle.
    pub(super) last_busy: u32,
}

impl<'a> Tree<'a> {
    pub(super) fn new(workflow: &'a Workflow, root: StepId) -> Self {
        let blank = Facts {
            parent: None,
            fold: None,
            end: 0,
            place: Places::NOWHERE,
            idle: false,
            previous: None,
            next: None,
            first_at: None,
            last_at: None,
            then_at: None,
            tail_of: None,
        };
        let facts = vec![blank; workflow.len()];
        let mut tree = Self {
            workflow,
            order: Vec::with_capacity(workflow.len()),
            facts,
            last_busy: 0,
        };
        tree.descend(root);
        tree.ascend();
        tree.link();
        tree
    }

    pub(super) fn op(&self, step: StepId) -> &'a Op {
        &self.workflow.step(step).op
    }

    pub(super) fn children(&self, step: StepId) -> &'a [StepId] {
        &self.workflow.step(step).children
    }

    pub(super) fn of(&self, step: StepId) -> &Facts {
        &self.facts[step.index()]
    }

    /// The children in which something happens.
    pub(super) fn busy_children(&self, step: StepId) -> impl DoubleEndedIterator<Item = StepId> + '_ {
        self.children(step)
            .iter()
            .copied()
            .filter(|child| !self.of(*child).idle)
    }

    /// How the group around a step arranges its children.
    pub(super) fn around(&self, step: StepId) -> Option<(StepId, Arrangement)> {
        let parent = self.of(step).parent?;
        Some((parent, arrangement(self.op(parent))))
    }

    /// What is inherited from above: order, parents, places, nearest folds.
    fn descend(&mut self, root: StepId) {
        let mut waiting = vec![root];
        while let Some(step) = waiting.pop() {
            let position = self.order.len() as u32;
            self.order.push(step);
            let mut fold = self.of(step).fold;
            match self.op(step) {
                Op::On { place, .. } => self.facts[step.index()].place = *place,
                Op::Fold { .. } => fold = Some(step),
                _ => {}
            }
            let place = self.of(step).place;
            self.facts[step.index()].end = position;
            for &child in self.children(step).iter().rev() {
                let facts = &mut self.facts[child.index()];
                facts.parent = Some(step);
                facts.fold = fold;
                facts.place = place;
                waiting.push(child);
            }
        }
    }

    /// What is gathered from below: extent, idleness, first and last call.
    fn ascend(&mut self) {
        for position in (0..self.order.len()).rev() {
            let step = self.order[position];
            let children = self.children(step);
            let op = self.op(step);
            let idle = match arrangement(op) {
                Arrangement::Leaf => matches!(op, Op::Null),
                _ => children.iter().all(|child| self.of(*child).idle),
            };
            let own = matches!(op, Op::Call { .. } | Op::Canon { .. }).then_some(self.of(step).place);
            let first_at = own.or_else(|| children.iter().find_map(|child| self.of(*child).first_at));
            let last_at = own.or_else(|| children.iter().rev().find_map(|child| self.of(*child).last_at));
            let end = children.last().map(|child| self.of(*child).end);
            if arrangement(op) == Arrangement::Leaf && !idle {
                self.last_busy = self.last_busy.max(position as u32);
            }
            let facts = &mut self.facts[step.index()];
            facts.idle = idle;
            facts.first_at = first_at;
            facts.last_at = last_at;
            facts.end = end.unwrap_or(facts.end);
        }
    }

    /// What depends on neighbours: siblings in which something happens, the next call, tails of branches.
    fn link(&mut self) {
        for position in 0..self.order.len() {
            let parent = self.order[position];
            let arrangement = arrangement(self.op(parent));
            let (parent_then, parent_tail) = (self.of(parent).then_at, self.of(parent).tail_of);
            let mut previous = None;
            for &child in self.children(parent) {
                let facts = &mut self.facts[child.index()];
                facts.previous = previous;
                if !facts.idle {
                    previous = Some(child);
                }
            }
            let (mut next, mut then) = (None, parent_then);
            for &child in self.children(parent).iter().rev() {
                let facts = &mut self.facts[child.index()];
                facts.next = next;
                facts.then_at = then;
                facts.tail_of = match arrangement {
                    Arrangement::InTurn if next.is_none() => parent_tail,
                    Arrangement::Instead => parent_tail,
                    Arrangement::AtOnce => Some(child),
                    Arrangement::InTurn | Arrangement::Leaf => None,
                };
                if !facts.idle {
                    next = Some(child);
                }
                if arrangement == Arrangement::InTurn {
                    then = facts.first_at.or(then);
                }
            }
        }
    }
}
