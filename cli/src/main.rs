//! The command line: arguments, progress and exit codes. Each command calls the libraries and says what came of it.

mod command;
mod failure;
mod log;
mod options;
mod terminal;
mod trace;

use clap::Parser;
use clap::error::ErrorKind;
use options::{Command, NodeCommand, Options};
use std::ffi::OsString;
use std::process::ExitCode;
use terminal::Terminal;

/// Machines and services allocate all the time, in small pieces.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = match Options::try_parse_from(with_command(std::env::args_os())) {
        Ok(options) => options,
        Err(error) => {
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if asked { 0 } else { 2 });
        }
    };
    ask_for_a_report_on_panics();
    let terminal = Terminal::new(options.output);
    log::start(options.output.verbose, terminal.is_coloured());
    let done = match &options.command {
        Command::Run(options) => command::run(options, terminal),
        Command::Check(options) => command::check(options, terminal),
        Command::Compile(options) => command::compile(options, terminal),
        Command::Node(NodeCommand::Run(options)) => command::run_node(options, terminal),
        Command::Air(options) => command::air(options, terminal),
        Command::Data(options) => command::data(options, terminal),
        Command::Explain(options) => command::explain(options, terminal),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.failure(&failure);
            failure.exit_code()
        }
    }
}

/// A panic is a bug of ours; the process then ends with 101.
fn ask_for_a_report_on_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        usual(panic);
        terminal::complain("this is a bug in aqua: please report it with the command and the lines above");
    }));
}

/// `aqua FILE.aqua` means `aqua run FILE.aqua`.
fn with_command(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.collect();
    let is_word = |at: &usize| {
        let value = arguments[at - 1] == "--color";
        !value && !arguments[*at].as_encoded_bytes().starts_with(b"-")
    };
    if let Some(at) = (1..arguments.len()).find(is_word)
        && arguments[at].as_encoded_bytes().ends_with(b".aqua")
    {
        arguments.insert(at, "run".into());
    }
    arguments
}
