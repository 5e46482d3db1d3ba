//! Which of two places comes first in a run of the whole script.
//!
//! A place is known by the operations that wait for it. Where two stacks of frames part, the frames say which side runs
//! first.

use super::super::frames::{Frame, Frames};
use super::Work;
use std::cmp::Ordering;

/// What an instruction that runs now and a fold that ended are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// The fold comes first.
    FoldBefore,
    /// The fold comes later, so it sees what the instruction does.
    FoldBehind,
    /// The instruction is part of the fold's body, or it can't be said.
    Entangled,
}

/// How an instruction within those frames stands to a fold within those.
pub(super) fn relation(instruction: &Frames, fold: &Frames) -> Relation {
    match instruction.part(fold) {
        (Some(one), Some(other)) => match sides(one, other) {
            Some(Ordering::Less) => Relation::FoldBehind,
            Some(Ordering::Greater) => Relation::FoldBefore,
            _ => Relation::Entangled,
        },
        // What follows in a `seq` no longer has its frame.
        (Some(Frame::Seq { .. }), None) => Relation::FoldBehind,
        (None, Some(Frame::Seq { .. }) | None) => Relation::FoldBefore,
        _ => Relation::Entangled,
    }
}

/// Which of two pieces of work comes first, if that can be said.
pub(super) fn order(one: &Work, one_frames: &Frames, other: &Work, other_frames: &Frames) -> Option<Ordering> {
    match one_frames.part(other_frames) {
        (Some(one), Some(other)) => sides(one, other),
        (None, Some(frame)) => (is_inside(frame, one) || is_left(frame)).then_some(Ordering::Greater),
        (Some(frame), None) => (is_inside(frame, other) || is_left(frame)).then_some(Ordering::Less),
        (None, None) => match (one, other) {
            (Work::Extend(fold), Work::EndFold(ended)) if fold == ended => Some(Ordering::Less),
            (Work::EndFold(ended), Work::Extend(fold)) if fold == ended => Some(Ordering::Greater),
            _ => None,
        },
    }
}

fn is_left(frame: &Frame) -> bool {
    matches!(frame, Frame::Seq { .. })
}

/// Whether a frame belongs to the `par` or fold that the work is about.
fn is_inside(frame: &Frame, work: &Work) -> bool {
    match (frame, work) {
        (Frame::ParLeft(par) | Frame::ParRight { par, .. }, Work::EndPar(position)) => par.position == *position,
        (Frame::Generation(fold), Work::Extend(position) | Work::EndFold(position)) => fold.trace.0 == *position,
        _ => false,
    }
}

/// The order of two frames over the same ones.
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
        // The right sides of sequences stand later in the text the later they run.
        (Frame::Seq { right: one }, Frame::Seq { right: other }) => Some(one.cmp(other)),
        (Frame::Seq { .. }, _) => Some(Ordering::Less),
        (_, Frame::Seq { .. }) => Some(Ordering::Greater),
        _ => None,
    }
}
