//! What a run records so that a later step can resume it where calls wait.

use super::Machine;
use super::canon_map::CanonMap;
use super::error_objects::Errors;
use super::fold::{FoldParts, Iteration, Source, StreamFold};
use super::frames::{Frames, Par, Side};
use super::invalidation::Invalidation;
use super::item::{CanonStream, Item};
use super::scalars::{Levels, Variables};
use super::snapshots::{Array, Stack};
use super::stream::Streams;
use crate::memory::{footprints, sizes};
use crate::trace::{Event, TraceToken};
use aqua_air::OperationId;
use std::sync::Arc;
use triomphe::Arc as Shared;

/// The variables that an instruction sees. The contents of streams are not among them.
#[derive(Debug, Clone)]
pub(super) struct Context {
    pub(super) levels: Levels,
    pub(super) scalars: Variables<Item>,
    pub(super) canon_streams: Variables<CanonStream>,
    pub(super) canon_maps: Variables<CanonMap>,
    pub(super) iterators: Array<Shared<Iteration>>,
    /// By scope, the streams that enclosing `new` instructions opened.
    pub(super) streams: Array<Stack<usize>>,
    pub(super) maps: Array<Stack<usize>>,
    pub(super) errors: Shared<Errors>,
}

/// A call that waits for a service of this peer.
#[derive(Debug, Clone)]
pub(super) struct WaitingCall {
    pub(super) id: OperationId,
    /// Position of its state in the trace.
    pub(super) position: usize,
    /// Whether everything that ran before was complete.
    pub(super) complete: bool,
    pub(super) frames: Frames,
    pub(super) context: Context,
    /// Memory of the frames and the context that no earlier record shares.
    pub(super) size: usize,
}

/// A `par` that ended while something in it waits or may continue.
#[derive(Debug, Clone)]
pub(super) struct EndedPar {
    pub(super) left: Side,
    pub(super) right: Side,
    /// Whether it was complete when the instruction after it last ran.
    pub(super) complete: bool,
    /// What the instruction after it sees.
    pub(super) exit: Context,
    /// The frames around it.
    pub(super) frames: Frames,
    /// Its end in the trace.
    pub(super) end: TraceToken,
}

/// A fold over a stream that continues when the stream grows.
#[derive(Debug, Clone)]
pub(super) struct EndedFold {
    pub(super) parts: FoldParts,
    pub(super) source: Source,
    /// Number of its stream.
    pub(super) stream: usize,
    /// Generations that it has gone through.
    pub(super) generations: usize,
    /// Whether one of them was complete.
    pub(super) done: bool,
    /// Whether the run is complete where a further generation would begin.
    pub(super) complete_before_next: bool,
    /// Whether one was complete when the instruction after the fold last ran.
    pub(super) complete: bool,
    /// What the instruction after it sees.
    pub(super) exit: Context,
    /// The frames around it.
    pub(super) frames: Frames,
    /// Its end in the trace.
    pub(super) end: TraceToken,
}

/// A run that waits for answers, or has nothing left to do.
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
    /// Approximate memory in bytes.
    pub(crate) size: usize,
    /// Events between the states of its trace, each with the number of states before it.
    pub(crate) events: Arc<[(usize, Event)]>,
}

sizes! {
    EVENT: (usize, Event) = 32;
}

footprints! {
    WaitingCall = 184;
    EndedPar = 208;
    EndedFold = 216;
}

/// Records a run in progress.
#[derive(Debug)]
pub(super) struct Recorder {
    is_on: bool,
    pub(super) recording: Recording,
    /// Number of records made.
    pub(super) records: usize,
    /// Why the recording is of no use, if it is not.
    pub(super) invalidation: Option<Invalidation>,
}

impl Recording {
    /// Whether any call waits.
    pub(crate) fn waits(&self) -> bool {
        self.waiting > 0
    }

    /// Removes the waiting call with that id.
    pub(super) fn take_call(&mut self, id: u32) -> Option<WaitingCall> {
        let call = self.calls.remove(id as usize)?;
        self.waiting -= 1;
        self.size = self.size.saturating_sub(call.size);
        Some(call)
    }
}

