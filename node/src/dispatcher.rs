//! Takes particles in, decides whether they may be run, and gives each to its actor.

use crate::actor::{Actor, Arrival, Patron};
use crate::executor::Executor;
use crate::observer::{DropReason, Event};
use aqua_keys::{PeerId, Signature};
use aqua_network::{Event as NetworkEvent, Offer, OfferId};
use aqua_particle::{Message, Particle};
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A particle that is started on this peer.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) particle: Particle,
    pub(crate) patron: Patron,
    /// Whether it was taken on.
    pub(crate) taken: oneshot::Sender<Result<(), DropReason>>,
}

/// The one task that knows all actors.
pub(crate) struct Dispatcher {
    executor: Arc<Executor>,
    actors: BTreeMap<Signature, Running>,
    tasks: JoinSet<Signature>,
    /// Arrivals that wait for room in their actor's mailbox.
    parked: FuturesUnordered<BoxFuture<'static, ()>>,
    /// Frames that were accepted and have not been received.
    offers: BTreeMap<OfferId, Offer>,
    stop: CancellationToken,
}

/// An actor from outside.
struct Running {
    /// The particle without its data.
    particle: Arc<Particle>,
    mailbox: mpsc::Sender<Arrival>,
}

impl Dispatcher {
    pub(crate) fn new(executor: Arc<Executor>, stop: CancellationToken) -> Self {
        Self {
            executor,
            actors: BTreeMap::new(),
            tasks: JoinSet::new(),
            parked: FuturesUnordered::new(),
            offers: BTreeMap::new(),
            stop,
        }
    }

    /// Runs until the peer stops; returns when no actor is left.
    pub(crate) async fn run(
        mut self,
        mut network: mpsc::Receiver<NetworkEvent>,
        mut submissions: mpsc::Receiver<Submission>,
    ) {
        let stop = self.stop.clone();
        loop {
            // While too many arrivals wait for their actors, nothing new is taken from the network: senders feel it.
            let room = self.parked.len() < self.executor.limits.parked;
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = self.tasks.join_next() => self.ended(ended),
                Some(()) = self.parked.next() => {}
                Some(submission) = submissions.recv(), if room => self.submit(submission),
                event = network.recv(), if room => match event {
                    Some(event) => self.arrive(event),
                    None => break,
                },
            }
        }
        self.stop.cancel();
        self.parked.clear();
        while self.tasks.join_next().await.is_some() {}
    }

    fn ended(&mut self, ended: Result<Signature, tokio::task::JoinError>) {
        match ended {
            Ok(signature) => drop(self.actors.remove(&signature)),
            Err(error) => {
                // A bug. Its mailbox is closed now; the others are not concerned.
                tracing::error!(%error, "a particle's actor broke down");
                self.actors.retain(|_, running| !running.mailbox.is_closed());
            }
        }
    }

    fn submit(&mut self, submission: Submission) {
        let Submission {
            particle,
            patron,
            taken,
        } = submission;
        let accepted = self.take(particle, None, 0, Some(patron));
        // Whoever submitted it may have gone.
        drop(taken.send(accepted));
    }

    fn arrive(&mut self, event: NetworkEvent) {
        let event = match event {
            NetworkEvent::Offer(mut offer) => {
                offer.accept();
                self.offers.insert(offer.id(), offer);
                return;
            }
            NetworkEvent::Received { offer, frame, bytes } => {
                let Some(offer) = self.offers.remove(&offer) else {
                    return;
                };
                let from = offer.peer().clone();
                match frame {
                    // If it is dropped, an event says so.
                    Ok(Message::Particle(particle)) => return drop(self.take(particle, Some(from), bytes, None)),
                    Ok(Message::Upgrade) => return,
                    Err(reason) => Event::Rejected { from, reason },
                }
            }
            NetworkEvent::Rejected { peer, reason, .. } => Event::Rejected { from: peer, reason },
            NetworkEvent::Connected { peer, first: true, .. } => Event::Connected { peer },
            NetworkEvent::Disconnected { peer, last: true, .. } => Event::Disconnected { peer },
            NetworkEvent::Connected { .. } | NetworkEvent::Disconnected { .. } => return,
        };
        self.executor.peer.tell(None, event);
    }

    fn take(
        &mut self,
        mut particle: Particle,
        from: Option<PeerId>,
        bytes: usize,
        patron: Option<Patron>,
    ) -> Result<(), DropReason> {
        let data = std::mem::take(&mut particle.data);
        let particle = Arc::new(particle);
        let peer = self.executor.peer.clone();
        peer.tell(Some(&particle), Event::Arrived { from, bytes });
        let running = match self.admit(&particle) {
            Ok(()) => self.actor(&particle),
            Err(reason) => {
                peer.tell(Some(&particle), Event::Dropped { reason: reason.clone() });
                return Err(reason);
            }
        };
        let (mailbox, particle) = (running.mailbox.clone(), running.particle.clone());
        match mailbox.try_send(Arrival { data, patron }) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(arrival)) => self.parked.push(Box::pin(async move {
                if mailbox.send(arrival).await.is_err() {
                    peer.tell(
                        Some(&particle),
                        Event::Dropped {
                            reason: DropReason::Expired,
                        },
                    );
                }
            })),
            Err(mpsc::error::TrySendError::Closed(_)) => {
                peer.tell(
                    Some(&particle),
                    Event::Dropped {
                        reason: DropReason::Expired,
                    },
                );
                return Err(DropReason::Expired);
            }
        }
        Ok(())
    }

    /// Checks that a particle may be run here now.
    fn admit(&self, particle: &Particle) -> Result<(), DropReason> {
        let (limits, now) = (&self.executor.limits, self.executor.peer.clock.now());
        if particle.is_expired(now) {
            return Err(DropReason::Expired);
        }
        match self.actors.get(&particle.signature) {
            // The signature of these very fields has been checked when the first of its arrivals came.
            Some(running) if *running.particle == *particle => return Ok(()),
            known => {
                particle.verify()?;
                if known.is_some() {
                    return Err(DropReason::Ambiguous);
                }
            }
        }
        if particle.ttl > limits.ttl {
            return Err(DropReason::TooLongLived {
                ttl: particle.ttl,
                limit: limits.ttl,
            });
        }
        let ahead = particle.timestamp.saturating_sub(now);
        if ahead > limits.clock_skew {
            return Err(DropReason::FromTheFuture { ahead });
        }
        if self.actors.len() >= limits.particles {
            return Err(DropReason::Crowded(limits.particles));
        }
        Ok(())
    }

    /// The actor of an admitted particle, started if it isn't running.
    fn actor(&mut self, particle: &Arc<Particle>) -> &Running {
        let Self {
            executor,
            actors,
            tasks,
            stop,
            ..
        } = self;
        actors.entry(particle.signature).or_insert_with(|| {
            let (mailbox, arrivals) = mpsc::channel(executor.limits.mailbox.max(1));
            let actor = Actor::new(executor.clone(), particle.clone());
            let (signature, stop) = (particle.signature, stop.clone());
            tasks.spawn(async move {
                actor.run(arrivals, stop).await;
                signature
            });
            Running {
                particle: particle.clone(),
                mailbox,
            }
        })
    }
}
