//! What a peer says about itself with `-v`.

use aqua_node::observer::{Event, Notice, Observer};

/// Writes notices to the log: losses as warnings, the rest as what happens inside.
#[derive(Debug)]
pub(crate) struct Log;

impl Observer for Log {
    fn notice(&self, notice: &Notice) {
        let particle = notice.particle.as_ref().map_or("", |particle| particle.id.as_str());
        match &notice.event {
            event @ (Event::Rejected { .. } | Event::Dropped { .. } | Event::NotSent { .. } | Event::Failed { .. }) => {
                tracing::warn!(particle, ?event);
            }
            event => tracing::debug!(particle, ?event),
        }
    }
}

/// Starts writing the log to standard error: warnings with `-v`, everything of ours with `-vv`.
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
