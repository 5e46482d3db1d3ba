//! `aqua data show`: trace, stores, signers, what is awaited.

use super::source;
use super::words::{Words, plural};
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_vm::inspection::{self, Audit, Signature, StoreSizes};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Show what data says: trace, stores, who signed what, what each peer waits for
///
/// Nothing is checked; `aqua data verify` does that. With --json, one object for each state, then `stores`, one `signer`
/// and one `wait` for each.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua data show particle.bin
  aqua data show --full particle.json      peers, ids and values at full length
  aqua data show --json - < data.base64 | jq 'select(.kind == \"wait\")'")]
pub(crate) struct ShowOptions {
    /// The data; - is standard input
    #[arg(value_name = "FILE")]
    data: PathBuf,
    /// Don't shorten peers, content ids and values
    #[arg(long)]
    full: bool,
}

/// Shows all of it.
pub(crate) fn show(options: &ShowOptions, terminal: Terminal) -> Result<(), Failure> {
    let source = source::open(&options.data)?;
    let data = source.state.data();
    let words = Words { full: options.full };
    let trace = inspection::trace(data);
    let audit = inspection::audit(data, source.particle_id.as_deref());
    if terminal.is_json() {
        trace
            .iter()
            .for_each(|entry| terminal.kind("state", serde_json::to_value(entry)));
        terminal.object(&json!({
            "kind": "stores", "last_call_request_id": data.last_call_request_id, "stores": inspection::stores(data),
        }));
        signers_and_waits_as_objects(&audit, terminal);
        return Ok(());
    }
    words.trace(&trace, terminal);
    let StoreSizes {
        values,
        tetraplets,
        canon_elements,
        canon_results,
        service_results,
    } = inspection::store_sizes(data);
    terminal.result(&format!(
        "stores: {values} {}, {tetraplets} {}, {service_results} service {}, {canon_results} canonical {} of \
         {canon_elements} {}",
        plural(values, "value"),
        plural(tetraplets, "tetraplet"),
        plural(service_results, "result"),
        plural(canon_results, "result"),
        plural(canon_elements, "element"),
    ));
    terminal.result(&format!("last request: {}", data.last_call_request_id));
    signers(&audit, words, terminal);
    waits(&audit, words, terminal);
    Ok(())
}

/// A line for each peer that made or signed something.
pub(super) fn signers(audit: &Audit, words: Words, terminal: Terminal) {
    for signer in &audit.signers {
        let states: Vec<String> = signer.states.iter().map(ToString::to_string).collect();
        let made = match states.len() {
            0 => "nothing".to_owned(),
            many => format!("{} {}", plural(many, "state"), states.join(", ")),
        };
        let signature = match signer.signature {
            Signature::Valid => "signed, and the signature holds",
            Signature::Wrong => "the signature DOES NOT HOLD",
            Signature::Missing => "NOT SIGNED",
            Signature::Unchecked => "signed; --particle-id of `aqua data verify` checks it",
        };
        terminal.result(&format!("{} made {made}: {signature}", words.peer(&signer.peer)));
    }
}

/// A line for each thing that is awaited.
pub(super) fn waits(audit: &Audit, words: Words, terminal: Terminal) {
    for wait in &audit.waits {
        let (peer, what) = (words.peer(&wait.peer), words.wait(wait.waits_for));
        terminal.result(&format!("{peer} waits for {what} (state {})", wait.position));
    }
}

/// The same as objects.
pub(super) fn signers_and_waits_as_objects(audit: &Audit, terminal: Terminal) {
    for signer in &audit.signers {
        terminal.kind("signer", serde_json::to_value(signer));
    }
    for wait in &audit.waits {
        terminal.kind("wait", serde_json::to_value(wait));
    }
}
