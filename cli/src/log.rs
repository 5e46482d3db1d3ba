//! The log of `-v`.

use aqua_node::observer::{Event, Notice, Observer};

/// The maximum length of an id, name or message in the log, in characters. Remote peers choose most of them.
const MAX_LENGTH: usize = 64;

/// Logs the events of a peer. This is their only way to the log: the node library does not log events itself.
#[derive(Debug)]
pub(crate) struct EventLog;

impl Observer for EventLog {
    fn notice(&self, notice: &Notice) {
        let particle = notice.particle.as_ref().map(|particle| printable(&particle.id));
        let particle = particle.as_deref();
        let message = describe(&notice.event);
        match &notice.event {
            Event::Rejected { .. } | Event::Dropped { .. } | Event::NotSent { .. } | Event::Failed { .. } => {
                tracing::warn!(particle, "{message}");
            }
            Event::Connected { .. } | Event::Disconnected { .. } | Event::CallAbandoned { .. } => {
                tracing::info!(particle, "{message}");
            }
            _ => tracing::debug!(particle, "{message}"),
        }
    }
}

fn describe(event: &Event) -> String {
    let call = |service: &str, function: &str| format!("{}.{}", printable(service), printable(function));
    match event {
        Event::Connected { peer } => format!("connected to {peer}"),
        Event::Disconnected { peer } => format!("disconnected from {peer}"),
        Event::Rejected { from, reason } => format!("rejected a frame from {from}: {}", printable(&reason.to_string())),
        Event::Arrived {
            from: Some(from),
            bytes,
        } => format!("received from {from}, {bytes} bytes"),
        Event::Arrived { from: None, .. } => "submitted".to_owned(),
        Event::Dropped { reason } => format!("dropped: {}", printable(&reason.to_string())),
        Event::Stepped { elapsed } => format!("step finished in {elapsed:.1?}"),
        Event::Failed { code, message } => format!("step failed with error {code}: {}", printable(message)),
        Event::CallStarted { service, function, .. } => format!("call of {} started", call(service, function)),
        Event::CallEnded {
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
        Event::CallAbandoned { service, function } => format!("call of {} timed out", call(service, function)),
        Event::Sent { to, bytes, elapsed } => format!("sent to {to} in {elapsed:.1?}, {bytes} bytes"),
        Event::NotSent { to, reason } => format!("not sent to {}: {}", printable(to), printable(reason)),
        Event::Reaped => "expired".to_owned(),
    }
}

/// Shortens text of a remote peer and escapes control characters.
fn printable(text: &str) -> String {
    let mut printable = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == MAX_LENGTH {
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
    let filter = match verbose {
        0 => return,
        1 => "warn,aqua=info,aqua_node=info,aqua_network=info",
        _ => "info,aqua=trace,aqua_node=trace,aqua_network=trace,aqua_services=trace",
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(colour)
        .with_env_filter(filter)
        .init();
}
