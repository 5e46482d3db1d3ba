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
mod frames;
mod growing_stores;
mod item;
mod ledger;
mod lens;
mod operand;
mod origin;
mod recording;
mod resumption;
mod scalars;
mod shape;
mod snapshots;
mod stream;
mod variables;

use crate::data::{CidInfo, ParticleData, Provenance, TraceState};
use crate::failure::{Catchable, ExecutionError, TraceError, Uncatchable};
use crate::trace::{Trace, TraceHandler};
use crate::{CallRequest, CallResult, Cid, Limits, Params, Tetraplet};
use aqua_air::{Bytecode, Operation, OperationId, VariableKind};
use call::Call;
use canon::Canon;
use ecow::EcoString;
use error_objects::{Errors, Place};
use fold::{FoldParts, Iteration, Source};
use frames::Frame;
use item::{CanonStream, Item};
use ledger::Ledger;
use origin::Origin;
use recording::Recorder;
use scalars::{Levels, Variables};
use std::collections::{BTreeMap, BTreeSet};
use stream::{OpenScopes, Streams};
use triomphe::Arc as Shared;

pub(crate) use recording::Recording;
use resumption::Growth;
pub(crate) use resumption::{Resumption, take_up};
pub(crate) use shape::Shape;
pub(crate) use snapshots::Array;

/// What a run needs.
#[derive(Debug)]
pub(crate) struct Input<'d> {
    pub(crate) code: &'d Bytecode,
    pub(crate) params: &'d Params,
    pub(crate) previous: &'d ParticleData,
    /// The trace that arrived.
    pub(crate) current: &'d [TraceState],
    /// What both traces name.
    pub(crate) info: CidInfo,
    /// By decimal call id.
    pub(crate) call_results: BTreeMap<String, CallResult>,
    /// Whether to keep what is needed to take the run up again where calls wait.
    pub(crate) records: bool,
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
    /// Where the run can be taken up again, if that is possible.
    pub(crate) recording: Option<Recording>,
}

/// Runs a program once over both traces.
///
/// # Errors
/// Whatever the workflow can't catch.
pub(crate) fn run(input: Input<'_>) -> Result<Output, Uncatchable> {
    let mut machine = Machine::new(input);
    let error = machine.run_from(Begun::Run(machine.code.root()), 0)?.err();
    machine.compactify_open_streams()?;
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
    /// Of everything that stands in the script.
    literal: Origin,

    trace: Trace<'d>,
    ledger: Ledger,
    frames: frames::Stack,
    /// How many operations have begun.
    length: u64,
    /// Whether everything that ran is done, so that `seq` may go on.
    complete: bool,

    levels: Levels,
    scalars: Variables<Item>,
    canon_streams: Variables<CanonStream>,
    canon_maps: Variables<canon_map::CanonMap>,
    /// By slot.
    iterators: Array<Shared<Iteration>>,
    streams: Streams,
    maps: Streams,
    open_streams: OpenScopes,
    open_maps: OpenScopes,
    errors: Shared<Errors>,

    last_call_request_id: u32,
    call_results: BTreeMap<String, CallResult>,
    call_requests: BTreeMap<u32, CallRequest>,
    next_peers: BTreeSet<EcoString>,

    recorder: Recorder,
    /// Set while a former run is taken up.
    growth: Option<Growth>,
}

impl<'d> Machine<'d> {
    fn new(input: Input<'d>) -> Self {
        let Input {
            code,
            params,
            previous,
            current,
            info,
            call_results,
            records,
        } = input;
        Self {
            code,
            params,
            init_peer: params.init_peer_id.as_str().into(),
            current_peer: params.current_peer_id.as_str().into(),
            literal: Origin::new(Tetraplet::of_peer(params.init_peer_id.as_str()), Provenance::Literal),
            trace: Trace::Merged(TraceHandler::new(&previous.trace, current, records)),
            ledger: Ledger::new(info, params.limits.run_size),
            frames: frames::Stack::default(),
            length: 0,
            complete: true,
            levels: Levels::new(),
            scalars: Variables::new(),
            canon_streams: Variables::new(),
            canon_maps: Variables::new(),
            iterators: Array::default(),
            streams: Streams::default(),
            maps: Streams::default(),
            open_streams: OpenScopes::default(),
            open_maps: OpenScopes::default(),
            errors: Errors::none(),
            last_call_request_id: previous.last_call_request_id,
            call_results,
            call_requests: BTreeMap::new(),
            next_peers: BTreeSet::new(),
            recorder: Recorder::new(records),
            growth: None,
        }
    }

