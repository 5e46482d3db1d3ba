//! `aqua air`: tools for AIR scripts.

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

/// Format, check, show, assemble and run AIR scripts
///
/// AIR is the instruction language that peers execute. A script is AIR text or bytecode; all commands accept both.
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

/// Runs the subcommand.
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
