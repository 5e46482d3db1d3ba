//! How far the particle has to leave each step: depends on whether later steps use what it writes.

use super::dataflow::Dataflow;
use super::tree::{Arrangement, Tree};
use crate::workflow::{Exit, Op};

/// How far the particle travels when a step is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ExitDistance {
    /// It stays: the next step has hops of its own.
    Stay,
    /// To the last relay.
    ToRelay,
    /// To where execution continues.
    Full,
}

/// Computes the exit distance of every step.
pub(super) fn exits(tree: &Tree<'_>, dataflow: &Dataflow) -> Vec<ExitDistance> {
    let last_uses = last_uses(tree, dataflow);
    let mut exits = vec![ExitDistance::Stay; tree.facts.len()];
    // Parents first: an alternative at the tail of a branch is left like the branch.
    for &step in &tree.order {
        exits[step.index()] = match (tree.op(step), tree.around(step)) {
            (
                Op::On {
                    exit: Exit::ToRelay, ..
                },
                _,
            ) => ExitDistance::ToRelay,
            (Op::Fail(_), _) | (_, None) => ExitDistance::Stay,
            (_, Some((_, Arrangement::Parallel))) => {
                full_if(last_uses[step.index()].is_some_and(|position| position > tree.of(step).end))
            }
            (_, Some((parent, Arrangement::Alternative))) => match tree.of(parent).tail_of {
                Some(branch) => exits[branch.index()],
                None => full_if(tree.last_active > tree.of(parent).end),
            },
            (_, Some((_, Arrangement::Sequential | Arrangement::Leaf))) => ExitDistance::Stay,
        };
    }
    exits
}

fn full_if(is_needed: bool) -> ExitDistance {
    if is_needed {
        ExitDistance::Full
    } else {
        ExitDistance::Stay
    }
}

/// For every step, the last position that reads a variable which the step or one of its descendants writes.
///
/// An `on` that is left to its relay only does not count: no later step waits for it.
fn last_uses(tree: &Tree<'_>, dataflow: &Dataflow) -> Vec<Option<u32>> {
    let mut last_uses: Vec<Option<u32>> = vec![None; tree.facts.len()];
    for &step in tree.order.iter().rev() {
        let own = dataflow.written[step.index()].and_then(|variable| dataflow.last_read[variable.index()]);
        let inside = tree
            .children(step)
            .iter()
            .map(|child| last_uses[child.index()])
            .max()
            .flatten();
        last_uses[step.index()] = match tree.op(step) {
            Op::On {
                exit: Exit::ToRelay, ..
            } => None,
            _ => own.max(inside),
        };
    }
    last_uses
}
