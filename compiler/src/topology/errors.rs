//! The way of an error from the peer where it occurs to the step that handles it.
//!
//! An error can occur wherever a step runs that may fail: at a location, on its peer. From there the particle has to travel the
//! *path* of that location to the location where the error is handled: see `ways`. A path begins with the peer of its location, so
//! it also says what a particle still has to do that is already on one of its peers.
//!
//! Hops can be made where errors are rethrown: at the [`Op::Rethrow`] of every `on`, which an error inside of it passes, those of
//! inner `on`s first. Nothing is known there about the error, so all errors that pass make the same hops. Hence the rule:
//!
//! > An `on` makes the hops with which the paths of all locations in it end, without those that enclosing ones make.
//!
//! What only some of them need is made further inside: by inner `on`s or, for steps of the `on` itself, by a [`Rescue`] around
//! these steps. So every error visits the peers of its own path and no others. For `on A via V: on B via W: …` the paths are
//! `A V I` and `B W V I`: the outer `on` makes the hops `V I`, the inner one the hop `W`. For `on A via V:` with a closure of the
//! initiator and calls on `A` they are `I` and `A V I`; the `on` makes no hop but `I`, and the calls on `A` are rescued over `V`.

use super::Planner;
use super::paths::{PathId, Paths};
use super::route::Hop;
use super::tree::{Arrangement, Tree, arrangement};
use super::ways::{Destination, ErrorPaths};
use crate::workflow::{LocationId, Op, StepId};
use aqua_air::Operand;
use rustc_hash::FxHashMap;

/// Steps next to each other whose errors are rethrown after hops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescue {
    /// The last one of the steps.
    pub last: StepId,
    /// The hops before an error is rethrown.
    pub hops: Vec<Hop>,
}

/// The hops that errors make.
#[derive(Debug, Default)]
pub(super) struct ErrorHops {
    /// The hops before every `fail`.
    pub(super) before: FxHashMap<StepId, Vec<Hop>>,
    /// The rescues that begin with a step, the outermost first.
    pub(super) rescues: FxHashMap<StepId, Vec<Rescue>>,
}

/// What is known about a step from the steps around it.
#[derive(Debug, Clone, Copy)]
struct Context {
    destination: Destination,
    /// Whether errors pass the `fail` of an `on` on their way to the destination.
    is_guarded: bool,
    /// Whether the step rethrows the error of a step before it.
    rethrows: bool,
}

/// What the paths of the errors that leave a step have in common.
#[derive(Debug, Clone, Copy)]
struct Shared {
    end: PathId,
    /// Whether that is the whole path of each of them.
    is_whole: bool,
    /// Whether some of the errors do not pass the `fail` of an `on` inside of the step.
    has_own: bool,
    /// Whether a rescue around the step would see other errors too.
    is_fixed: bool,
}

impl Planner<'_> {
    /// The hops that errors make before they are rethrown.
    pub(super) fn error_hops(&self) -> ErrorHops {
        let contexts = contexts(&self.tree);
        let mut errors = Errors {
            shared: vec![None; contexts.len()],
            contexts,
            planner: self,
            paths: ErrorPaths::new(self),
            hops: ErrorHops::default(),
        };
        errors.compute_shared();
        errors.pass_iterations();
        errors.place();
        errors.hops
    }
}

struct Errors<'a> {
    planner: &'a Planner<'a>,
    contexts: Vec<Context>,
    /// By [`StepId`]; `None` if no error leaves the step.
    shared: Vec<Option<Shared>>,
    paths: ErrorPaths<'a>,
    hops: ErrorHops,
}

