//! Taking up a run where calls waited.
//!
//! A full run of the script finds everything as it was, up to the call that has an answer now. So instead of running the
//! script again, the machine goes back to that call: with the frames that waited for it and what it could see, all kept by
//! the [recording](super::recording). It goes on from there until it waits again. A frame above that has what it had before
//! (something that is not complete) needs no news. Where a side of a `par`, a generation of a fold or the end of both has
//! changed, what stands behind goes on, in the order of a full run: that is the [`Work`] to do.
//!
//! Where something outside could be concerned the attempt is given up ([watch]), and the script runs as a whole.

mod order;
mod watch;

use super::call::Call;
use super::error_objects::Errors;
use super::fold::{Items, StreamFold};
use super::frames::{Frame, Frames, Par};
use super::recording::{Context, EndedFold, Recorder, WaitingCall};
use super::{Begun, Input, Machine, Outcome, Recording, Resumed, Shape};
use crate::data::{CidInfo, ParticleData};
use crate::failure::{ExecutionError, Uncatchable};
use crate::trace::{FoldId, Trace, Tree};
use crate::{CallRequest, CallResult, Cid, Params};
use aqua_air::{Bytecode, Operation};
use ecow::EcoString;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use triomphe::Arc as Shared;

/// Of more answers than these, each must save a run over [`STATES_FOR_AN_ANSWER`].
const FEW: usize = 4;
/// A full run goes over about so many states in the time that taking up a run for one of many answers takes.
const STATES_FOR_AN_ANSWER: usize = 32;

/// A run that waits, and its trace.
#[derive(Debug, Clone)]
pub(crate) struct Resumption {
    pub(crate) recording: Recording,
    pub(crate) tree: Tree,
    pub(crate) last_call_request_id: u32,
}

/// What taking up a run made.
#[derive(Debug)]
pub(crate) struct Grown {
    pub(crate) tree: Tree,
    pub(crate) last_call_request_id: u32,
    /// Where it can be taken up again.
    pub(crate) recording: Option<Recording>,
    /// What the new states name.
    pub(crate) added: CidInfo,
    /// What this peer has to sign in addition.
    pub(crate) own_cids: Vec<Cid>,
    pub(crate) next_peers: BTreeSet<EcoString>,
    pub(crate) call_requests: BTreeMap<u32, CallRequest>,
}

/// What is to be done, each at its place in a full run.
#[derive(Debug)]
pub(super) enum Work {
    /// A call has its answer.
    Answer(Box<WaitingCall>, CallResult),
    /// A fold goes through generations that are new. Named by the position of its state.
    Extend(usize),
    /// A side of a `par` has changed.
    EndPar(usize),
    /// A generation of a fold is complete.
    EndFold(usize),
}

/// The state of an attempt.
#[derive(Debug)]
pub(crate) struct Growth {
    shape: Arc<Shape>,
    /// How many of the frames are of a former run.
    depth: usize,
    /// Errors as the workflow saw them where the present work began.
    errors: Option<Shared<Errors>>,
    /// Whether a frame of a former run ends, which has gone its way back before.
    passes_back: bool,
    works: Vec<Work>,
}

impl Growth {
    fn plan(&mut self, work: Work) {
        let is_planned = self.works.iter().any(|planned| match (planned, &work) {
            (Work::Extend(one), Work::Extend(other))
            | (Work::EndPar(one), Work::EndPar(other))
            | (Work::EndFold(one), Work::EndFold(other)) => one == other,
            _ => false,
        });
        if !is_planned {
            self.works.push(work);
        }
    }
}

