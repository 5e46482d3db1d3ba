//! One step: prepares the data, runs the program, and signs the result.

use crate::checkpoint::{self, Checkpoint, idle_outcome};
use crate::data::{ParticleData, SignatureMap, Signatures, of_own_signature, of_signatures};
use crate::execution::{self, Answer, Input, ItemValue};
use crate::failure::{SizeError, UNPROCESSED_CALL_RESULT, Uncatchable};
use crate::flat::{FlatCallResult, TextResult};
use crate::state::Arriving;
use crate::verification::{self, ToSign, Verified};
use crate::{
    CallResult, LimitFlags, Limits, Outcome, Params, PreparationError, Program, State, StepError, Trust, Work,
};
use aqua_keys::KeyPair;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Runs a program once: merges incoming data into the state, takes service results, and executes what this peer can.
///
/// `incoming` is the data of an incoming particle, or empty if there are only results. `results` are the results of
/// requests of former outcomes, by call id. The same inputs give the same outcome, to the byte.
///
/// # Example
/// ```
/// use aqua_keys::KeyPair;
/// use aqua_vm::{Params, Program, State, step};
/// use std::collections::BTreeMap;
///
/// let key = KeyPair::from_seed([1; 32]);
/// let params = Params::new("particle", key.peer_id(), key);
/// let program = Program::from_air(r#"(call %init_peer_id% ("greeter" "greet") ["Aqua"] text)"#)?;
///
/// let asked = step(&program, &State::default(), &[], &BTreeMap::new(), &params);
/// assert_eq!(asked.call_requests[&1].function_name, "greet");
///
/// let results = BTreeMap::from([(1, Ok("Hello, Aqua".into()))]);
/// let done = step(&program, &asked.state, &[], &results, &params);
/// assert_eq!((done.error, done.call_requests.len()), (None, 0));
/// # Ok::<(), aqua_air::ParseError>(())
/// ```
#[must_use]
pub fn step(
    program: &Program,
    state: &State,
    incoming: &[u8],
    results: &BTreeMap<u32, CallResult>,
    params: &Params,
) -> Outcome {
    let limit = usize::try_from(params.limits.call_result_size).unwrap_or(usize::MAX);
    let results_size = results
        .values()
        .map(|result| match result {
            Ok(value) => value.estimated_text_size(limit),
            Err(error) => error.message.len(),
        })
        .fold(0, usize::saturating_add);
    let mut work = Work {
        instructions: 0,
        bytes: incoming.len().saturating_add(results_size) as u64,
    };
    let mut outcome = resume_or_run(program, state, incoming, results, params, &mut work);
    outcome.work += work;
    outcome
}

/// Adds the cost of an abandoned resumption to `work`.
fn resume_or_run(
    program: &Program,
    state: &State,
    incoming: &[u8],
    results: &BTreeMap<u32, CallResult>,
    params: &Params,
    work: &mut Work,
) -> Outcome {
    let mut flags = match check_sizes(program.air_size(), incoming, &params.limits) {
        Ok(flags) => flags,
        Err(error) => return refuse(state, &error, LimitFlags::default()),
    };
    let is_result_too_long = is_result_too_long(results, params.limits.call_result_size);
    if incoming.is_empty() && results.is_empty() {
        if let Some(outcome) = idle_outcome(program, state, params, flags) {
            return outcome;
        }
    } else if incoming.is_empty() {
        if let Err(error) = check_results(is_result_too_long, &mut flags, &params.limits) {
            return refuse(state, &error, flags);
        }
        match checkpoint::resume(program, state, results, params, flags) {
            Ok(outcome) => return outcome,
            Err((_, abandoned)) => *work += abandoned,
        }
    }
    let prepared = Arriving::open(incoming)
        .and_then(|arriving| arriving.check_version().and_then(|()| arriving.read()))
        .and_then(|current| Prepared::new(state, current, &params.particle_id, Some(&params.key), params.trust))
        .and_then(|prepared| check_results(is_result_too_long, &mut flags, &params.limits).map(|()| prepared));
    match prepared {
        Ok(prepared) => {
            let results = Results {
                by_id: results
                    .iter()
                    .map(|(id, result)| (id.to_string(), result.clone().map(ItemValue::from)))
                    .collect(),
                texts: BTreeMap::new(),
            };
            run(program, state, prepared, results, flags, params, true)
        }
        Err(error) => refuse(state, &error, flags),
    }
}

/// Service results by decimal call id.
pub(crate) struct Results<'t> {
    pub(crate) by_id: BTreeMap<String, Answer>,
    /// The texts that were parsed, if any. An error message quotes them.
    pub(crate) texts: BTreeMap<String, TextResult<'t>>,
}

/// Verified incoming data.
pub(crate) struct Prepared {
    current: ParticleData,
    verified: Verified,
}

impl Prepared {
    /// Verifies incoming data. What was signed with `own_key` need not be signed again.
    pub(crate) fn new(
        state: &State,
        current: ParticleData,
        particle_id: &str,
        own_key: Option<&KeyPair>,
        trust: Trust,
    ) -> Result<Self, PreparationError> {
        let verified = match trust {
            Trust::Verify => verification::verify(
                state.data(),
                state.is_verified_for(particle_id),
                &current,
                particle_id,
                own_key,
            )?,
            Trust::Ignore => {
                let mut signatures = SignatureMap::clone(&current.signatures);
                signatures.extend(SignatureMap::clone(&state.data().signatures));
                let signed = None;
                Verified { signatures, signed }
            }
        };
        Ok(Self { current, verified })
    }
}

