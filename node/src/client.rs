//! The peer that starts particles: it hands a function's arguments to its script and takes the result.
//!
//! A compiled function asks its first peer for everything it needs from outside: `getDataSrv` for arguments and for the
//! relay, `callbackSrv` for functions given as arguments and, under the name `response`, for the place of the result,
//! `errorHandlingSrv` for the place of an error.

use crate::actor::StepFailure;
use crate::builtins::{Call, Table, nothing};
use crate::config::Config;
use crate::node::Node;
use crate::observer::{DropReason, Itinerary, Observer, Whereabouts};
use aqua_keys::PeerId;
use aqua_network::{ConnectError, Multiaddr, Role, StartError};
use aqua_particle::Particle;
use aqua_values::Value;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// How long a particle lives unless its starter says.
pub const USUAL_TTL: Duration = Duration::from_secs(7);

/// A peer that starts particles through a relay.
#[derive(Debug, Clone)]
pub struct Client {
    node: Node,
    relay: PeerId,
    itinerary: Arc<Itinerary>,
}

/// Why a client could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Its own peer could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The relay can't be connected to.
    #[error("the relay was not reached: {0}")]
    Relay(#[from] ConnectError),
}

/// Why a run gave no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RunError {
    /// This peer did not take the particle on.
    #[error("the particle was refused: {0}")]
    Refused(#[from] DropReason),
    /// The workflow failed and told so.
    #[error("{}", RemoteMessage(.0))]
    Remote(Value),
    /// The script can't be read, or failed on this peer without catching the error.
    #[error("the script failed with {code}: {message}")]
    Script {
        /// The machine's number of the error.
        code: i64,
        /// Its text.
        message: String,
    },
    /// No result came in time.
    #[error("no result within {} ms (particle {particle}): {whereabouts}", .ttl.as_millis())]
    TimedOut {
        /// The particle's id.
        particle: String,
        /// The time that it had.
        ttl: Duration,
        /// Where it was when its time was up, and what it waited for.
        whereabouts: Whereabouts,
    },
    /// There is no randomness to name the particle with.
    #[error("the system gives no randomness")]
    NoEntropy,
}

/// How a script ended: its results, or the value of its error.
type Ending = Result<Vec<Value>, Value>;

/// Shows what a person wants to know of an error object: its message if it has one.
struct RemoteMessage<'a>(&'a Value);

impl fmt::Display for RemoteMessage<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get("message").and_then(Value::as_str) {
            Some(message) => write!(out, "the workflow failed: {message}"),
            None => write!(out, "the workflow failed: {}", self.0),
        }
    }
}

