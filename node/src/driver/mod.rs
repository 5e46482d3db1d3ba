//! Drives the core of a peer: reports what happens, and carries out what it asks for.
//!
//! Any thread that has an input locks the core, handles the input, and carries out all effects while it holds the lock, so that
//! they leave in order. Carrying out an effect never waits: it pushes to a queue or starts a task. What takes time comes back as
//! an input.
//!
//! A short job is run by the thread whose turn asked for it, which saves handing it to the pool; see [`INLINE_JOB`].

mod calls;
mod jobs;
mod network;
mod services;
mod storage;
mod submissions;

pub(crate) use submissions::Reports;

use crate::clock::Clock;
use crate::deployment::{Deployment, ParticleVault};
use crate::handlers::Handlers;
use crate::observer::Observer;
use aqua_network::Network;
use aqua_peer::{Effect, InFlight, Input, Job, JobId, Monotonic, Nanos, Peer, Status};
use network::Offers;
use rayon::ThreadPool;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use storage::StorageThread;
use submissions::Submissions;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio_util::task::TaskTracker;

/// Jobs expected to take longer go to the pool.
const INLINE_JOB: Nanos = Nanos::from_micros(100);

/// For how long a thread goes on with short jobs.
const INLINE_TIME: Duration = Duration::from_millis(1);

/// A core with everything that it needs from outside.
pub(crate) struct Driver {
    core: Mutex<Inside>,
    clock: Arc<dyn Clock>,
    pool: Arc<ThreadPool>,
    runtime: Handle,
    network: Network,
    services: Option<aqua_services::Host>,
    deployment: Option<Deployment>,
    vault: Option<ParticleVault>,
    functions: Handlers,
    observer: Arc<dyn Observer>,
    storage: StorageThread,
    /// When the core wants to be woken.
    wakeup: watch::Sender<Option<Monotonic>>,
    stage: watch::Sender<Stage>,
    tasks: TaskTracker,
}

/// How far a peer is between its start and its stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Starting,
    Running,
    Stopping,
    Stopped,
}

/// What is locked together with the core.
struct Inside {
    peer: Peer,
    offers: Offers,
    submissions: Submissions,
    /// Ends calls and sends that are no longer wanted.
    calls: BTreeMap<aqua_peer::CallId, oneshot::Sender<()>>,
    sends: BTreeMap<aqua_peer::SendId, oneshot::Sender<()>>,
}

/// What a driver is made of.
pub(crate) struct Parts {
    pub(crate) peer: Peer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pool: Arc<ThreadPool>,
    pub(crate) network: Network,
    pub(crate) services: Option<aqua_services::Host>,
    pub(crate) deployment: Option<Deployment>,
    pub(crate) vault: Option<ParticleVault>,
    pub(crate) functions: Handlers,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) storage: Box<dyn aqua_storage::Storage>,
}

impl Driver {
    /// Starts a core. Must be called within a tokio runtime.
    pub(crate) fn start(parts: Parts, events: tokio::sync::mpsc::Receiver<aqua_network::Event>) -> Arc<Self> {
        let Parts {
            peer,
            clock,
            pool,
            network,
            services,
            deployment,
            vault,
            functions,
            observer,
            storage,
        } = parts;
        let (storage, requests) = StorageThread::new(storage);
        let driver = Arc::new(Self {
            core: Mutex::new(Inside {
                peer,
                offers: Offers::default(),
                submissions: Submissions::default(),
                calls: BTreeMap::new(),
                sends: BTreeMap::new(),
            }),
            clock,
            pool,
            runtime: Handle::current(),
            network,
            services,
            deployment,
            vault,
            functions,
            observer,
            storage,
            wakeup: watch::Sender::new(None),
            stage: watch::Sender::new(Stage::Starting),
            tasks: TaskTracker::new(),
        });
        requests.run(Arc::downgrade(&driver));
        driver.tasks.spawn(driver.clone().wake_up());
        driver.tasks.spawn(driver.clone().receive(events));
        driver.turn([]);
        driver
    }

    /// Reports inputs to the core and carries out what follows from them.
    pub(crate) fn turn(self: &Arc<Self>, inputs: impl IntoIterator<Item = Input>) {
        let start = Instant::now();
        let mut job = self.handle(inputs);
        while let Some((id, work)) = job.take() {
            if start.elapsed() >= INLINE_TIME {
                return self.run_on_pool(id, work);
            }
            job = self.handle([jobs::run(id, work)]);
        }
    }

