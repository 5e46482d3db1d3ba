//! Where a state's run can be resumed: at calls that wait, or nowhere because nothing is left to do.

use crate::data::{CidInfo, ParticleData};
use crate::execution::{self, Array, Invalidation, RecordedRun, Recording};
use crate::trace::TraceTree;
use crate::verification;
use crate::{CallResult, Cid, LimitFlags, Outcome, Params, Program, State, Trust, Work};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The recording of a run, and the trace that resumed runs have added to it since the last full run.
#[derive(Debug, Clone)]
pub(crate) struct Checkpoint {
    program: Program,
    params: Arc<Params>,
    recording: Recording,
    /// Ids that this peer signed after the last full run.
    own_cids: Arc<[Cid]>,
    /// Absent after a full run.
    resumed: Option<ResumedTrace>,
}

/// The trace and the additions of runs that were resumed since the last full run.
#[derive(Debug, Clone)]
struct ResumedTrace {
    /// The state after the full run.
    base: State,
    tree: TraceTree,
    last_call_request_id: u32,
    /// By step.
    additions: Array<Arc<Addition>>,
    steps: usize,
}

#[derive(Debug)]
struct Addition {
    stores: CidInfo,
    own_cids: Vec<Cid>,
}

impl Checkpoint {
    /// The checkpoint of a full run.
    pub(crate) fn new(program: &Program, params: &Params, recording: Recording, own_cids: &[Cid]) -> Self {
        Self {
            program: program.clone(),
            params: Arc::new(params.clone()),
            recording,
            own_cids: own_cids.into(),
            resumed: None,
        }
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
        tree: resumed.tree.clone(),
        last_call_request_id: resumed.last_call_request_id,
    };
    let states = recorded.tree.position();
    let (run, work) = execution::resume(recorded, program.code(), program.uses(), params, answers);
    let run = run.map_err(|reason| (reason, work))?;
    let resumed = resumed.with(
        run.tree,
        run.last_call_request_id,
        Addition {
            stores: run.added,
            own_cids: run.own_cids,
        },
    );
    let size = state.data_size() + resumed.size_of_latest(states);
    if size > ParticleData::MAX_SIZE {
        return Err((Invalidation::DataTooLarge, work));
    }
    let own_cids = checkpoint.own_cids.clone();
    let data = {
        let (resumed, own_cids, params) = (resumed.clone(), own_cids.clone(), checkpoint.params.clone());
        move || resumed.data(&own_cids, &params)
    };
    let checkpoint = run.recording.map(|recording| Checkpoint {
        program: checkpoint.program.clone(),
        params: checkpoint.params.clone(),
        resumed: recording.waits().then_some(resumed),
        recording,
        own_cids,
    });
    Ok(Outcome {
        error: None,
        state: State::made(size, state.verified_for().cloned(), checkpoint, data),
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
        let data = base.data();
        Self {
            base: base.clone(),
            tree: TraceTree::new(&data.trace, &recording.events),
            last_call_request_id: data.last_call_request_id,
            additions: Array::default(),
            steps: 0,
        }
    }

    fn with(mut self, tree: TraceTree, last_call_request_id: u32, addition: Addition) -> Self {
        self.tree = tree;
        self.last_call_request_id = last_call_request_id;
        self.additions.set(self.steps, Arc::new(addition));
        self.steps += 1;
        self
    }

    /// The approximate size in bytes of what the latest step added to a trace of so many states.
    fn size_of_latest(&self, states: usize) -> usize {
        /// A state of the trace with its lore.
        const STATE: usize = 160;
        let latest = self.steps.checked_sub(1).and_then(|latest| self.additions.get(latest));
        let stores = latest.map_or(0, |addition| addition.stores.size());
        (self.tree.position() - states + 1) * STATE + stores
    }

    /// The data that a full run would give.
    fn data(&self, own_cids: &[Cid], params: &Params) -> ParticleData {
        let base = self.base.data();
        let mut info = base.cid_info.clone();
        let mut own_cids = own_cids.to_vec();
        let additions: Vec<_> = self.additions.iter().map(|(_, addition)| addition).collect();
        info.add(additions.iter().map(|addition| &addition.stores));
        for addition in additions {
            own_cids.extend_from_slice(&addition.own_cids);
        }
        let mut signatures = base.signatures.clone();
        if params.trust == Trust::Verify {
            verification::sign(&mut signatures, own_cids, None, &params.particle_id, &params.key);
        }
        ParticleData {
            trace: self.tree.flatten(),
            last_call_request_id: self.last_call_request_id,
            cid_info: info,
            signatures,
        }
    }
}
