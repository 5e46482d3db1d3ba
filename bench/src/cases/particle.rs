//! Particles through the VM, the builtins and, with a second peer, libp2p on the loopback interface.

use crate::measure::{self, Figures};
use anyhow::{Result, ensure};
use aqua_client::{DEFAULT_TTL, LocalConfig, LocalNetwork};
use aqua_values::Value;

/// A particle with a call on its initiator.
const LOCAL: &str = r#"(seq
 (call %init_peer_id% ("op" "identity") ["hello"] answer)
 (call %init_peer_id% ("callbackSrv" "response") [answer]))"#;

/// A particle with a call on the relay, which sends the result back.
const ROUND_TRIP: &str = r#"(seq
 (call %init_peer_id% ("getDataSrv" "-relay-") [] relay)
 (seq
  (call relay ("op" "identity") ["hello"] answer)
  (call %init_peer_id% ("callbackSrv" "response") [answer])))"#;

pub(crate) fn local_call() -> Result<Figures> {
    repeat(LOCAL, 1000)
}

pub(crate) fn round_trip() -> Result<Figures> {
    repeat(ROUND_TRIP, 500)
}

fn repeat(script: &'static str, runs: usize) -> Result<Figures> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let network = LocalNetwork::start(LocalConfig::new(1)).await?;
        let client = network.client().await?;
        let figures = measure::inside(50, runs, async || {
            let answer = client.run(script, [], DEFAULT_TTL).await?;
            ensure!(answer == [Value::from("hello")], "answered {answer:?}");
            Ok(())
        })
        .await;
        client.shutdown().await;
        network.shutdown().await;
        figures
    })
}
