//! `aqua data`: tools for particle data.

mod diff;
mod show;
mod source;
mod trace_format;
mod verify;

use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Subcommand;
use diff::DiffOptions;
use show::ShowOptions;
pub(crate) use trace_format::TraceFormat;
use verify::VerifyOptions;

/// Show, verify and compare particle data
///
/// Particle data records the calls that peers made and their signatures. A FILE is raw data, base64, a JSON array of bytes, a
/// particle frame, or a JSON object whose field `data` is one of the first three. The object can have the particle id as `id`
/// or `particle_id`.
#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    Show(ShowOptions),
    Verify(VerifyOptions),
    Diff(DiffOptions),
}

/// Runs the subcommand.
pub(crate) fn data(command: &DataCommand, terminal: Terminal) -> Result<(), Failure> {
    match command {
        DataCommand::Show(options) => show::show(options, terminal),
        DataCommand::Verify(options) => verify::verify(options, terminal),
        DataCommand::Diff(options) => diff::diff(options, terminal),
    }
}
