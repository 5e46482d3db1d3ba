//! Calls of an actor: who answers them, when they start and how they end.

use super::lookup::Found;
use super::{ActorId, Phase};
use crate::event::EventKind;
use crate::functions::{Answer, Call, Function, View, failure};
use crate::id::CallId;
use crate::initiators::InitiatorId;
use crate::job::{FunctionJob, Job};
use crate::mistake::Mistake;
use crate::peer::Peer;
use crate::records::Transaction;
use crate::schedule::Work;
use crate::submission::Report;
use crate::time::{Monotonic, Nanos};
use crate::timers::{Timer, TimerKey};
use crate::{Effect, InFlight};
use aqua_values::Value;
use aqua_vm::{CallRequest, CallResult};
use ecow::EcoString;

/// Calls with larger arguments are run as jobs, in bytes.
const INLINE_ARGUMENTS: u64 = 16 * 1024;

/// What a pure function costs per byte of its arguments, in nanoseconds.
const PER_BYTE: u64 = 10;

/// A call that has started and not ended.
#[derive(Debug)]
pub(crate) struct PendingCall {
    pub(crate) actor: ActorId,
    pub(crate) initiator: InitiatorId,
    /// The virtual machine's number.
    pub(crate) number: u32,
    service: EcoString,
    function: EcoString,
    started: Monotonic,
    pub(crate) state: CallState,
    /// Fires at its deadline, or when the core answers it.
    timer: Option<TimerKey>,
    /// Bytes that it retains.
    pub(crate) size: u64,
}

/// Where a call is.
#[derive(Debug)]
pub(crate) enum CallState {
    /// With the driver.
    Driver,
    /// Answered by the core when its timer fires.
    Timer(CallResult),
    /// Queued or running as a job.
    Job(Option<FunctionJob>),
    /// Waits for the start of a service.
    Start,
    /// Waits for a commit.
    Commit,
    /// Cancelled: the driver's answer is ignored.
    Cancelled,
}

impl PendingCall {
    /// It waits for the start of a service, until the timer fires.
    pub(crate) fn set_starting(&mut self, timer: TimerKey) {
        self.timer = Some(timer);
        self.state = CallState::Start;
    }

    pub(crate) fn is_starting(&self) -> bool {
        matches!(self.state, CallState::Start)
    }
}

impl Peer {
    /// Starts calls that wait, as far as the limits allow, of all actors for which that may have changed.
    pub(crate) fn start_calls(&mut self) {
        while let Some(id) = self.callers.pop_front() {
            self.start_calls_of(id);
        }
    }

    fn start_calls_of(&mut self, id: ActorId) {
        loop {
            let Some(actor) = self.actors.get_mut(&id) else { return };
            if actor.phase != Phase::Live || actor.calls.len() >= self.limits.calls.max(1) as usize {
                break;
            }
            let initiator = self.initiators.get_mut(actor.initiator);
            if !initiator.is_local && initiator.calls >= self.limits.initiator.calls.max(1) {
                if !actor.waiting_calls.is_empty() {
                    initiator.waiting.push_back(id);
                }
                break;
            }
            let Some((number, request)) = actor.waiting_calls.pop_front() else {
                break;
            };
            self.start_call(id, number, request);
        }
        self.wake(id);
    }

    fn start_call(&mut self, id: ActorId, number: u32, request: CallRequest) {
        let size = request_size(&request);
        let now = self.now.monotonic;
        let actor = &self.actors[&id];
        let deadline = actor.deadline.min(now + self.limits.call_time);
        let CallRequest {
            service_id: service,
            function_name: function,
            arguments,
            tetraplets,
        } = request;
        self.emit_for(
            id,
            EventKind::CallStarted {
                call: number,
                service: service.clone(),
                function: function.clone(),
            },
        );
        let actor = &self.actors[&id];
        let scope = &self.scopes[&actor.scope];
        let found = self.find_function(id, &service, &function);
        let call = Call {
            scope: scope.id,
            peer: scope.peer.clone(),
            target: found.target(),
            service,
            function,
            arguments,
            tetraplets,
            particle: actor.header.clone(),
            authority: self.authority(&actor.header.init_peer_id),
            deadline,
        };
        let refused = scope
            .functions
            .guard(&call.service)
            .and_then(|guard| guard(&call).err());
        let call_id = CallId(self.counters.calls.next());
        let pending = PendingCall {
            actor: id,
            initiator: actor.initiator,
            number,
            service: call.service.clone(),
            function: call.function.clone(),
            started: now,
            state: CallState::Driver,
            timer: None,
            size,
        };
        self.initiators.get_mut(pending.initiator).calls += 1;
        self.actors
            .get_mut(&id)
            .expect("it was found above")
            .calls
            .insert(call_id);
        self.calls.insert(call_id, pending);
        match refused {
            Some(error) => self.answer(call_id, Err(error)),
            None => {
                self.report_unknown_function(id, &call, &found);
                self.run_call(call_id, call, found);
            }
        }
    }

