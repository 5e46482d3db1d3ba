//! Keeps connected to the peers that the configuration names.

use crate::{ConnectError, Multiaddr, Network};
use std::time::Duration;

/// How much longer each further attempt waits, and how long at most.
const STEP: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(60);

/// Connects to an address, and again whenever that fails or the connection is lost, until the network is shut down.
pub(crate) async fn keep(network: Network, address: Multiaddr) {
    let mut delay = Duration::ZERO;
    loop {
        match network.connect(address.clone()).await {
            Ok(peer) => {
                delay = Duration::ZERO;
                network.disconnected(&peer).await;
            }
            Err(ConnectError::Closed) => return,
            Err(error) => tracing::warn!(%error, "bootstrap peer not reached"),
        }
        delay = (delay + STEP).min(LONGEST);
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = network.closed() => return,
        }
    }
}
