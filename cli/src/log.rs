//! The log of `-v`.

use aqua_node::{Event, EventKind, Observer};
use aqua_services::{LoadEvent, LoadObserver};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Crates of this project that log. The last one logs a line for each call.
const OURS: [&str; 5] = ["aqua", "aqua_node", CONSOLE, "aqua_network", "aqua_services"];

/// The target of what particles write with `run-console.print`, as on official peers.
const CONSOLE: &str = "run-console";

/// Texts that particles write are informational if they contain this: official peers print what their service of that name reports.
const DECIDER: &str = "decider";

/// The maximum length of an id, name or message in the log, in characters. Remote peers choose most of them.
const MAX_LENGTH: usize = 64;

/// The maximum length of a text that a particle writes, in characters.
const MAX_PRINTED: usize = 1024;

/// Logs the events of a peer and of its Wasm engine. This is their only way to the log: the libraries do not log events themselves.
#[derive(Debug)]
pub(crate) struct EventLog;

impl Observer for EventLog {
    fn event(&self, event: &Event) {
        let particle = event.particle.as_ref().map(|particle| printable(&particle.id));
        let particle = particle.as_deref();
        let message = describe(&event.kind);
        match &event.kind {
            EventKind::Rejected { .. }
            | EventKind::Dropped { .. }
            | EventKind::NotSent { .. }
            | EventKind::Failed { .. }
            | EventKind::StorageFailed { .. }
            | EventKind::ServiceFailed { .. }
            | EventKind::NameTaken { .. }
            | EventKind::RecordIgnored { .. }
            | EventKind::DriverFault { .. } => {
                tracing::warn!(particle, "{message}");
            }
            EventKind::Printed { text } if text.contains(DECIDER) => {
                tracing::info!(target: CONSOLE, particle, "{message}");
            }
            EventKind::Printed { .. } => tracing::debug!(target: CONSOLE, particle, "{message}"),
            EventKind::Connected { .. }
            | EventKind::Disconnected { .. }
            | EventKind::CallAbandoned { .. }
            | EventKind::UnknownFunction { .. } => {
                tracing::info!(particle, "{message}");
            }
            _ => tracing::debug!(particle, "{message}"),
        }
    }
}

impl LoadObserver for EventLog {
    fn event(&self, event: &LoadEvent) {
        tracing::info!("{event}");
    }
}

fn describe(kind: &EventKind) -> String {
    let call = |service: &str, function: &str| format!("{}.{}", printable(service), printable(function));
    match kind {
        EventKind::Connected { peer } => format!("connected to {peer}"),
        EventKind::Disconnected { peer } => format!("disconnected from {peer}"),
        EventKind::Rejected { from, reason } => {
            format!("rejected a frame from {from}: {}", printable(&reason.to_string()))
        }
        EventKind::Arrived {
            from: Some(from),
            bytes,
        } => format!("received from {from}, {bytes} bytes"),
        EventKind::Arrived { from: None, .. } => "submitted".to_owned(),
        EventKind::Dropped { reason } => format!("dropped: {}", printable(&reason.to_string())),
        EventKind::Stepped { elapsed, .. } => format!("step finished in {elapsed:.1?}"),
        EventKind::Failed { code, message } => format!("step failed with error {code}: {}", printable(message)),
        EventKind::CallStarted { service, function, .. } => format!("call of {} started", call(service, function)),
        EventKind::CallEnded {
            service,
            function,
            elapsed,
            bytes,
            failed,
            ..
        } => {
            let outcome = if *failed { "failed" } else { "finished" };
            let call = call(service, function);
            format!("call of {call} {outcome} in {elapsed:.1?}, {bytes} bytes")
        }
        EventKind::CallAbandoned { service, function } => format!("call of {} timed out", call(service, function)),
        EventKind::UnknownFunction {
            service,
            function,
            known,
        } => {
            let known: Vec<String> = known.iter().map(|function| printable(function)).collect();
            let call = call(service, function);
            format!("call of {call} failed: the service has {}", known.join(", "))
        }
        EventKind::Printed { text } => escaped(text, MAX_PRINTED),
        EventKind::Sent { to, bytes, elapsed } => format!("sent to {to} in {elapsed:.1?}, {bytes} bytes"),
        EventKind::NotSent { to, reason } => format!("not sent to {}: {}", printable(to), printable(reason)),
        EventKind::Paused { connection, cause } => format!("connection {} paused: {cause}", connection.0),
        EventKind::Resumed { connection } => format!("connection {} resumed", connection.0),
        EventKind::StorageFailed { reason } => format!("the storage failed: {}", printable(reason)),
        EventKind::ServiceFailed { service, reason } => {
            format!("service {service} could not be started: {}", printable(reason))
        }
        EventKind::NameTaken { service, name } => {
            format!(
                "service {service} lost the name {}: a service of the configuration has it",
                printable(name)
            )
        }
        EventKind::RecordIgnored { key, reason } => {
            format!("the record {} is ignored: {}", printable(key), printable(reason))
        }
        EventKind::DriverFault { input } => format!("internal error: unexpected input {input}"),
        EventKind::Idle => "idle".to_owned(),
        EventKind::Reaped => "expired".to_owned(),
    }
}

/// Shortens an id, name or message of a remote peer and escapes control characters.
fn printable(text: &str) -> String {
    escaped(text, MAX_LENGTH)
}

fn escaped(text: &str, max_length: usize) -> String {
    let mut printable = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == max_length {
            printable.push('…');
            break;
        }
        if character.is_control() {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    printable
}

/// Starts the log on standard error: warnings and information with `-v`, everything of this project with `-vv`.
pub(crate) fn start(verbose: u8, colour: bool) {
    let (others, ours, level) = match verbose {
        0 => return,
        1 => (LevelFilter::WARN, &OURS[..4], LevelFilter::INFO),
        _ => (LevelFilter::INFO, &OURS[..], LevelFilter::TRACE),
    };
    let filter = Targets::new()
        .with_default(others)
        .with_targets(ours.iter().map(|target| (*target, level)));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(colour);
    tracing_subscriber::registry().with(lines).with(filter).init();
}
