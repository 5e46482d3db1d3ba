//! `aqua data show`: prints particle data.

use super::source;
use super::trace_format::{TraceFormat, plural};
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_vm::inspection::{self, Audit, Signature, StoreSizes};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Print particle data: the trace, the stores, the signers and the pending calls
///
/// Does not verify anything; see `aqua data verify`. With --json, prints an object for each `state` of the trace, then one for
/// the `stores`, and one for each `signer` and each `wait`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua data show particle.bin
  aqua data show --full particle.json      print ids and values in full
  aqua data show --json - < data.base64 | jq 'select(.kind == \"wait\")'")]
pub(crate) struct ShowOptions {
    /// Particle data; - is standard input
    #[arg(value_name = "FILE")]
    data: PathBuf,
    /// Do not shorten peer ids, content ids and values
    #[arg(long)]
    full: bool,
}

/// Prints the data.
pub(crate) fn show(options: &ShowOptions, terminal: Terminal) -> Result<(), Failure> {
    let source = source::open(&options.data)?;
    let data = source.state.data();
    let format = TraceFormat { full: options.full };
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
    format.trace(&trace, terminal);
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
    terminal.result(&format!("last call request id: {}", data.last_call_request_id));
    signers(&audit, format, terminal);
    waits(&audit, format, terminal);
    Ok(())
}

/// Prints a line for each peer that produced states or signed the data.
pub(super) fn signers(audit: &Audit, format: TraceFormat, terminal: Terminal) {
    for signer in &audit.signers {
        let states: Vec<String> = signer.states.iter().map(ToString::to_string).collect();
        let produced = match states.len() {
            0 => "no states".to_owned(),
            many => format!("{} {}", plural(many, "state"), states.join(", ")),
        };
        let signature = match signer.signature {
            Signature::Valid => "valid signature",
            Signature::Wrong => "INVALID SIGNATURE",
            Signature::Missing => "NO SIGNATURE",
            Signature::Unchecked => "signature not checked (use `aqua data verify --particle-id ID`)",
        };
        terminal.result(&format!(
            "{} produced {produced}: {signature}",
            format.peer(&signer.peer)
        ));
    }
}

/// Prints a line for each pending call and canon.
pub(super) fn waits(audit: &Audit, format: TraceFormat, terminal: Terminal) {
    for wait in &audit.waits {
        let (peer, what) = (format.peer(&wait.peer), format.wait(wait.waits_for));
        terminal.result(&format!("{peer} waits for {what} (state {})", wait.position));
    }
}

/// Prints signers and pending calls as JSON objects.
pub(super) fn signers_and_waits_as_objects(audit: &Audit, terminal: Terminal) {
    for signer in &audit.signers {
        terminal.kind("signer", serde_json::to_value(signer));
    }
    for wait in &audit.waits {
        terminal.kind("wait", serde_json::to_value(wait));
    }
}
