//! What a state knows of the run that made it: where it waits for services, or that it has nothing more to do.

use crate::data::{CidInfo, ParticleData};
use crate::execution::{Array, Recording, Resumption, take_up};
use crate::trace::Tree;
use crate::verification;
use crate::{CallResult, Cid, LimitFlags, Outcome, Params, Program, State, Trust};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a run of a program waits, if it does, and how its data grew since that program last ran as a whole.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    program: Program,
    params: Arc<Params>,
    recording: Recording,
    /// What this peer vouched for after the last whole run.
    own_cids: Arc<[Cid]>,
    /// Nothing if the last run was a whole one.
    growth: Option<Growth>,
}

/// How data grew since the last whole run.
#[derive(Debug, Clone)]
struct Growth {
    /// The state after that run.
    base: State,
    tree: Tree,
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

impl Waiting {
    /// After a whole run.
    pub(crate) fn new(program: &Program, params: &Params, recording: Recording, own_cids: &[Cid]) -> Self {
        Self {
            program: program.clone(),
            params: Arc::new(params.clone()),
            recording,
            own_cids: own_cids.into(),
            growth: None,
        }
    }

    /// Whether any call waits; otherwise the run is at rest.
    pub(crate) fn is_for_answers(&self) -> bool {
        self.recording.waits()
    }

    /// Whether it was that program that ran, and as it would run with those parameters.
    fn is_of(&self, program: &Program, params: &Params) -> bool {
        *self.params == *params && self.program.says_the_same(program)
    }
}

/// Takes up the run of a state with answers. Nothing if the program has to run as a whole.
pub(crate) fn resume(
    program: &Program,
    state: &State,
    answers: &BTreeMap<u32, CallResult>,
    params: &Params,
    flags: LimitFlags,
) -> Option<Outcome> {
    let waiting = state.waiting().filter(|waiting| waiting.is_for_answers())?;
    if !waiting.is_of(program, params) {
        return None;
    }
    let growth = waiting
        .growth
        .clone()
        .unwrap_or_else(|| Growth::begin(state, &waiting.recording));
    let former = Resumption {
        recording: waiting.recording.clone(),
        tree: growth.tree.clone(),
        last_call_request_id: growth.last_call_request_id,
    };
    let states = former.tree.position();
    let grown = take_up(former, program.code(), program.shape(), params, answers)?;
    let growth = growth.with(
        grown.tree,
        grown.last_call_request_id,
        Addition {
            stores: grown.added,
            own_cids: grown.own_cids,
        },
    );
    let size = state.data_size() + growth.size_of_latest(states);
    if size > ParticleData::MAX_SIZE {
        return None;
    }
    let own_cids = waiting.own_cids.clone();
    let data = {
        let (growth, own_cids, params) = (growth.clone(), own_cids.clone(), waiting.params.clone());
        move || growth.data(&own_cids, &params)
    };
    let waiting = grown.recording.map(|recording| Waiting {
        program: waiting.program.clone(),
        params: waiting.params.clone(),
        growth: recording.waits().then_some(growth),
        recording,
        own_cids,
    });
    Some(Outcome {
        ret_code: 0,
        error_message: String::new(),
        state: State::made(size, state.verified_for().cloned(), waiting, data),
        next_peers: grown.next_peers.into_iter().map(String::from).collect(),
        call_requests: grown.call_requests,
        flags,
        resumed: true,
    })
}

/// The outcome of a step to which nothing comes: a further run of the script would find everything as it is. Nothing if that
/// isn't known.
pub(crate) fn rest(program: &Program, state: &State, params: &Params, flags: LimitFlags) -> Option<Outcome> {
    state.waiting().filter(|waiting| waiting.is_of(program, params))?;
    Some(Outcome {
        ret_code: 0,
        error_message: String::new(),
        state: state.clone(),
        next_peers: Vec::new(),
        call_requests: BTreeMap::new(),
        flags,
        resumed: true,
    })
}

impl Growth {
    fn begin(base: &State, recording: &Recording) -> Self {
        let data = base.data();
        Self {
            base: base.clone(),
            tree: Tree::new(&data.trace, &recording.events),
            last_call_request_id: data.last_call_request_id,
            additions: Array::default(),
            steps: 0,
        }
    }

    fn with(mut self, tree: Tree, last_call_request_id: u32, addition: Addition) -> Self {
        self.tree = tree;
        self.last_call_request_id = last_call_request_id;
        self.additions.set(self.steps, Arc::new(addition));
        self.steps += 1;
        self
    }

    /// About how many bytes the latest step added to so many states.
    fn size_of_latest(&self, states: usize) -> usize {
        /// A state of the trace with its lore.
        const STATE: usize = 160;
        let latest = self.steps.checked_sub(1).and_then(|latest| self.additions.get(latest));
        let stores = latest.map_or(0, |addition| addition.stores.size());
        (self.tree.position() - states + 1) * STATE + stores
    }

    /// The data as a whole run would give it.
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