impl Errors<'_> {
    /// Children first: the common end of the paths that leave each step.
    fn compute_shared(&mut self) {
        let tree = &self.planner.tree;
        for &step in tree.order.iter().rev() {
            let Context {
                destination,
                is_guarded,
                rethrows,
            } = self.contexts[step.index()];
            let mut shared = None;
            if is_guarded && may_fail(tree.op(step), rethrows) {
                shared = Some(self.whole(tree.of(step).location, destination));
            }
            for child in tree.children(step) {
                if self.contexts[child.index()].destination == destination {
                    shared = self.merge(shared, self.shared[child.index()]);
                }
            }
            if let Some((on, _)) = guarded(tree, step) {
                // The peer of the `on` counts even if nothing fails there: its relays are known here, those of inner ones may not be.
                let own = Some(self.whole(tree.of(on).location, destination));
                shared = self.merge(own, shared).map(|shared| Shared {
                    has_own: false,
                    ..shared
                });
            }
            if let Some(shared) = &mut shared {
                shared.is_fixed = rethrows || matches!(tree.op(step), Op::Match { .. });
            }
            self.shared[step.index()] = shared;
        }
    }

    /// The errors of later iterations of a fold leave its `next`.
    fn pass_iterations(&mut self) {
        let tree = &self.planner.tree;
        for &step in &tree.order {
            let (Op::Next(_), Some(fold)) = (tree.op(step), tree.of(step).fold) else {
                continue;
            };
            let all = self.shared[fold.index()].map(|all| Shared { is_fixed: true, ..all });
            let mut inside = step;
            while inside != fold {
                if all.is_some() {
                    self.shared[inside.index()] = all;
                }
                let Some(parent) = tree.of(inside).parent else { break };
                if self.contexts[parent.index()].destination != self.contexts[inside.index()].destination {
                    break;
                }
                inside = parent;
            }
        }
    }

    fn whole(&mut self, from: LocationId, destination: Destination) -> Shared {
        Shared {
            end: self.paths.path(from, destination),
            is_whole: true,
            has_own: true,
            is_fixed: false,
        }
    }

    fn merge(&self, left: Option<Shared>, right: Option<Shared>) -> Option<Shared> {
        let (Some(left), Some(right)) = (left, right) else {
            return left.or(right);
        };
        Some(Shared {
            end: self.paths.interned.common_end(left.end, right.end),
            is_whole: left.is_whole && right.is_whole && left.end == right.end,
            has_own: left.has_own || right.has_own,
            is_fixed: left.is_fixed || right.is_fixed,
        })
    }

    /// Parents first: distributes the hops.
    fn place(&mut self) {
        let tree = &self.planner.tree;
        // What the steps around a step do for the errors that leave it, by step.
        let mut done = vec![Paths::EMPTY; self.shared.len()];
        for &step in &tree.order {
            if let Some((on, fail)) = guarded(tree, step) {
                let Some(shared) = self.shared[step.index()] else {
                    continue;
                };
                let hops = self.hops_to(shared, done[step.index()]);
                self.hops.before.insert(fail, hops);
                done[on.index()] = shared.end;
                continue;
            }
            let Context {
                destination,
                is_guarded,
                ..
            } = self.contexts[step.index()];
            if !is_guarded {
                continue;
            }
            let children = tree.children(step);
            for child in children {
                if self.contexts[child.index()].destination == destination {
                    done[child.index()] = done[step.index()];
                }
            }
            match arrangement(tree.op(step)) {
                Arrangement::Sequential => self.rescue(children, &mut done),
                _ => children.chunks(1).for_each(|child| self.rescue(child, &mut done)),
            }
        }
    }

    /// Rescues steps that are next to each other and whose errors need more hops than the steps around them make. Steps whose paths
    /// share some of these hops are rescued together.
    fn rescue(&mut self, steps: &[StepId], done: &mut [PathId]) {
        let mut run: Option<(usize, Shared)> = None;
        for index in 0..=steps.len() {
            let next = steps.get(index);
            let outside = next.or(steps.last()).map_or(Paths::EMPTY, |step| done[step.index()]);
            let shared = match next {
                Some(step) if !self.contexts[step.index()].is_guarded => None,
                Some(step) => match self.shared[step.index()] {
                    None => continue,
                    shared => shared.filter(|shared| !shared.is_fixed && shared.end != outside),
                },
                None => None,
            };
            let joined = run.and_then(|(first, before)| Some((first, self.merge(Some(before), Some(shared?))?)));
            match joined {
                Some((first, joined)) if joined.end != outside => run = Some((first, joined)),
                _ => {
                    if let Some((first, shared)) = run {
                        self.add_rescue(&steps[first..index], shared, outside, done);
                    }
                    run = shared.map(|shared| (index, shared));
                }
            }
        }
    }

    fn add_rescue(&mut self, steps: &[StepId], shared: Shared, outside: PathId, done: &mut [PathId]) {
        let (Some(&first), true) = (steps.first(), shared.has_own) else {
            return;
        };
        let fails = |step: &&StepId| self.shared[step.index()].is_some();
        let last = *steps.iter().rev().find(fails).unwrap_or(&first);
        let hops = self.hops_to(shared, outside);
        for step in steps {
            done[step.index()] = shared.end;
        }
        if !hops.is_empty() {
            self.hops.rescues.entry(first).or_default().push(Rescue { last, hops });
        }
        if steps.len() > 1 && !shared.is_whole {
            self.rescue(steps, done);
        }
    }

    /// The hops of all paths before the end that the steps around make. If nothing but the peers of the steps themselves comes
    /// before, these are not visited.
    fn hops_to(&self, shared: Shared, outside: PathId) -> Vec<Hop> {
        let outside = self.paths.interned.common_end(shared.end, outside);
        let mut hops = self.paths.interned.before(shared.end, outside);
        if shared.is_whole {
            hops.drain(..hops.len().min(1));
        }
        hops
    }
}