/// Takes up a run with answers to calls that wait. Nothing if that can't be done with the certainty that a full run would
/// give the same.
pub(crate) fn take_up(
    former: Resumption,
    code: &Bytecode,
    shape: &Arc<Shape>,
    params: &Params,
    answers: &BTreeMap<u32, CallResult>,
) -> Option<Grown> {
    let Resumption {
        mut recording,
        tree,
        last_call_request_id,
    } = former;
    if answers.len() > FEW && answers.len() * STATES_FOR_AN_ANSWER > tree.position() {
        return None;
    }
    let mut works = Vec::with_capacity(answers.len());
    for (id, answer) in answers {
        let call = recording.calls.remove(*id as usize)?;
        recording.waiting -= 1;
        works.push(Work::Answer(Box::new(call), answer.clone()));
    }
    let nothing = ParticleData::default();
    let mut machine = Machine::new(Input {
        code,
        params,
        previous: &nothing,
        current: &[],
        info: CidInfo::default(),
        call_results: BTreeMap::new(),
        records: true,
    });
    machine.trace = Trace::Grown(tree);
    machine.last_call_request_id = last_call_request_id;
    machine.streams = std::mem::take(&mut recording.streams);
    machine.maps = std::mem::take(&mut recording.maps);
    machine.recorder = Recorder::resume(recording);
    machine.growth = Some(Growth {
        shape: shape.clone(),
        depth: 0,
        errors: None,
        passes_back: false,
        works,
    });
    machine.work().ok()?;
    machine.compactify_changed_streams().ok()?;
    machine.into_grown()
}

