//! Resuming a run where calls wait.
//!
//! A full run of the script finds everything as it was, up to the call that has an answer now. So instead of running the
//! script again, the machine restores what the [recording](super::recording) has of that call: the frames that wait for it
//! and the variables that it sees. It runs from there until it waits again. A frame below whose input is what it was
//! before (something that is not complete) needs no update. Where a side of a `par`, a generation of a fold or the end of
//! either has changed, what comes after it runs next, in the order of a full run: each of these is a [`Task`].
//!
//! Where a full run could give anything else the attempt is abandoned ([`Invalidation`]), and the whole script runs.

mod order;

use super::call::Call;
use super::error_objects::Errors;
use super::fold::{Items, StreamFold};
use super::frames::{Frame, Frames, Par};
use super::invalidation::Invalidation;
use super::recording::{Context, EndedFold, Recorder, WaitingCall};
use super::{DefUse, Input, Machine, Outcome, Recording, Returned, Started};
use crate::data::{CidInfo, ParticleData};
use crate::failure::{ExecutionError, Uncatchable};
use crate::trace::{FoldId, SplicedTrace, Trace};
use crate::{CallRequest, CallResult, Cid, Params, Work};
use aqua_air::Bytecode;
use ecow::EcoString;
pub(super) use order::{Relation, relation};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use triomphe::Arc as Shared;

/// So many answers are always worth a resumption.
const FEW_ANSWERS: usize = 4;
/// States that a full run visits in about the time of resuming one call. Measured.
const STATES_PER_ANSWER: usize = 32;

/// A run that waits, and its trace.
#[derive(Debug, Clone)]
pub(crate) struct RecordedRun {
    pub(crate) recording: Recording,
    pub(crate) trace: SplicedTrace,
    pub(crate) last_call_request_id: u32,
}

/// The result of resuming a run.
#[derive(Debug)]
pub(crate) struct ResumedRun {
    pub(crate) trace: SplicedTrace,
    pub(crate) last_call_request_id: u32,
    /// Present if the run can be resumed again.
    pub(crate) recording: Option<Recording>,
    /// Content that the new states name.
    pub(crate) added: CidInfo,
    /// Ids that this peer has to sign in addition.
    pub(crate) own_cids: Vec<Cid>,
    pub(crate) next_peers: BTreeSet<EcoString>,
    pub(crate) call_requests: BTreeMap<u32, CallRequest>,
}

/// A part of a full run that has to run again.
#[derive(Debug)]
pub(super) enum Task {
    /// A call has its answer.
    Answer(Box<WaitingCall>, CallResult),
    /// A fold goes through new generations. Named by the position of its state, like the following ones.
    Extend(usize),
    /// A side of a `par` has changed.
    EndPar(usize),
    /// A generation of a fold is complete.
    EndFold(usize),
}

/// The state of an attempt to resume a run.
#[derive(Debug)]
pub(super) struct ResumeState {
    pub(super) uses: Arc<DefUse>,
    /// Number of frames that are recorded ones.
    pub(super) depth: usize,
    /// Errors as the workflow saw them where the present task began.
    pub(super) errors: Option<Shared<Errors>>,
    /// Whether a recorded frame ends whose `next` the trace has already returned from.
    skips_back: bool,
    tasks: Vec<Task>,
}

impl ResumeState {
    pub(super) fn plan(&mut self, task: Task) {
        let is_planned = self.tasks.iter().any(|planned| match (planned, &task) {
            (Task::Extend(one), Task::Extend(other))
            | (Task::EndPar(one), Task::EndPar(other))
            | (Task::EndFold(one), Task::EndFold(other)) => one == other,
            _ => false,
        });
        if !is_planned {
            self.tasks.push(task);
        }
    }
}

