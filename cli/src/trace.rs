//! The table of `aqua run --trace`: calls and hops with their durations and sizes.

use crate::terminal::Terminal;
use aqua_client::{Hop, HopKind};
use serde_json::{Value, json};

/// Prints the hops: as a table on standard error, or as JSON objects.
pub(crate) fn show(hops: &[Hop], terminal: Terminal) {
    if terminal.is_json() {
        for (index, hop) in hops.iter().enumerate() {
            terminal.object(&object(index + 1, hop));
        }
    } else {
        terminal.extra(&table(hops));
    }
}

fn object(number: usize, hop: &Hop) -> Value {
    let (what, to, failure) = match &hop.kind {
        HopKind::Call {
            service,
            function,
            failed,
        } => (
            format!("{service}.{function}"),
            None,
            failed.then(|| "the call failed".to_owned()),
        ),
        HopKind::Sent { to } => ("send".to_owned(), Some(to.to_string()), None),
        HopKind::NotSent { to, reason } => ("send".to_owned(), Some(to.clone()), Some(reason.clone())),
    };
    json!({
        "kind": "hop", "number": number, "peer": hop.peer.to_string(), "what": what, "to": to,
        "ms": milliseconds(hop), "bytes": hop.bytes, "failure": failure,
    })
}

fn table(hops: &[Hop]) -> String {
    let rows: Vec<_> = hops
        .iter()
        .map(|hop| (short(&hop.peer.to_string()), what(hop), milliseconds(hop)))
        .collect();
    let width = rows
        .iter()
        .map(|(_, what, _)| what.chars().count())
        .max()
        .unwrap_or(0)
        .max("service.function".len());
    let mut table = format!(
        "{:>3}  {:<15}  {:<width$}  {:>9}  {:>7}\n",
        "#", "peer", "service.function", "ms", "bytes"
    );
    for (index, (hop, (peer, what, ms))) in hops.iter().zip(rows).enumerate() {
        table += &format!(
            "{:>3}  {peer:<15}  {what:<width$}  {ms:>9.3}  {:>7}\n",
            index + 1,
            hop.bytes
        );
    }
    table
}

fn what(hop: &Hop) -> String {
    match &hop.kind {
        HopKind::Call {
            service,
            function,
            failed: false,
        } => format!("{service}.{function}"),
        HopKind::Call {
            service,
            function,
            failed: true,
        } => format!("{service}.{function} failed"),
        HopKind::Sent { to } => format!("→ {}", short(&to.to_string())),
        HopKind::NotSent { to, reason } => format!("→ {} failed: {reason}", short(to)),
    }
}

/// Shortens a peer id. All ids start alike, so the end is kept too.
fn short(peer: &str) -> String {
    let characters: Vec<char> = peer.chars().collect();
    match characters.len() {
        0..=15 => peer.to_owned(),
        many => characters[..8]
            .iter()
            .chain(['…'].iter())
            .chain(&characters[many - 6..])
            .collect(),
    }
}

fn milliseconds(hop: &Hop) -> f64 {
    hop.elapsed.as_secs_f64() * 1000.0
}