/// Checks the sizes of a script and of incoming data.
pub(crate) fn check_sizes(air_size: u64, incoming: &[u8], limits: &Limits) -> Result<LimitFlags, PreparationError> {
    let size = incoming.len() as u64;
    let flags = LimitFlags {
        air_size_exceeded: air_size > limits.air_size,
        particle_size_exceeded: size > limits.particle_size,
        call_result_size_exceeded: false,
    };
    if limits.hard && flags.air_size_exceeded {
        return Err(PreparationError::Size(SizeError::Script {
            size: air_size,
            limit: limits.air_size,
        }));
    }
    if limits.hard && flags.particle_size_exceeded {
        return Err(PreparationError::Size(SizeError::Particle {
            size,
            limit: limits.particle_size,
        }));
    }
    Ok(flags)
}

/// Whether the canonical text of a value or the text of an error is longer than allowed.
fn is_result_too_long(results: &BTreeMap<u32, CallResult>, limit: u64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    results.values().any(|result| match result {
        Ok(value) => value.is_text_longer_than(limit),
        Err(error) => error.message.len() > limit,
    })
}

/// Checks the sizes of service results.
pub(crate) fn check_results(
    is_too_long: bool,
    flags: &mut LimitFlags,
    limits: &Limits,
) -> Result<(), PreparationError> {
    let limit = limits.call_result_size;
    flags.call_result_size_exceeded = is_too_long;
    if limits.hard && flags.call_result_size_exceeded {
        return Err(PreparationError::Size(SizeError::CallResult { limit }));
    }
    Ok(())
}

/// The outcome of a step whose input is rejected.
pub(crate) fn refuse(state: &State, error: &PreparationError, flags: LimitFlags) -> Outcome {
    undone(state, error.code(), error.to_string(), flags)
}

fn undone(state: &State, code: i64, message: String, flags: LimitFlags) -> Outcome {
    Outcome {
        error: Some(StepError { code, message }),
        state: state.clone(),
        next_peers: Vec::new(),
        call_requests: BTreeMap::new(),
        flags,
        resumed: false,
        work: Work::default(),
    }
}

/// Runs the whole program. With `records` the run can be resumed.
pub(crate) fn run(
    program: &Program,
    state: &State,
    prepared: Prepared,
    Results { by_id, texts }: Results<'_>,
    flags: LimitFlags,
    params: &Params,
    records: bool,
) -> Outcome {
    let Prepared {
        current,
        verified: Verified { signatures, signed },
    } = prepared;
    let previous = state.data();
    let is_verified = params.trust == Trust::Verify
        && (state.is_verified_for(&params.particle_id) || *previous == ParticleData::default());
    let input = Input {
        code: program.code(),
        params,
        previous,
        current: &current.trace,
        info: previous.cid_info.union(current.cid_info),
        call_results: by_id,
        records,
    };
    let (result, mut work) = execution::run(input);
    work.bytes = work.bytes.saturating_add(state.data_size().memory as u64);
    let undone = |error: &Uncatchable| Outcome {
        work,
        ..undone(state, error.code(), error.to_string(), flags)
    };
    let output = match result {
        Ok(output) => output,
        Err(error) => return undone(&error),
    };
    // The data does not have the signatures yet.
    let mut size = output.data.size();
    size += of_signatures(&signatures);
    size += of_own_signature();
    if size.archive > ParticleData::MAX_SIZE {
        return undone(&Uncatchable::StateTooLarge);
    }
    let error = match output.error {
        Some(error) => Some(StepError {
            code: error.code(),
            message: error.to_string(),
        }),
        None if output.call_results.is_empty() => None,
        None => Some(StepError {
            code: UNPROCESSED_CALL_RESULT,
            message: unprocessed(&output.call_results, &texts, &params.limits),
        }),
    };
    let to_sign = ToSign {
        signatures: Arc::new(signatures),
        own_cids: Arc::new(output.own_cids),
    };
    let checkpoint = output
        .recording
        .map(|recording| Checkpoint::new(program, params, recording, &to_sign));
    let state = {
        let signatures = match params.trust {
            Trust::Verify => {
                let (particle_id, key) = (params.particle_id.clone(), params.key.clone());
                Signatures::lazy(move || to_sign.sign(Vec::new(), signed, &particle_id, &key))
            }
            Trust::Ignore => Arc::unwrap_or_clone(to_sign.signatures).into(),
        };
        let data = ParticleData {
            signatures,
            ..output.data
        };
        let verified_for = is_verified.then(|| params.particle_id.clone());
        State::of_run(data, size, verified_for, checkpoint)
    };
    Outcome {
        error,
        state,
        next_peers: output.next_peers.into_iter().map(String::from).collect(),
        call_requests: output.call_requests,
        flags,
        resumed: false,
        work,
    }
}

fn unprocessed(
    results: &BTreeMap<String, Answer>,
    texts: &BTreeMap<String, TextResult<'_>>,
    limits: &Limits,
) -> String {
    /// Its name is part of the error message.
    #[derive(Debug)]
    #[expect(dead_code, reason = "printed")]
    struct CallServiceResult {
        ret_code: i32,
        result: String,
    }

    let limit = usize::try_from(limits.run_size).unwrap_or(usize::MAX);
    let quoted = |(id, result): (_, &Answer)| {
        let FlatCallResult { ret_code, result } = match texts.get(id) {
            Some(text) => text.to_owned(),
            None => FlatCallResult::limited(&result.clone().map(ItemValue::into_value), limit),
        };
        (id, CallServiceResult { ret_code, result })
    };
    let results: BTreeMap<_, _> = results.iter().map(quoted).collect();
    format!(
        "after finishing execution of supplied AIR, there are some unprocessed call results: `{results:?}`, probably a \
         wrong call_id used"
    )
}
