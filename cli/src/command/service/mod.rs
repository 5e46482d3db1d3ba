//! `aqua service`: tools for services, which are WebAssembly files.

mod build;
mod call;
mod call_parameters;
mod inspect;
mod interface;
mod new;
mod policy;
mod repl;
mod requests;
mod running;
mod wasm_file;

use crate::failure::Failure;
use crate::terminal::Terminal;
use build::BuildOptions;
use call::CallOptions;
use clap::Subcommand;
use inspect::InspectOptions;
use interface::InterfaceOptions;
use new::NewOptions;
use repl::ReplOptions;

/// Create, build, inspect and call services
///
/// A service is a WebAssembly component or a Marine module. A FILE is the Wasm file of either.
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    New(NewOptions),
    Build(BuildOptions),
    Inspect(InspectOptions),
    Interface(InterfaceOptions),
    Call(CallOptions),
    Repl(ReplOptions),
}

/// Runs the subcommand.
pub(crate) fn service(command: &ServiceCommand, terminal: Terminal) -> Result<(), Failure> {
    match command {
        ServiceCommand::New(options) => new::new(options, terminal),
        ServiceCommand::Build(options) => build::build(options, terminal),
        ServiceCommand::Inspect(options) => inspect::inspect(options, terminal),
        ServiceCommand::Interface(options) => interface::interface(options, terminal),
        ServiceCommand::Call(options) => call::call(options, terminal),
        ServiceCommand::Repl(options) => repl::repl(options, terminal),
    }
}
