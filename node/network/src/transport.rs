//! The transport: TCP and WebSocket with DNS, noise and yamux.

use crate::StartError;
use crate::config::{Config, Limits};
use crate::identity;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::{Boxed, Transport};
use libp2p::core::upgrade::Version;
use libp2p::swarm::{self, Executor};
use libp2p::{PeerId, dns, noise, tcp, websocket, yamux};
use std::future::Future;
use std::pin::Pin;
use tokio_util::task::TaskTracker;

/// Substreams of one connection. Clients open one for each particle and close it late.
const MAX_STREAMS: usize = 2048;

/// Builds the transport of a peer.
pub(crate) fn build(config: &Config) -> Result<Boxed<(PeerId, StreamMuxerBox)>, StartError> {
    let failed = |error: &dyn std::fmt::Display| StartError::Transport(error.to_string());
    let tcp = || tcp::tokio::Transport::new(tcp::Config::default().nodelay(true));
    let sockets = websocket::Config::new(tcp()).or_transport(tcp());
    let named = dns::tokio::Transport::system(sockets).map_err(|error| failed(&error))?;
    let noise = noise::Config::new(&identity::keypair(&config.key)).map_err(|error| failed(&error))?;
    let mut yamux = yamux::Config::default();
    yamux.set_max_num_streams(MAX_STREAMS);
    Ok(named
        .upgrade(Version::V1)
        .authenticate(noise)
        .multiplex(yamux)
        .timeout(config.limits.handshake)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)))
        .boxed())
}

/// The swarm's configuration. Each connection is a task tracked by `tasks`, so that a shutdown can wait for it.
pub(crate) fn swarm_config(limits: &Limits, tasks: &TaskTracker) -> swarm::Config {
    swarm::Config::with_executor(Tracked(tasks.clone()))
        .with_idle_connection_timeout(limits.idle_connection)
        .with_max_negotiating_inbound_streams(limits.inbound_substreams)
}

struct Tracked(TaskTracker);

impl Executor for Tracked {
    fn exec(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.spawn(task);
    }
}
