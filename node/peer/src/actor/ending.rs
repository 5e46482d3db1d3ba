//! How actors end.

use super::{ActorId, Phase, Submitter};
use crate::event::{DropReason, EventKind};
use crate::mistake::Mistake;
use crate::peer::Peer;
use crate::submission::{EndReason, Report};

impl Peer {
    /// An actor makes no further step: what is in flight is cancelled, what waits is given up and reported.
    pub(crate) fn close(&mut self, id: ActorId, phase: Phase, end: EndReason) {
        let reason = match &end {
            EndReason::ShuttingDown => DropReason::ShuttingDown,
            EndReason::Failed(reason) => reason.clone(),
            EndReason::Refused(_) | EndReason::Expired => DropReason::Expired,
        };
        let Some(actor) = self.actors.get_mut(&id) else { return };
        let was_live = actor.phase == Phase::Live;
        actor.phase = phase;
        if let Some(submitter) = &mut actor.submitter {
            submitter.end.get_or_insert(end);
        }
        if was_live {
            self.abandon_calls(id);
            self.abandon_sends(id, &reason);
            self.abandon_inputs(id);
        }
        self.reap_if_idle(id);
    }

    /// Drops what waits for a step.
    fn abandon_inputs(&mut self, id: ActorId) {
        let Some(actor) = self.actors.get_mut(&id) else { return };
        let mut freed: u64 = actor.results.values().map(super::calls::answer_size).sum();
        actor.results.clear();
        let arrivals = std::mem::take(&mut actor.mailbox);
        freed += arrivals.iter().map(|data| data.len() as u64).sum::<u64>();
        freed += actor.loopback.take().map_or(0, |data| data.len() as u64);
        // A step that runs holds the state; its input is released when it ends.
        if actor.step.is_none() {
            freed += std::mem::take(&mut actor.state_size);
            actor.state = aqua_vm::State::default();
        }
        let (scope, header) = (actor.scope, actor.header.clone());
        self.retain(id, 0, freed);
        if !self.plants(Mistake::SilentDrop) {
            for _ in arrivals {
                self.drop_data(scope, &header, DropReason::Expired);
            }
        }
    }

    /// The particle of an actor has expired.
    pub(crate) fn expire(&mut self, id: ActorId) {
        self.close(id, Phase::Draining, EndReason::Expired);
    }

    /// Removes an actor that is draining when nothing of it is in flight.
    pub(crate) fn reap_if_idle(&mut self, id: ActorId) {
        let early = self.plants(Mistake::ReapedWithCalls);
        let Some(actor) = self.actors.get(&id) else { return };
        if actor.phase == Phase::Failed {
            return self.report_end(id);
        }
        if actor.phase != Phase::Draining
            || (actor.is_busy() && !(early && actor.step.is_none() && actor.sends.is_empty()))
        {
            return;
        }
        self.emit_for(id, EventKind::Reaped);
        self.report_end(id);
        let Some(actor) = self.actors.remove(&id) else { return };
        self.timers.clear(actor.deadline_timer);
        self.index.remove(&(actor.scope, actor.header.signature));
        self.memory -= actor.retained;
        let initiator = self.initiators.get_mut(actor.initiator);
        initiator.memory -= actor.retained;
        if let Some(users) = initiator.flows.get_mut(&actor.flow) {
            *users -= 1;
            if *users == 0 {
                initiator.flows.remove(&actor.flow);
            }
        }
        self.schedule.release(actor.flow);
        self.initiators.leave(actor.initiator, self.now.monotonic);
    }

    /// Reports the end of a submission, once, when nothing of it is in flight.
    fn report_end(&mut self, id: ActorId) {
        let Some(actor) = self.actors.get_mut(&id).filter(|actor| !actor.is_busy()) else {
            return;
        };
        let Some(Submitter { id, end: Some(end), .. }) = actor.submitter.take_if(|submitter| submitter.end.is_some())
        else {
            return;
        };
        self.push(crate::Effect::Report {
            submission: id,
            report: Report::Ended(end),
        });
    }
}
