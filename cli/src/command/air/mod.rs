//! `aqua air`: scripts of the machine, as text and as bytecode.

mod assemble;
mod check;
mod format;
mod run;
mod serve;
mod show;

use crate::failure::Failure;
use crate::terminal::Terminal;
use assemble::{AsmOptions, DisasmOptions};
use check::CheckOptions;
use clap::Subcommand;
use format::FmtOptions;
use run::RunOptions;
use serve::ServeOptions;
use show::{GraphOptions, ShowOptions};

/// Look at scripts, change their form, run them
///
/// A script is AIR text or bytecode: each command takes both and tells them apart by their first bytes.
#[derive(Debug, Subcommand)]
pub(crate) enum AirCommand {
    Fmt(FmtOptions),
    Check(CheckOptions),
    Show(ShowOptions),
    Graph(GraphOptions),
    Run(RunOptions),
    Asm(AsmOptions),
    Disasm(DisasmOptions),
    Serve(ServeOptions),
}

/// Does what was asked.
pub(crate) fn air(command: &AirCommand, terminal: Terminal) -> Result<(), Failure> {
    match command {
        AirCommand::Fmt(options) => format::fmt(options, terminal),
        AirCommand::Check(options) => check::check(options, terminal),
        AirCommand::Show(options) => show::show(options, terminal),
        AirCommand::Graph(options) => show::graph(options, terminal),
        AirCommand::Run(options) => run::run(options, terminal),
        AirCommand::Asm(options) => assemble::asm(options, terminal),
        AirCommand::Disasm(options) => assemble::disasm(options, terminal),
        AirCommand::Serve(options) => serve::serve(options),
    }
}
