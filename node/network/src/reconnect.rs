//! Keeps a connection with a bootstrap peer.

use crate::{ConnectError, Multiaddr, Network};
use std::time::Duration;

/// How much longer each attempt waits than the one before.
const BACKOFF_STEP: Duration = Duration::from_secs(5);
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// Connects to an address, and again when that fails or the connection is lost, until the network is shut down.
pub(crate) async fn run(network: Network, address: Multiaddr) {
    let mut backoff = Duration::ZERO;
    loop {
        match network.connect(address.clone()).await {
            Ok(peer) => {
                backoff = Duration::ZERO;
                network.disconnected(&peer).await;
            }
            Err(ConnectError::Closed) => return,
            Err(error) => tracing::warn!(%error, "can't connect to a bootstrap peer"),
        }
        backoff = (backoff + BACKOFF_STEP).min(MAX_BACKOFF);
        tokio::select! {
            () = tokio::time::sleep(backoff) => {}
            () = network.closed() => return,
        }
    }
}
