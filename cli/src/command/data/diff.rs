//! `aqua data diff`: compares particle data.

use super::source;
use super::trace_format::{TraceFormat, plural};
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_vm::inspection::{self, Change, SignerChange};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Compare particle data, such as before and after a hop
///
/// Matches states of the trace by their place in `par` and `fold` instructions, not by their index. Prints removed states
/// with `-`, added states with `+`, and changed states with both.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua data diff before.bin after.bin
  aqua data diff ours.json theirs.json --json")]
pub(crate) struct DiffOptions {
    /// The first file; - is standard input
    #[arg(value_name = "FILE")]
    before: PathBuf,
    /// The second file; - is standard input
    #[arg(value_name = "FILE")]
    after: PathBuf,
    /// Do not shorten peer ids, content ids and values
    #[arg(long)]
    full: bool,
}

/// Prints the differences.
pub(crate) fn diff(options: &DiffOptions, terminal: Terminal) -> Result<(), Failure> {
    let (before, after) = (source::open(&options.before)?, source::open(&options.after)?);
    let diff = inspection::diff(before.state.data(), after.state.data());
    if terminal.is_json() {
        for change in &diff.states {
            terminal.kind("state", serde_json::to_value(change));
        }
        for store in &diff.stores {
            terminal.kind("store", serde_json::to_value(store));
        }
        for change in &diff.signers {
            terminal.kind("signature", serde_json::to_value(change));
        }
        if let Some((before, after)) = diff.last_call_request_ids {
            terminal.object(&json!({"kind": "last_call_request_id", "before": before, "after": after}));
        }
        return Ok(());
    }
    let format = TraceFormat { full: options.full };
    for change in &diff.states {
        let (before, after) = match change {
            Change::Removed { before } => (Some(before), None),
            Change::Added { after } => (None, Some(after)),
            Change::Changed { before, after } => (Some(before), Some(after)),
        };
        for (sign, entry) in [("-", before), ("+", after)] {
            if let Some(entry) = entry {
                terminal.result(&format!("{sign}{:>5}  {}", entry.position, format.event(&entry.event)));
            }
        }
    }
    for store in &diff.stores {
        let (removed, added) = (store.removed.len(), store.added.len());
        terminal.result(&format!("{}: {removed} removed, {added} added", store.store));
    }
    for change in &diff.signers {
        let (peer, what) = match change {
            SignerChange::Removed { peer } => (peer, "signed only the first"),
            SignerChange::Added { peer } => (peer, "signed only the second"),
            SignerChange::Changed { peer } => (peer, "has different signatures"),
        };
        terminal.result(&format!("{} {what}", format.peer(peer)));
    }
    if let Some((before, after)) = diff.last_call_request_ids {
        terminal.result(&format!(
            "last call request id: {before} in the first, {after} in the second"
        ));
    }
    let many = diff.states.len();
    terminal.status(&format!("{many} changed {}", plural(many, "state")));
    Ok(())
}
