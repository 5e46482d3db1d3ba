//! The order of two points of a full run.
//!
//! A point is identified by its stack of frames. Where two stacks diverge, the frames determine which side runs first.

use super::super::frames::{Frame, Frames};
use super::Task;
use std::cmp::Ordering;

/// The order of an instruction that runs now and a fold that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Relation {
    /// The fold runs first.
    FoldBefore,
    /// The fold runs later, so it sees the effects of the instruction.
    FoldAfter,
    /// The instruction is part of the fold's body, or the order is unknown.
    Unordered,
}

/// The order of an instruction and a fold, each within its frames.
pub(in super::super) fn relation(instruction: &Frames, fold: &Frames) -> Relation {
    match instruction.divergence(fold) {
        (Some(one), Some(other)) => match sides(one, other) {
            Some(Ordering::Less) => Relation::FoldAfter,
            Some(Ordering::Greater) => Relation::FoldBefore,
            _ => Relation::Unordered,
        },
        // The right side of a `seq` no longer has its frame.
        (Some(Frame::Seq { .. }), None) => Relation::FoldAfter,
        (None, Some(Frame::Seq { .. }) | None) => Relation::FoldBefore,
        _ => Relation::Unordered,
    }
}

/// The order of two tasks, if it is known.
pub(super) fn order(one: &Task, one_frames: &Frames, other: &Task, other_frames: &Frames) -> Option<Ordering> {
    match one_frames.divergence(other_frames) {
        (Some(one), Some(other)) => sides(one, other),
        (None, Some(frame)) => (is_inside(frame, one) || is_left(frame)).then_some(Ordering::Greater),
        (Some(frame), None) => (is_inside(frame, other) || is_left(frame)).then_some(Ordering::Less),
        (None, None) => match (one, other) {
            (Task::Extend(fold), Task::EndFold(ended)) if fold == ended => Some(Ordering::Less),
            (Task::EndFold(ended), Task::Extend(fold)) if fold == ended => Some(Ordering::Greater),
            _ => None,
        },
    }
}

fn is_left(frame: &Frame) -> bool {
    matches!(frame, Frame::Seq { .. })
}

/// Whether a frame belongs to the `par` or fold that the task is about.
fn is_inside(frame: &Frame, task: &Task) -> bool {
    match (frame, task) {
        (Frame::ParLeft(par) | Frame::ParRight { par, .. }, Task::EndPar(position)) => par.position == *position,
        (Frame::Generation(fold), Task::Extend(position) | Task::EndFold(position)) => fold.trace.0 == *position,
        _ => false,
    }
}

/// The order of two frames above a common stack.
fn sides(one: &Frame, other: &Frame) -> Option<Ordering> {
    match (one, other) {
        (Frame::ParLeft(one), Frame::ParRight { par: other, .. }) if one.position == other.position => {
            Some(Ordering::Less)
        }
        (Frame::ParRight { par: one, .. }, Frame::ParLeft(other)) if one.position == other.position => {
            Some(Ordering::Greater)
        }
        (Frame::Generation(one), Frame::Generation(other)) if one.trace == other.trace => {
            Some(one.generations.cmp(&other.generations))
        }
        (Frame::Xor { .. }, Frame::Handler) => Some(Ordering::Less),
        (Frame::Handler, Frame::Xor { .. }) => Some(Ordering::Greater),
        // The later the right side of a sequence runs, the later it is in the text.
        (Frame::Seq { right: one }, Frame::Seq { right: other }) => Some(one.cmp(other)),
        (Frame::Seq { .. }, _) => Some(Ordering::Less),
        (_, Frame::Seq { .. }) => Some(Ordering::Greater),
        _ => None,
    }
}
