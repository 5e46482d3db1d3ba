//! `aqua node run`: runs a node until it is interrupted.

use super::run::multiaddress;
use crate::engine;
use crate::failure::Failure;
use crate::log::EventLog;
use crate::options::NodeRunOptions;
use crate::terminal::Terminal;
use anyhow::Context;
use aqua_config::Error;
use aqua_node::Node;
use serde_json::json;
use std::sync::Arc;

/// Runs a node and prints its peer id and addresses.
pub(crate) fn run_node(options: &NodeRunOptions, terminal: Terminal) -> Result<(), Failure> {
    let options = start_options(options)?;
    let runtime = tokio::runtime::Runtime::new().context("can't start the async runtime")?;
    runtime.block_on(Box::pin(async {
        let started = aqua_config::start(&options, Arc::new(EventLog)).await;
        let node = started.map_err(|error| failure(error, terminal))?;
        announce(&node, terminal).await;
        let interrupted = interrupted().await;
        node.shutdown().await;
        terminal.status("stopped");
        interrupted
    }))
}

fn start_options(options: &NodeRunOptions) -> Result<aqua_config::Options, Failure> {
    let bootstrap = options.bootstrap.iter().map(|text| multiaddress(text));
    Ok(aqua_config::Options {
        file: options.config.clone(),
        key_file: options.key_file.clone(),
        data_dir: options.data_dir.clone(),
        engine: engine::options(None),
        ip: options.ip,
        tcp_port: options.tcp_port,
        ws_port: options.ws_port,
        managers: options.managers.clone(),
        bootstrap: bootstrap.collect::<Result<_, _>>()?,
        services: options.services.clone(),
    })
}

/// Prints the diagnostics of an invalid configuration file; other errors are system errors.
fn failure(error: Error, terminal: Terminal) -> Failure {
    match error {
        Error::Invalid(file) => {
            terminal.diagnostics(&file.sources, &file.diagnostics);
            Failure::Reported
        }
        error => Failure::System(error.into()),
    }
}

/// Prints the peer id and the addresses: one per line, or as one JSON object.
async fn announce(node: &Node, terminal: Terminal) {
    let (peer, addresses) = (node.peer_id().to_string(), node.listen_addresses().await);
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    if terminal.is_json() {
        terminal.object(&json!({"kind": "peer", "peer": peer, "addresses": addresses}));
    } else {
        terminal.result(&peer);
        addresses.iter().for_each(|address| terminal.result(address));
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn interrupted() -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupt = tokio::signal::ctrl_c() => interrupt?,
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}
