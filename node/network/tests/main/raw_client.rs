//! A client that writes any bytes on its substreams.

use aqua_network::{Multiaddr, PARTICLE_PROTOCOL};
use futures::{AsyncReadExt as _, AsyncWriteExt as _, StreamExt as _};
use libp2p::swarm::SwarmEvent;
use libp2p::{PeerId, Stream, SwarmBuilder, noise, tcp, yamux};
use tokio::task::JoinHandle;

/// A connection to one peer and the task that drives it.
pub(crate) struct RawClient {
    peer: PeerId,
    control: libp2p_stream::Control,
    driver: JoinHandle<()>,
}

impl RawClient {
    pub(crate) async fn connect(address: Multiaddr) -> Self {
        let mut swarm = SwarmBuilder::with_new_identity()
            .with_tokio()
            .with_tcp(
                tcp::Config::default().nodelay(true),
                noise::Config::new,
                yamux::Config::default,
            )
            .unwrap()
            .with_behaviour(|_| libp2p_stream::Behaviour::new())
            .unwrap()
            .build();
        let control = swarm.behaviour().new_control();
        swarm.dial(address).unwrap();
        let peer = loop {
            if let SwarmEvent::ConnectionEstablished { peer_id, .. } = swarm.select_next_some().await {
                break peer_id;
            }
        };
        let driver = tokio::spawn(async move { while swarm.next().await.is_some() {} });
        Self { peer, control, driver }
    }

    pub(crate) async fn open(&mut self) -> Stream {
        self.control.open_stream(self.peer, PARTICLE_PROTOCOL).await.unwrap()
    }

    /// Writes bytes on a new substream and closes this half. The peer may have reset it before the end.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        let mut stream = self.write_and_forget(bytes).await;
        // Wait for the peer's end of the substream, an answer of any kind.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }

    /// The same without waiting for the peer's end of the substream.
    pub(crate) async fn write_and_forget(&mut self, bytes: &[u8]) -> Stream {
        let mut stream = self.open().await;
        if stream.write_all(bytes).await.is_ok() {
            let _ = stream.close().await;
        }
        stream
    }
}

impl Drop for RawClient {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
