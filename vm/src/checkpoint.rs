//! Where a state's run can be resumed: at calls that wait, or nowhere because nothing is left to do.

use crate::data::{CID, CidInfo, DataSize, ParticleData, SignatureMap};
use crate::execution::{self, Array, Invalidation, RecordedRun, Recording};
use crate::memory::{self, footprints};
use crate::state::LazyData;
use crate::trace::SplicedTrace;
use crate::verification::ToSign;
use crate::{CallResult, Cid, LimitFlags, Outcome, Params, Program, State, Trust, Work};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The recording of a run, and the trace that resumed runs have added to it since the last full run.
#[derive(Debug, Clone)]
pub(crate) struct Checkpoint {
    program: Program,
    params: Arc<Params>,
    recording: Recording,
    /// What the last full run signed.
    to_sign: ToSign,
    /// Absent after a full run.
    resumed: Option<ResumedTrace>,
}

/// The trace and the additions of runs that were resumed since the last full run.
#[derive(Debug, Clone)]
struct ResumedTrace {
    /// The data after the full run, and its size in memory.
    base: Arc<LazyData>,
    base_size: usize,
    trace: SplicedTrace,
    last_call_request_id: u32,
    /// By step.
    additions: Array<Arc<Addition>>,
    steps: usize,
    /// Memory of the additions in bytes.
    additions_size: usize,
}

footprints! {
    Arc<Addition> = 8;
}

#[derive(Debug)]
struct Addition {
    stores: CidInfo,
    own_cids: Box<[Cid]>,
}

impl Checkpoint {
    /// The checkpoint of a full run.
    pub(crate) fn new(program: &Program, params: &Params, recording: Recording, to_sign: &ToSign) -> Self {
        Self {
            program: program.clone(),
            params: Arc::new(params.clone()),
            to_sign: if recording.waits() {
                to_sign.clone()
            } else {
                ToSign::default()
            },
            recording,
            resumed: None,
        }
    }

    /// Approximate memory in bytes, without the program.
    pub(crate) fn size(&self) -> usize {
        /// The parameters with their key, and their counts.
        const PARAMS: usize = 340;
        let texts = [
            &self.params.init_peer_id,
            &self.params.current_peer_id,
            &self.params.particle_id,
        ];
        PARAMS
            + texts.iter().map(|text| text.len()).sum::<usize>()
            + memory::ARC
            + self.to_sign.own_cids.len() * CID
            + if self.waits() { self.recording.size } else { 0 }
            + self.resumed.as_ref().map_or(0, ResumedTrace::size)
    }

    /// Whether any call waits. Otherwise nothing is left to do.
    pub(crate) fn waits(&self) -> bool {
        self.recording.waits()
    }

    /// Whether the run was of that program with those parameters.
    fn is_of(&self, program: &Program, params: &Params) -> bool {
        *self.params == *params && self.program.is_equivalent(program)
    }
}

/// Resumes the run of a state with answers.
///
/// # Errors
/// The whole script has to run. The error is the reason, with the work of the attempt.
pub(crate) fn resume(
    program: &Program,
    state: &State,
    answers: &BTreeMap<u32, CallResult>,
    params: &Params,
    flags: LimitFlags,
) -> Result<Outcome, (Invalidation, Work)> {
    let checkpoint = match state.checkpoint() {
        Some(checkpoint) if !checkpoint.waits() => return Err((Invalidation::NoWaitingCall, Work::default())),
        Some(checkpoint) if checkpoint.is_of(program, params) => checkpoint,
        _ => return Err((Invalidation::OtherRun, Work::default())),
    };
    let resumed = checkpoint
        .resumed
        .clone()
        .unwrap_or_else(|| ResumedTrace::begin(state, &checkpoint.recording));
    let recorded = RecordedRun {
        recording: checkpoint.recording.clone(),
        trace: resumed.trace.clone(),
        last_call_request_id: resumed.last_call_request_id,
    };
    let states = recorded.trace.position();
    let (run, work) = execution::resume(recorded, program.code(), program.uses(), params, answers);
    let run = run.map_err(|reason| (reason, work))?;
    let resumed = resumed.with(
        run.trace,
        run.last_call_request_id,
        Addition {
            stores: run.added,
            own_cids: run.own_cids.into(),
        },
    );
    let mut size = state.data_size();
    size += resumed.size_of_latest(states);
    if size.archive > ParticleData::MAX_SIZE {
        return Err((Invalidation::DataTooLarge, work));
    }
    let to_sign = checkpoint.to_sign.clone();
    let data = {
        let (resumed, to_sign, params) = (resumed.clone(), to_sign.clone(), checkpoint.params.clone());
        move || resumed.data(to_sign, &params)
    };
    let checkpoint = run.recording.map(|recording| Checkpoint {
        program: checkpoint.program.clone(),
        params: checkpoint.params.clone(),
        resumed: recording.waits().then_some(resumed),
        recording,
        to_sign,
    });
    Ok(Outcome {
        error: None,
        state: State::lazy(size, state.verified_for().cloned(), checkpoint, data),
        next_peers: run.next_peers.into_iter().map(String::from).collect(),
        call_requests: run.call_requests,
        flags,
        resumed: true,
        work,
    })
}