    /// One turn of the core. Returns a short job for this thread.
    fn handle(self: &Arc<Self>, inputs: impl IntoIterator<Item = Input>) -> Option<(JobId, Job)> {
        // A panic of the core leaves it locked for good: this peer stops, others of the process go on.
        let Ok(mut inside) = self.core.lock() else {
            self.stage.send_replace(Stage::Stopped);
            return None;
        };
        let now = self.clock.now();
        for input in inputs {
            inside.peer.handle(now, input);
        }
        let mut inline = None;
        while let Some(effect) = inside.peer.poll_effect() {
            match effect {
                Effect::Run { job, work } if inline.is_none() && work.expected() <= INLINE_JOB => {
                    inline = Some((job, work));
                }
                effect => self.carry_out(&mut inside, effect),
            }
        }
        let at = inside.peer.next_wakeup();
        self.wakeup.send_if_modified(|known| std::mem::replace(known, at) != at);
        inline
    }

    fn carry_out(self: &Arc<Self>, inside: &mut Inside, effect: Effect) {
        match effect {
            Effect::Accept { offer } => {
                if let Some(input) = inside.offers.accept(offer) {
                    self.turn_later(input);
                }
            }
            Effect::Refuse { offer, reason } => inside.offers.refuse(offer, &reason),
            Effect::Run { job, work } => self.run_on_pool(job, work),
            Effect::Call { call, request } => {
                let (cancel, cancelled) = oneshot::channel();
                let handlers = inside.submissions.handlers(&request.target);
                inside.calls.insert(call, cancel);
                self.call(call, request, handlers, cancelled);
            }
            Effect::Send { send, to, header, data } => {
                let (cancel, cancelled) = oneshot::channel();
                inside.sends.insert(send, cancel);
                self.send(send, &to, header, data, cancelled);
            }
            Effect::Cancel { what } => {
                // Dropping the sender ends the call or the send.
                match what {
                    InFlight::Call(call) => drop(inside.calls.remove(&call)),
                    InFlight::Send(send) => drop(inside.sends.remove(&send)),
                }
            }
            Effect::Read { read, range, limit } => self.storage.read(read, range, limit),
            Effect::Commit { batch, operations } => self.storage.commit(batch, operations),
            Effect::Report { submission, report } => inside.submissions.report(submission, report),
            Effect::Emit(event) => {
                self.clean_vault(&event);
                self.observer.event(&event);
            }
            Effect::Start {
                start,
                scope,
                service,
                blueprint,
            } => self.start_service(&inside.peer, start, scope, service, blueprint),
            Effect::Remove { service, .. } => self.remove_service(service),
            Effect::Ready => {
                self.remove_orphans(&inside.peer);
                self.advance(Stage::Running);
            }
            Effect::Stopped => self.advance(Stage::Stopped),
        }
    }

    /// Reports an input in a turn of its own, from another task.
    fn turn_later(self: &Arc<Self>, input: Input) {
        let driver = self.clone();
        self.tasks.spawn(async move { driver.turn([input]) });
    }

    fn advance(&self, stage: Stage) {
        self.stage.send_if_modified(|known| {
            let is_new = *known < stage;
            *known = stage.max(*known);
            is_new
        });
    }

    /// Wakes the core when its timers fire.
    async fn wake_up(self: Arc<Self>) {
        let (mut wakeup, mut stage) = (self.wakeup.subscribe(), self.stage.subscribe());
        loop {
            let at = *wakeup.borrow_and_update();
            let sleep = async {
                match at {
                    Some(at) => tokio::time::sleep((at - self.clock.now().monotonic).as_duration()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = sleep => self.turn([Input::Wakeup]),
                changed = wakeup.changed() => if changed.is_err() { return },
                _ = stage.wait_for(|stage| *stage == Stage::Stopped) => return,
            }
        }
    }

    /// Waits until the stored records were read.
    pub(crate) async fn ready(&self) {
        // The sender is in this driver.
        drop(self.stage.subscribe().wait_for(|stage| *stage >= Stage::Running).await);
    }

    /// Waits until the peer is being shut down.
    pub(crate) async fn closing(&self) {
        drop(self.stage.subscribe().wait_for(|stage| *stage >= Stage::Stopping).await);
    }

    /// Begins to stop the peer.
    pub(crate) fn stop(self: &Arc<Self>) {
        self.advance(Stage::Stopping);
        self.turn([Input::Shutdown]);
    }

    /// Waits until nothing of the peer is left. Returns what is, if it takes longer than `patience`.
    pub(crate) async fn stopped(&self, patience: Duration) -> Result<(), Status> {
        let mut stage = self.stage.subscribe();
        let stopped = stage.wait_for(|stage| *stage == Stage::Stopped);
        if tokio::time::timeout(patience, stopped).await.is_err() {
            return Err(self.status());
        }
        self.tasks.close();
        self.tasks.wait().await;
        self.storage.close().await;
        Ok(())
    }

    /// What the peer is doing, in numbers.
    pub(crate) fn status(&self) -> Status {
        self.core.lock().unwrap_or_else(PoisonError::into_inner).peer.status()
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Driver")
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}
