//! Running a program over two traces.
//!
//! [`Machine`] walks the operations of a program. It keeps its own stack of [`Frame`]s, one for each operation that waits
//! for a nested one, so that neither deep scripts nor long folds can exhaust the thread's stack.

mod ap;
mod call;
mod canon;
mod canon_map;
mod control;
mod error_objects;
mod fail;
mod fold;
mod item;
mod ledger;
mod lens;
mod operand;
mod scalars;
mod stream;

use crate::data::{CidInfo, ParticleData};
use crate::failure::{Catchable, ExecutionError, TraceError, Uncatchable};
use crate::trace::TraceHandler;
use crate::{CallRequest, CallResult, Cid, Limits, Params};
use aqua_air::{Bytecode, Operation, OperationId, VariableKind};
use call::Call;
use canon::Canon;
use control::Frame;
use ecow::EcoString;
use error_objects::{HandledError, LastError, Place};
use fold::{FoldParts, Iteration, Source};
use item::{CanonStream, Item};
use ledger::Ledger;
use scalars::{Levels, Variables};
use std::collections::{BTreeMap, BTreeSet};
use stream::Streams;

/// What a run needs.
#[derive(Debug)]
pub(crate) struct Input<'d> {
    pub(crate) code: &'d Bytecode,
    pub(crate) params: &'d Params,
    pub(crate) previous: &'d ParticleData,
    pub(crate) current: &'d ParticleData,
    /// By decimal call id.
    pub(crate) call_results: BTreeMap<String, CallResult>,
}

/// What a run made.
#[derive(Debug)]
pub(crate) struct Output {
    /// Without signatures.
    pub(crate) data: ParticleData,
    /// What this peer has to sign.
    pub(crate) own_cids: Vec<Cid>,
    pub(crate) next_peers: BTreeSet<EcoString>,
    pub(crate) call_requests: BTreeMap<u32, CallRequest>,
    /// Results that no call took.
    pub(crate) call_results: BTreeMap<String, CallResult>,
    /// An error that nothing caught.
    pub(crate) error: Option<Catchable>,
}

/// Runs a program once over both traces.
///
/// # Errors
/// Whatever the workflow can't catch.
pub(crate) fn run(input: Input<'_>) -> Result<Output, Uncatchable> {
    let mut machine = Machine::new(input);
    let error = machine.run()?.err();
    machine.streams.compactify_all(&mut machine.trace)?;
    machine.maps.compactify_all(&mut machine.trace)?;
    Ok(machine.into_output(error.map(|error| *error)))
}

/// How an operation ended. Errors that can't be caught end the run instead.
type Outcome = Result<(), Box<Catchable>>;

/// What an operation did at first.
enum Begun {
    /// Everything.
    Done,
    /// It pushed a frame and wants a nested operation run.
    Run(OperationId),
}

/// What an operation did after a nested one ended.
enum Resumed {
    Done(Outcome),
    Run(OperationId),
}

/// A run in progress.
struct Machine<'d> {
    code: &'d Bytecode,
    params: &'d Params,
    init_peer: EcoString,
    current_peer: EcoString,

    trace: TraceHandler<'d>,
    ledger: Ledger,
    frames: Vec<Frame>,
    /// Whether everything that ran is done, so that `seq` may go on.
    complete: bool,

    levels: Levels,
    scalars: Variables<Item>,
    canon_streams: Variables<CanonStream>,
    canon_maps: Variables<canon_map::CanonMap>,
    /// By slot.
    iterators: Vec<Option<Iteration>>,
    streams: Streams,
    maps: Streams,
    last_error: LastError,
    error: HandledError,

    last_call_request_id: u32,
    call_results: BTreeMap<String, CallResult>,
    call_requests: BTreeMap<u32, CallRequest>,
    next_peers: BTreeSet<EcoString>,
}

