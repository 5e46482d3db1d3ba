//! The stack of operations whose nested operation runs.
//!
//! The stack is on the heap, so that neither deep scripts nor long folds overflow the thread's stack. A waiting call records
//! the frames that it returns to. From then on they are shared ([`Frames`]). Until then the [`Stack`] owns them.

use super::error_objects::Errors;
use super::fold::StreamFold;
use super::snapshots::Popped;
use crate::memory::{self, footprints, sizes};
use aqua_air::{OperationId, Slot, StreamScopeId};
use std::sync::Arc;
use triomphe::Arc as Shared;

/// An operation whose nested operation runs.
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
    /// `new` of a scalar or of a canonicalised stream or map.
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

/// A running `par`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Par {
    pub(super) id: OperationId,
    pub(super) left: OperationId,
    pub(super) right: OperationId,
    /// Position of its state in the resulting trace.
    pub(super) position: usize,
    /// Number of records when it began.
    pub(super) records: usize,
}

/// The end of a side of a `par`.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) complete: bool,
    pub(super) failed: bool,
    /// Errors as the workflow sees them at its end; kept if something in it was recorded.
    pub(super) errors: Option<Shared<Errors>>,
}

/// The stack of a run in progress.
#[derive(Debug, Default)]
pub(super) struct Stack {
    shared: Frames,
    /// The frames above them.
    own: Vec<Frame>,
    /// Memory in bytes of the links that are in no recording.
    fresh: usize,
}

/// Memory of a shared frame.
const LINK: usize = memory::ARC + FRAME + 32;
sizes! {
    FRAME: Frame = 48;
    STREAM_FOLD: StreamFold = 120;
}

impl Stack {
    /// Adds a frame. It is constructed in place, because copying it there stalls processors.
    pub(super) fn push(&mut self, frame: impl FnOnce() -> Frame) {
        self.own.extend(std::iter::once_with(frame));
    }

    /// Removes the innermost frame.
    pub(super) fn drop_top(&mut self) {
        match self.own.len() {
            0 => drop(self.pop_shared()),
            own => self.own.truncate(own - 1),
        }
    }

    /// Takes the innermost frame.
    pub(super) fn pop(&mut self) -> Option<Frame> {
        self.own.pop().or_else(|| self.pop_shared())
    }

    fn pop_shared(&mut self) -> Option<Frame> {
        let Popped { value, is_freed } = self.shared.pop()?;
        if is_freed {
            self.fresh = self.fresh.saturating_sub(link_size(&value));
        }
        Some(value)
    }

    pub(super) fn depth(&self) -> usize {
        self.shared.depth() + self.own.len()
    }

    pub(super) fn top(&self) -> Option<&Frame> {
        self.own.last().or_else(|| self.shared.top())
    }

    /// All frames, in a form whose copies are cheap.
    pub(super) fn frames(&mut self) -> &Frames {
        for frame in self.own.drain(..) {
            self.fresh += link_size(&frame);
            self.shared.push(frame);
        }
        &self.shared
    }

    /// The memory that a recording made now retains and former ones don't.
    pub(super) fn take_fresh(&mut self) -> usize {
        std::mem::take(&mut self.fresh)
    }
}

impl From<Frames> for Stack {
    fn from(shared: Frames) -> Self {
        Self {
            shared,
            own: Vec::new(),
            fresh: 0,
        }
    }
}

/// Recorded frames. Copies share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Frames(Option<Arc<Link>>);

#[derive(Debug)]
struct Link {
    frame: Frame,
    below: Frames,
    depth: usize,
    /// The nearest side of a `par` below this frame.
    side_below: Frames,
    /// The nearest frame below this one after which another part of the script may run: the left side of a `par`, a
    /// generation of a fold.
    branch_below: Frames,
}

fn link_size(frame: &Frame) -> usize {
    LINK + if matches!(frame, Frame::Generation(_)) {
        STREAM_FOLD
    } else {
        0
    }
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

    fn pop(&mut self) -> Option<Popped<Frame>> {
        let (value, below, is_freed) = match Arc::try_unwrap(self.0.take()?) {
            Ok(Link { frame, below, .. }) => (frame, below, true),
            Err(shared) => (shared.frame.clone(), shared.below.clone(), false),
        };
        *self = below;
        Some(Popped { value, is_freed })
    }

    fn depth(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.depth)
    }

    fn top(&self) -> Option<&Frame> {
        self.0.as_deref().map(|link| &link.frame)
    }

    /// The first frame of each stack above their common part; none where a stack is part of the other.
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

    /// Running sides of `par`, from the innermost, each with its depth.
    pub(super) fn sides(&self) -> impl Iterator<Item = (usize, &Frame)> {
        self.nearest(Frame::is_side, |link| &link.side_below)
    }

    /// Running left sides of `par` and generations of folds, from the innermost, each with its depth.
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
    /// Frame by frame, so that many frames don't overflow the thread's stack. `below` also owns what `side_below` and
    /// `branch_below` refer to.
    fn drop(&mut self) {
        let mut rest = self.0.take();
        while let Some(Link { mut below, .. }) = rest.and_then(Arc::into_inner) {
            rest = below.0.take();
        }
    }
}

footprints! {
    Vec<Frames> = 24;
}
