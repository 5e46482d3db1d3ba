//! Which branches must be left: whether what a branch makes is used by what comes after it.

use super::tree::{Arrangement, Tree, arrangement};
use crate::workflow::{Exit, Op, StepId, Workflow};
use aqua_air::{Accessor, Lens, Value, Variable};
use rustc_hash::FxHashMap;

/// How far the particle must go when a step is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Leave {
    /// It may stay: what follows fetches it.
    No,
    /// To the last relay.
    ToRelay,
    /// To where the work goes on.
    Full,
}

/// For every step, how it must be left.
pub(super) fn exits(tree: &Tree<'_>) -> Vec<Leave> {
    let used = last_uses(tree);
    let mut leave = vec![Leave::No; tree.facts.len()];
    // Parents first: an alternative at the tail of a branch is left as that branch is.
    for &step in &tree.order {
        leave[step.index()] = match (tree.op(step), tree.around(step)) {
            (
                Op::On {
                    exit: Exit::ToRelay, ..
                },
                _,
            ) => Leave::ToRelay,
            (Op::Fail(_), _) | (_, None) => Leave::No,
            (_, Some((_, Arrangement::AtOnce))) => full_if(used[step.index()].is_some_and(|at| at > tree.of(step).end)),
            (_, Some((parent, Arrangement::Instead))) => match tree.of(parent).tail_of {
                Some(branch) => leave[branch.index()],
                None => full_if(tree.last_busy > tree.of(parent).end),
            },
            (_, Some((_, Arrangement::InTurn | Arrangement::Leaf))) => Leave::No,
        };
    }
    leave
}

fn full_if(needed: bool) -> Leave {
    if needed { Leave::Full } else { Leave::No }
}

/// For every step, the last position in the script that uses a variable which the step makes.
///
/// What stands in an `on` that is left to its relay only does not count: nobody waits for it.
fn last_uses(tree: &Tree<'_>) -> Vec<Option<u32>> {
    let bindings = Bindings::resolve(tree);
    let mut used: Vec<Option<u32>> = vec![None; tree.facts.len()];
    for &step in tree.order.iter().rev() {
        let own = bindings.made[step.index()].and_then(|binding| bindings.last_use[binding as usize]);
        let inside = tree
            .children(step)
            .iter()
            .map(|child| used[child.index()])
            .max()
            .flatten();
        used[step.index()] = match tree.op(step) {
            Op::On {
                exit: Exit::ToRelay, ..
            } => None,
            _ => own.max(inside),
        };
    }
    used
}

/// Which variable every name means: names are bound by `new` and by folds, others are known everywhere.
#[derive(Default)]
struct Bindings<'a> {
    /// Innermost binding of a name at the current position; what it was outside stands on the stack of the walk.
    visible: FxHashMap<&'a str, u32>,
    /// The variable that a step makes.
    made: Vec<Option<u32>>,
    /// The last position at which a variable is used.
    last_use: Vec<Option<u32>>,
}

enum Walk<'a> {
    Enter(StepId),
    Restore(&'a str, Option<u32>),
}

impl<'a> Bindings<'a> {
    fn resolve(tree: &Tree<'a>) -> Self {
        let mut bindings = Self {
            made: vec![None; tree.facts.len()],
            ..Self::default()
        };
        let mut position = 0;
        let mut waiting: Vec<Walk<'a>> = tree.order.first().map(|root| Walk::Enter(*root)).into_iter().collect();
        while let Some(walk) = waiting.pop() {
            match walk {
                Walk::Restore(name, Some(binding)) => {
                    bindings.visible.insert(name, binding);
                }
                Walk::Restore(name, None) => {
                    bindings.visible.remove(name);
                }
                Walk::Enter(step) => {
                    let op = tree.op(step);
                    bindings.enter(tree.workflow, step, op, position);
                    position += 1;
                    let bound = match op {
                        Op::New(variable) => Some(variable.name.as_str()),
                        Op::Fold { iterator, .. } => Some(iterator.as_str()),
                        _ => None,
                    };
                    if let Some(name) = bound {
                        let fresh = bindings.fresh();
                        waiting.push(Walk::Restore(name, bindings.visible.insert(name, fresh)));
                    }
                    debug_assert!(bound.is_none() || arrangement(op) == Arrangement::InTurn);
                    waiting.extend(tree.children(step).iter().rev().map(|child| Walk::Enter(*child)));
                }
            }
        }
        bindings
    }

    fn enter(&mut self, workflow: &'a Workflow, step: StepId, op: &'a Op, position: u32) {
        match op {
            Op::Call {
                service,
                function,
                arguments,
                output,
            } => {
                [service, function]
                    .into_iter()
                    .chain(arguments)
                    .for_each(|value| self.uses(value, position));
                self.makes(step, output.as_ref());
            }
            Op::Canon { source, target } => {
                self.uses_name(&source.name, position);
                self.makes(step, Some(target));
            }
            Op::Ap { source, target } => {
                self.uses(source, position);
                self.makes(step, Some(target));
            }
            Op::ApMap { key, value, target } => {
                self.uses(key, position);
                self.uses(value, position);
                self.makes(step, Some(target));
            }
            Op::Fail(value) => self.uses(value, position),
            Op::Fold { iterable, .. } => self.uses(iterable, position),
            Op::Next(iterator) => self.uses_name(iterator, position),
            Op::Match { left, right, .. } => {
                self.uses(left, position);
                self.uses(right, position);
            }
            Op::On { place, .. } => {
                let places = workflow.places();
                let peers = places
                    .peer_of(*place)
                    .into_iter()
                    .chain(places.relays_of(*place).iter().copied());
                peers.for_each(|peer| self.uses(places.whom(peer).value(), position));
            }
            Op::New(_) | Op::Null | Op::Never | Op::Seq | Op::Par | Op::Xor | Op::Detach => {}
        }
    }

    fn uses(&mut self, value: &'a Value, position: u32) {
        if let Value::Variable(variable, _) = value {
            self.uses_name(&variable.name, position);
        }
        if let Some(Lens::Path(accessors)) = value.lens() {
            for accessor in accessors {
                if let Accessor::Scalar(name) = accessor {
                    self.uses_name(name, position);
                }
            }
        }
    }

    fn uses_name(&mut self, name: &'a str, position: u32) {
        let binding = self.meant(name);
        self.last_use[binding as usize] = Some(position);
    }

    fn makes(&mut self, step: StepId, target: Option<&'a Variable>) {
        self.made[step.index()] = target.map(|variable| self.meant(&variable.name));
    }

    fn meant(&mut self, name: &'a str) -> u32 {
        if let Some(binding) = self.visible.get(name) {
            return *binding;
        }
        let fresh = self.fresh();
        self.visible.insert(name, fresh);
        fresh
    }

    fn fresh(&mut self) -> u32 {
        self.last_use.push(None);
        (self.last_use.len() - 1) as u32
    }
}
