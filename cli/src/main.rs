//! The `aqua` command: parses arguments, calls the libraries, prints results and sets the exit code.

mod command;
mod engine;
mod failure;
mod log;
mod options;
mod script_lines;
mod terminal;
mod trace;

use clap::Parser;
use clap::error::ErrorKind;
use options::{Command, NodeCommand, Options};
use std::ffi::OsString;
use std::process::ExitCode;
use terminal::Terminal;

/// The VM and services make many small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = match Options::try_parse_from(with_command(std::env::args_os())) {
        Ok(options) => options,
        Err(error) => {
            let _ = error.print();
            let is_requested = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if is_requested { 0 } else { 2 });
        }
    };
    set_panic_hook();
    let terminal = Terminal::new(options.output);
    log::start(options.output.verbose, terminal.is_coloured());
    let result = match &options.command {
        Command::Run(options) => command::run(options, terminal),
        Command::Check(options) => command::check(options, terminal),
        Command::Compile(options) => command::compile(options, terminal),
        Command::Node(NodeCommand::Run(options)) => command::run_node(options, terminal),
        Command::Air(options) => command::air(options, terminal),
        Command::Data(options) => command::data(options, terminal),
        Command::Service(options) => command::service(options, terminal),
        Command::Key(options) => command::key(options, terminal),
        Command::Explain(options) => command::explain(options, terminal),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.failure(&failure);
            failure.exit_code()
        }
    }
}

/// Asks for a bug report after a panic. The exit code is then 101.
fn set_panic_hook() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        default(panic);
        terminal::print_error("this is a bug in aqua: please report it with the command and the output above");
    }));
}

/// Expands `aqua FILE.aqua` to `aqua run FILE.aqua`.
fn with_command(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.collect();
    let is_positional = |index: &usize| {
        let is_option_value = arguments[index - 1] == "--color";
        !is_option_value && !arguments[*index].as_encoded_bytes().starts_with(b"-")
    };
    if let Some(index) = (1..arguments.len()).find(is_positional)
        && arguments[index].as_encoded_bytes().ends_with(b".aqua")
    {
        arguments.insert(index, "run".into());
    }
    arguments
}
