//! The one task that owns the swarm.

use crate::behaviour::{AGENT, Behaviour, BehaviourEvent};
use crate::config::Config;
use crate::discovery::{Discovery, Next, Waiting};
use crate::event::{ConnectError, Event, RejectReason, SendError, StartError};
use crate::lane::{Delivery, Taking};
use crate::peers::Peers;
use crate::substreams::Opened;
use crate::{PARTICLE_PROTOCOL, identity, neighborhood, transport};
use aqua_particle::frame;
use futures::StreamExt as _;
use libp2p::kad::{self, QueryResult};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, identify};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Events about connections that may wait for the node before the swarm itself pauses.
const MAX_WAITING_EVENTS: usize = 256;
/// Addresses that are learnt of one peer.
const MAX_ADDRESSES: usize = 16;
/// How long connections may take to close when the network is shut down.
const FAREWELL: Duration = Duration::from_secs(2);

/// What the swarm's task is asked to do. Whoever asked may have stopped waiting for the answer.
#[derive(Debug)]
pub(crate) enum Command {
    Deliveries {
        peer: PeerId,
        answer: oneshot::Sender<Option<mpsc::Sender<Delivery>>>,
    },
    Find {
        peer: PeerId,
        waiting: Waiting,
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
    WhenClosed {
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

/// The swarm and what its task knows.
pub(crate) struct Driver {
    swarm: Swarm<Behaviour>,
    config: Config,
    kademlia_protocol: libp2p::StreamProtocol,
    events: mpsc::Sender<Event>,
    waiting_events: VecDeque<Event>,
    commands: mpsc::Receiver<Command>,
    commander: mpsc::Sender<Command>,
    tasks: TaskTracker,
    peers: Peers,
    discovery: Discovery,
    /// Dials that somebody waits for, by the connection they are to become.
    dials: BTreeMap<ConnectionId, (Multiaddr, oneshot::Sender<Result<PeerId, ConnectError>>)>,
    /// How many peers the routing table holds.
    routes: watch::Sender<usize>,
}

/// Sets the swarm up and waits until it listens.
pub(crate) async fn start(
    config: &Config,
    events: mpsc::Sender<Event>,
    (commander, commands): (mpsc::Sender<Command>, mpsc::Receiver<Command>),
    routes: watch::Sender<usize>,
    tasks: TaskTracker,
) -> Result<Driver, StartError> {
    let own = identity::to_libp2p(&config.key.peer_id());
    let behaviour = Behaviour::new(config, events.clone());
    let settings = transport::swarm_config(&config.limits, &tasks);
    let mut swarm = Swarm::new(transport::build(config)?, behaviour, own, settings);
    for address in &config.external {
        swarm.add_external_address(address.clone());
    }
    let mut driver = Driver {
        swarm,
        config: config.clone(),
        kademlia_protocol: config.network.kademlia_protocol(),
        events,
        waiting_events: VecDeque::new(),
        commands,
        commander,
        tasks,
        peers: Peers::default(),
        discovery: Discovery::new(config.limits.searches),
        dials: BTreeMap::new(),
        routes,
    };
    for address in &config.listen {
        driver.listen(address).await?;
    }
    Ok(driver)
}

impl Driver {
    /// Listens on one address and waits until that is so.
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
                event => self.note(event),
            }
        }
    }

