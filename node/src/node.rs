//! A peer that runs particles.

use crate::Peer;
use crate::actor::{Patron, StepFailure};
use crate::builtins::{self, Table};
use crate::config::Config;
use crate::dispatcher::{Dispatcher, Submission};
use crate::executor::Executor;
use crate::observer::DropReason;
use aqua_keys::PeerId;
use aqua_network::{Multiaddr, Network, StartError};
use aqua_particle::Particle;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// Submissions that wait to be taken on.
const SUBMISSIONS: usize = 16;

/// A handle on a running peer; cheap to clone. The peer stops when the last one is dropped; [`Node::shutdown`] also waits
/// until nothing is left of it.
#[derive(Debug, Clone)]
pub struct Node {
    peer: Arc<Peer>,
    network: Network,
    submissions: mpsc::Sender<Submission>,
    tasks: TaskTracker,
    stop: CancellationToken,
    _stop_at_last: Arc<DropGuard>,
}

impl Node {
    /// Starts a peer: it listens, connects to its bootstrap peers and runs what comes.
    ///
    /// # Errors
    /// When it can't listen where it is told to.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let Config {
            network,
            limits,
            functions,
            services,
            observer,
            clock,
            entropy,
        } = config;
        let key = network.key.clone();
        let (network, events) = Network::start(network).await?;
        let carrier = Arc::new(network.clone());
        let peer = Peer::new(key, carrier, clock, entropy);
        let peer = Arc::new(Peer {
            services,
            observer,
            ..peer
        });
        let executor = Arc::new(Executor::new(peer.clone(), limits, builtins::standard(), functions));

        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (submissions, queue) = mpsc::channel(SUBMISSIONS);
        tasks.spawn(Dispatcher::new(executor, stop.clone()).run(events, queue));
        tasks.close();
        let _stop_at_last = Arc::new(stop.clone().drop_guard());
        Ok(Self {
            peer,
            network,
            submissions,
            tasks,
            stop,
            _stop_at_last,
        })
    }

    /// The peer itself: who it is, its clock, its services.
    pub fn peer(&self) -> &Arc<Peer> {
        &self.peer
    }

    /// Who it is.
    pub fn peer_id(&self) -> &PeerId {
        self.peer.id()
    }

    /// The addresses that it listens on, each ending in its peer id.
    pub async fn listen_addresses(&self) -> Vec<Multiaddr> {
        self.network.listen_addresses().await
    }

    /// Its network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Starts a particle here; `callbacks` answer its calls that nobody else answers, `failures` hears of errors that
    /// its script does not catch on this peer.
    pub(crate) async fn submit(
        &self,
        particle: Particle,
        callbacks: Table,
        failures: mpsc::Sender<StepFailure>,
    ) -> Result<(), DropReason> {
        let (taken, answer) = oneshot::channel();
        let submission = Submission {
            particle,
            patron: Patron { callbacks, failures },
            taken,
        };
        self.submissions
            .send(submission)
            .await
            .map_err(|_| DropReason::ShuttingDown)?;
        answer.await.unwrap_or(Err(DropReason::ShuttingDown))
    }

    /// Waits until the peer is being shut down.
    pub async fn closed(&self) {
        self.stop.cancelled().await;
    }

    /// Stops all particles, closes all connections, stops listening; returns when no task of the peer is left.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.wait().await;
        self.network.shutdown().await;
    }
}
