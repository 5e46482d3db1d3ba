//! The operations that wait for a nested one.
//!
//! A machine of its own stack keeps neither deep scripts nor long folds on the thread's. A call that waits keeps the frames
//! it has to return to: from then on they are shared, until then the [`Stack`] has them to itself.

use super::error_objects::Errors;
use super::fold::StreamFold;
use aqua_air::{OperationId, Slot, StreamScopeId};
use std::sync::Arc;
use triomphe::Arc as Shared;

/// An operation that waits for a nested one.
#[derive(Debug, Clone)]
pub(super) enum Frame {
    /// `seq`, its left side runs.
    Seq { right: OperationId },
    /// `xor`, its left side runs.
    Xor { right: OperationId },
    /// `xor`, its right side runs.
    Handler,
    /// `par`, its left side runs.
    ParLeft(Par),
    /// `par`, its right side runs.
    ParRight { par: Par, left: Side },
    /// `new` of a scalar, frozen stream or frozen map.
    New { slot: Slot },
    /// `new` of a stream.
    NewStream { scope: StreamScopeId },
    /// `new` of a stream map.
    NewMap { scope: StreamScopeId },
    /// `fold`, the body of its first item runs.
    Fold { iterator: Slot },
    /// `fold` over a stream, the body of the first value of a generation runs.
    Generation(Box<StreamFold>),
    /// `next`, the body of the next item runs.
    Next { id: OperationId, iterator: Slot },
}

/// A `par` that runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Par {
    pub(super) id: OperationId,
    pub(super) left: OperationId,
    pub(super) right: OperationId,
    /// Where its state stands in the resulting trace.
    pub(super) position: usize,
    /// How many records there were when it began.
    pub(super) records: usize,
}

/// How a side of a `par` ended.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) complete: bool,
    pub(super) failed: bool,
    /// Errors as the workflow sees them at its end; kept where the run can be taken up again.
    pub(super) errors: Option<Shared<Errors>>,
}

/// The stack of a run in progress.
#[derive(Debug, Default)]
pub(super) struct Stack {
    kept: Frames,
    /// Those above that nobody keeps.
    own: Vec<Frame>,
}

impl Stack {
    /// Adds a frame, which is made in its place: one that is copied there makes processors wait.
    pub(super) fn push(&mut self, frame: impl FnOnce() -> Frame) {
        self.own.extend(std::iter::once_with(frame));
    }

    /// Forgets the latest frame.
    pub(super) fn drop_top(&mut self) {
        match self.own.len() {
            0 => drop(self.kept.pop()),
            own => self.own.truncate(own - 1),
        }
    }

    /// Takes the latest frame.
    pub(super) fn pop(&mut self) -> Option<Frame> {
        self.own.pop().or_else(|| self.kept.pop())
    }

    pub(super) fn depth(&self) -> usize {
        self.kept.depth() + self.own.len()
    }

    pub(super) fn top(&self) -> Option<&Frame> {
        self.own.last().or_else(|| self.kept.top())
    }

    /// All frames, in a form whose copies are cheap.
    pub(super) fn frames(&mut self) -> &Frames {
        for frame in self.own.drain(..) {
            self.kept.push(frame);
        }
        &self.kept
    }
}

impl From<Frames> for Stack {
    fn from(kept: Frames) -> Self {
        let own = Vec::new();
        Self { kept, own }
    }
}

/// Frames that are kept: copies share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Frames(Option<Arc<Link>>);

#[derive(Debug)]
struct Link {
    frame: Frame,
    below: Frames,
    depth: usize,
    /// The nearest side of a `par` below this frame.
    side_below: Frames,
    /// The nearest frame below this one after which the script may go on elsewhere: the left side of a `par`, a
    /// generation of a fold.
    branch_below: Frames,
}

impl Frame {
    fn is_side(&self) -> bool {
        matches!(self, Self::ParLeft(_) | Self::ParRight { .. })
    }

    fn is_branch(&self) -> bool {
        matches!(self, Self::ParLeft(_) | Self::Generation(_))
    }
}

impl Frames {
    fn push(&mut self, frame: Frame) {
        let below = std::mem::take(self);
        let nearest = |is_wanted: fn(&Frame) -> bool, further: fn(&Link) -> &Self| match below.0.as_deref() {
            Some(link) if is_wanted(&link.frame) => below.clone(),
            Some(link) => further(link).clone(),
            None => Self(None),
        };
        self.0 = Some(Arc::new(Link {
            depth: below.depth() + 1,
            side_below: nearest(Frame::is_side, |link| &link.side_below),
            branch_below: nearest(Frame::is_branch, |link| &link.branch_below),
            frame,
            below,
        }));
    }

    /// Takes the latest frame.
    fn pop(&mut self) -> Option<Frame> {
        let (frame, below) = match Arc::try_unwrap(self.0.take()?) {
            Ok(Link { frame, below, .. }) => (frame, below),
            Err(kept) => (kept.frame.clone(), kept.below.clone()),
        };
        *self = below;
        Some(frame)
    }

    fn depth(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.depth)
    }

    fn top(&self) -> Option<&Frame> {
        self.0.as_deref().map(|link| &link.frame)
    }

    /// The frames of both above those they have in common; none where one stack is part of the other.
    pub(super) fn divergence<'f>(&'f self, other: &'f Self) -> (Option<&'f Frame>, Option<&'f Frame>) {
        let (mut one, mut two) = (self, other);
        let (mut above_one, mut above_two) = (None, None);
        loop {
            match (one.0.as_deref(), two.0.as_deref()) {
                (Some(link), other) if other.is_none_or(|other| link.depth > other.depth) => {
                    above_one = Some(&link.frame);
                    one = &link.below;
                }
                (one, Some(link)) if one.is_none_or(|one| link.depth > one.depth) => {
                    above_two = Some(&link.frame);
                    two = &link.below;
                }
                (Some(link), Some(other)) if !std::ptr::eq(link, other) => {
                    (above_one, above_two) = (Some(&link.frame), Some(&other.frame));
                    (one, two) = (&link.below, &other.below);
                }
                _ => return (above_one, above_two),
            }
        }
    }

    /// Sides of `par` that run, from the innermost; with each the number of frames up to it.
    pub(super) fn sides(&self) -> impl Iterator<Item = (usize, &Frame)> {
        self.nearest(Frame::is_side, |link| &link.side_below)
    }

    /// Left sides of `par` and generations of folds that run, from the innermost; with each the number of frames up to it.
    pub(super) fn branches(&self) -> impl Iterator<Item = (usize, &Frame)> {
        self.nearest(Frame::is_branch, |link| &link.branch_below)
    }

    fn nearest(
        &self,
        is_wanted: fn(&Frame) -> bool,
        further: fn(&Link) -> &Self,
    ) -> impl Iterator<Item = (usize, &Frame)> {
        let first = self.0.as_deref().and_then(|link| {
            if is_wanted(&link.frame) {
                Some(link)
            } else {
                further(link).0.as_deref()
            }
        });
        std::iter::successors(first, move |link| further(link).0.as_deref()).map(|link| (link.depth, &link.frame))
    }
}

impl Drop for Frames {
    /// Frame by frame: many frames must not exhaust the thread's stack. What `side_below` and `branch_below` name is held by
    /// `below`, too.
    fn drop(&mut self) {
        let mut rest = self.0.take();
        while let Some(Link { mut below, .. }) = rest.and_then(Arc::into_inner) {
            rest = below.0.take();
        }
    }
}