/// The outcome of a step without input: a further run would change nothing. `None` if this isn't known.
pub(crate) fn idle_outcome(program: &Program, state: &State, params: &Params, flags: LimitFlags) -> Option<Outcome> {
    state
        .checkpoint()
        .filter(|checkpoint| checkpoint.is_of(program, params))?;
    Some(Outcome {
        error: None,
        state: state.clone(),
        next_peers: Vec::new(),
        call_requests: BTreeMap::new(),
        flags,
        resumed: true,
        work: Work::default(),
    })
}

impl ResumedTrace {
    fn begin(base: &State, recording: &Recording) -> Self {
        let data = base.lazy_data().get();
        Self {
            base: base.lazy_data().clone(),
            base_size: base.data_size().memory,
            trace: SplicedTrace::new(data.trace.len(), recording.events.clone()),
            last_call_request_id: data.last_call_request_id,
            additions: Array::default(),
            steps: 0,
            additions_size: 0,
        }
    }

    fn with(mut self, trace: SplicedTrace, last_call_request_id: u32, addition: Addition) -> Self {
        self.trace = trace;
        self.last_call_request_id = last_call_request_id;
        self.additions_size += ADDITION + addition.size().memory;
        self.additions.set(self.steps, Arc::new(addition));
        self.steps += 1;
        self
    }

    /// Approximate memory in bytes.
    fn size(&self) -> usize {
        self.base_size + self.trace.size() + self.additions_size
    }

    /// What the latest step added to the data, whose trace had so many states.
    fn size_of_latest(&self, states: usize) -> DataSize {
        /// A state of the trace with its lore.
        const STATE: DataSize = DataSize {
            memory: 80,
            archive: 160,
        };
        let addition = |back: usize| self.steps.checked_sub(back).and_then(|step| self.additions.get(step));
        let mut size = addition(1).map_or_else(DataSize::default, |latest| latest.stores.size());
        // Calls of a function have the same tetraplet. In the data it is stored once.
        for (cid, tetraplet) in addition(1)
            .into_iter()
            .flat_map(|latest| &latest.stores.tetraplet_store)
        {
            let is_repeated = addition(2).is_some_and(|before| before.stores.tetraplet_store.contains_key(cid));
            if is_repeated {
                size.memory -= tetraplet.size().memory;
            }
        }
        let added = self.trace.position() - states;
        size.memory += added * STATE.memory;
        // The answer replaces the state of the request.
        size.archive += (added + 1) * STATE.archive;
        size
    }

    /// The data that a full run would give.
    fn data(&self, to_sign: ToSign, params: &Params) -> ParticleData {
        let base = self.base.get();
        let mut info = base.cid_info.clone();
        let additions: Vec<_> = self.additions.iter().map(|(_, addition)| addition).collect();
        info.add(additions.iter().map(|addition| &addition.stores));
        let signatures = match params.trust {
            Trust::Verify => {
                let further = additions.iter().flat_map(|addition| &addition.own_cids).cloned();
                to_sign.sign(further.collect(), None, &params.particle_id, &params.key)
            }
            Trust::Ignore => SignatureMap::clone(&to_sign.signatures),
        };
        ParticleData {
            trace: self.trace.flatten(&base.trace),
            last_call_request_id: self.last_call_request_id,
            cid_info: info,
            signatures: signatures.into(),
        }
    }
}

/// Memory of an addition without its content, with its part of the array's nodes.
const ADDITION: usize = memory::ARC + 5 * 48 + 24 + 10;

impl Addition {
    fn size(&self) -> DataSize {
        let mut size = self.stores.size();
        size.memory += self.own_cids.len() * CID;
        size
    }
}
