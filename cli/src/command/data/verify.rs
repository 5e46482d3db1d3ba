//! `aqua data verify`: the audit.

use super::show::{signers, signers_and_waits_as_objects, waits};
use super::source;
use super::words::{Words, plural};
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_vm::inspection::{self, Event, Fault, Signature};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Check every content id and signature of particle data, and say who did what
///
/// Signatures cover the particle's id. Where the file doesn't have it, give it with --particle-id; without, signatures are
/// not checked, and that is told. Exit code 3 says that something is wrong.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua data verify particle.json
  aqua data verify --particle-id 2883f959-e9e7-4843-8c37-205d393ca372 data.bin
  aqua data verify --json particle.json | jq 'select(.kind == \"fault\")'")]
pub(crate) struct VerifyOptions {
    /// The data; - is standard input
    #[arg(value_name = "FILE")]
    data: PathBuf,
    /// Id of the particle [default: as the file says]
    #[arg(long, value_name = "ID")]
    particle_id: Option<String>,
    /// Don't shorten peers, content ids and values
    #[arg(long)]
    full: bool,
}

/// Tells who did what, then every fault.
pub(crate) fn verify(options: &VerifyOptions, terminal: Terminal) -> Result<(), Failure> {
    let source = source::open(&options.data)?;
    let data = source.state.data();
    let particle_id = options.particle_id.as_deref().or(source.particle_id.as_deref());
    let audit = inspection::audit(data, particle_id);
    let particle = source.particle.as_ref().map(aqua_particle::Particle::verify);
    let words = Words { full: options.full };
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
                terminal.result(&format!("{:>5}  {}", entry.position, words.event(&entry.event)));
            }
        }
        signers(&audit, words, terminal);
        waits(&audit, words, terminal);
        for fault in &audit.faults {
            terminal.result(&format!("wrong: {}", told(fault, words)));
        }
        if let Some(Err(error)) = particle {
            terminal.result(&format!("wrong: {error}"));
        }
        let signatures = match particle_id {
            Some(_) => format!("{checked} valid {}", plural(checked, "signature")),
            None => "signatures not checked: give the particle's id with --particle-id".to_owned(),
        };
        let (ids, word) = (audit.ids, plural(faults, "fault"));
        terminal.result(&format!(
            "{ids} content {}, {signatures}, {faults} {word}",
            plural(ids, "id")
        ));
    }
    if faults == 0 { Ok(()) } else { Err(Failure::Mistakes) }
}

fn told(fault: &Fault, words: Words) -> String {
    match fault {
        Fault::Altered { store, cid } => format!("what stands under {} in {store} was altered", words.id(cid)),
        Fault::NoContentId { store, cid, reason } => format!("`{cid}` in {store} is no content id: {reason}"),
        Fault::Missing { by, store, cid } => {
            let by = match by.parse::<u32>() {
                Ok(position) => format!("state {position}"),
                Err(_) => words.id(by),
            };
            format!("{by} names {}, which is not in {store}", words.id(cid))
        }
        Fault::NoKey { key, reason } => format!("the key {key} is none: {reason}"),
        Fault::Unsigned { peer } => format!("{} has not signed what it made", words.peer(peer)),
        Fault::WrongSignature { peer } => {
            format!("the signature of {} does not cover what it made", words.peer(peer))
        }
    }
}
