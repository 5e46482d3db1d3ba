//! The peer that starts particles.
//!
//! A compiled function asks its initiator for everything that comes from outside: `getDataSrv` for arguments and for the relay,
//! `callbackSrv` for functions given as arguments and, under the name `response`, to report the results, `errorHandlingSrv` to
//! report an error.

use crate::explanation::Explanation;
use crate::tracker::{Activity, ParticleStatus, ParticleTracker};
use aqua_keys::{PeerId, Signature};
use aqua_network::{ConnectError, Multiaddr, Role};
use aqua_node::{
    Config, DropReason, EndReason, Handlers, Node, Observer, Provided, Report, ScopeId, StartError, Submission,
};
use aqua_values::Value;
use futures::FutureExt as _;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

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
    /// The workflow ended with an error object.
    #[error("{}", Explanation::of(self))]
    Remote(Value),
    /// The script can't be read, or failed on this peer without catching the error.
    #[error("the script failed with {code}: {message}")]
    Script {
        /// The virtual machine's error number.
        code: i64,
        /// The error text.
        message: String,
    },
    /// All peers have done their part, but the function has not ended.
    #[error("{}", Explanation::of(self))]
    Stuck {
        /// The particle's id.
        particle: String,
        /// Where it is, and what it waits for.
        status: ParticleStatus,
    },
    /// The particle expired before the function had ended.
    #[error("{}", Explanation::of(self))]
    TimedOut {
        /// The particle's id.
        particle: String,
        /// Its lifetime.
        ttl: Duration,
        /// Where it was at the end, and what it waited for.
        status: ParticleStatus,
    },
}

/// When a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// With the response of the function.
    Response,
    /// When the function has responded and no observed peer has anything left to do.
    Idle,
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
        tracker.observe(config.network.key.peer_id());
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
        self.run_with(script, arguments, &Handlers::default(), ttl, Until::Response)
            .await
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
        until: Until,
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
        let end = self.end(&mut reports, &particle.signature, until).await;
        let (status, particle) = (tracked.take(), particle.id.clone());
        match end {
            Ok(values) => Ok(values),
            Err(NoResponse::Error(error)) => Err(*error),
            Err(NoResponse::Stuck) => Err(RunError::Stuck { particle, status }),
            Err(NoResponse::Expired) => Err(RunError::TimedOut { particle, ttl, status }),
        }
    }

    /// Waits for the end of a run.
    async fn end(
        &self,
        reports: &mut UnboundedReceiver<Report>,
        particle: &Signature,
        until: Until,
    ) -> Result<Vec<Value>, NoResponse> {
        let Some(mut activity) = self.tracker.activity(particle) else {
            return result(reports).await;
        };
        let values = tokio::select! {
            biased;
            result = result(reports) => result?,
            () = reaches(&mut activity, |activity| activity == Activity::Idle) => {
                // What was reported before the last peer became idle is in the queue.
                return result(reports).now_or_never().unwrap_or(Err(NoResponse::Stuck));
            }
        };
        if until == Until::Idle {
            tokio::select! {
                biased;
                () = reaches(&mut activity, |activity| activity != Activity::Busy) => {}
                failed = result(reports) => drop(failed?),
            }
        }
        Ok(values)
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

/// Waits until the activity of a particle is a wanted one.
async fn reaches(activity: &mut watch::Receiver<Activity>, is_wanted: impl Fn(Activity) -> bool) {
    if activity.wait_for(|activity| is_wanted(*activity)).await.is_err() {
        // It is not tracked any more.
        std::future::pending().await
    }
}

/// Why a run ended without a response.
enum NoResponse {
    Error(Box<RunError>),
    Stuck,
    Expired,
}

/// The first result or error that is reported.
async fn result(reports: &mut UnboundedReceiver<Report>) -> Result<Vec<Value>, NoResponse> {
    let failed = |error: RunError| Err(NoResponse::Error(Box::new(error)));
    loop {
        return match reports.recv().await {
            Some(Report::Called { tag: RESULT, arguments }) => Ok(arguments),
            Some(Report::Called { mut arguments, .. }) => failed(RunError::Remote(match arguments.is_empty() {
                true => Value::Null,
                false => arguments.swap_remove(0),
            })),
            Some(Report::StepFailed { code, message }) => failed(RunError::Script { code, message }),
            Some(Report::Accepted { .. }) => continue,
            Some(Report::Ended(EndReason::Expired)) => Err(NoResponse::Expired),
            Some(Report::Ended(EndReason::Failed(reason) | EndReason::Refused(reason))) => failed(reason.into()),
            Some(Report::Ended(EndReason::ShuttingDown)) | None => failed(DropReason::ShuttingDown.into()),
        };
    }
}
