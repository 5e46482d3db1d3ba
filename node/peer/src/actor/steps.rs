//! Steps of an actor: when, with what, and what follows from their outcome.

use super::calls::{answer_size, request_size};
use super::{Actor, ActorId, Phase};
use crate::event::{DropReason, EventKind};
use crate::job::{Job, JobResult, Panicked, Source, StepDone, StepJob};
use crate::mistake::Mistake;
use crate::peer::Peer;
use crate::schedule::Work;
use crate::submission::Report;
use crate::time::Nanos;
use bytes::Bytes;

/// What a step costs besides what depends on its input, measured: state, signature, encoding.
const STEP: Nanos = Nanos::from_micros(20);

/// What reading and merging a byte of data or script costs, in nanoseconds.
const PER_BYTE: u64 = 5;

impl Peer {
    /// Queues an actor if a step can be made.
    pub(crate) fn wake(&mut self, id: ActorId) {
        let Some(actor) = self.actors.get_mut(&id) else { return };
        if actor.is_queued || !actor.is_runnable() {
            return;
        }
        actor.is_queued = true;
        let incoming = actor.loopback.as_ref().or(actor.mailbox.front()).map_or(0, Bytes::len);
        let script = match &actor.program {
            Source::Text(text) => text.len(),
            Source::Program(_) => 0,
        };
        let bytes = Nanos((incoming + script) as u64 * PER_BYTE);
        let expected = Nanos(actor.last_step.max(STEP).0 + bytes.0);
        self.schedule.push(actor.flow, Work::Step(id), expected);
    }

    /// The job of an actor's next step, if it can still be made.
    pub(crate) fn step_job(&mut self, id: ActorId) -> Option<Job> {
        let now = self.now.unix_ms;
        let actor = self.actors.get_mut(&id)?;
        actor.is_queued = false;
        // The wall clock may have been set forward since the deadline's timer was set.
        if actor.header.deadline().is_none_or(|deadline| now > deadline) {
            self.expire(id);
            return None;
        }
        if !actor.is_runnable() {
            return None;
        }
        let incoming = match actor.loopback.take() {
            Some(data) => data,
            None => {
                self.inbox.consumed += u64::from(!actor.mailbox.is_empty());
                actor.mailbox.pop_front().unwrap_or_default()
            }
        };
        let results = std::mem::take(&mut actor.results);
        // What goes into the step is retained until it ends.
        actor.input_size = incoming.len() as u64 + results.values().map(answer_size).sum::<u64>();
        let expected = Nanos(actor.last_step.max(STEP).0 + incoming.len() as u64 * PER_BYTE);
        if matches!(actor.program, Source::Text(_))
            && let Some(program) = self.programs.find(actor.header.script_hash())
        {
            actor.program = Source::Program(program);
        }
        Some(Job::Step(Box::new(StepJob {
            program: actor.program.clone(),
            state: std::mem::take(&mut actor.state),
            incoming,
            results,
            params: actor.params.clone(),
            expected,
        })))
    }

    /// Takes the outcome of a step in.
    pub(crate) fn step_finished(&mut self, id: ActorId, result: Result<JobResult, Panicked>, cpu: Nanos) {
        let Some(actor) = self.actors.get_mut(&id) else { return };
        actor.step = None;
        actor.last_step = cpu;
        let mut freed = std::mem::take(&mut actor.input_size);
        let is_live = actor.phase == Phase::Live;
        if !is_live || result.is_err() {
            // The state went with the job.
            freed += std::mem::take(&mut actor.state_size);
        }
        self.retain(id, 0, freed);
        if !is_live {
            return self.reap_if_idle(id);
        }
        match result {
            Ok(JobResult::Stepped(done)) => match *done {
                Ok(done) => self.stepped(id, done, cpu),
                Err(message) => {
                    let reason = DropReason::BadScript(message.clone());
                    self.fail(id, reason, 1, message);
                }
            },
            _ => self.fail(id, DropReason::VmPanicked, -1, DropReason::VmPanicked.to_string()),
        }
        self.wake(id);
        self.report_if_idle(id);
    }

    fn stepped(&mut self, id: ActorId, done: StepDone, cpu: Nanos) {
        let StepDone { outcome, data, program } = done;
        let Some(actor) = self.actors.get_mut(&id) else { return };
        if let Source::Text(_) = actor.program {
            self.programs.insert(*actor.header.script_hash(), program.clone());
            actor.program = Source::Program(program);
        }
        let (former, size) = (actor.state_size, outcome.state.size() as u64);
        let state = outcome.state.clone();
        actor.state = outcome.state;
        actor.state_size = size;
        let arguments = outcome.call_requests.values().map(request_size).sum::<u64>();
        actor.waiting_calls.extend(outcome.call_requests);
        self.retain(id, size + arguments, former);
        self.emit_for(
            id,
            EventKind::Stepped {
                elapsed: cpu.as_duration(),
                state,
            },
        );
        if let Some(error) = outcome.error {
            self.report(id, || Report::StepFailed {
                code: error.code,
                message: error.message.clone(),
            });
            self.emit_for(
                id,
                EventKind::Failed {
                    code: error.code,
                    message: error.message.clone(),
                },
            );
        }
        self.address(id, &outcome.next_peers, data.unwrap_or_default());
        if self.is_over_budget(id) {
            let reason = DropReason::OverBudget;
            return self.fail(id, reason.clone(), -1, reason.to_string());
        }
        self.callers.push_back(id);
    }

    /// Reports that nothing of an actor is in flight any more. Called when a step, a call or a send has ended.
    pub(crate) fn report_if_idle(&mut self, id: ActorId) {
        if self.actors.get(&id).is_some_and(Actor::is_idle) {
            self.emit_for(id, EventKind::Idle);
        }
    }

    /// Whether an actor that has just grown retains more than there is for it.
    fn is_over_budget(&self, id: ActorId) -> bool {
        let initiator = self.initiators.get(self.actors[&id].initiator);
        let over = self.memory > self.limits.memory;
        over || (!initiator.is_local && initiator.memory > self.limits.initiator_memory())
    }

    /// Ends a particle that can't be run. Its header is kept until it expires, so that no copy starts it again.
    pub(crate) fn fail(&mut self, id: ActorId, reason: DropReason, code: i64, message: String) {
        self.report(id, || Report::StepFailed {
            code,
            message: message.clone(),
        });
        self.emit_for(id, EventKind::Dropped { reason: reason.clone() });
        let phase = if self.plants(Mistake::FailedIsForgotten) {
            Phase::Draining
        } else {
            Phase::Failed
        };
        self.close(id, phase, crate::EndReason::Failed(reason));
    }
}