/// Parents first: where the errors of each step go.
fn contexts(tree: &Tree<'_>) -> Vec<Context> {
    let none = Context {
        destination: Destination::Nowhere,
        is_guarded: false,
        rethrows: false,
    };
    let mut contexts = vec![none; tree.facts.len()];
    for &parent in &tree.order {
        let around = contexts[parent.index()];
        let children = tree.children(parent);
        for (index, child) in children.iter().enumerate() {
            let handled_by = |destination| Context { destination, ..none };
            contexts[child.index()] = match tree.op(parent) {
                Op::Par | Op::Detach => handled_by(Destination::Around(parent)),
                Op::Xor if children.len() == 1 => handled_by(Destination::Around(parent)),
                Op::Xor if index + 1 < children.len() => handled_by(Destination::Alternative(children[index + 1])),
                Op::Rethrow if guarded(tree, parent).is_some() => Context {
                    is_guarded: true,
                    rethrows: index > 0,
                    ..around
                },
                Op::Rethrow if index > 0 => Context {
                    rethrows: true,
                    ..around
                },
                // What runs if a condition holds does not see the error.
                Op::Match { .. } => Context {
                    rethrows: false,
                    ..around
                },
                _ => around,
            };
        }
    }
    contexts
}

/// The `on` and the `fail` of a [`Op::Rethrow`] that rethrows the errors of an `on`.
fn guarded(tree: &Tree<'_>, step: StepId) -> Option<(StepId, StepId)> {
    match (tree.op(step), tree.children(step)) {
        (Op::Rethrow, &[on, fail]) if matches!(tree.op(on), Op::On { .. }) => Some((on, fail)),
        _ => None,
    }
}

/// Whether a step itself may fail, apart from its children. All branches of a `par` may fail.
fn may_fail(op: &Op, rethrows: bool) -> bool {
    let is_part = |operand: &Operand| matches!(operand, Operand::Variable(_, Some(_)));
    match op {
        Op::Call { .. } | Op::Par => true,
        Op::Ap { source, .. } => is_part(source),
        Op::ApMap { key, value, .. } => is_part(key) || is_part(value),
        Op::Match { left, right, .. } => is_part(left) || is_part(right),
        Op::Fold { iterable, .. } => is_part(iterable),
        Op::Fail(_) => !rethrows,
        Op::Canon { .. }
        | Op::Null
        | Op::Never
        | Op::Next(_)
        | Op::Seq
        | Op::Xor
        | Op::Rethrow
        | Op::Detach
        | Op::On { .. }
        | Op::New(_) => false,
    }
}