/// Resumes a run with answers to calls that wait. The work counts whatever the result.
///
/// # Errors
/// It is not certain that a full run would give the same.
pub(crate) fn resume(
    run: RecordedRun,
    code: &Bytecode,
    uses: &Arc<DefUse>,
    params: &Params,
    answers: &BTreeMap<u32, CallResult>,
) -> (Result<ResumedRun, Invalidation>, Work) {
    let RecordedRun {
        mut recording,
        trace,
        last_call_request_id,
    } = run;
    let tasks = match take_calls(&mut recording, &trace, answers) {
        Ok(tasks) => tasks,
        Err(reason) => return (Err(reason), Work::default()),
    };
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
    machine.trace = Trace::Resumed(trace);
    machine.last_call_request_id = last_call_request_id;
    machine.streams = std::mem::take(&mut recording.streams);
    machine.maps = std::mem::take(&mut recording.maps);
    machine.recorder = Recorder::resume(recording);
    machine.resumption = Some(ResumeState {
        uses: uses.clone(),
        depth: 0,
        errors: None,
        skips_back: false,
        tasks,
    });
    let ended = machine.run_tasks().and_then(|()| machine.compactify_changed_streams());
    let work = machine.work();
    let resumed = match ended {
        Ok(()) => machine.into_resumed(),
        Err(_) => Err(Invalidation::UncatchableError),
    };
    (resumed, work)
}

/// Takes the calls that have answers out of the recording.
fn take_calls(
    recording: &mut Recording,
    trace: &SplicedTrace,
    answers: &BTreeMap<u32, CallResult>,
) -> Result<Vec<Task>, Invalidation> {
    if answers.len() > FEW_ANSWERS && answers.len() * STATES_PER_ANSWER > trace.position() {
        return Err(Invalidation::ManyAnswers);
    }
    let mut tasks = Vec::with_capacity(answers.len());
    for (id, answer) in answers {
        let call = recording.take_call(*id).ok_or(Invalidation::UnknownCall)?;
        tasks.push(Task::Answer(Box::new(call), answer.clone()));
    }
    Ok(tasks)
}

