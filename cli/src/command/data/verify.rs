//! `aqua data verify`: verifies particle data.

use super::show::{signers, signers_and_waits_as_objects, waits};
use super::source;
use super::trace_format::{TraceFormat, plural};
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_vm::inspection::{self, Event, Fault, Signature};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Verify the content ids and signatures of particle data
///
/// Prints which peer produced each result, and every fault. Signatures cover the particle id: if the file does not contain it,
/// give it with --particle-id; otherwise signatures are not checked.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua data verify particle.json
  aqua data verify --particle-id 2883f959-e9e7-4843-8c37-205d393ca372 data.bin
  aqua data verify --json particle.json | jq 'select(.kind == \"fault\")'

Exit codes: 0 if there are no faults, 3 if there are.")]
pub(crate) struct VerifyOptions {
    /// Particle data; - is standard input
    #[arg(value_name = "FILE")]
    data: PathBuf,
    /// The particle id [default: from the file]
    #[arg(long, value_name = "ID")]
    particle_id: Option<String>,
    /// Do not shorten peer ids, content ids and values
    #[arg(long)]
    full: bool,
}

/// Prints results, signers, pending calls and faults.
pub(crate) fn verify(options: &VerifyOptions, terminal: Terminal) -> Result<(), Failure> {
    let source = source::open(&options.data)?;
    let data = source.state.data();
    let particle_id = options.particle_id.as_deref().or(source.particle_id.as_deref());
    let audit = inspection::audit(data, particle_id);
    let particle = source.particle.as_ref().map(aqua_particle::Particle::verify);
    let format = TraceFormat { full: options.full };
    let checked = audit
        .signers
        .iter()
        .filter(|it| it.signature == Signature::Valid)
        .count();
    let faults = audit.faults.len() + usize::from(matches!(particle, Some(Err(_))));
    if terminal.is_json() {
        signers_and_waits_as_objects(&audit, terminal);
        for fault in &audit.faults {
            terminal.kind("fault", serde_json::to_value(fault));
        }
        let holds = particle.map(|it| it.is_ok());
        terminal.object(&json!({
            "kind": "audit", "ids": audit.ids, "faults": faults, "valid_signatures": checked,
            "signatures_checked": particle_id.is_some(), "particle_signature_holds": holds,
        }));
    } else {
        for entry in inspection::trace(data) {
            if !matches!(entry.event, Event::Par { .. } | Event::Fold { .. } | Event::Ap { .. }) {
                terminal.result(&format!("{:>5}  {}", entry.position, format.event(&entry.event)));
            }
        }
        signers(&audit, format, terminal);
        waits(&audit, format, terminal);
        for fault in &audit.faults {
            terminal.result(&format!("fault: {}", describe(fault, format)));
        }
        if let Some(Err(error)) = particle {
            terminal.result(&format!("fault: {error}"));
        }
        let signatures = match particle_id {
            Some(_) => format!("{checked} valid {}", plural(checked, "signature")),
            None => "signatures not checked (use --particle-id ID)".to_owned(),
        };
        let (ids, word) = (audit.ids, plural(faults, "fault"));
        terminal.result(&format!(
            "{ids} content {}, {signatures}, {faults} {word}",
            plural(ids, "id")
        ));
    }
    if faults == 0 { Ok(()) } else { Err(Failure::Reported) }
}

fn describe(fault: &Fault, format: TraceFormat) -> String {
    match fault {
        Fault::Altered { store, cid } => format!("the value of content id {} in {store} was altered", format.id(cid)),
        Fault::NoContentId { store, cid, reason } => format!("invalid content id `{cid}` in {store}: {reason}"),
        Fault::Missing { by, store, cid } => {
            let by = match by.parse::<u32>() {
                Ok(position) => format!("state {position}"),
                Err(_) => format.id(by),
            };
            format!("{by} refers to {}, which is not in {store}", format.id(cid))
        }
        Fault::NoKey { key, reason } => format!("invalid public key {key}: {reason}"),
        Fault::Unsigned { peer } => format!("no signature of {}", format.peer(peer)),
        Fault::WrongSignature { peer } => {
            format!("invalid signature of {}", format.peer(peer))
        }
    }
}