    fn run_call(&mut self, id: CallId, call: Call, found: Found) {
        match found {
            Found::Value(value) => self.answer(id, Ok(value)),
            Found::Report(tag) => {
                let arguments = call.arguments;
                let actor = self.calls[&id].actor;
                self.report(actor, || Report::Called {
                    tag,
                    arguments: arguments.clone(),
                });
                self.answer(id, Ok(Value::from("")));
            }
            Found::Broken(service, reason) => {
                let text = format!("Service '{service}' could not be started: {reason}");
                self.answer(id, Err(failure(text)));
            }
            Found::Nothing => {
                let Call { service, function, .. } = call;
                let text = format!("Service with id '{service}' not found (function {function})");
                self.answer(id, Err(failure(text)));
            }
            Found::Driver(_) | Found::Function(Function::World | Function::Embedder) => self.call_driver(id, call),
            Found::Function(Function::Pure(answer)) => self.call_pure(id, call, answer),
            Found::Function(Function::Local(answer)) => {
                let view = View {
                    now: self.now,
                    scope: &self.scopes[&call.scope],
                    scopes: &self.scope_ids,
                };
                match answer(&view, &call) {
                    Answer::Now(result) => self.answer(id, result),
                    Answer::Printed(text, result) => {
                        self.emit_for(self.calls[&id].actor, EventKind::Printed { text });
                        self.answer(id, result);
                    }
                    Answer::At(moment, result) => {
                        // The deadline of the particle ends it, not the time that functions have.
                        let timer = self.timers.set(moment, Timer::Call(id));
                        let pending = self.calls.get_mut(&id).expect("it has just started");
                        pending.timer = Some(timer);
                        pending.state = CallState::Timer(result);
                    }
                }
            }
            Found::Function(Function::Stateful(change)) => self.call_stateful(id, &call, change),
            Found::Function(Function::Create(answer)) => match answer(&call) {
                Ok(new) => self.create_service(id, &call, new),
                Err(error) => self.answer(id, Err(error)),
            },
        }
    }

    fn call_driver(&mut self, id: CallId, request: Call) {
        let timer = self.timers.set(request.deadline, Timer::Call(id));
        self.calls.get_mut(&id).expect("it has just started").timer = Some(timer);
        self.push(Effect::Call { call: id, request });
    }

    fn call_pure(&mut self, id: CallId, call: Call, answer: fn(&Call) -> CallResult) {
        let pending = self.calls.get_mut(&id).expect("it has just started");
        if pending.size <= INLINE_ARGUMENTS {
            return self.answer(id, answer(&call));
        }
        let expected = Nanos(pending.size * PER_BYTE);
        pending.state = CallState::Job(Some(FunctionJob { answer, call, expected }));
        let flow = self.actors[&pending.actor].flow;
        self.schedule.push(flow, Work::Function(id), expected);
    }

