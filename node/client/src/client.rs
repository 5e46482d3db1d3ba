//! The peer that starts particles.
//!
//! A compiled function asks its initiator for everything that comes from outside: `getDataSrv` for arguments and for the relay,
//! `callbackSrv` for functions given as arguments and, under the name `response`, to report the results, `errorHandlingSrv` to
//! report an error.

use crate::tracker::{ParticleStatus, ParticleTracker};
use aqua_keys::{PeerId, Signature};
use aqua_network::{ConnectError, Multiaddr, Role};
use aqua_node::{
    Config, DropReason, EndReason, Handlers, Node, Observer, Provided, Report, ScopeId, StartError, Submission,
};
use aqua_values::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// The default lifetime of a particle.
pub const DEFAULT_TTL: Duration = Duration::from_secs(7);

/// Reports of results and of errors.
const RESULT: u32 = 1;
const ERROR: u32 = 2;

/// A peer that starts particles through a relay.
#[derive(Debug, Clone)]
pub struct Client {
    node: Node,
    relay: PeerId,
    tracker: Arc<ParticleTracker>,
}

/// Why a client could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Its own peer could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The relay can't be connected to.
    #[error("can't connect to the relay: {0}")]
    Relay(#[from] ConnectError),
}

/// Why a run has no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RunError {
    /// This peer did not start the particle.
    #[error("the particle was refused: {0}")]
    Refused(#[from] DropReason),
    /// The workflow ended with an error.
    #[error("{}", RemoteMessage(.0))]
    Remote(Value),
    /// The script can't be read, or failed on this peer without catching the error.
    #[error("the script failed with {code}: {message}")]
    Script {
        /// The virtual machine's error number.
        code: i64,
        /// The error text.
        message: String,
    },
    /// The particle expired before a result came.
    #[error("no result within {} ms (particle {particle}): {status}", .ttl.as_millis())]
    TimedOut {
        /// The particle's id.
        particle: String,
        /// Its lifetime.
        ttl: Duration,
        /// Where it was at the end, and what it waited for.
        status: ParticleStatus,
    },
}

/// The message of an error object, or the whole object.
struct RemoteMessage<'a>(&'a Value);

impl fmt::Display for RemoteMessage<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get("message").and_then(Value::as_str) {
            Some(message) => write!(formatter, "the workflow failed: {message}"),
            None => write!(formatter, "the workflow failed: {}", self.0),
        }
    }
}

impl Client {
    /// Starts a peer of its own and connects it to a relay, whose address ends in its peer id.
    ///
    /// `config.network.role` is set to [`Role::Client`]. A timeout says where the particle was as far as this peer knows; with a
    /// `tracker` that also observes other peers, it says more.
    ///
    /// # Errors
    /// The peer can't be started, or the relay can't be reached.
    pub async fn connect(
        mut config: Config,
        relay: Multiaddr,
        tracker: Option<Arc<ParticleTracker>>,
    ) -> Result<Self, ClientError> {
        let tracker = tracker.unwrap_or_default();
        config.network.role = Role::Client;
        config.observer = Arc::new(vec![config.observer, tracker.clone() as Arc<dyn Observer>]);
        let node = Node::start(config).await?;
        match node.network().connect(relay).await {
            Ok(relay) => Ok(Self { node, relay, tracker }),
            Err(error) => {
                node.shutdown().await;
                Err(error.into())
            }
        }
    }

    /// Its own peer.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The peer that it is connected with.
    pub fn relay(&self) -> &PeerId {
        &self.relay
    }

    /// Runs a compiled function and waits for its results, in order.
    ///
    /// `arguments` are the function's parameters by name. `ttl` is the time that the whole run may take.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn run(
        &self,
        script: impl Into<Arc<str>>,
        arguments: impl IntoIterator<Item = (String, Value)>,
        ttl: Duration,
    ) -> Result<Vec<Value>, RunError> {
        self.run_with(script, arguments, &Handlers::default(), ttl).await
    }

    /// The same, with functions that the script may call on this peer: for parameters that are functions, under the service
    /// `callbackSrv` and the parameter's name; for services of this peer, under theirs.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn run_with(
        &self,
        script: impl Into<Arc<str>>,
        arguments: impl IntoIterator<Item = (String, Value)>,
        handlers: &Handlers,
        ttl: Duration,
    ) -> Result<Vec<Value>, RunError> {
        let request = Submission {
            scope: ScopeId::HOST,
            script: script.into(),
            ttl: u32::try_from(ttl.as_millis()).unwrap_or(u32::MAX),
            functions: self.provided(handlers, arguments),
        };
        let mut reports = self.node.submit(request, handlers.clone());
        let particle = match reports.recv().await {
            Some(Report::Accepted { particle }) => particle,
            Some(Report::Ended(EndReason::Refused(reason))) => return Err(reason.into()),
            _ => return Err(DropReason::ShuttingDown.into()),
        };
        let tracked = Tracked {
            tracker: &self.tracker,
            particle: particle.signature,
        };
        let end = result(&mut reports).await;
        let status = tracked.take();
        end.unwrap_or_else(|| {
            Err(RunError::TimedOut {
                particle: particle.id.clone(),
                ttl,
                status,
            })
        })
    }

    /// What the script may ask its initiator.
    fn provided(
        &self,
        handlers: &Handlers,
        arguments: impl IntoIterator<Item = (String, Value)>,
    ) -> BTreeMap<(String, String), Provided> {
        let name = |service: &str, function: &str| (service.to_owned(), function.to_owned());
        let relay = ("-relay-".to_owned(), Value::from(self.relay.to_string()));
        let hosted = handlers
            .names()
            .map(|(service, function)| (name(service, function), Provided::Host));
        let values = arguments
            .into_iter()
            .chain([relay])
            .map(|(argument, value)| (name("getDataSrv", &argument), Provided::Value(value)));
        let reports = [
            (name("callbackSrv", "response"), Provided::Report(RESULT)),
            (name("errorHandlingSrv", "error"), Provided::Report(ERROR)),
        ];
        hosted.chain(values).chain(reports).collect()
    }

    /// Stops its peer; returns when nothing of it is left.
    pub async fn shutdown(&self) {
        self.node.shutdown().await;
    }
}

/// A particle that is tracked until it is asked for, also if no caller waits for the result any more.
struct Tracked<'c> {
    tracker: &'c ParticleTracker,
    particle: Signature,
}

impl Tracked<'_> {
    fn take(&self) -> ParticleStatus {
        self.tracker.take(&self.particle)
    }
}

impl Drop for Tracked<'_> {
    fn drop(&mut self) {
        self.take();
    }
}

/// The first result or error that is reported; `None` if the particle expires before.
async fn result(reports: &mut UnboundedReceiver<Report>) -> Option<Result<Vec<Value>, RunError>> {
    loop {
        return Some(match reports.recv().await {
            Some(Report::Called { tag: RESULT, arguments }) => Ok(arguments),
            Some(Report::Called { mut arguments, .. }) => Err(RunError::Remote(match arguments.is_empty() {
                true => Value::Null,
                false => arguments.swap_remove(0),
            })),
            Some(Report::StepFailed { code, message }) => Err(RunError::Script { code, message }),
            Some(Report::Accepted { .. }) => continue,
            Some(Report::Ended(EndReason::Expired)) => return None,
            Some(Report::Ended(EndReason::Failed(reason) | EndReason::Refused(reason))) => Err(reason.into()),
            Some(Report::Ended(EndReason::ShuttingDown)) | None => Err(DropReason::ShuttingDown.into()),
        });
    }
}
