//! What an instruction of a run that is taken up could change elsewhere.
//!
//! The run sees what was seen where its call waited. That is what a run of the whole script would see, unless another
//! part of the script, which has run before and does not run again, reads or should have written what this part writes or
//! reads. Where that can't be excluded the run is given up.

use super::super::Machine;
use super::super::fold::Source;
use super::super::frames::{Frame, Frames};
use super::super::recording::Recording;
use super::Work;
use super::order::{Relation, relation};
use aqua_air::Slot;

impl Machine<'_> {
    /// A variable is going to be written. Only the side of the `par` at hand may use it.
    pub(in super::super) fn watch_writing(&mut self, slot: Slot) {
        let Some(growth) = &self.growth else { return };
        let side = self.frames.frames().sides().find(|(depth, _)| *depth <= growth.depth);
        let places = match side {
            Some((_, Frame::ParLeft(par))) => par.left.index()..par.right.index(),
            Some((_, Frame::ParRight { par, .. })) => growth.shape.places(par.right),
            _ => return,
        };
        if !growth.shape.is_used_only_in(slot, &places) {
            self.give_up();
        }
    }

    /// A value was added: folds behind go on with it. Those that found no stream would begin.
    pub(in super::super) fn watch_adding(&mut self, source: Source, number: usize) {
        let Some(growth) = &mut self.growth else { return };
        let streams = match source {
            Source::Stream(_) => &self.streams,
            Source::Map(_) => &self.maps,
        };
        let here = self.frames.frames();
        let mut is_entangled = streams
            .wanted(source.scope().index())
            .any(|frames| relation(here, frames) != Relation::FoldBefore);
        for fold in streams.get(number).into_iter().flat_map(|stream| &stream.folds) {
            let ended = self.recorder.recording.folds.get(*fold);
            match ended.map(|ended| relation(here, &ended.frames)) {
                Some(Relation::FoldBefore) => {}
                Some(Relation::FoldBehind) => growth.plan(Work::Extend(*fold)),
                Some(Relation::Entangled) | None => is_entangled = true,
            }
        }
        if is_entangled {
            self.give_up();
        }
    }

    /// A stream is going to be read. Nothing that comes later may have added to it.
    pub(in super::super) fn watch_reading(&mut self, source: Source) {
        let Some(growth) = &self.growth else { return };
        let shape = &growth.shape;
        let scope = source.scope();
        let is_old = |(depth, _): &(usize, &Frame)| *depth <= growth.depth;
        let (here, recording) = (self.frames.frames(), &self.recorder.recording);
        let par_adds = here.sides().filter(is_old).any(|(_, frame)| {
            let (par, may_right_add) = match frame {
                Frame::ParLeft(par) => (par, shape.may_add(scope, shape.places(par.right))),
                Frame::ParRight { par, .. } => (par, false),
                _ => return true,
            };
            may_right_add
                || (is_par_complete(recording, par.position) && shape.may_add_outside(scope, &shape.places(par.id)))
        });
        let fold_adds = here.branches().filter(is_old).any(|(_, frame)| match frame {
            Frame::Generation(fold) => match recording.folds.get(fold.trace.0) {
                Some(ended) => {
                    let places = shape.places(fold.parts.id);
                    (fold.generations < ended.generations && shape.may_add(scope, places.clone()))
                        || (ended.complete && shape.may_add_outside(scope, &places))
                }
                None => true,
            },
            _ => false,
        });
        if par_adds || fold_adds {
            self.give_up();
        }
    }

    /// Whether those frames belong to a part of the script beside which others have run, or will with what was seen at the
    /// end of this one.
    pub(super) fn goes_on_elsewhere(frames: &Frames) -> bool {
        frames.sides().next().is_some() || frames.branches().next().is_some()
    }
}

fn is_par_complete(recording: &Recording, position: usize) -> bool {
    recording.pars.get(position).is_none_or(|ended| ended.complete)
}