    fn call_stateful(&mut self, id: CallId, call: &Call, change: fn(&mut Transaction<'_>, &Call) -> CallResult) {
        if self.records.has_failed() {
            return self.answer(id, Err(failure("the peer's storage has failed")));
        }
        let mut transaction = Transaction::new(&self.records, &self.scopes[&call.scope]);
        let result = change(&mut transaction, call);
        let (mut records, services) = match &result {
            Ok(_) => transaction.into_changes(),
            Err(_) => Default::default(),
        };
        let (of_services, removed) = self.change_services(call.scope, services);
        records.extend(of_services);
        // What the function read may be pending, so its answer waits even if it changes nothing.
        if records.is_empty() && self.records.is_clean() {
            return self.answer(id, result);
        }
        self.await_commit(id, records, result, removed);
        if self.plants(Mistake::AnswerBeforeCommit)
            && let Some(result) = self.records.take_early(id)
        {
            self.answer(id, result);
        }
    }

    /// The job of a function over large arguments, if its answer is still wanted.
    pub(crate) fn function_job(&mut self, id: CallId) -> Option<Job> {
        match &mut self.calls.get_mut(&id)?.state {
            CallState::Job(job) => job.take().map(|job| Job::Function(Box::new(job))),
            _ => None,
        }
    }

    /// A call has ended: its answer goes into the next step, unless the actor doesn't want it any more.
    pub(crate) fn answer(&mut self, id: CallId, result: CallResult) {
        let Some(pending) = self.calls.remove(&id) else {
            return self.driver_fault("CallFinished");
        };
        let PendingCall {
            actor: actor_id,
            initiator,
            number,
            service,
            function,
            started,
            state,
            timer,
            size,
        } = pending;
        if let Some(timer) = timer {
            self.timers.clear(timer);
        }
        let Some(actor) = self.actors.get_mut(&actor_id) else {
            return;
        };
        actor.calls.remove(&id);
        let is_wanted = actor.phase == Phase::Live && !matches!(state, CallState::Cancelled);
        if is_wanted {
            let elapsed = (self.now.monotonic - started).as_duration();
            let (bytes, failed) = (answer_size(&result), result.is_err());
            let added = if self.plants(Mistake::AnswersUnaccounted) {
                0
            } else {
                bytes
            };
            self.retain(actor_id, added, size);
            self.emit_for(
                actor_id,
                EventKind::CallEnded {
                    call: number,
                    service,
                    function,
                    elapsed,
                    bytes,
                    failed,
                },
            );
            if let Some(actor) = self.actors.get_mut(&actor_id) {
                actor.results.insert(number, result);
            }
        } else {
            self.retain(actor_id, 0, size);
        }
        // The actor may start another call, and so may another one of the same initiator.
        let initiator = self.initiators.get_mut(initiator);
        initiator.calls -= 1;
        self.callers.extend(initiator.waiting.pop_front());
        self.callers.push_back(actor_id);
        self.reap_if_idle(actor_id);
        self.report_if_idle(actor_id);
    }

    /// The timer of a call has fired.
    pub(crate) fn call_timer(&mut self, id: CallId) {
        let Some(pending) = self.calls.get_mut(&id) else { return };
        pending.timer = None;
        match std::mem::replace(&mut pending.state, CallState::Cancelled) {
            CallState::Timer(result) => {
                pending.state = CallState::Timer(Ok(Value::Null));
                self.answer(id, result);
            }
            CallState::Driver => {
                self.push(Effect::Cancel {
                    what: InFlight::Call(id),
                });
                self.time_out(id);
            }
            // The service is removed when it has started.
            CallState::Start => self.time_out(id),
            other => pending.state = other,
        }
    }

    /// A call took too long: the script gets an error now, the answer is ignored.
    fn time_out(&mut self, id: CallId) {
        let pending = &self.calls[&id];
        let (actor_id, number) = (pending.actor, pending.number);
        let kind = EventKind::CallAbandoned {
            service: pending.service.clone(),
            function: pending.function.clone(),
        };
        self.emit_for(actor_id, kind);
        let millis = self.limits.call_time.0 / 1_000_000;
        let result = Err(failure(format!("the function did not answer within {millis} ms")));
        self.retain(actor_id, answer_size(&result), 0);
        if let Some(actor) = self.actors.get_mut(&actor_id) {
            actor.results.insert(number, result);
        }
        self.wake(actor_id);
    }

    /// Abandons all calls of an actor that is not live any more.
    pub(crate) fn abandon_calls(&mut self, id: ActorId) {
        let Some(actor) = self.actors.get_mut(&id) else { return };
        let waiting = std::mem::take(&mut actor.waiting_calls);
        let running: Vec<CallId> = actor.calls.iter().copied().collect();
        let size: u64 = waiting.iter().map(|(_, request)| request_size(request)).sum();
        self.retain(id, 0, size);
        for (_, request) in waiting {
            self.emit_for(
                id,
                EventKind::CallAbandoned {
                    service: request.service_id,
                    function: request.function_name,
                },
            );
        }
        for call in running {
            self.abandon_call(id, call);
        }
    }

    fn abandon_call(&mut self, id: ActorId, call: CallId) {
        let forgets = self.plants(Mistake::CancelIsForgotten);
        let Some(pending) = self.calls.get_mut(&call) else {
            return;
        };
        if matches!(pending.state, CallState::Cancelled) {
            return;
        }
        let kind = EventKind::CallAbandoned {
            service: pending.service.clone(),
            function: pending.function.clone(),
        };
        let (state, timer) = (
            std::mem::replace(&mut pending.state, CallState::Cancelled),
            pending.timer.take(),
        );
        if let Some(timer) = timer {
            self.timers.clear(timer);
        }
        self.emit_for(id, kind);
        match state {
            CallState::Driver if !forgets => self.push(Effect::Cancel {
                what: InFlight::Call(call),
            }),
            // No other part of the peer answers these.
            CallState::Timer(_) | CallState::Job(Some(_)) => self.answer(call, Ok(Value::Null)),
            _ => {}
        }
    }
}

/// About how many bytes a request retains: the texts of its values.
pub(crate) fn request_size(request: &CallRequest) -> u64 {
    let values: u64 = request.arguments.iter().map(value_size).sum();
    (request.service_id.len() + request.function_name.len()) as u64 + values
}

/// The size of an answer as JSON text, in bytes.
pub(crate) fn answer_size(result: &CallResult) -> u64 {
    match result {
        Ok(value) => value_size(value),
        Err(error) => error.message.len() as u64,
    }
}

fn value_size(value: &Value) -> u64 {
    value.estimated_text_size(usize::MAX) as u64
}
