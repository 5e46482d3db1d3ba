//! Finds out why a script does not go on, from the data of all peers that are known.

use crate::execution::{self, Cause, Raised};
use crate::{Params, Program, State, Trust};
use aqua_air::OperationId;
use aqua_keys::KeyPair;
use aqua_values::Value;

/// Where a script stopped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standstill {
    /// Instructions that wait, in the order of the script; each reason once.
    pub blocked: Vec<Blocked>,
    /// Errors that ended a side of a `par` whose other side went on. No handler sees them.
    pub absorbed: Vec<AbsorbedError>,
    /// The error that ended the script.
    pub uncaught: Option<ErrorSource>,
}

/// An instruction that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// The instruction: an index in the order of the script's text.
    pub instruction: usize,
    /// What it waits for.
    pub on: BlockedOn,
}

/// What an instruction waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockedOn {
    /// The result of a call.
    Call {
        /// The peer that executes it.
        peer: String,
        /// The service.
        service: String,
        /// The function.
        function: String,
    },
    /// A peer, to which the script goes next.
    Peer(String),
    /// A variable without a value.
    Variable {
        /// Its name in the script.
        name: String,
        /// The instructions that could set it.
        producers: Vec<usize>,
    },
    /// Further items of a stream or stream map.
    Items {
        /// Its name in the script.
        stream: String,
        /// The number of its items.
        has: usize,
        /// The number of items that the script waits for, if it is known.
        needs: Option<u64>,
        /// The instructions that add items.
        producers: Vec<usize>,
    },
    /// Nothing: the instruction is a `never` outside of a fold.
    Never,
}

/// An error that a `par` absorbed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsorbedError {
    /// The error.
    pub error: ErrorSource,
    /// Whether the side of the `par` would have set a variable, or added an item, that an instruction waits for.
    pub explains: bool,
}

/// An error and the instruction that raised it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorSource {
    /// The instruction: an index in the order of the script's text.
    pub instruction: usize,
    /// Service and function, if it is a call and they are known.
    pub call: Option<(String, String)>,
    /// The peer of the instruction, if it has one.
    pub peer: Option<String>,
    /// The error code.
    pub code: i64,
    /// The message.
    pub message: String,
}

/// Finds out where a script stopped.
///
/// `states` are the latest states of the peers that are known, the initiator's first. They are merged as if they had been
/// sent to one peer. Nothing is verified.
#[must_use]
pub fn standstill(program: &Program, initiator: &str, states: &[State]) -> Standstill {
    let code = program.code();
    let params = Params {
        // No peer of the script: nothing is executed beyond the data.
        current_peer_id: "".into(),
        trust: Trust::Ignore,
        ..Params::new("", initiator, KeyPair::from_seed([0; 32]))
    };
    let data = execution::merge(code, &params, states.iter().map(State::data));
    let survey = execution::survey(code, &params, &data);
    let producers = |name: &str| {
        execution::producers(code, name)
            .map(OperationId::index)
            .collect::<Vec<_>>()
    };
    let mut blocked: Vec<Blocked> = Vec::new();
    for (mut id, cause) in survey.blocked {
        let on = match cause {
            Cause::Value(name) => BlockedOn::Variable {
                producers: producers(&name),
                name: name.into(),
            },
            Cause::Call {
                peer,
                service,
                function,
            } => BlockedOn::Call {
                peer: peer.into(),
                service: service.into(),
                function: function.into(),
            },
            Cause::Canon(peer) => BlockedOn::Peer(peer.into()),
            Cause::Items {
                fold,
                stream,
                has,
                needs,
            } => {
                id = fold;
                let name = code.scope_name(stream);
                BlockedOn::Items {
                    producers: producers(name),
                    stream: name.as_str().to_owned(),
                    has,
                    needs,
                }
            }
            Cause::Never => BlockedOn::Never,
        };
        if blocked.iter().all(|known| known.on != on) {
            blocked.push(Blocked {
                instruction: id.index(),
                on,
            });
        }
    }
    let absorbed = survey.absorbed.into_iter().map(|(side, raised)| {
        let inside = side.index()..=execution::last_descendant(code, side).index();
        let explains = blocked.iter().any(|blocked| match &blocked.on {
            BlockedOn::Variable { producers, .. } | BlockedOn::Items { producers, .. } => {
                producers.iter().any(|producer| inside.contains(producer))
            }
            _ => false,
        });
        let error = ErrorSource::from(raised);
        AbsorbedError { error, explains }
    });
    let absorbed = absorbed.collect();
    Standstill {
        blocked,
        absorbed,
        uncaught: survey.uncaught.map(ErrorSource::from),
    }
}

/// The instruction that raised an error, by the object that the workflow reports. If several instructions have the text that
/// the object quotes, the first one. `None` if no instruction has it.
#[must_use]
pub fn error_source(program: &Program, error: &Value) -> Option<ErrorSource> {
    execution::source_of(program.code(), error).map(ErrorSource::from)
}

impl From<Raised> for ErrorSource {
    fn from(raised: Raised) -> Self {
        Self {
            instruction: raised.operation.index(),
            call: raised.call.map(|(service, function)| (service.into(), function.into())),
            peer: raised.peer.map(String::from),
            code: raised.code,
            message: raised.message.into(),
        }
    }
}