    fn into_output(self, error: Option<Catchable>) -> Output {
        let (trace, events) = match self.trace {
            Trace::Merged(handler) => handler.into_result(),
            Trace::Grown(tree) => (tree.flatten(), Vec::new()),
        };
        let recording = if error.is_none() {
            self.recorder.finish(self.streams, self.maps, events)
        } else {
            None
        };
        let (cid_info, own_cids) = self.ledger.finish();
        let data = ParticleData {
            trace,
            last_call_request_id: self.last_call_request_id,
            cid_info,
            signatures: BTreeMap::new(),
        };
        Output {
            data,
            own_cids,
            next_peers: self.next_peers,
            call_requests: self.call_requests,
            call_results: self.call_results,
            error,
            recording,
        }
    }

    /// Goes on until no more than so many frames are left that wait.
    fn run_from(&mut self, mut begun: Begun, depth: usize) -> Result<Outcome, Uncatchable> {
        /// Memory that a state of the trace takes, roughly.
        const STATE_SIZE: u64 = 64;

        let Limits {
            run_size: limit,
            run_length,
            ..
        } = self.params.limits;
        let most_states = usize::try_from(limit / STATE_SIZE).unwrap_or(usize::MAX);
        loop {
            let mut outcome = match begun {
                Begun::Run(operation) => {
                    if self.trace.position() > most_states {
                        return Err(Uncatchable::RunTooLarge(limit));
                    }
                    self.length += 1;
                    if self.length > run_length {
                        return Err(Uncatchable::RunTooLong(run_length));
                    }
                    match self.begin(operation) {
                        Ok(more) => {
                            begun = more;
                            continue;
                        }
                        Err(ExecutionError::Catchable(error)) => {
                            self.note_error_of(operation, &error)?;
                            Err(error)
                        }
                        Err(ExecutionError::Uncatchable(error)) => return Err(*error),
                    }
                }
                Begun::Done => Ok(()),
            };
            begun = loop {
                if self.frames.depth() <= depth {
                    return Ok(outcome);
                }
                match self.resume(outcome)? {
                    Resumed::Run(nested) => break Begun::Run(nested),
                    Resumed::Done(ended) => outcome = ended,
                }
            };
        }
    }

    fn begin(&mut self, id: OperationId) -> Result<Begun, ExecutionError> {
        let code = self.code;
        let done = |result: Result<(), ExecutionError>| result.map(|()| Begun::Done);
        match code[id] {
            Operation::Call { .. } => done(self.call(&Call::at(id, code).expect("it is one"))),
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
                self.frames.push(|| Frame::New { slot });
                Ok(Begun::Run(body))
            }
            Operation::NewStream { scope, body } => {
                self.streams.open(scope.index(), &mut self.open_streams);
                self.frames.push(|| Frame::NewStream { scope });
                Ok(Begun::Run(body))
            }
            Operation::NewMap { scope, body } => {
                self.maps.open(scope.index(), &mut self.open_maps);
                self.frames.push(|| Frame::NewMap { scope });
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
        }
    }

    fn note_error_of(&mut self, id: OperationId, error: &Catchable) -> Result<(), Uncatchable> {
        match self.code[id] {
            // It notes its errors itself, with its tetraplet.
            Operation::Call { .. } => Ok(()),
            Operation::CanonStream { .. } | Operation::CanonMap { .. } | Operation::CanonMapToScalar { .. } => {
                self.note_error(error, id, Place::OnPeer(None))
            }
            _ => self.note_error(error, id, Place::Here),
        }
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