impl<'d> Machine<'d> {
    fn new(input: Input<'d>) -> Self {
        let Input {
            code,
            params,
            previous,
            current,
            call_results,
        } = input;
        let slots = code.variables().len();
        let scopes = code.scopes().len();
        let mut iterators = Vec::new();
        iterators.resize_with(slots, || None);
        Self {
            code,
            params,
            init_peer: params.init_peer_id.as_str().into(),
            current_peer: params.current_peer_id.as_str().into(),
            trace: TraceHandler::new(&previous.trace, &current.trace),
            ledger: Ledger::new(union(&previous.cid_info, &current.cid_info), params.limits.run_size),
            frames: Vec::new(),
            complete: true,
            levels: Levels::new(),
            scalars: Variables::new(slots),
            canon_streams: Variables::new(slots),
            canon_maps: Variables::new(slots),
            iterators,
            streams: Streams::new(scopes),
            maps: Streams::new(scopes),
            last_error: LastError::new(),
            error: HandledError::new(),
            last_call_request_id: previous.last_call_request_id,
            call_results,
            call_requests: BTreeMap::new(),
            next_peers: BTreeSet::new(),
        }
    }

    fn into_output(self, error: Option<Catchable>) -> Output {
        let data = ParticleData {
            trace: self.trace.into_result(),
            last_call_request_id: self.last_call_request_id,
            cid_info: self.ledger.info,
            signatures: BTreeMap::new(),
        };
        Output {
            data,
            own_cids: self.ledger.own_cids,
            next_peers: self.next_peers,
            call_requests: self.call_requests,
            call_results: self.call_results,
            error,
        }
    }

    fn run(&mut self) -> Result<Outcome, Uncatchable> {
        /// Memory that a state of the trace takes, roughly.
        const STATE_SIZE: u64 = 64;

        let Limits {
            run_size: limit,
            run_length,
            ..
        } = self.params.limits;
        let mut begun = 0;
        let most_states = usize::try_from(limit / STATE_SIZE).unwrap_or(usize::MAX);
        let mut operation = self.code.root();
        loop {
            if self.trace.position() > most_states {
                return Err(Uncatchable::RunTooLarge(limit));
            }
            begun += 1;
            if begun > run_length {
                return Err(Uncatchable::RunTooLong(run_length));
            }
            let mut outcome = match self.begin(operation) {
                Ok(Begun::Run(nested)) => {
                    operation = nested;
                    continue;
                }
                Ok(Begun::Done) => Ok(()),
                Err(ExecutionError::Catchable(error)) => Err(error),
                Err(ExecutionError::Uncatchable(error)) => return Err(*error),
            };
            operation = loop {
                let Some(frame) = self.frames.pop() else {
                    return Ok(outcome);
                };
                match self.resume(frame, outcome)? {
                    Resumed::Run(nested) => break nested,
                    Resumed::Done(ended) => outcome = ended,
                }
            };
        }
    }

