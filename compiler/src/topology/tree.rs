//! Facts about the tree of a workflow: parents, neighbours, extents and the calls around each step.
//!
//! A position is the index of a step in document order, parents before children. All tables are filled in passes over that
//! order: the cost is linear in the number of steps, without recursion.

use crate::workflow::{LocationId, Locations, Op, StepId, Workflow};

/// How a step runs its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrangement {
    /// In sequence: `seq`, `on`, `new`, `match`, `fold`.
    Sequential,
    /// In parallel: `par` and detached steps.
    Parallel,
    /// Each if the previous one failed: `xor`, rethrown or not.
    Alternative,
    /// The step has no children.
    Leaf,
}

pub(super) fn arrangement(op: &Op) -> Arrangement {
    match op {
        Op::Seq | Op::On { .. } | Op::New(_) | Op::Match { .. } | Op::Fold { .. } => Arrangement::Sequential,
        Op::Par | Op::Detach => Arrangement::Parallel,
        Op::Xor | Op::Rethrow => Arrangement::Alternative,
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

/// Facts about one step.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    /// The step that contains it.
    pub(super) parent: Option<StepId>,
    /// The nearest enclosing fold.
    pub(super) fold: Option<StepId>,
    /// The nearest enclosing `on`.
    pub(super) on: Option<StepId>,
    /// The position of its last descendant; its own if it has none.
    pub(super) end: u32,
    /// The location of its children; its own if it has none.
    pub(super) location: LocationId,
    /// Whether it contains nothing but `null`. Idle steps are no neighbours.
    pub(super) is_idle: bool,
    /// The nearest sibling before it that is not is_idle.
    pub(super) previous: Option<StepId>,
    /// The nearest sibling after it that is not is_idle.
    pub(super) next: Option<StepId>,
    /// The location of the first call or canon in it.
    pub(super) first_call_at: Option<LocationId>,
    /// The location of the last call or canon in it.
    pub(super) last_call_at: Option<LocationId>,
    /// The location of the next call or canon that runs in sequence after it.
    pub(super) next_call_at: Option<LocationId>,
    /// The branch of the nearest `par` that ends with this step; may be the step itself.
    pub(super) tail_of: Option<StepId>,
}

/// The facts of all steps of a workflow, by [`StepId`].
pub(super) struct Tree<'a> {
    pub(super) workflow: &'a Workflow,
    /// The steps in document order.
    pub(super) order: Vec<StepId>,
    pub(super) facts: Vec<Facts>,
    /// The position of the last leaf that is not idle.
    pub(super) last_active: u32,
}

impl<'a> Tree<'a> {
    pub(super) fn new(workflow: &'a Workflow) -> Self {
        let blank = Facts {
            parent: None,
            fold: None,
            on: None,
            end: 0,
            location: Locations::ROOT,
            is_idle: false,
            previous: None,
            next: None,
            first_call_at: None,
            last_call_at: None,
            next_call_at: None,
            tail_of: None,
        };
        let facts = vec![blank; workflow.len()];
        let mut tree = Self {
            workflow,
            order: Vec::with_capacity(workflow.len()),
            facts,
            last_active: 0,
        };
        tree.descend(workflow.root());
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

    /// The children that are not idle.
    pub(super) fn active_children(&self, step: StepId) -> impl DoubleEndedIterator<Item = StepId> + '_ {
        self.children(step)
            .iter()
            .copied()
            .filter(|child| !self.of(*child).is_idle)
    }

    /// The parent of a step and how it runs its children.
    pub(super) fn around(&self, step: StepId) -> Option<(StepId, Arrangement)> {
        let parent = self.of(step).parent?;
        Some((parent, arrangement(self.op(parent))))
    }

    /// Top-down facts: document order, parents, locations, enclosing folds and `on`s.
    fn descend(&mut self, root: StepId) {
        let mut pending = vec![root];
        while let Some(step) = pending.pop() {
            let position = self.order.len() as u32;
            self.order.push(step);
            let (mut fold, mut on) = (self.of(step).fold, self.of(step).on);
            match self.op(step) {
                Op::On { location, .. } => {
                    self.facts[step.index()].location = *location;
                    on = Some(step);
                }
                Op::Fold { .. } => fold = Some(step),
                _ => {}
            }
            let location = self.of(step).location;
            self.facts[step.index()].end = position;
            for &child in self.children(step).iter().rev() {
                let facts = &mut self.facts[child.index()];
                facts.parent = Some(step);
                facts.fold = fold;
                facts.on = on;
                facts.location = location;
                pending.push(child);
            }
        }
    }

    /// Bottom-up facts: extent, idleness, first and last call.
    fn ascend(&mut self) {
        for position in (0..self.order.len()).rev() {
            let step = self.order[position];
            let children = self.children(step);
            let op = self.op(step);
            let is_idle = match arrangement(op) {
                Arrangement::Leaf => matches!(op, Op::Null),
                _ => children.iter().all(|child| self.of(*child).is_idle),
            };
            let own = matches!(op, Op::Call { .. } | Op::Canon { .. }).then_some(self.of(step).location);
            let first_call_at = own.or_else(|| children.iter().find_map(|child| self.of(*child).first_call_at));
            let last_call_at = own.or_else(|| children.iter().rev().find_map(|child| self.of(*child).last_call_at));
            let end = children.last().map(|child| self.of(*child).end);
            if arrangement(op) == Arrangement::Leaf && !is_idle {
                self.last_active = self.last_active.max(position as u32);
            }
            let facts = &mut self.facts[step.index()];
            facts.is_idle = is_idle;
            facts.first_call_at = first_call_at;
            facts.last_call_at = last_call_at;
            facts.end = end.unwrap_or(facts.end);
        }
    }

    /// Facts about neighbours: active siblings, the next call, tails of branches.
    fn link(&mut self) {
        for position in 0..self.order.len() {
            let parent = self.order[position];
            let arrangement = arrangement(self.op(parent));
            let (parent_next_call, parent_tail) = (self.of(parent).next_call_at, self.of(parent).tail_of);
            let mut previous = None;
            for &child in self.children(parent) {
                let facts = &mut self.facts[child.index()];
                facts.previous = previous;
                if !facts.is_idle {
                    previous = Some(child);
                }
            }
            let (mut next, mut next_call) = (None, parent_next_call);
            for &child in self.children(parent).iter().rev() {
                let facts = &mut self.facts[child.index()];
                facts.next = next;
                facts.next_call_at = next_call;
                facts.tail_of = match arrangement {
                    Arrangement::Sequential if next.is_none() => parent_tail,
                    Arrangement::Alternative => parent_tail,
                    Arrangement::Parallel => Some(child),
                    Arrangement::Sequential | Arrangement::Leaf => None,
                };
                if !facts.is_idle {
                    next = Some(child);
                }
                if arrangement == Arrangement::Sequential {
                    next_call = facts.first_call_at.or(next_call);
                }
            }
        }
    }
}
