//! A recount of everything that the core keeps by deltas, for tests and the simulator.

use crate::actor::{Actor, CallState, Phase, answer_size, frames_size, request_size};
use crate::peer::Peer;
use std::collections::BTreeMap;

impl Peer {
    /// Recounts all accounts and checks what always holds between two turns.
    ///
    /// # Errors
    /// The first thing that doesn't hold, in words.
    pub fn audit(&self) -> Result<(), String> {
        self.audit_memory()?;
        self.audit_jobs()?;
        self.audit_schedule()?;
        self.audit_in_flight()?;
        self.audit_ingress()
    }

    /// Every account equals what a recount gives, and the whole is within its bound.
    fn audit_memory(&self) -> Result<(), String> {
        let mut initiators: BTreeMap<_, u64> = BTreeMap::new();
        let mut total = 0;
        for (id, actor) in &self.actors {
            let calls: u64 = actor
                .calls
                .iter()
                .filter_map(|call| self.calls.get(call))
                .map(|call| call.size)
                .sum();
            let counted = actor.recount() + calls;
            check(counted == actor.retained, || {
                format!(
                    "actor {} retains {counted} bytes, accounted for {}",
                    id.0, actor.retained
                )
            })?;
            *initiators.entry(actor.initiator).or_default() += counted;
            total += counted;
        }
        for (id, counted) in initiators {
            let known = self.initiators.get(id).memory;
            check(known == counted, || {
                format!("initiator {} retains {counted} bytes, accounted for {known}", id.0)
            })?;
        }
        total += self
            .connections
            .accepted
            .values()
            .map(|(_, _, bytes)| bytes)
            .sum::<u64>();
        total += self
            .verifications
            .values()
            .flat_map(|it| &it.arrivals)
            .map(|it| it.size())
            .sum::<u64>();
        total += self
            .connections
            .open
            .values()
            .flat_map(|it| &it.held)
            .map(|it| it.size())
            .sum::<u64>();
        check(total == self.memory, || {
            format!("{total} bytes are retained, accounted for {}", self.memory)
        })?;
        let bound = self.limits.memory + u64::from(self.limits.slots()) * self.limits.machine.run_size;
        check(total <= bound, || {
            format!("{total} bytes are retained, the bound is {bound}")
        })
    }

    /// Slots, and one step at a time for each actor that has not expired.
    fn audit_jobs(&self) -> Result<(), String> {
        let (slots, long) = (
            self.limits.slots() as usize,
            self.jobs.values().filter(|job| job.is_long).count(),
        );
        check(self.jobs.len() <= slots, || format!("{} jobs run", self.jobs.len()))?;
        check(long < slots, || format!("{long} long jobs run"))?;
        for (id, actor) in &self.actors {
            let steps = self
                .jobs
                .values()
                .filter(|job| job.work == crate::schedule::Work::Step(*id))
                .count();
            check(steps == usize::from(actor.step.is_some()), || {
                format!("actor {} runs {steps} steps", id.0)
            })?;
            let has_expired = self.now.monotonic > actor.deadline;
            check(!has_expired || actor.phase == Phase::Draining, || {
                format!("actor {} outlives its deadline", id.0)
            })?;
        }
        Ok(())
    }

    /// No slot is idle while there is work for it, and strangers' signatures are checked at their connections' expense.
    fn audit_schedule(&self) -> Result<(), String> {
        let slots = self.limits.slots() as usize;
        let long = self.jobs.values().filter(|job| job.is_long).count();
        if self.jobs.len() < slots {
            let is_idle = self.schedule.has_work(long + 1 < slots);
            check(!is_idle || !self.effects.is_empty(), || {
                "a slot is idle while a job waits".to_owned()
            })?;
            for (id, actor) in self.actors.iter().filter(|(_, actor)| actor.is_runnable()) {
                let initiator = self.initiators.get(actor.initiator);
                let may_run = initiator.is_local || initiator.jobs + 1 < self.limits.slots();
                let waits_for_long = long + 1 >= slots;
                check(!may_run || waits_for_long, || {
                    format!("actor {} could make a step and doesn't", id.0)
                })?;
            }
        }
        for verification in self.verifications.values() {
            let is_right = self.schedule.is_for_verifications(verification.flow);
            check(is_right, || {
                "an initiator pays for a signature that may be forged".to_owned()
            })?;
        }
        let (arrived, done) = (self.inbox.arrived, self.inbox.consumed + self.inbox.dropped);
        let mailboxes: usize = self.actors.values().map(|actor| actor.mailbox.len()).sum();
        let verified: usize = self.verifications.values().map(|it| it.arrivals.len()).sum();
        let held: usize = self
            .connections
            .open
            .values()
            .map(|connection| connection.held.len())
            .sum();
        let waiting = (mailboxes + verified + held) as u64;
        check(arrived == done + waiting, || {
            format!("of {arrived} arrivals {done} are done and {waiting} wait")
        })
    }

    /// What is in flight belongs to an actor that is there, and the other way round.
    fn audit_in_flight(&self) -> Result<(), String> {
        for (id, call) in &self.calls {
            let is_known = self
                .actors
                .get(&call.actor)
                .is_some_and(|actor| actor.calls.contains(id));
            check(is_known, || format!("call {} outlives its actor", id.0))?;
        }
        for (id, send) in &self.sends {
            let is_known = self
                .actors
                .get(&send.actor)
                .is_some_and(|actor| actor.sends.contains(id));
            check(is_known, || format!("send {} outlives its actor", id.0))?;
        }
        let is_in_order = self.destinations.values().all(|destination| destination.is_in_order());
        check(is_in_order, || "frames for one destination are not in order".to_owned())?;
        let calls: usize = self.actors.values().map(|actor| actor.calls.len()).sum();
        check(calls == self.calls.len(), || {
            format!("actors have {calls} calls of {}", self.calls.len())
        })?;
        let by_initiator: u64 = self.initiators.iter().map(|initiator| u64::from(initiator.calls)).sum();
        check(by_initiator == calls as u64, || {
            format!("initiators have {by_initiator} calls of {calls}")
        })?;
        let starting = self.calls.values().filter(|call| call.is_starting()).count();
        check(starting <= self.starts.len(), || {
            "a call waits for no start of a service".to_owned()
        })?;
        let waits = self.calls.values().any(|call| matches!(call.state, CallState::Commit));
        check(!waits || !self.records.is_clean(), || {
            "a call waits for no commit".to_owned()
        })
    }

    fn audit_ingress(&self) -> Result<(), String> {
        let held: usize = self
            .connections
            .open
            .values()
            .map(|connection| connection.held.len())
            .sum();
        let verified: usize = self.verifications.values().map(|it| it.arrivals.len()).sum();
        let pending = (self.connections.accepted.len() + held + verified) as u64;
        let known = self.connections.pending;
        check(pending == known, || {
            format!("{pending} frames are pending, accounted for {known}")
        })
    }
}

impl Actor {
    /// What it retains, without its calls.
    fn recount(&self) -> u64 {
        let arrivals: u64 = self
            .mailbox
            .iter()
            .chain(&self.loopback)
            .map(|data| data.len() as u64)
            .sum();
        let answers: u64 = self.results.values().map(answer_size).sum();
        let waiting: u64 = self
            .waiting_calls
            .iter()
            .map(|(_, request)| request_size(request))
            .sum();
        self.base_size() + self.state_size + self.input_size + arrivals + answers + waiting + frames_size(self)
    }
}

fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
