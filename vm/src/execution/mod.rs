//! Executes a program over two traces.
//!
//! [`Machine`] interprets the operations of a program. It has its own stack of [`Frame`]s, one for each operation whose
//! nested operation runs, so that neither deep scripts nor long folds overflow the thread's stack.

mod ap;
mod append_stores;
mod call;
mod canon;
mod canon_map;
mod content_store;
mod control;
mod def_use;
mod error_objects;
mod fail;
mod fold;
mod frames;
mod invalidation;
mod item;
mod item_value;
mod lens;
mod operand;
mod origin;
mod recording;
mod resumption;
mod scalars;
mod snapshots;
mod stream;
mod survey;
mod variables;

use crate::data::{CidInfo, ParticleData, Provenance, Signatures, TraceState};
use crate::failure::{Catchable, ExecutionError, TraceError, Uncatchable};
use crate::trace::{Trace, TraceHandler};
use crate::{CallRequest, Cid, Limits, Params, Tetraplet, Work};
use aqua_air::{Bytecode, Operation, OperationId, VariableKind};
use call::Call;
use canon::Canon;
use content_store::ContentStore;
use ecow::EcoString;
use error_objects::{ErrorSite, Errors};
use fold::{FoldParts, Iteration, Source};
use frames::Frame;
use item::{CanonStream, Item};
use origin::Origin;
use recording::Recorder;
use scalars::{Levels, Variables};
use std::collections::{BTreeMap, BTreeSet};
use stream::{OpenScopes, Streams};
use triomphe::Arc as Shared;

pub(crate) use def_use::DefUse;
pub(crate) use invalidation::Invalidation;
pub(crate) use item_value::{Answer, ItemValue};
pub(crate) use recording::Recording;
use resumption::ResumeState;
pub(crate) use resumption::{RecordedRun, resume};
pub(crate) use snapshots::Array;
pub(crate) use survey::{Cause, Raised, last_descendant, merge, producers, source_of, survey};

/// The input of a run.
#[derive(Debug)]
pub(crate) struct Input<'d> {
    pub(crate) code: &'d Bytecode,
    pub(crate) params: &'d Params,
    pub(crate) previous: &'d ParticleData,
    /// The incoming trace.
    pub(crate) current: &'d [TraceState],
    /// The content that both traces name.
    pub(crate) info: CidInfo,
    /// By decimal call id.
    pub(crate) call_results: BTreeMap<String, Answer>,
    /// Whether to record the run, so that it can be resumed where calls wait.
    pub(crate) records: bool,
}

/// The output of a run.
#[derive(Debug)]
pub(crate) struct Output {
    /// Without signatures.
    pub(crate) data: ParticleData,
    /// Ids that this peer has to sign.
    pub(crate) own_cids: Vec<Cid>,
    pub(crate) next_peers: BTreeSet<EcoString>,
    pub(crate) call_requests: BTreeMap<u32, CallRequest>,
    /// Results that no call consumed.
    pub(crate) call_results: BTreeMap<String, Answer>,
    /// An error that nothing caught.
    pub(crate) error: Option<Catchable>,
    /// Present if the run can be resumed.
    pub(crate) recording: Option<Recording>,
}

/// Runs a program once over both traces. The result is an error if the workflow can't catch it; the work is counted either
/// way.
pub(crate) fn run(input: Input<'_>) -> (Result<Output, Uncatchable>, Work) {
    let mut machine = Machine::new(input);
    let ended = machine
        .run_from(Started::Run(machine.code.root()), 0)
        .and_then(|outcome| machine.compactify_open_streams().map(|()| outcome));
    let work = machine.work();
    (
        ended.map(|outcome| machine.into_output(outcome.err().map(|error| *error))),
        work,
    )
}

/// How an operation ended. Errors that can't be caught end the run instead.
type Outcome = Result<(), Box<Catchable>>;

/// The result of starting an operation.
enum Started {
    /// It is done.
    Done,
    /// It pushed a frame and a nested operation runs next.
    Run(OperationId),
}

/// The result of returning to a frame after its nested operation ended.
enum Returned {
    Done(Outcome),
    Run(OperationId),
}