    fn begin(&mut self, id: OperationId) -> Result<Begun, ExecutionError> {
        let code = self.code;
        let place = match code[id] {
            Operation::CanonStream { .. } | Operation::CanonMap { .. } | Operation::CanonMapToScalar { .. } => {
                Place::OnPeer(None)
            }
            _ => Place::Here,
        };
        let done = |result: Result<(), ExecutionError>| result.map(|()| Begun::Done);
        let begun = match code[id] {
            Operation::Call {
                peer,
                service,
                function,
                arguments,
                output,
            } => {
                let call = Call {
                    id,
                    peer,
                    service,
                    function,
                    arguments: code.list(arguments),
                    output,
                };
                // A call notes its errors itself, with its tetraplet.
                return done(self.call(&call));
            }
            Operation::CanonStream { peer, source, target } => {
                done(self.canon(id, peer, Canon::Stream { source, target }))
            }
            Operation::CanonMap { peer, source, target } => done(self.canon(id, peer, Canon::Map { source, target })),
            Operation::CanonMapToScalar { peer, source, target } => {
                done(self.canon(id, peer, Canon::MapToScalar { source, target }))
            }
            Operation::ApToScalar { source, target } => done(self.ap_to_scalar(source, target)),
            Operation::ApToStream { source, target } => done(self.ap_to_stream(id, source, target)),
            Operation::ApToMap { key, value, target } => done(self.ap_to_map(id, key, value, target)),
            Operation::Seq(left, right) => Ok(self.seq(left, right)),
            Operation::Par(left, right) => self.par(id, left, right),
            Operation::Xor(left, right) => Ok(self.xor(left, right)),
            Operation::Null => Ok(Begun::Done),
            Operation::Never => {
                self.complete = false;
                Ok(Begun::Done)
            }
            Operation::New { slot, body } => {
                match code[slot].kind {
                    VariableKind::CanonStream => self.canon_streams.open(slot.index(), &self.levels),
                    VariableKind::CanonMap => self.canon_maps.open(slot.index(), &self.levels),
                    _ => self.scalars.open(slot.index(), &self.levels),
                }
                self.frames.push(Frame::New { slot });
                Ok(Begun::Run(body))
            }
            Operation::NewStream { scope, body } => {
                self.streams.open(scope.index());
                self.frames.push(Frame::NewStream { scope });
                Ok(Begun::Run(body))
            }
            Operation::NewMap { scope, body } => {
                self.maps.open(scope.index());
                self.frames.push(Frame::NewMap { scope });
                Ok(Begun::Run(body))
            }
            Operation::Fail { error } => Err(self.fail(error)),
            Operation::FailWith { code, message } => Err(self.fail_with(id, code, message)),
            Operation::Fold {
                iterable,
                iterator,
                body,
                last,
            } => self.fold(
                iterable,
                FoldParts {
                    id,
                    iterator,
                    body,
                    last,
                },
            ),
            Operation::FoldStream {
                stream,
                iterator,
                body,
                last,
            } => self.fold_stream(
                Source::Stream(stream),
                FoldParts {
                    id,
                    iterator,
                    body,
                    last,
                },
            ),
            Operation::FoldMap {
                map,
                iterator,
                body,
                last,
            } => self.fold_stream(
                Source::Map(map),
                FoldParts {
                    id,
                    iterator,
                    body,
                    last,
                },
            ),
            Operation::Next { iterator } => self.next(id, iterator),
            Operation::Match { left, right, body } => self.compare(left, right, true, body),
            Operation::Mismatch { left, right, body } => self.compare(left, right, false, body),
        };
        if let Err(ExecutionError::Catchable(error)) = &begun {
            self.note_error(error, id, place)?;
        }
        begun
    }

    fn clean_up(&mut self) {
        self.scalars.clean_up(&self.levels);
        self.canon_streams.clean_up(&self.levels);
        self.canon_maps.clean_up(&self.levels);
    }

    /// Waits for a variable that is not there yet: the instruction does nothing and is not complete. Other errors are
    /// raised.
    fn join(&mut self, error: ExecutionError) -> Result<(), ExecutionError> {
        self.join_or(error, |_, error| Err(error))
    }

    fn join_or(
        &mut self,
        error: ExecutionError,
        raise: impl FnOnce(&mut Self, ExecutionError) -> Result<(), ExecutionError>,
    ) -> Result<(), ExecutionError> {
        match error {
            ExecutionError::Catchable(error) if error.is_joinable() => {
                self.complete = false;
                Ok(())
            }
            error => raise(self, error),
        }
    }

    fn trace_error(&self, id: OperationId, error: TraceError) -> Uncatchable {
        Uncatchable::Trace {
            instruction: self.code.canonical_text(id),
            error,
        }
    }
}

/// Both stores; of the same id the current data's entry.
fn union(previous: &CidInfo, current: &CidInfo) -> CidInfo {
    let mut info = previous.clone();
    let CidInfo {
        value_store,
        tetraplet_store,
        canon_element_store,
        canon_result_store,
        service_result_store,
    } = current.clone();
    info.value_store.extend(value_store);
    info.tetraplet_store.extend(tetraplet_store);
    info.canon_element_store.extend(canon_element_store);
    info.canon_result_store.extend(canon_result_store);
    info.service_result_store.extend(service_result_store);
    info
}
