//! What a run keeps so that it can be taken up again where calls wait.

use super::canon_map::CanonMap;
use super::error_objects::Errors;
use super::fold::{FoldParts, Iteration, Source, StreamFold};
use super::frames::{Frames, Par, Side};
use super::item::{CanonStream, Item};
use super::scalars::{Levels, Variables};
use super::snapshots::{Array, Stack};
use super::stream::Streams;
use super::{Machine, Outcome};
use crate::failure::Catchable;
use crate::trace::Event;
use aqua_air::OperationId;
use std::sync::Arc;
use triomphe::Arc as Shared;

/// What an instruction can see, besides the contents of streams.
#[derive(Debug, Clone)]
pub(super) struct Context {
    pub(super) levels: Levels,
    pub(super) scalars: Variables<Item>,
    pub(super) canon_streams: Variables<CanonStream>,
    pub(super) canon_maps: Variables<CanonMap>,
    pub(super) iterators: Array<Shared<Iteration>>,
    /// Open `new` of streams by scope.
    pub(super) streams: Array<Stack<usize>>,
    pub(super) maps: Array<Stack<usize>>,
    pub(super) errors: Shared<Errors>,
}

/// A call that waits for the answer of a service of this peer.
#[derive(Debug, Clone)]
pub(super) struct WaitingCall {
    pub(super) id: OperationId,
    /// Where its state stands in the trace.
    pub(super) position: usize,
    /// Whether everything that ran before was complete.
    pub(super) complete: bool,
    pub(super) frames: Frames,
    pub(super) context: Context,
}

/// A `par` that ended while something in it waits or may go on.
#[derive(Debug, Clone)]
pub(super) struct EndedPar {
    pub(super) left: Side,
    pub(super) right: Side,
    /// Whether it was complete when what stands behind it last asked.
    pub(super) complete: bool,
    /// What is seen behind it.
    pub(super) exit: Context,
    /// The frames around it.
    pub(super) frames: Frames,
}

/// A fold over a stream that goes on when the stream grows.
#[derive(Debug, Clone)]
pub(super) struct EndedFold {
    pub(super) parts: FoldParts,
    pub(super) source: Source,
    /// Number of its stream.
    pub(super) stream: usize,
    /// Generations that it went through.
    pub(super) generations: usize,
    /// Whether one of them was complete.
    pub(super) done: bool,
    /// Whether what ran before a further generation would be complete.
    pub(super) complete_before_next: bool,
    /// Whether one was complete when what stands behind the fold last asked.
    pub(super) complete: bool,
    /// What is seen behind it.
    pub(super) exit: Context,
    /// The frames around it.
    pub(super) frames: Frames,
}

/// A run that waits for answers, or is at rest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recording {
    /// By call id.
    pub(super) calls: Array<WaitingCall>,
    /// By position.
    pub(super) pars: Array<EndedPar>,
    /// By position.
    pub(super) folds: Array<EndedFold>,
    pub(super) streams: Streams,
    pub(super) maps: Streams,
    /// How many calls wait.
    pub(super) waiting: usize,
    /// What happened between the states of its trace, each with the number of states before it.
    pub(crate) events: Arc<[(usize, Event)]>,
}

/// Keeps where a run can be taken up again.
#[derive(Debug)]
pub(super) struct Recorder {
    is_on: bool,
    pub(super) recording: Recording,
    /// How often something was kept.
    pub(super) records: usize,
    /// Whether a further run, without news, would do as this one did.
    is_regular: bool,
}

impl Recording {
    /// Whether any call waits.
    pub(crate) fn waits(&self) -> bool {
        self.waiting > 0
    }
}