/// A run in progress.
struct Machine<'d> {
    code: &'d Bytecode,
    params: &'d Params,
    init_peer: EcoString,
    current_peer: EcoString,
    /// The origin of literals.
    literal: Origin,

    trace: Trace<'d>,
    content: ContentStore,
    frames: frames::Stack,
    /// Number of instructions begun.
    length: u64,
    /// Whether what ran is complete, so that `seq` may continue.
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
    call_results: BTreeMap<String, Answer>,
    call_requests: BTreeMap<u32, CallRequest>,
    next_peers: BTreeSet<EcoString>,

    recorder: Recorder,
    /// Set while a recorded run is resumed.
    resumption: Option<ResumeState>,
    /// Set while a run looks for blocked instructions.
    survey: Option<Box<survey::Survey>>,
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
            init_peer: params.init_peer_id.clone(),
            current_peer: params.current_peer_id.clone(),
            literal: Origin::new(Tetraplet::of_peer(params.init_peer_id.clone()), Provenance::Literal),
            trace: Trace::Merged(TraceHandler::new(&previous.trace, current, records)),
            content: ContentStore::new(info, params.limits.run_size),
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
            resumption: None,
            survey: None,
        }
    }

    /// What the run cost so far.
    fn work(&self) -> Work {
        Work {
            instructions: self.length,
            bytes: self.content.charged(),
        }
    }

    fn into_output(self, error: Option<Catchable>) -> Output {
        let (trace, events) = match self.trace {
            Trace::Merged(handler) => handler.into_result(),
            Trace::Resumed(_) => unreachable!("a resumed run has another output"),
        };
        let recording = if error.is_none() {
            let content = &self.content;
            self.recorder
                .finish(self.streams, self.maps, events, || content.parsed())
        } else {
            None
        };
        let (cid_info, own_cids) = self.content.finish();
        let data = ParticleData {
            trace,
            last_call_request_id: self.last_call_request_id,
            cid_info,
            signatures: Signatures::default(),
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

    /// Runs until at most `depth` frames are left.
    fn run_from(&mut self, mut started: Started, depth: usize) -> Result<Outcome, Uncatchable> {
        /// Approximate memory of a state of the trace, in bytes.
        const STATE_SIZE: u64 = 64;

        let Limits {
            run_size: limit,
            run_length,
            ..
        } = self.params.limits;
        let most_states = usize::try_from(limit / STATE_SIZE).unwrap_or(usize::MAX);
        loop {
            let mut outcome = match started {
                Started::Run(operation) => {
                    if self.trace.position() > most_states {
                        return Err(Uncatchable::RunTooLarge(limit));
                    }
                    self.length += 1;
                    if self.length > run_length {
                        return Err(Uncatchable::RunTooLong(run_length));
                    }
                    let begun = match self.survey {
                        None => self.begin(operation),
                        Some(_) => self.begin_surveyed(operation),
                    };
                    match begun {
                        Ok(more) => {
                            started = more;
                            continue;
                        }
                        Err(ExecutionError::Catchable(error)) => {
                            self.record_error_of(operation, &error)?;
                            Err(error)
                        }
                        Err(ExecutionError::Uncatchable(error)) => return Err(*error),
                    }
                }
                Started::Done => Ok(()),
            };
            started = loop {
                if self.frames.depth() <= depth {
                    return Ok(outcome);
                }
                match self.return_to_frame(outcome)? {
                    Returned::Run(nested) => break Started::Run(nested),
                    Returned::Done(ended) => outcome = ended,
                }
            };
        }
    }

    fn begin(&mut self, id: OperationId) -> Result<Started, ExecutionError> {
        let code = self.code;
        let done = |result: Result<(), ExecutionError>| result.map(|()| Started::Done);
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
            Operation::Null => Ok(Started::Done),
            Operation::Never => {
                self.complete = false;
                Ok(Started::Done)
            }
            Operation::New { slot, body } => {
                match code[slot].kind {
                    VariableKind::CanonStream => self.canon_streams.open(slot.index(), &self.levels),
                    VariableKind::CanonMap => self.canon_maps.open(slot.index(), &self.levels),
                    _ => self.scalars.open(slot.index(), &self.levels),
                }
                self.frames.push(|| Frame::New { slot });
                Ok(Started::Run(body))
            }
            Operation::NewStream { scope, body } => {
                self.streams.open(scope.index(), &mut self.open_streams);
                self.frames.push(|| Frame::NewStream { scope });
                Ok(Started::Run(body))
            }
            Operation::NewMap { scope, body } => {
                self.maps.open(scope.index(), &mut self.open_maps);
                self.frames.push(|| Frame::NewMap { scope });
                Ok(Started::Run(body))
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

    fn record_error_of(&mut self, id: OperationId, error: &Catchable) -> Result<(), Uncatchable> {
        match self.code[id] {
            // `call` records its errors itself, with its tetraplet.
            Operation::Call { .. } => Ok(()),
            Operation::CanonStream { .. } | Operation::CanonMap { .. } | Operation::CanonMapToScalar { .. } => {
                self.record_error(error, id, ErrorSite::Peer(None))
            }
            _ => self.record_error(error, id, ErrorSite::Instruction),
        }
    }

    fn clean_up(&mut self) {
        self.scalars.clean_up(&self.levels);
        self.canon_streams.clean_up(&self.levels);
        self.canon_maps.clean_up(&self.levels);
    }

    /// Waits for a variable without a value: the instruction does nothing and is incomplete. Other errors are raised.
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
