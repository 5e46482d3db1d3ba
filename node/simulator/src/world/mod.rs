//! The world of a run: peers, the network between them, and the order in which things happen.

mod effects;
mod faults;
mod network;
mod node;

pub(crate) use node::Disk;

use crate::check::Checks;
use crate::choice::Choices;
use crate::log::Log;
use crate::plan::{MILLISECOND, Plan, SECOND, Time};
use crate::{Outcome, Run, Violation};
use aqua_peer::{Call, ConnectionId, Effect, Input, OfferId, SubmissionId};
use aqua_vm::CallResult;
use network::{Message, Network};
use node::Node;
use std::collections::BTreeMap;

/// Answers calls that peers don't answer themselves: a pure function of the peer and the call.
pub trait Services {
    /// The answer of a peer, given by its number.
    fn answer(&self, peer: usize, call: &Call) -> CallResult;
}

impl<F: Fn(usize, &Call) -> CallResult> Services for F {
    fn answer(&self, peer: usize, call: &Call) -> CallResult {
        self(peer, call)
    }
}

/// The longest time that a run lasts after its faults have ended.
const LONGEST_TAIL: Time = 600 * SECOND;

/// More turns than any run needs whose script ends.
const MOST_TURNS: u64 = 1_000_000;

/// Something that will happen.
#[derive(Debug)]
enum Occurrence {
    /// An input for a peer, if it has not been restarted since.
    Input { peer: usize, life: u32, input: Input },
    /// The timers of a peer.
    Wakeup { peer: usize, life: u32 },
    /// A particle is started.
    Start(usize),
    /// A message reaches its receiver.
    Deliver(Message),
    /// The sender of a message stops waiting.
    AbandonSend(u64),
    /// A fault begins.
    Fault(usize),
    /// A peer starts again.
    Restart(usize),
    /// A peer goes on after a pause.
    Continue(usize),
}

/// A run.
pub(crate) struct World<'a> {
    plan: &'a Plan,
    services: &'a dyn Services,
    choices: Choices,
    now: Time,
    queue: BTreeMap<(Time, u64), Occurrence>,
    sequence: u64,
    turns: u64,
    nodes: Vec<Node>,
    network: Network,
    log: Log,
    checks: Checks,
    outcomes: Vec<Outcome>,
    /// Ids that were handed to peers.
    offers: u64,
    connections: u64,
}

/// Runs a plan.
///
/// # Errors
/// The first property of a peer that didn't hold.
pub fn run(plan: &Plan, services: &dyn Services) -> Result<Run, Violation> {
    World::new(plan, services, false).run()
}

/// The same, and what happened at last as lines of text.
///
/// # Errors
/// The first property of a peer that didn't hold.
pub fn run_with_log(plan: &Plan, services: &dyn Services) -> (Result<Run, Violation>, Vec<String>) {
    let mut world = World::new(plan, services, true);
    let result = world.run_all();
    let lines = std::mem::replace(&mut world.log, Log::new(false)).into_lines();
    (result.map(|()| world.finish()), lines)
}

impl<'a> World<'a> {
    fn new(plan: &'a Plan, services: &'a dyn Services, with_text: bool) -> Self {
        let choices = Choices::new(plan.seed);
        Self {
            plan,
            services,
            choices,
            now: 0,
            queue: BTreeMap::new(),
            sequence: 0,
            turns: 0,
            nodes: plan.peers.iter().map(|peer| Node::new(peer, plan)).collect(),
            network: Network::new(plan),
            log: Log::new(with_text),
            checks: Checks::default(),
            outcomes: vec![Outcome::default(); plan.starts.len()],
            offers: 0,
            connections: 0,
        }
    }

    fn run(mut self) -> Result<Run, Violation> {
        self.run_all()?;
        Ok(self.finish())
    }

    fn run_all(&mut self) -> Result<(), Violation> {
        for peer in 0..self.nodes.len() {
            self.turn(peer, None)?;
        }
        for (number, start) in self.plan.starts.iter().enumerate() {
            self.at(start.at, Occurrence::Start(number));
        }
        for (number, fault) in self.plan.faults.iter().enumerate() {
            self.at(fault.at(), Occurrence::Fault(number));
        }
        while let Some(((at, _), occurrence)) = self.queue.pop_first() {
            self.now = at;
            self.turns += 1;
            if self.turns > MOST_TURNS {
                return Err(self.violation("the run doesn't end"));
            }
            if at > self.plan.calm + LONGEST_TAIL {
                return Err(self.violation("something is still to happen long after the last particle has expired"));
            }
            self.happen(occurrence)?;
        }
        self.check_end()
    }

    fn happen(&mut self, occurrence: Occurrence) -> Result<(), Violation> {
        match occurrence {
            Occurrence::Input { peer, life, input } if self.nodes[peer].life == life => {
                if let Some(until) = self.nodes[peer].paused_until(self.now) {
                    self.at(until, Occurrence::Input { peer, life, input });
                    return Ok(());
                }
                self.turn(peer, Some(input))
            }
            Occurrence::Wakeup { peer, life } if self.nodes[peer].life == life => self.wake_up(peer),
            Occurrence::Input { .. } | Occurrence::Wakeup { .. } => Ok(()),
            Occurrence::Start(number) => self.start(number),
            Occurrence::Deliver(message) => self.deliver(message),
            Occurrence::AbandonSend(send) => self.abandon_send(send),
            Occurrence::Fault(number) => self.begin_fault(number),
            Occurrence::Restart(peer) => self.restart(peer),
            Occurrence::Continue(peer) => self.turn(peer, Some(Input::Wakeup)),
        }
    }