    /// Runs until `stop`, then closes what is open.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let events = self.events.clone();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                room = events.reserve(), if !self.waiting_events.is_empty() => {
                    match (room, self.waiting_events.pop_front()) {
                        (Ok(room), Some(event)) => room.send(event),
                        // The node has gone without a word: nobody is left to run for.
                        _ => break,
                    }
                }
                command = self.commands.recv() => {
                    let Some(command) = command else { break };
                    self.obey(command);
                }
                event = self.swarm.select_next_some(), if self.waiting_events.len() < MAX_WAITING_EVENTS => {
                    self.note(event);
                }
            }
        }
        self.close().await;
    }

    async fn close(mut self) {
        for peer in self.peers.all().collect::<Vec<_>>() {
            // It may have closed by itself meanwhile.
            let _ = self.swarm.disconnect_peer_id(peer);
        }
        let closed = async {
            while self.swarm.network_info().num_peers() > 0 {
                self.swarm.select_next_some().await;
            }
        };
        if timeout(FAREWELL, closed).await.is_err() {
            tracing::debug!("connections closed without a farewell");
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Deliveries { peer, answer } => drop(answer.send(self.peers.deliveries(&peer).cloned())),
            Command::Find { peer, waiting } => self.find(peer, waiting),
            Command::Open { peer, opened } => {
                if let Some(connection) = self.peers.connection(&peer) {
                    self.swarm.behaviour_mut().substreams.open(peer, connection, opened);
                }
            }
            Command::Connect { address, answer } => self.connect(address, answer),
            // An error says that it is not connected, which is what was wanted.
            Command::Disconnect { peer } => drop(self.swarm.disconnect_peer_id(peer)),
            Command::WhenClosed { peer, closed } => self.peers.when_closed(&peer, closed),
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

    fn find(&mut self, peer: PeerId, waiting: Waiting) {
        if self.peers.connection(&peer).is_some() {
            return drop(waiting.send(Ok(())));
        }
        if self.discovery.want(peer, waiting, Instant::now()) == Next::Dial {
            self.dial(peer);
        }
    }

    /// Dials what is known of a peer. A dial already under way serves as well: its end is reported in the same way.
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
        if self.discovery.dial_failed(peer, reason, Instant::now()) == Next::Ask {
            let kademlia = self.swarm.behaviour_mut().kademlia.as_mut();
            let query = kademlia.map(|known| known.get_closest_peers(peer));
            self.discovery.asking(peer, query, Instant::now());
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

    fn note(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished {
                peer_id: peer,
                connection_id,
                endpoint,
                ..
            } => {
                let connection = (connection_id, endpoint.get_remote_address().clone());
                if self
                    .peers
                    .connected(peer, connection, &self.config.limits, &self.commander, &self.tasks)
                {
                    self.waiting_events.push_back(Event::Connected {
                        peer: identity::from_libp2p(peer),
                    });
                }
                self.discovery.found(&peer);
                if let Some((_, answer)) = self.dials.remove(&connection_id) {
                    drop(answer.send(Ok(peer)));
                }
            }
            SwarmEvent::ConnectionClosed {
                peer_id: peer,
                connection_id,
                ..
            } => {
                let last = self.peers.disconnected(peer, connection_id);
                if last {
                    self.waiting_events.push_back(Event::Disconnected {
                        peer: identity::from_libp2p(peer),
                    });
                }
            }
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
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "listening"),
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
            })) => self.identified(peer_id, connection_id, &info),
            SwarmEvent::Behaviour(BehaviourEvent::Kademlia(event)) => self.learnt(event),
            _ => {}
        }
    }

    /// A peer says who it is: whether it belongs here, how it takes particles, where others find it.
    fn identified(&mut self, peer: PeerId, connection: ConnectionId, info: &identify::Info) {
        if !info.protocols.contains(&PARTICLE_PROTOCOL) {
            let from = identity::from_libp2p(peer);
            self.waiting_events.push_back(Event::Rejected {
                from,
                reason: RejectReason::NotOfThisNetwork,
            });
            // An error says that it has gone already.
            let _ = self.swarm.disconnect_peer_id(peer);
            return;
        }
        let routes = info.protocols.contains(&self.kademlia_protocol);
        let ours = info.agent_version.starts_with(AGENT);
        let body = match ours {
            true => self.config.limits.frame_body,
            false => frame::MAX_CLIENT_BODY,
        };
        let taking = match (ours, routes) {
            (false, true) => Taking::OneFrame,
            (_, routes) => Taking::Stream { body, lasting: !routes },
        };
        self.peers.takes(&peer, taking);
        if !routes {
            return;
        }
        // Only a neighbour on the same private network may speak of private addresses.
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

    fn learnt(&mut self, event: kad::Event) {
        match event {
            kad::Event::RoutingUpdated { .. } => {
                let kademlia = self.swarm.behaviour_mut().kademlia.as_mut();
                self.routes.send_replace(kademlia.map_or(0, neighborhood::size));
            }
            kad::Event::OutboundQueryProgressed {
                id,
                result: QueryResult::GetClosestPeers(_),
                step,
                ..
            } if step.last => {
                if let Some(peer) = self.discovery.asked(id) {
                    self.dial(peer);
                }
            }
            _ => {}
        }
    }
}

/// Whether an address can be reached from anywhere. Names can, as far as one can tell.
fn is_global(address: &Multiaddr) -> bool {
    address.iter().all(|part| match part {
        Protocol::Ip4(ip) => is_global_ip(ip.into()),
        Protocol::Ip6(ip) => is_global_ip(ip.into()),
        Protocol::Memory(_) => false,
        _ => true,
    })
}

fn is_global_ip(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_documentation()
                || first == 0
                || shared)
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local())
        }
    }
}