impl Machine<'_> {
    fn into_grown(self) -> Option<Grown> {
        let is_regular = self.is_regular();
        let Trace::Grown(tree) = self.trace else { return None };
        if tree.is_astray() || !is_regular {
            return None;
        }
        let (added, own_cids) = self.ledger.finish();
        Some(Grown {
            tree,
            last_call_request_id: self.last_call_request_id,
            recording: self.recorder.finish(self.streams, self.maps, Vec::new()),
            added,
            own_cids,
            next_peers: self.next_peers,
            call_requests: self.call_requests,
        })
    }

    fn work(&mut self) -> Result<(), Uncatchable> {
        while let Some(work) = self.first_work() {
            match work {
                Work::Answer(call, answer) => self.answer(*call, answer)?,
                Work::Extend(fold) => self.extend_fold(fold)?,
                Work::EndPar(par) => self.end_par(par)?,
                Work::EndFold(fold) => self.end_fold(fold)?,
            }
            if !self.is_regular() {
                break;
            }
        }
        Ok(())
    }

    /// The work that a full run would do first.
    fn first_work(&mut self) -> Option<Work> {
        let works = &self.growth.as_ref()?.works;
        let mut first = 0;
        let mut is_clear = true;
        for next in 1..works.len() {
            let (one, other) = (&works[first], &works[next]);
            match (self.frames_of(one), self.frames_of(other)) {
                (Some(one_frames), Some(other_frames)) => match order::order(one, one_frames, other, other_frames) {
                    Some(Ordering::Less) => {}
                    Some(Ordering::Greater) => first = next,
                    _ => is_clear = false,
                },
                _ => is_clear = false,
            }
        }
        if !is_clear {
            self.give_up();
            return None;
        }
        let works = &mut self.growth.as_mut()?.works;
        (first < works.len()).then(|| works.remove(first))
    }

    fn frames_of<'w>(&'w self, work: &'w Work) -> Option<&'w Frames> {
        let recording = &self.recorder.recording;
        match work {
            Work::Answer(call, _) => Some(&call.frames),
            Work::Extend(fold) | Work::EndFold(fold) => recording.folds.get(*fold).map(|ended| &ended.frames),
            Work::EndPar(par) => recording.pars.get(*par).map(|ended| &ended.frames),
        }
    }

    /// Goes to a place of the former run.
    fn go_to(&mut self, frames: Frames, context: Context, complete: bool) {
        self.frames = frames.into();
        self.enter(context);
        self.complete = complete;
        if let Some(growth) = &mut self.growth {
            growth.depth = self.frames.depth();
            growth.errors = Some(self.errors.clone());
        }
    }

    fn answer(&mut self, waiting: WaitingCall, answer: CallResult) -> Result<(), Uncatchable> {
        let Some(call) = Call::at(waiting.id, self.code) else {
            self.give_up();
            return Ok(());
        };
        self.go_to(waiting.frames, waiting.context, waiting.complete);
        if let Some(tree) = self.trace.tree() {
            tree.take_up(waiting.position);
        }
        let outcome = match self.resume_call(&call, answer) {
            Ok(()) => Ok(()),
            Err(ExecutionError::Catchable(error)) => Err(error),
            Err(ExecutionError::Uncatchable(error)) => return Err(*error),
        };
        self.climb(outcome)
    }

    /// Goes on with frames of the former run while they have news.
    fn climb(&mut self, mut outcome: Outcome) -> Result<(), Uncatchable> {
        loop {
            let has_news = self.complete || outcome.is_err();
            match self.frames.top() {
                None => {
                    if outcome.is_err() {
                        self.give_up();
                    }
                    return Ok(());
                }
                Some(_) if !has_news => {
                    self.keep_errors();
                    return Ok(());
                }
                Some(Frame::ParLeft(par)) => {
                    let par = *par;
                    self.end_left(par, &outcome);
                    return Ok(());
                }
                Some(Frame::ParRight { par, .. }) => {
                    let par = *par;
                    self.end_right(par, &outcome);
                    return Ok(());
                }
                Some(Frame::Generation(fold)) => {
                    let (position, generation) = (fold.trace.0, fold.generations);
                    self.watch_generation(&outcome);
                    self.keep_errors();
                    self.note_generation(position, generation);
                    return Ok(());
                }
                // Such an error leaves the iterator, and what the trace says of it, where it is.
                Some(Frame::Next { iterator, .. }) if outcome.is_err() && self.is_over_stream(*iterator) => {
                    self.give_up();
                    return Ok(());
                }
                Some(_) => {}
            }
            outcome = self.leave_frame(outcome)?;
        }
    }

    /// Ends the innermost frame, which is of the former run, and does what it asks for.
    fn leave_frame(&mut self, outcome: Outcome) -> Result<Outcome, Uncatchable> {
        let depth = self.frames.depth().saturating_sub(1);
        self.set_passing(depth, true);
        let resumed = self.resume(outcome);
        self.set_passing(depth, false);
        match resumed? {
            Resumed::Run(operation) => self.run_from(Begun::Run(operation), depth),
            Resumed::Done(outcome) => Ok(outcome),
        }
    }

    fn set_passing(&mut self, depth: usize, passes_back: bool) {
        if let Some(growth) = &mut self.growth {
            growth.depth = depth;
            growth.passes_back = passes_back;
        }
    }

    pub(super) fn passes_back(&self) -> bool {
        self.growth.as_ref().is_some_and(|growth| growth.passes_back)
    }

    /// What comes later must find errors as it found them.
    fn keep_errors(&mut self) {
        let former = self.growth.as_ref().and_then(|growth| growth.errors.as_ref());
        if former.is_some_and(|former| *former != self.errors) && Self::goes_on_elsewhere(self.frames.frames()) {
            self.give_up();
        }
    }

    fn end_left(&mut self, par: Par, outcome: &Outcome) {
        let (complete, failed) = (self.complete && outcome.is_ok(), outcome.is_err());
        match self.recorder.recording.pars.get_mut(par.position) {
            Some(ended) if ended.left.errors.as_ref() == Some(&self.errors) => {
                ended.left.complete = complete;
                ended.left.failed = failed;
                self.plan(Work::EndPar(par.position));
            }
            _ => self.give_up(),
        }
    }

    fn end_right(&mut self, par: Par, outcome: &Outcome) {
        let (complete, failed) = (self.complete && outcome.is_ok(), outcome.is_err());
        self.open_last_error();
        let Some(ended) = self.recorder.recording.pars.get(par.position) else {
            self.give_up();
            return;
        };
        if ended.left.failed && failed {
            self.give_up();
            return;
        }
        let goes_on = ended.complete || Self::goes_on_elsewhere(&ended.frames);
        let exit = self.context();
        if goes_on && exit.errors != ended.exit.errors {
            self.give_up();
        }
        if let Some(ended) = self.recorder.recording.pars.get_mut(par.position) {
            ended.right.complete = complete;
            ended.right.failed = failed;
            ended.exit = exit;
        }
        self.plan(Work::EndPar(par.position));
    }

    fn end_par(&mut self, position: usize) -> Result<(), Uncatchable> {
        let Some(ended) = self.recorder.recording.pars.get_mut(position) else {
            self.give_up();
            return Ok(());
        };
        let complete = ended.left.complete || ended.right.complete;
        if (ended.left.failed && ended.right.failed) || (ended.complete && !complete) {
            self.give_up();
            return Ok(());
        }
        if ended.complete == complete {
            return Ok(());
        }
        ended.complete = complete;
        let (frames, exit) = (ended.frames.clone(), ended.exit.clone());
        self.go_to(frames, exit, complete);
        if let Some(tree) = self.trace.tree() {
            tree.leave(position);
        }
        self.climb(Ok(()))
    }

    /// A generation of a fold has ended anew.
    fn note_generation(&mut self, position: usize, generation: usize) {
        let complete = self.complete;
        let Some(ended) = self.recorder.recording.folds.get_mut(position) else {
            self.give_up();
            return;
        };
        ended.done |= complete;
        if generation == ended.generations {
            ended.complete_before_next = complete;
        } else if !matches!(
            self.code[ended.parts.body],
            Operation::Seq(..) | Operation::Xor(..) | Operation::Par(..)
        ) {
            // The following generation would begin as this one ends.
            self.give_up();
            return;
        }
        self.plan(Work::EndFold(position));
    }

    /// A fold goes through generations that were added.
    fn extend_fold(&mut self, position: usize) -> Result<(), Uncatchable> {
        let Some(mut ended) = self.recorder.recording.folds.get(position).cloned() else {
            self.give_up();
            return Ok(());
        };
        let batch = self.stream(ended.source, ended.stream).further_batch();
        let former = ended.exit.errors.clone();
        let goes_on = ended.complete || Self::goes_on_elsewhere(&ended.frames);
        for items in batch {
            self.run_generation(FoldId(position), &mut ended, items)?;
            self.recorder.recording.folds.set(position, ended.clone());
        }
        if goes_on && former != ended.exit.errors {
            self.give_up();
        }
        self.plan(Work::EndFold(position));
        Ok(())
    }

    fn run_generation(
        &mut self,
        trace: FoldId,
        ended: &mut EndedFold,
        items: Vec<super::Item>,
    ) -> Result<(), Uncatchable> {
        let parts = ended.parts;
        ended.generations += 1;
        self.go_to(ended.frames.clone(), ended.exit.clone(), ended.complete_before_next);
        if let Some(tree) = self.trace.tree() {
            tree.extend(trace.0);
        }
        self.trace
            .meet_iteration_start(trace, items[0].position)
            .map_err(|error| self.trace_error(parts.id, error))?;
        self.begin_iteration(parts, Items::Each(items.into()), Some(trace))?;
        self.frames.push(|| {
            Frame::Generation(Box::new(StreamFold {
                parts,
                source: ended.source,
                stream: ended.stream,
                values: 0,
                trace,
                batch: Vec::new().into_iter(),
                cursor: super::stream::Cursor::default(),
                generations: ended.generations,
                done: false,
            }))
        });
        let depth = self.frames.depth();
        self.set_passing(depth, false);
        let outcome = self.run_from(Begun::Run(parts.body), depth)?;
        self.watch_generation(&outcome);
        self.end_iteration(parts.iterator);
        self.trace.meet_generation_end(trace);
        ended.done |= self.complete;
        ended.complete_before_next = self.complete;
        ended.exit = self.context();
        Ok(())
    }

    fn end_fold(&mut self, position: usize) -> Result<(), Uncatchable> {
        let Some(ended) = self.recorder.recording.folds.get_mut(position) else {
            self.give_up();
            return Ok(());
        };
        if ended.complete == ended.done {
            return Ok(());
        }
        ended.complete = ended.done;
        let (frames, exit) = (ended.frames.clone(), ended.exit.clone());
        self.go_to(frames, exit, true);
        if let Some(tree) = self.trace.tree() {
            tree.leave(position);
        }
        self.climb(Ok(()))
    }

    fn plan(&mut self, work: Work) {
        if let Some(growth) = &mut self.growth {
            growth.plan(work);
        }
    }
}