    /// Something will happen at that time, after everything that was to happen then already.
    fn at(&mut self, at: Time, occurrence: Occurrence) {
        self.sequence += 1;
        self.queue.insert((at.max(self.now), self.sequence), occurrence);
    }

    /// An input will come to a peer, unless it is restarted before.
    fn input_at(&mut self, at: Time, peer: usize, input: Input) {
        let life = self.nodes[peer].life;
        self.at(at, Occurrence::Input { peer, life, input });
    }

    fn start(&mut self, number: usize) -> Result<(), Violation> {
        let start = &self.plan.starts[number];
        let peer = start.peer;
        if !self.nodes[peer].is_ready {
            // A peer that is down or starting: the submitter tries again.
            self.at(self.now + 50 * MILLISECOND, Occurrence::Start(number));
            return Ok(());
        }
        let request = aqua_peer::Submission {
            scope: aqua_peer::ScopeId::HOST,
            script: start.script.clone(),
            ttl: start.ttl,
            functions: start.functions.clone(),
        };
        self.outcomes[number].started = Some((peer, self.nodes[peer].life));
        let submission = SubmissionId(number as u64);
        self.turn(peer, Some(Input::Submit { submission, request }))
    }

    fn wake_up(&mut self, peer: usize) -> Result<(), Violation> {
        self.nodes[peer].wakeup = None;
        if let Some(until) = self.nodes[peer].paused_until(self.now) {
            let life = self.nodes[peer].life;
            self.nodes[peer].wakeup = Some(until);
            self.at(until, Occurrence::Wakeup { peer, life });
            return Ok(());
        }
        self.turn(peer, Some(Input::Wakeup))
    }

    /// One turn of a peer: an input, and all effects.
    fn turn(&mut self, peer: usize, input: Option<Input>) -> Result<(), Violation> {
        let now = self.now;
        if let Some(Input::Committed { batch }) = &input {
            self.nodes[peer].disk.acknowledge(*batch);
        }
        if let Some(Input::Committed { .. } | Input::CommitFailed { .. }) = &input {
            self.checks.committed(peer, self.nodes[peer].life);
        }
        let Some((core, clock)) = self.nodes[peer].core(now) else {
            return Ok(());
        };
        if let Some(input) = input {
            self.log.add(now, peer, 0, &[&crate::bytes_of::input(&input)], || {
                format!("<- {}", crate::bytes_of::name(&input))
            });
            core.handle(clock, input);
        }
        let mut effects = Vec::new();
        while let Some(effect) = core.poll_effect() {
            effects.push(effect);
        }
        let audited = core.audit();
        for effect in effects {
            self.carry_out(peer, effect)?;
        }
        if let Err(fault) = audited {
            return Err(self.violation(&format!("peer {peer}: {fault}")));
        }
        self.set_wakeup(peer);
        Ok(())
    }

    fn set_wakeup(&mut self, peer: usize) {
        let (now, life) = (self.now, self.nodes[peer].life);
        let Some(at) = self.nodes[peer].next_wakeup(now) else {
            return;
        };
        if self.nodes[peer].wakeup.is_none_or(|set| at < set) {
            self.nodes[peer].wakeup = Some(at);
            self.at(at, Occurrence::Wakeup { peer, life });
        }
    }

    fn carry_out(&mut self, peer: usize, effect: Effect) -> Result<(), Violation> {
        let (parts, text) = crate::bytes_of::effect(&effect, self.log.has_text());
        self.log.add(self.now, peer, 1, &[&parts], || text);
        if let Err(fault) = self
            .checks
            .effect(peer, self.nodes[peer].life, &effect, &self.nodes[peer].disk)
        {
            return Err(self.violation(&format!("peer {peer}: {fault}")));
        }
        self.apply(peer, effect);
        Ok(())
    }

    fn next_offer(&mut self) -> OfferId {
        self.offers += 1;
        OfferId(self.offers)
    }

    fn next_connection(&mut self) -> ConnectionId {
        self.connections += 1;
        ConnectionId(self.connections)
    }

    fn check_end(&mut self) -> Result<(), Violation> {
        for peer in 0..self.nodes.len() {
            let Some((core, _)) = self.nodes[peer].core(self.now) else {
                continue;
            };
            let status = core.status();
            let services = match status.storage_failed {
                // The core doesn't know what is on the disk.
                true => Ok(()),
                false => self.nodes[peer].check_services(),
            };
            if let Err(fault) = Checks::end(&status).and(services) {
                return Err(self.violation(&format!("peer {peer}: {fault}")));
            }
        }
        for number in 0..self.outcomes.len() {
            let outcome = &self.outcomes[number];
            let is_lost = outcome
                .started
                .is_some_and(|(peer, life)| self.nodes[peer].life != life);
            if outcome.end.is_none() && !is_lost {
                return Err(self.violation(&format!("submission {number} has not ended")));
            }
        }
        Ok(())
    }

    fn violation(&self, what: &str) -> Violation {
        Violation {
            at: self.now,
            what: what.to_owned(),
        }
    }

    fn finish(&mut self) -> Run {
        Run {
            log: self.log.digest(),
            entries: self.log.entries(),
            turns: self.turns,
            ended_at: self.now,
            counts: self.checks.counts(),
            outcomes: std::mem::take(&mut self.outcomes),
        }
    }
}
