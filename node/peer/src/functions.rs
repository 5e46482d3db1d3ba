//! Functions that particles call, and how the core finds and runs them.

use crate::id::{ScopeId, SubmissionId};
use crate::records::Transaction;
use crate::scope::Scope;
use crate::time::{Monotonic, Now};
use aqua_keys::PeerId;
use aqua_particle::Header;
use aqua_values::Value;
use aqua_vm::{CallError, CallResult, Tetraplets};
use ecow::{EcoString, eco_format};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A call of one function by a particle on this peer.
#[derive(Debug, Clone)]
pub struct Call {
    /// The scope that is called.
    pub scope: ScopeId,
    /// The peer id of that scope.
    pub peer: PeerId,
    /// Who answers.
    pub target: Target,
    /// The service's name.
    pub service: EcoString,
    /// The function's name.
    pub function: EcoString,
    /// The arguments.
    pub arguments: Vec<Value>,
    /// The origin of each argument: one tetraplet, or one per element of a canonical stream.
    pub tetraplets: Vec<Tetraplets>,
    /// The particle that calls.
    pub particle: Arc<Header>,
    /// When the call is cancelled.
    pub deadline: Monotonic,
}

/// Who answers a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The core itself.
    Core,
    /// A builtin that needs the network, files or processes.
    World,
    /// A function of the program that embeds the peer.
    Embedder,
    /// A deployed service, by id.
    Service(Arc<str>),
    /// The submitter of the particle.
    Submitter(SubmissionId),
}

/// How a function is answered.
#[derive(Clone, Copy)]
pub enum Function {
    /// By a computation over the call alone. Large calls are run as jobs.
    Pure(fn(&Call) -> CallResult),
    /// By the core's own state and clock, in O(log n).
    Local(fn(&View<'_>, &Call) -> Answer),
    /// By a change of records. Answered when the change is durable.
    Stateful(fn(&mut Transaction<'_>, &Call) -> CallResult),
    /// By the driver: it needs the network, files or processes.
    World,
    /// By the driver: it belongs to the embedding program.
    Embedder,
}

/// The answer of a function that the core runs itself.
#[derive(Debug)]
pub enum Answer {
    /// At once.
    Now(CallResult),
    /// At a later moment, unless the particle expires before.
    At(Monotonic, CallResult),
}

impl From<CallResult> for Answer {
    fn from(result: CallResult) -> Self {
        Self::Now(result)
    }
}

/// What a [`Function::Local`] can see.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The time.
    pub now: Now,
    /// The scope that is called.
    pub scope: &'a Scope,
}

/// An error with a string as its value, as nearly all functions answer; its code is 1.
pub fn failure(message: impl Into<String>) -> CallError {
    CallError {
        code: 1,
        message: eco_format!("{}", Value::from(message.into())),
    }
}

/// Functions by service and name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Functions {
    services: Arc<BTreeMap<String, BTreeMap<String, Function>>>,
    fallback: Option<Function>,
}

impl Functions {
    /// Registers a function. One with the same name is replaced.
    pub fn register(&mut self, service: &str, function: &str, answered: Function) {
        Arc::make_mut(&mut self.services)
            .entry(service.to_owned())
            .or_default()
            .insert(function.to_owned(), answered);
    }

    /// Registers what answers calls that nothing else answers.
    pub fn register_fallback(&mut self, answered: Function) {
        self.fallback = Some(answered);
    }

    /// What answers calls that nothing else answers.
    pub fn fallback(&self) -> Option<Function> {
        self.fallback
    }

    /// The function of that name.
    pub fn find(&self, service: &str, function: &str) -> Option<Function> {
        self.services.get(service)?.get(function).copied()
    }

    /// The names of all functions, sorted: service, then function.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.services.iter().flat_map(|(service, functions)| {
            functions
                .keys()
                .map(move |function| (service.as_str(), function.as_str()))
        })
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.names()).finish()
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pure(_) => "Pure",
            Self::Local(_) => "Local",
            Self::Stateful(_) => "Stateful",
            Self::World => "World",
            Self::Embedder => "Embedder",
        })
    }
}
