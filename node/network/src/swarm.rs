//! The task that owns the swarm.

use crate::behaviour::{AGENT, Behaviour, BehaviourEvent};
use crate::config::Config;
use crate::discovery::{Discovery, Next};
use crate::event::{ConnectError, Event, SendError, StartError};
use crate::global_address::is_global;
use crate::offer::Connection;
use crate::peer_sender::{Delivery, Framing};
use crate::peers::Peers;
use crate::substreams::Opened;
use crate::{PARTICLE_PROTOCOL, identity, neighborhood, transport};
use aqua_particle::{RejectReason, frame};
use futures::StreamExt as _;
use libp2p::kad::{self, QueryResult};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, identify};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Events in the backlog at which the swarm is no longer polled.
const MAX_BACKLOG: usize = 256;
/// Addresses of one peer that are added to the routing table at a time.
const MAX_ADDRESSES: usize = 16;
/// How long connections may take to close when the network is shut down.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A request to the swarm's task. The caller may have dropped the future that waits for the answer.
#[derive(Debug)]
pub(crate) enum Command {
    Send {
        peer: PeerId,
        delivery: Delivery,
    },
    Open {
        peer: PeerId,
        opened: Opened,
    },
    Connect {
        address: Multiaddr,
        answer: oneshot::Sender<Result<PeerId, ConnectError>>,
    },
    Disconnect {
        peer: PeerId,
    },
    NotifyWhenClosed {
        peer: PeerId,
        closed: oneshot::Sender<()>,
    },
    Addresses {
        peer: PeerId,
        answer: oneshot::Sender<Option<Vec<Multiaddr>>>,
    },
    ListenAddresses {
        answer: oneshot::Sender<Vec<Multiaddr>>,
    },
    ExternalAddresses {
        answer: oneshot::Sender<Vec<Multiaddr>>,
    },
    Neighborhood {
        key: Vec<u8>,
        count: usize,
        answer: oneshot::Sender<Vec<aqua_keys::PeerId>>,
    },
}

/// The swarm and the state of its task.
pub(crate) struct SwarmTask {
    swarm: Swarm<Behaviour>,
    config: Config,
    kademlia_protocol: libp2p::StreamProtocol,
    events: mpsc::Sender<Event>,
    /// Events that wait for free space in the queue.
    backlog: VecDeque<Queued>,
    commands: mpsc::UnboundedReceiver<Command>,
    /// For the tasks that write to peers.
    command_sender: mpsc::UnboundedSender<Command>,
    tasks: TaskTracker,
    peers: Peers,
    discovery: Discovery,
    /// Dials by the connection that they are to establish.
    dials: BTreeMap<ConnectionId, (Multiaddr, oneshot::Sender<Result<PeerId, ConnectError>>)>,
    /// The number of peers in the routing table.
    routing_table_size: watch::Sender<usize>,
}

/// An event in the backlog.
struct Queued {
    event: Event,
    /// The connection that the event announces.
    announces: Option<Arc<Connection>>,
}

/// Sets the swarm up and waits until it listens.
pub(crate) async fn start(
    config: &Config,
    events: mpsc::Sender<Event>,
    (command_sender, commands): (mpsc::UnboundedSender<Command>, mpsc::UnboundedReceiver<Command>),
    routing_table_size: watch::Sender<usize>,
    tasks: TaskTracker,
) -> Result<SwarmTask, StartError> {
    let own = identity::to_libp2p(&config.key.peer_id());
    let behaviour = Behaviour::new(config, events.clone());
    let settings = transport::swarm_config(&config.limits, &tasks);
    let mut swarm = Swarm::new(transport::build(config)?, behaviour, own, settings);
    for address in &config.external {
        swarm.add_external_address(address.clone());
    }
    let mut task = SwarmTask {
        swarm,
        config: config.clone(),
        kademlia_protocol: config.network.kademlia_protocol(),
        events,
        backlog: VecDeque::new(),
        commands,
        command_sender,
        tasks,
        peers: Peers::default(),
        discovery: Discovery::new(config.limits.searches),
        dials: BTreeMap::new(),
        routing_table_size,
    };
    for address in &config.listen {
        task.listen(address).await?;
    }
    Ok(task)
}

impl SwarmTask {
    /// Listens on one address; returns when it does.
    async fn listen(&mut self, address: &Multiaddr) -> Result<(), StartError> {
        let failed = |reason: String| StartError::Listen {
            address: address.clone(),
            reason,
        };
        let listener = self
            .swarm
            .listen_on(address.clone())
            .map_err(|error| failed(error.to_string()))?;
        loop {
            match self.swarm.select_next_some().await {
                SwarmEvent::NewListenAddr { listener_id, .. } if listener_id == listener => return Ok(()),
                SwarmEvent::ListenerClosed {
                    listener_id, reason, ..
                } if listener_id == listener => {
                    return Err(failed(
                        reason
                            .err()
                            .map_or_else(|| "it closed".to_owned(), |error| error.to_string()),
                    ));
                }
                event => self.handle_swarm_event(event),
            }
        }
    }

