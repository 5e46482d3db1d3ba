//! `aqua data`: what particles carry.

mod compare;
mod show;
mod source;
mod verify;
mod words;

use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;
use compare::DiffOptions;
use show::ShowOptions;
use verify::VerifyOptions;
pub(crate) use words::Words;

/// Look into particle data: what has happened, who says so, what is awaited
///
/// A FILE holds the data as it travels, its base64, a JSON array of its bytes, a particle's frame, or a JSON object whose
/// `data` is one of these and which may have the particle's `id` or `particle_id`.
#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    Show(ShowOptions),
    Verify(VerifyOptions),
    Diff(DiffOptions),
}

/// Does what was asked.
pub(crate) fn data(command: &DataCommand, terminal: Terminal) -> Result<(), Failure> {
    match command {
        DataCommand::Show(options) => show::show(options, terminal),
        DataCommand::Verify(options) => verify::verify(options, terminal),
        DataCommand::Diff(options) => compare::diff(options, terminal),
    }
}