impl Machine<'_> {
    fn into_resumed(self) -> Result<ResumedRun, Invalidation> {
        if let Some(reason) = self.recorder.invalidation {
            return Err(reason);
        }
        let trace = match self.trace {
            Trace::Resumed(trace) if !trace.is_inconsistent() => trace,
            _ => return Err(Invalidation::Inconsistent),
        };
        let parsed = || self.content.parsed();
        let recording = self.recorder.finish(self.streams, self.maps, Vec::new(), parsed);
        let (added, own_cids) = self.content.finish();
        Ok(ResumedRun {
            trace,
            last_call_request_id: self.last_call_request_id,
            recording,
            added,
            own_cids,
            next_peers: self.next_peers,
            call_requests: self.call_requests,
        })
    }

    fn run_tasks(&mut self) -> Result<(), Uncatchable> {
        while let Some(task) = self.next_task() {
            match task {
                Task::Answer(call, answer) => self.answer(*call, answer)?,
                Task::Extend(fold) => self.extend_fold(fold)?,
                Task::EndPar(par) => self.end_par(par)?,
                Task::EndFold(fold) => self.end_fold(fold)?,
            }
            if self.recorder.invalidation.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// The task that a full run would do first.
    fn next_task(&mut self) -> Option<Task> {
        let tasks = &self.resumption.as_ref()?.tasks;
        let mut first = 0;
        let mut is_ordered = true;
        for next in 1..tasks.len() {
            let (one, other) = (&tasks[first], &tasks[next]);
            match (self.frames_of(one), self.frames_of(other)) {
                (Some(one_frames), Some(other_frames)) => match order::order(one, one_frames, other, other_frames) {
                    Some(Ordering::Less) => {}
                    Some(Ordering::Greater) => first = next,
                    _ => is_ordered = false,
                },
                _ => is_ordered = false,
            }
        }
        if !is_ordered {
            self.invalidate(Invalidation::UnknownOrder);
            return None;
        }
        let tasks = &mut self.resumption.as_mut()?.tasks;
        (first < tasks.len()).then(|| tasks.remove(first))
    }

    fn frames_of<'t>(&'t self, task: &'t Task) -> Option<&'t Frames> {
        let recording = &self.recorder.recording;
        match task {
            Task::Answer(call, _) => Some(&call.frames),
            Task::Extend(fold) | Task::EndFold(fold) => recording.folds.get(*fold).map(|ended| &ended.frames),
            Task::EndPar(par) => recording.pars.get(*par).map(|ended| &ended.frames),
        }
    }

    /// Restores the frames and variables of a point of the recorded run.
    fn restore(&mut self, frames: Frames, context: Context, complete: bool) {
        self.frames = frames.into();
        self.enter(context);
        self.complete = complete;
        if let Some(resumption) = &mut self.resumption {
            resumption.depth = self.frames.depth();
            resumption.errors = Some(self.errors.clone());
        }
    }

    fn answer(&mut self, waiting: WaitingCall, answer: CallResult) -> Result<(), Uncatchable> {
        let Some(call) = Call::at(waiting.id, self.code) else {
            self.invalidate(Invalidation::Inconsistent);
            return Ok(());
        };
        self.restore(waiting.frames, waiting.context, waiting.complete);
        if let Some(trace) = self.trace.resumed() {
            trace.resume(waiting.position);
        }
        let outcome = match self.resume_call(&call, answer) {
            Ok(()) => Ok(()),
            Err(ExecutionError::Catchable(error)) => Err(error),
            Err(ExecutionError::Uncatchable(error)) => return Err(*error),
        };
        self.unwind(outcome)
    }

    /// Returns to recorded frames as long as their input has changed.
    fn unwind(&mut self, mut outcome: Outcome) -> Result<(), Uncatchable> {
        loop {
            if !self.check_unwinding(&outcome) {
                return Ok(());
            }
            let has_changed = self.complete || outcome.is_err();
            match self.frames.top() {
                None => return Ok(()),
                Some(_) if !has_changed => {
                    self.check_errors();
                    return Ok(());
                }
                Some(Frame::ParLeft(par)) => {
                    let par = *par;
                    self.update_left(par, &outcome);
                    return Ok(());
                }
                Some(Frame::ParRight { par, .. }) => {
                    let par = *par;
                    self.update_right(par, &outcome);
                    return Ok(());
                }
                Some(Frame::Generation(fold)) => {
                    let (position, generation) = (fold.trace.0, fold.generations);
                    self.check_generation(&outcome);
                    self.check_errors();
                    self.update_generation(position, generation);
                    return Ok(());
                }
                Some(_) => {}
            }
            outcome = self.end_frame(outcome)?;
        }
    }

    /// Ends the innermost frame, which is a recorded one, and runs what it asks for.
    fn end_frame(&mut self, outcome: Outcome) -> Result<Outcome, Uncatchable> {
        let depth = self.frames.depth().saturating_sub(1);
        self.set_depth(depth, true);
        let returned = self.return_to_frame(outcome);
        self.set_depth(depth, false);
        match returned? {
            Returned::Run(operation) => self.run_from(Started::Run(operation), depth),
            Returned::Done(outcome) => Ok(outcome),
        }
    }

    fn set_depth(&mut self, depth: usize, skips_back: bool) {
        if let Some(resumption) = &mut self.resumption {
            resumption.depth = depth;
            resumption.skips_back = skips_back;
        }
    }

    /// Whether the trace has already returned from the `next` that ends.
    pub(super) fn skips_back(&self) -> bool {
        self.resumption.as_ref().is_some_and(|resumption| resumption.skips_back)
    }

    fn update_left(&mut self, par: Par, outcome: &Outcome) {
        let (complete, failed) = (self.complete && outcome.is_ok(), outcome.is_err());
        let errors = self.errors.clone();
        let Some(ended) = self.ended_par(par.position) else {
            return;
        };
        if ended.left.errors != Some(errors) {
            self.invalidate(Invalidation::ErrorsDiffer);
            return;
        }
        ended.left.complete = complete;
        ended.left.failed = failed;
        self.plan(Task::EndPar(par.position));
    }

    fn update_right(&mut self, par: Par, outcome: &Outcome) {
        let (complete, failed) = (self.complete && outcome.is_ok(), outcome.is_err());
        self.open_last_error();
        let (exit, size) = self.context();
        self.retain(|| size);
        let Some(ended) = self.ended_par(par.position) else {
            return;
        };
        if ended.left.failed && failed {
            self.invalidate(Invalidation::ParFailed);
            return;
        }
        ended.right.complete = complete;
        ended.right.failed = failed;
        let are_errors_equal = exit.errors == ended.exit.errors;
        ended.exit = exit;
        let (was_complete, frames) = (ended.complete, ended.frames.clone());
        self.check_exit(was_complete, &frames, are_errors_equal);
        self.plan(Task::EndPar(par.position));
    }

    fn end_par(&mut self, position: usize) -> Result<(), Uncatchable> {
        let Some(ended) = self.ended_par(position) else {
            return Ok(());
        };
        let complete = ended.left.complete || ended.right.complete;
        if ended.left.failed && ended.right.failed {
            self.invalidate(Invalidation::ParFailed);
            return Ok(());
        }
        if ended.complete && !complete {
            self.invalidate(Invalidation::ParIncomplete);
            return Ok(());
        }
        if ended.complete == complete {
            return Ok(());
        }
        ended.complete = complete;
        let (frames, exit, end) = (ended.frames.clone(), ended.exit.clone(), ended.end);
        self.restore(frames, exit, complete);
        if let Some(trace) = self.trace.resumed() {
            trace.move_after(end);
        }
        self.unwind(Ok(()))
    }

    /// A generation of a fold has ended again.
    fn update_generation(&mut self, position: usize, generation: usize) {
        let complete = self.complete;
        let Some(ended) = self.ended_fold(position) else {
            return;
        };
        ended.done |= complete;
        if generation == ended.generations {
            ended.complete_before_next = complete;
        } else {
            let body = ended.parts.body;
            if !self.check_generation_boundary(body) {
                return;
            }
        }
        self.plan(Task::EndFold(position));
    }

    /// A fold goes through generations that were added.
    fn extend_fold(&mut self, position: usize) -> Result<(), Uncatchable> {
        let Some(mut ended) = self.ended_fold(position).cloned() else {
            return Ok(());
        };
        let batch = self.stream(ended.source, ended.stream).further_batch();
        let former = ended.exit.errors.clone();
        for items in batch {
            self.run_generation(FoldId(position), &mut ended, items)?;
            self.recorder.recording.folds.set(position, ended.clone());
        }
        self.check_exit(ended.complete, &ended.frames, former == ended.exit.errors);
        self.plan(Task::EndFold(position));
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
        self.restore(ended.frames.clone(), ended.exit.clone(), ended.complete_before_next);
        if let Some(resumed) = self.trace.resumed() {
            resumed.move_before(ended.end);
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
        self.set_depth(depth, false);
        let outcome = self.run_from(Started::Run(parts.body), depth)?;
        self.check_generation(&outcome);
        self.end_iteration(parts.iterator);
        self.trace.meet_generation_end(trace);
        ended.done |= self.complete;
        ended.complete_before_next = self.complete;
        let (exit, size) = self.context();
        self.retain(|| size);
        ended.exit = exit;
        Ok(())
    }

    fn end_fold(&mut self, position: usize) -> Result<(), Uncatchable> {
        let Some(ended) = self.ended_fold(position) else {
            return Ok(());
        };
        if ended.complete == ended.done {
            return Ok(());
        }
        ended.complete = ended.done;
        let (frames, exit, end) = (ended.frames.clone(), ended.exit.clone(), ended.end);
        self.restore(frames, exit, true);
        if let Some(trace) = self.trace.resumed() {
            trace.move_after(end);
        }
        self.unwind(Ok(()))
    }

    fn plan(&mut self, task: Task) {
        if let Some(resumption) = &mut self.resumption {
            resumption.plan(task);
        }
    }
}