    /// Runs until `stop` is cancelled or the events' receiver is dropped, then closes all connections.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let events = self.events.clone();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                permit = events.reserve(), if !self.backlog.is_empty() => {
                    let (Ok(permit), Some(queued)) = (permit, self.backlog.pop_front()) else { break };
                    permit.send(queued.event);
                    if let Some(connection) = queued.announces {
                        connection.announce();
                    }
                }
                command = self.commands.recv() => {
                    let Some(command) = command else { break };
                    self.handle_command(command);
                }
                event = self.swarm.select_next_some(), if self.backlog.len() < MAX_BACKLOG => {
                    self.handle_swarm_event(event);
                }
            }
        }
        self.close().await;
    }

    async fn close(mut self) {
        for peer in self.peers.all().collect::<Vec<_>>() {
            // The peer may have disconnected.
            let _ = self.swarm.disconnect_peer_id(peer);
        }
        let closed = async {
            while self.swarm.network_info().num_peers() > 0 {
                self.swarm.select_next_some().await;
            }
        };
        if timeout(CLOSE_TIMEOUT, closed).await.is_err() {
            tracing::debug!("connections did not close in time");
        }
    }

    fn emit(&mut self, event: Event) {
        self.backlog.push_back(Queued { event, announces: None });
    }

    fn handle_command(&mut self, command: Command) {
        match command {
            Command::Send { peer, delivery } => self.send(peer, delivery),
            Command::Open { peer, opened } => {
                if let Some(connection) = self.peers.connection(&peer) {
                    self.swarm.behaviour_mut().substreams.open(peer, connection, opened);
                }
            }
            Command::Connect { address, answer } => self.connect(address, answer),
            // It fails if the peer isn't connected, which is what the caller wants.
            Command::Disconnect { peer } => drop(self.swarm.disconnect_peer_id(peer)),
            Command::NotifyWhenClosed { peer, closed } => self.peers.notify_when_closed(&peer, closed),
            Command::Addresses { peer, answer } => drop(answer.send(self.peers.addresses(&peer))),
            Command::ListenAddresses { answer } => drop(answer.send(self.swarm.listeners().cloned().collect())),
            Command::ExternalAddresses { answer } => {
                drop(answer.send(self.swarm.external_addresses().cloned().collect()));
            }
            Command::Neighborhood { key, count, answer } => {
                let kademlia = self.swarm.behaviour_mut().kademlia.as_mut();
                drop(answer.send(kademlia.map_or_else(Vec::new, |known| neighborhood::nearest(known, key, count))));
            }
        }
    }

    /// Queues a frame for a connected peer, or searches for the peer. All frames pass here, so those for one peer stay in order.
    fn send(&mut self, peer: PeerId, delivery: Delivery) {
        if let Err(delivery) = self.peers.deliver(&peer, delivery)
            && self.discovery.search(peer, delivery, Instant::now()) == Next::Dial
        {
            self.dial(peer);
        }
    }

    /// Dials the known addresses of a peer, unless a dial is in progress. Its end is reported in the same way.
    fn dial(&mut self, peer: PeerId) {
        let options = DialOpts::peer_id(peer)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .build();
        match self.swarm.dial(options) {
            Ok(()) | Err(DialError::DialPeerConditionFalse(_)) => {}
            Err(error) => self.dial_failed(peer, &error),
        }
    }

    fn dial_failed(&mut self, peer: PeerId, error: &DialError) {
        if self.peers.connection(&peer).is_some() {
            return;
        }
        let reason = match error {
            DialError::NoAddresses => SendError::Unknown,
            error => SendError::Unreachable(error.to_string()),
        };
        if self.discovery.dial_failed(peer, &reason, Instant::now()) == Next::Query {
            let kademlia = self.swarm.behaviour_mut().kademlia.as_mut();
            let query = kademlia.map(|known| known.get_closest_peers(peer));
            self.discovery.query_started(peer, query, Instant::now());
        }
    }

    fn connect(&mut self, address: Multiaddr, answer: oneshot::Sender<Result<PeerId, ConnectError>>) {
        if let Some(Protocol::P2p(peer)) = address.iter().last()
            && self.peers.connection(&peer).is_some()
        {
            return drop(answer.send(Ok(peer)));
        }
        let options = DialOpts::unknown_peer_id().address(address.clone()).build();
        let connection = options.connection_id();
        match self.swarm.dial(options) {
            Ok(()) => drop(self.dials.insert(connection, (address, answer))),
            Err(error) => {
                drop(answer.send(Err(ConnectError::Failed {
                    address,
                    reason: error.to_string(),
                })));
            }
        }
    }

    fn handle_swarm_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            } => self.handle_established(peer_id, connection_id, endpoint.get_remote_address()),
            SwarmEvent::ConnectionClosed {
                peer_id, connection_id, ..
            } => self.handle_closed(peer_id, connection_id),
            SwarmEvent::OutgoingConnectionError {
                connection_id,
                peer_id,
                error,
            } => {
                if let Some((address, answer)) = self.dials.remove(&connection_id) {
                    drop(answer.send(Err(ConnectError::Failed {
                        address,
                        reason: error.to_string(),
                    })));
                }
                if let Some(peer) = peer_id {
                    self.dial_failed(peer, &error);
                }
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "a listener failed"),
            SwarmEvent::ListenerClosed {
                addresses,
                reason: Err(error),
                ..
            } => {
                tracing::warn!(?addresses, %error, "no longer listening");
            }
            SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Received {
                connection_id,
                peer_id,
                info,
            })) => self.handle_identify(peer_id, connection_id, &info),
            SwarmEvent::Behaviour(BehaviourEvent::Kademlia(event)) => self.handle_kad_event(event),
            _ => {}
        }
    }

    fn handle_established(&mut self, peer: PeerId, id: ConnectionId, remote: &Multiaddr) {
        let connection = (id, remote.clone());
        let Self { peers, config, .. } = self;
        let first = peers.add_connection(peer, connection, &config.limits, &self.command_sender, &self.tasks);
        if let Some(connection) = self.swarm.behaviour().substreams.connection(id).cloned() {
            let event = Event::Connected {
                connection: connection.id(),
                peer: connection.peer().clone(),
                first,
            };
            let announces = Some(connection);
            self.backlog.push_back(Queued { event, announces });
        }
        for delivery in self.discovery.connected(&peer) {
            self.send(peer, delivery);
        }
        if let Some((_, answer)) = self.dials.remove(&id) {
            drop(answer.send(Ok(peer)));
        }
    }

    /// The readers of a closed connection don't run any more, so its open offers are completed here.
    fn handle_closed(&mut self, peer: PeerId, id: ConnectionId) {
        let last = self.peers.remove_connection(peer, id);
        let Some(connection) = self.swarm.behaviour_mut().substreams.remove(id) else {
            return;
        };
        for offer in connection.close() {
            self.emit(Event::Received {
                offer,
                frame: Err(RejectReason::Broken("the connection closed".to_owned())),
                bytes: 0,
            });
        }
        self.emit(Event::Disconnected {
            connection: connection.id(),
            peer: connection.peer().clone(),
            last,
        });
    }

    /// A peer identified itself: decides whether it belongs to this network, how frames are written to it and where others find it.
    fn handle_identify(&mut self, peer: PeerId, connection: ConnectionId, info: &identify::Info) {
        if !info.protocols.contains(&PARTICLE_PROTOCOL) {
            if let Some(connection) = self.swarm.behaviour().substreams.connection(connection).cloned() {
                self.emit(Event::Rejected {
                    connection: connection.id(),
                    peer: connection.peer().clone(),
                    reason: RejectReason::NotOfThisNetwork,
                });
            }
            // The peer may have disconnected.
            let _ = self.swarm.disconnect_peer_id(peer);
            return;
        }
        let routes = info.protocols.contains(&self.kademlia_protocol);
        let ours = info.agent_version.starts_with(AGENT);
        let max_body = match ours {
            true => self.config.limits.frame_body,
            false => frame::MAX_CLIENT_BODY,
        };
        let framing = match (ours, routes) {
            (false, true) => Framing::OnePerSubstream,
            (_, routes) => Framing::Stream {
                max_body,
                permanent: !routes,
            },
        };
        self.peers.set_framing(&peer, framing);
        if !routes {
            return;
        }
        // Private addresses are only useful from a peer on the same private network.
        let trusted = self
            .peers
            .address(&peer, connection)
            .is_some_and(|remote| !is_global(remote));
        let addresses = info.listen_addrs.iter().filter(|address| trusted || is_global(address));
        if let Some(kademlia) = self.swarm.behaviour_mut().kademlia.as_mut() {
            for address in addresses.take(MAX_ADDRESSES) {
                kademlia.add_address(&peer, address.clone());
            }
        }
    }

    fn handle_kad_event(&mut self, event: kad::Event) {
        match event {
            kad::Event::RoutingUpdated { .. } => {
                let kademlia = self.swarm.behaviour_mut().kademlia.as_mut();
                self.routing_table_size
                    .send_replace(kademlia.map_or(0, neighborhood::size));
            }
            kad::Event::OutboundQueryProgressed {
                id,
                result: QueryResult::GetClosestPeers(_),
                step,
                ..
            } if step.last => {
                if let Some(peer) = self.discovery.query_finished(id) {
                    self.dial(peer);
                }
            }
            _ => {}
        }
    }
}