impl Client {
    /// Starts a peer of its own and connects it to a relay, whose address ends in its peer id.
    ///
    /// `config.network.role` is set to [`Role::Client`]. A timeout tells where the particle was as far as this peer
    /// knows; with an `itinerary` that also observes other peers, it tells more.
    ///
    /// # Errors
    /// When the relay can't be reached.
    pub async fn connect(
        mut config: Config,
        relay: Multiaddr,
        itinerary: Option<Arc<Itinerary>>,
    ) -> Result<Self, ClientError> {
        let itinerary = itinerary.unwrap_or_default();
        config.network.role = Role::Client;
        config.observer = Arc::new(vec![config.observer, itinerary.clone() as Arc<dyn Observer>]);
        let node = Node::start(config).await?;
        match node.network().connect(relay).await {
            Ok(relay) => Ok(Self { node, relay, itinerary }),
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
    /// `arguments` are the function's parameters by name, as JSON. `ttl` is the time that the whole run may take.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn run(
        &self,
        script: impl Into<Arc<str>>,
        arguments: impl IntoIterator<Item = (String, Value)>,
        ttl: Duration,
    ) -> Result<Vec<Value>, RunError> {
        self.run_with(script, arguments, &Table::default(), ttl).await
    }

    /// The same, with functions that the script may call on this peer: for parameters that are functions, under the
    /// service `callbackSrv` and the parameter's name; for services of this peer, under theirs.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn run_with(
        &self,
        script: impl Into<Arc<str>>,
        arguments: impl IntoIterator<Item = (String, Value)>,
        callbacks: &Table,
        ttl: Duration,
    ) -> Result<Vec<Value>, RunError> {
        let particle = self.particle(script.into(), ttl)?;
        let (id, signature, deadline) = (
            particle.id.clone(),
            particle.signature,
            particle.deadline().unwrap_or(0),
        );
        let (result, mut results) = watch::channel(None);
        let (failure, mut failures) = mpsc::channel(1);
        let callbacks = self.callbacks(callbacks, arguments, Arc::new(result));

        self.itinerary.follow(signature);
        let ended = match self.node.submit(particle, callbacks, failure).await {
            Err(reason) => Err(RunError::Refused(reason)),
            Ok(()) => tokio::select! {
                biased;
                Ok(result) = results.wait_for(Option::is_some) => match &*result {
                    Some(Ok(values)) => Ok(values.clone()),
                    Some(Err(error)) => Err(RunError::Remote(error.clone())),
                    None => Err(RunError::Refused(DropReason::ShuttingDown)),
                },
                Some(StepFailure { code, message }) = failures.recv() => Err(RunError::Script { code, message }),
                () = self.node.peer().clock().passed(deadline) => {
                    let whereabouts = Whereabouts::default();
                    Err(RunError::TimedOut { particle: id, ttl, whereabouts })
                }
                () = self.node.closed() => Err(RunError::Refused(DropReason::ShuttingDown)),
            },
        };
        let known = self.itinerary.leave(&signature);
        ended.map_err(|error| match error {
            RunError::TimedOut { particle, ttl, .. } => RunError::TimedOut {
                particle,
                ttl,
                whereabouts: known,
            },
            error => error,
        })
    }

    fn particle(&self, script: Arc<str>, ttl: Duration) -> Result<Particle, RunError> {
        let peer = self.node.peer();
        let mut random = [0; 16];
        peer.entropy().fill(&mut random).ok_or(RunError::NoEntropy)?;
        let id = uuid::Builder::from_random_bytes(random).into_uuid().to_string();
        let ttl = u32::try_from(ttl.as_millis()).unwrap_or(u32::MAX);
        Ok(Particle::sign(peer.key(), id, peer.clock().now(), ttl, script))
    }

    /// What the script may ask its first peer.
    fn callbacks(
        &self,
        given: &Table,
        arguments: impl IntoIterator<Item = (String, Value)>,
        result: Arc<watch::Sender<Option<Ending>>>,
    ) -> Table {
        let mut table = given.clone();
        let relay = ("-relay-".to_owned(), Value::from(self.relay.to_string()));
        for (name, value) in arguments.into_iter().chain([relay]) {
            table.insert("getDataSrv", &name, move |_| {
                let value = value.clone();
                async move { Ok(value) }
            });
        }
        let failure = result.clone();
        table.insert("callbackSrv", "response", move |call: Call| {
            first(&result, Ok(call.arguments));
            async { Ok(nothing()) }
        });
        table.insert("errorHandlingSrv", "error", move |mut call: Call| {
            let error = if call.arguments.is_empty() {
                Value::Null
            } else {
                call.arguments.swap_remove(0)
            };
            first(&failure, Err(error));
            async { Ok(nothing()) }
        });
        table
    }

    /// Stops its peer; returns when nothing of it is left.
    pub async fn shutdown(&self) {
        self.node.shutdown().await;
    }
}

/// Sets the result if there is none yet: what comes first counts.
fn first<T>(result: &watch::Sender<Option<T>>, value: T) {
    result.send_if_modified(|known| {
        let new = known.is_none();
        if new {
            *known = Some(value);
        }
        new
    });
}