impl Recorder {
    pub(super) fn new(is_on: bool) -> Self {
        Self {
            is_on,
            recording: Recording::default(),
            records: 0,
            invalidation: None,
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.is_on
    }

    /// Continues a recording.
    pub(super) fn resume(recording: Recording) -> Self {
        Self {
            recording,
            ..Self::new(true)
        }
    }

    /// The recording, unless it is invalid; an empty one if no calls wait.
    ///
    /// `parsed` gives the memory of the values that the run made of stored content.
    pub(super) fn finish(
        mut self,
        streams: Streams,
        maps: Streams,
        events: Vec<(usize, Event)>,
        parsed: impl FnOnce() -> usize,
    ) -> Option<Recording> {
        if !self.is_on || self.invalidation.is_some() {
            return None;
        }
        if self.recording.waiting == 0 {
            return Some(Recording::default());
        }
        self.recording.size += parsed() + events.len() * EVENT;
        self.recording.streams = streams;
        self.recording.maps = maps;
        for streams in [&mut self.recording.streams, &mut self.recording.maps] {
            streams.seal();
            self.recording.size += streams.take_fresh();
        }
        // A resumed run has none and needs none: its trace has them.
        self.recording.events = events.into();
        Some(self.recording)
    }
}

impl Machine<'_> {
    /// The variables as they are now, and the memory that they add to the recording.
    pub(super) fn context(&mut self) -> (Context, usize) {
        let size = self.scalars.take_fresh()
            + self.canon_streams.take_fresh()
            + self.canon_maps.take_fresh()
            + self.iterators.take_fresh()
            + self.open_streams.take_fresh()
            + self.open_maps.take_fresh();
        let context = Context {
            levels: self.levels.clone(),
            scalars: self.scalars.clone(),
            canon_streams: self.canon_streams.clone(),
            canon_maps: self.canon_maps.clone(),
            iterators: self.iterators.clone(),
            streams: self.open_streams.clone(),
            maps: self.open_maps.clone(),
            errors: self.errors.clone(),
        };
        (context, size)
    }

    /// Counts memory that recorded variables and streams retain.
    pub(super) fn retain(&mut self, bytes: impl FnOnce() -> usize) {
        if self.recorder.is_on {
            self.recorder.recording.size += bytes();
        }
    }

    /// Restores what an instruction saw.
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

    /// Records a call that waits.
    pub(super) fn record_call(&mut self, id: OperationId, call_id: u32) {
        if !self.recorder.is_on {
            return;
        }
        let frames = self.frames.frames().clone();
        let (context, size) = self.context();
        let size = size + self.frames.take_fresh();
        let waiting = WaitingCall {
            id,
            position: self.trace.position(),
            complete: self.complete,
            frames,
            context,
            size,
        };
        if self.recorder.recording.calls.get(call_id as usize).is_some() {
            self.invalidate(Invalidation::DuplicateCallId);
        }
        self.recorder.records += 1;
        let recording = &mut self.recorder.recording;
        recording.waiting += 1;
        recording.size += size + recording.calls.set(call_id as usize, waiting);
    }

    /// Records the end of a `par` if anything in it was recorded.
    pub(super) fn record_par(&mut self, par: Par, left: Side, right: Side) {
        if !self.recorder.is_on || self.recorder.records == par.records {
            return;
        }
        let frames = self.frames.frames().clone();
        let (exit, size) = self.context();
        let size = size + self.frames.take_fresh();
        let ended = EndedPar {
            left,
            right,
            complete: self.complete,
            exit,
            frames,
            end: self.trace.last_end(),
        };
        let recording = &mut self.recorder.recording;
        recording.size += size + recording.pars.set(par.position, ended);
    }

    /// Records the end of a fold over a stream.
    pub(super) fn record_fold(&mut self, fold: &StreamFold) {
        if !self.recorder.is_on {
            return;
        }
        let frames = self.frames.frames().clone();
        let (exit, size) = self.context();
        let size = size + self.frames.take_fresh();
        let ended = EndedFold {
            parts: fold.parts,
            source: fold.source,
            stream: fold.stream,
            generations: fold.generations,
            done: fold.done,
            complete_before_next: self.complete,
            complete: fold.done,
            exit,
            frames,
            end: self.trace.last_end(),
        };
        self.recorder.records += 1;
        let recording = &mut self.recorder.recording;
        recording.size += size + recording.folds.set(fold.trace.0, ended);
        self.stream(fold.source, fold.stream).folds.push(fold.trace.0);
        self.check_fold_end(fold);
    }
}