impl Recorder {
    pub(super) fn new(is_on: bool) -> Self {
        Self {
            is_on,
            recording: Recording::default(),
            records: 0,
            is_regular: true,
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.is_on
    }

    /// Goes on with a former recording.
    pub(super) fn resume(recording: Recording) -> Self {
        Self {
            recording,
            ..Self::new(true)
        }
    }

    /// The recording, if it can be relied on; an empty one if no calls wait.
    pub(super) fn finish(mut self, streams: Streams, maps: Streams, events: Vec<(usize, Event)>) -> Option<Recording> {
        if !self.is_on || !self.is_regular {
            return None;
        }
        if self.recording.waiting == 0 {
            return Some(Recording::default());
        }
        self.recording.streams = streams;
        self.recording.maps = maps;
        self.recording.streams.settle();
        self.recording.maps.settle();
        self.recording.events = events.into();
        Some(self.recording)
    }
}

impl Machine<'_> {
    pub(super) fn context(&self) -> Context {
        Context {
            levels: self.levels.clone(),
            scalars: self.scalars.clone(),
            canon_streams: self.canon_streams.clone(),
            canon_maps: self.canon_maps.clone(),
            iterators: self.iterators.clone(),
            streams: self.open_streams.clone(),
            maps: self.open_maps.clone(),
            errors: self.errors.clone(),
        }
    }

    /// Sees what was seen there.
    pub(super) fn enter(&mut self, context: Context) {
        self.levels = context.levels;
        self.scalars = context.scalars;
        self.canon_streams = context.canon_streams;
        self.canon_maps = context.canon_maps;
        self.iterators = context.iterators;
        self.open_streams = context.streams;
        self.open_maps = context.maps;
        self.errors = context.errors;
    }

    /// A call begins to wait, or still does.
    pub(super) fn record_call(&mut self, id: OperationId, call_id: u32) {
        if !self.recorder.is_on {
            return;
        }
        let waiting = WaitingCall {
            id,
            position: self.trace.position(),
            complete: self.complete,
            frames: self.frames.frames().clone(),
            context: self.context(),
        };
        let recorder = &mut self.recorder;
        recorder.records += 1;
        recorder.recording.waiting += 1;
        let former = recorder.recording.calls.entry(call_id as usize).replace(waiting);
        recorder.is_regular &= former.is_none();
    }

    /// A `par` ends.
    pub(super) fn record_par(&mut self, par: Par, left: Side, right: Side) {
        if !self.recorder.is_on || self.recorder.records == par.records {
            return;
        }
        let ended = EndedPar {
            left,
            right,
            complete: self.complete,
            exit: self.context(),
            frames: self.frames.frames().clone(),
        };
        self.recorder.recording.pars.set(par.position, ended);
    }

    /// A fold over a stream ends for now.
    pub(super) fn record_fold(&mut self, fold: &StreamFold) {
        if !self.recorder.is_on {
            return;
        }
        let ended = EndedFold {
            parts: fold.parts,
            source: fold.source,
            stream: fold.stream,
            generations: fold.generations,
            done: fold.done,
            complete_before_next: self.complete,
            complete: fold.done,
            exit: self.context(),
            frames: self.frames.frames().clone(),
        };
        self.recorder.records += 1;
        self.recorder.recording.folds.set(fold.trace.0, ended);
        let stream = self.stream(fold.source, fold.stream);
        stream.folds.push(fold.trace.0);
        if stream.len() != fold.values {
            // A further run goes through what the body added in other generations, and may go on with it or not.
            self.give_up();
        }
    }

    /// A generation of a fold ends. A failed call leaves what ran before it complete only the first time.
    pub(super) fn watch_generation(&mut self, outcome: &Outcome) {
        let has_failed = matches!(outcome, Err(error) if matches!(**error, Catchable::LocalService { .. }));
        self.recorder.is_regular &= !(has_failed && self.complete);
    }

    /// Whether a further run would do as this one did.
    pub(super) fn is_regular(&self) -> bool {
        self.recorder.is_regular
    }

    /// What happens is not as a whole run would have it.
    pub(super) fn give_up(&mut self) {
        self.recorder.is_regular = false;
    }
}
