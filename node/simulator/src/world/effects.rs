//! What peers ask for, and when it is answered.

use super::World;
use crate::choice::For;
use crate::plan::{MILLISECOND, SECOND, Time};
use aqua_interface::Interface;
use aqua_peer::{Call, CallId, Effect, InFlight, Input, Job, JobId, JobResult, Nanos, Report, StartId, failure};
use aqua_storage::{Change, StorageError};
use std::sync::Arc;

/// What a signature costs in virtual time.
const VERIFICATION: Time = 50_000;

/// What a step costs besides its work.
const STEP: Time = 15_000;

impl World<'_> {
    pub(super) fn apply(&mut self, peer: usize, effect: Effect) {
        match effect {
            Effect::Accept { offer } => self.accepted(offer),
            Effect::Refuse { offer, .. } => self.refused(offer),
            Effect::Run { job, work } => self.run_job(peer, job, work),
            Effect::Call { call, request } => self.call(peer, call, &request),
            Effect::Send { send, to, header, data } => self.send(peer, send, &to, header, data),
            Effect::Cancel {
                what: InFlight::Call(call),
            } => self.cancel_call(peer, call),
            Effect::Cancel {
                what: InFlight::Send(send),
            } => self.cancel_send(peer, send),
            Effect::Read { read, .. } => {
                let page = Ok(self.nodes[peer].disk.page());
                self.input_at(self.now + MILLISECOND, peer, Input::Records { read, page });
            }
            Effect::Commit { batch, operations } => self.commit(peer, batch, operations),
            Effect::Report { submission, report } => self.report(submission.0 as usize, report),
            Effect::Start { start, service, .. } => self.start_service(peer, start, service),
            Effect::Remove { service, .. } => self.nodes[peer].services.remove(&service),
            Effect::Ready => {
                self.nodes[peer].is_ready = true;
                self.nodes[peer].remove_orphans();
            }
            Effect::Emit(_) | Effect::Stopped => {}
        }
    }

    /// Runs a job now and reports its end when it would have ended.
    fn run_job(&mut self, peer: usize, job: JobId, work: Job) {
        let result = work.run();
        let cost = match &result {
            JobResult::Verified(_) => VERIFICATION,
            JobResult::Stepped(done) => match &**done {
                Ok(done) => STEP + 30 * done.outcome.work.instructions + done.outcome.work.bytes,
                Err(_) => STEP,
            },
            JobResult::Answered(_) => 20_000,
        };
        let (result, cpu) = (Ok(result), Nanos(cost));
        self.input_at(self.now + cost, peer, Input::JobFinished { job, result, cpu });
    }

    fn call(&mut self, peer: usize, call: CallId, request: &Call) {
        let (about, calls) = ((peer as u64, u64::from(self.nodes[peer].life)), &self.plan.calls);
        let stormy = self.now < self.plan.calm;
        if stormy
            && self
                .choices
                .happens(calls.silent, For::CallFailure, about, call.0 ^ 1 << 40)
        {
            self.nodes[peer].silent.insert(call);
            return;
        }
        let fails = stormy && self.choices.happens(calls.failures, For::CallFailure, about, call.0);
        let result = if fails {
            Err(failure("the service is out of order"))
        } else {
            self.services.answer(peer, request)
        };
        let delay = 1 + self.choices.number(For::CallDelay, about, call.0) % calls.delay.max(1);
        let cpu = Nanos(20_000);
        self.input_at(self.now + delay * 1000, peer, Input::CallFinished { call, result, cpu });
    }

    /// Starts a service of which nothing is known but its id.
    fn start_service(&mut self, peer: usize, start: StartId, service: Arc<str>) {
        let (about, calls) = ((peer as u64, u64::from(self.nodes[peer].life)), &self.plan.calls);
        let fails = self.now < self.plan.calm
            && self
                .choices
                .happens(calls.failures, For::CallFailure, about, start.0 ^ 1 << 41);
        let result = if fails {
            Err("the module is out of order".to_owned())
        } else {
            let is_restored = !self.nodes[peer].is_ready;
            self.nodes[peer].services.start(service, is_restored);
            Ok(Arc::new(Interface::default()))
        };
        let delay = 1 + self.choices.number(For::CallDelay, about, start.0 ^ 1 << 41) % (SECOND / 10);
        self.input_at(self.now + delay, peer, Input::Started { start, result });
    }

    /// A call that is never answered ends when it is cancelled; others answer after all, as calls do that have just ended.
    fn cancel_call(&mut self, peer: usize, call: CallId) {
        if self.nodes[peer].silent.remove(&call) {
            let result = Err(failure("cancelled"));
            let cpu = Nanos(0);
            self.input_at(
                self.now + 5 * MILLISECOND,
                peer,
                Input::CallFinished { call, result, cpu },
            );
        }
    }

    fn commit(&mut self, peer: usize, batch: aqua_peer::BatchId, operations: Vec<Change>) {
        let node = &mut self.nodes[peer];
        if node.disk.is_full {
            let error = StorageError("the disk is full".to_owned());
            return self.input_at(self.now + MILLISECOND, peer, Input::CommitFailed { batch, error });
        }
        node.disk.pending.push((batch, operations));
        let about = (peer as u64, u64::from(node.life));
        let delay = MILLISECOND + self.choices.number(For::Commit, about, batch.0) % (SECOND / 20);
        self.input_at(self.now + delay, peer, Input::Committed { batch });
    }

    fn report(&mut self, number: usize, report: Report) {
        let Some(outcome) = self.outcomes.get_mut(number) else {
            return;
        };
        match report {
            Report::Accepted { .. } => {}
            Report::Called { tag, arguments } => outcome.called.push((tag, arguments)),
            Report::StepFailed { code, message } => outcome.failures.push((code, message)),
            Report::Ended(end) => outcome.end = Some(end),
        }
    }
}
