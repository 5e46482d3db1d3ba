//! Functions that particles call, and how the core finds and runs them.

use crate::id::{ScopeId, SubmissionId};
use crate::records::Transaction;
use crate::scope::Scope;
use crate::services::ServiceKind;
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
    /// Whose particle it is.
    pub authority: Authority,
    /// When the call is cancelled.
    pub deadline: Monotonic,
}

/// What the initiator of a particle may do on this peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// It is the host itself.
    Host,
    /// It is one of the host's [managers](crate::Config::managers).
    Manager,
    /// It is neither.
    Other,
}

impl Authority {
    /// Whether the initiator may call what only the host and its managers may call.
    pub fn is_privileged(self) -> bool {
        self != Self::Other
    }
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
    /// A deployed service.
    Service {
        /// Its id.
        id: Arc<str>,
        /// Who created it.
        owner: PeerId,
    },
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
    /// By a change of records or services. Answered when the change, and every earlier one that it may have read, is durable.
    Stateful(fn(&mut Transaction<'_>, &Call) -> CallResult),
    /// By creating a service. Answered with its id when its record is durable.
    Create(fn(&Call) -> Result<NewService, CallError>),
    /// By the driver: it needs the network, files or processes.
    World,
    /// By the driver: it belongs to the embedding program.
    Embedder,
}

/// A service that is to be created for the initiator of a particle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewService {
    /// The content id of its blueprint.
    pub blueprint: EcoString,
    /// What it is.
    pub kind: ServiceKind,
}

/// The answer of a function that the core runs itself.
#[derive(Debug)]
pub enum Answer {
    /// At once.
    Now(CallResult),
    /// At a later moment, unless the particle expires before.
    At(Monotonic, CallResult),
    /// At once, and the text is reported as [`EventKind::Printed`](crate::EventKind::Printed).
    Printed(String, CallResult),
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
    /// The scopes of the peer by peer id.
    pub scopes: &'a BTreeMap<PeerId, ScopeId>,
}

/// An error with a string as its value, as nearly all functions answer; its code is 1.
pub fn failure(message: impl Into<String>) -> CallError {
    CallError {
        code: 1,
        message: eco_format!("{}", Value::from(message.into())),
    }
}

/// A check before all functions of a service, independent of what answers them. The call gets its error.
pub type Guard = fn(&Call) -> Result<(), CallError>;

/// Functions by service and name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Functions {
    services: Arc<BTreeMap<String, BTreeMap<String, Registered>>>,
    guards: Arc<BTreeMap<String, Guard>>,
    fallback: Option<Function>,
}

#[derive(Debug, Clone, Copy)]
struct Registered {
    answered: Function,
    is_default: bool,
}

impl Functions {
    /// Registers a function. One with the same name is replaced.
    pub fn register(&mut self, service: &str, function: &str, answered: Function) {
        let is_default = false;
        self.insert(service, function, Registered { answered, is_default });
    }

    /// Registers a function that services, the embedding program and the submitter of a particle can replace. One with the same
    /// name is replaced.
    pub fn register_default(&mut self, service: &str, function: &str, answered: Function) {
        let is_default = true;
        self.insert(service, function, Registered { answered, is_default });
    }

    fn insert(&mut self, service: &str, function: &str, registered: Registered) {
        Arc::make_mut(&mut self.services)
            .entry(service.to_owned())
            .or_default()
            .insert(function.to_owned(), registered);
    }

    /// Registers a check before all functions of a service. One for the same service is replaced.
    pub fn register_guard(&mut self, service: &str, guard: Guard) {
        Arc::make_mut(&mut self.guards).insert(service.to_owned(), guard);
    }

    /// Registers what answers calls that nothing else answers.
    pub fn register_fallback(&mut self, answered: Function) {
        self.fallback = Some(answered);
    }

    /// What answers calls that nothing else answers.
    pub fn fallback(&self) -> Option<Function> {
        self.fallback
    }

    /// The check before all functions of that service.
    pub fn guard(&self, service: &str) -> Option<Guard> {
        self.guards.get(service).copied()
    }

    /// The function of that name.
    pub fn find(&self, service: &str, function: &str) -> Option<Function> {
        Some(self.registered(service, function)?.answered)
    }

    /// The function of that name, unless it is a default.
    pub(crate) fn find_fixed(&self, service: &str, function: &str) -> Option<Function> {
        let Registered { answered, is_default } = self.registered(service, function)?;
        (!is_default).then_some(answered)
    }

    /// Whether the function of that name can be replaced.
    pub fn is_default(&self, service: &str, function: &str) -> bool {
        self.registered(service, function)
            .is_some_and(|registered| registered.is_default)
    }

    fn registered(&self, service: &str, function: &str) -> Option<Registered> {
        self.services.get(service)?.get(function).copied()
    }

    /// The names of the functions of a service, sorted.
    pub fn names_of(&self, service: &str) -> impl Iterator<Item = &str> {
        let functions = self.services.get(service).into_iter();
        functions.flat_map(|functions| functions.keys().map(String::as_str))
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
            Self::Create(_) => "Create",
            Self::World => "World",
            Self::Embedder => "Embedder",
        })
    }
}
