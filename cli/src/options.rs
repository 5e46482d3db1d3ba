//! What can be typed: commands, their options and their help.

use crate::command::{AirCommand, DataCommand};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::IpAddr;
use std::path::PathBuf;

/// Program a network of peers as if it were one machine.
#[derive(Debug, Parser)]
#[command(
    name = "aqua",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  aqua run examples/quickstart/main.aqua       run a program on peers in this process
  aqua examples/quickstart/main.aqua           the same
  aqua check                                   look for mistakes in every program below this folder
  aqua compile main.aqua -o out                write the AIR of each exported function
  aqua air check out/greet.air                 look for mistakes in a script of the machine
  aqua data verify particle.json               who did what, and whether it can be believed
  aqua explain E1001                           what a message means and how to mend it

Exit codes: 0 done, 1 something is missing or wrong on this machine, 2 wrong usage, 3 the program
has mistakes, 4 a peer answered with an error, 5 time ran out, 101 a bug in aqua."
)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) output: OutputOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How a command speaks.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputOptions {
    /// Write one JSON object a line to standard output, each with a `kind`
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say nothing but results and mistakes
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more of what happens inside; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Whether to use colours; `auto` does on a terminal unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(RunOptions),
    Check(CheckOptions),
    Compile(CompileOptions),
    #[command(subcommand)]
    Node(NodeCommand),
    #[command(subcommand)]
    Air(AirCommand),
    #[command(subcommand)]
    Data(DataCommand),
    Explain(ExplainOptions),
}

/// Run a function of a program and print what it returns
///
/// Without --relay, peers are started in this process, connected over loopback, given the services that `aqua.toml`
/// names, and stopped at the end. The value is printed to standard output as JSON, one line for each result.
#[derive(Debug, Args)]
#[command(after_help = "\
Arguments are JSON; for a parameter of type string a bare word is taken as text.

Examples:
  aqua run main.aqua                           the function and arguments that aqua.toml names
  aqua run main.aqua greet Ada                 greet(\"Ada\")
  aqua run main.aqua sum '[1, 2, 3]' --trace   and a table of every call on its way
  aqua run main.aqua greet Ada --relay /ip4/127.0.0.1/tcp/9999/ws/p2p/12D3KooW...")]
pub(crate) struct RunOptions {
    /// The program, or a folder whose aqua.toml names one
    #[arg(value_name = "FILE")]
    pub(crate) program: PathBuf,
    /// The exported function to call
    pub(crate) function: Option<String>,
    /// Its arguments
    #[arg(value_name = "ARGS", allow_negative_numbers = true)]
    pub(crate) arguments: Vec<String>,
    /// How many peers to start [default: as aqua.toml says, or 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), conflicts_with = "relay")]
    pub(crate) peers: Option<u16>,
    /// Run through this peer of a network that exists, by its multiaddress
    #[arg(long, value_name = "MULTIADDR")]
    pub(crate) relay: Option<String>,
    /// Give up after so many milliseconds [default: as aqua.toml says, or 7000]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) ttl: Option<u32>,
    /// Print a table of calls: peer, service and function, milliseconds, bytes
    #[arg(long)]
    pub(crate) trace: bool,
    #[command(flatten)]
    pub(crate) build: BuildOptions,
}

/// Look for mistakes in programs without making anything
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua check                 every .aqua file below this folder
  aqua check main.aqua lib   this file and every one below lib
  aqua check --watch         again after every change, until interrupted
  aqua check --json          one object for each message, for editors and scripts")]
pub(crate) struct CheckOptions {
    /// Files and folders
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Check again whenever a source or a manifest changes
    #[arg(short, long)]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) build: BuildOptions,
}

/// Compile programs: to scripts that peers run, or to code that calls them
///
/// `air` and `bytecode` write one file for each exported function, the other targets one file for each program. A program
/// that exports nothing is checked only.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua compile main.aqua                       FUNCTION.air beside you
  aqua compile main.aqua -o out --entry greet  out/greet.air alone
  aqua compile main.aqua --target bytecode     FUNCTION.airb, what peers run
  aqua compile main.aqua --target ts -o src    src/main.ts, for @fluencelabs/js-client
  aqua compile aqua -o out                     every program below aqua/ that exports something
  aqua compile main.aqua --const 'LIMIT = 10' --import vendor")]
pub(crate) struct CompileOptions {
    /// The program, a folder whose aqua.toml names one, or a folder of programs
    #[arg(value_name = "FILE")]
    pub(crate) program: PathBuf,
    /// The folder to write to, made when missing
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub(crate) output: PathBuf,
    /// What to write
    #[arg(long, value_name = "TARGET", default_value = "air", overrides_with = "air")]
    pub(crate) target: Target,
    /// The same as --target air
    #[arg(long, overrides_with = "target")]
    pub(crate) air: bool,
    /// Write this exported function alone
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) entry: Option<String>,
    /// With air, also write FUNCTION.air.map: which piece of the program each instruction is made of
    #[arg(long)]
    pub(crate) source_map: bool,
    /// Compile again whenever a source or a manifest changes
    #[arg(short, long)]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) build: BuildOptions,
}

/// What a program is compiled to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// AIR text, as it travels.
    Air,
    /// Bytecode, as it runs.
    Bytecode,
    /// Definitions of functions and services with the scripts, for other generators.
    Json,
    /// TypeScript that calls it through the official JS client.
    Ts,
    /// JavaScript that calls it through the official JS client, and its types.
    Js,
    /// Rust that calls it through a client of ours.
    Rust,
}

/// How a program is compiled.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Compilation")]
pub(crate) struct BuildOptions {
    /// Also look for imports in this folder; may be given often
    #[arg(long = "import", value_name = "DIR")]
    pub(crate) imports: Vec<PathBuf>,
    /// Look for imports where this JSON file says: {"importing folder": {"import prefix": ["folder"]}}
    #[arg(long, value_name = "FILE")]
    pub(crate) imports_map: Option<PathBuf>,
    /// Define a constant such as 'LIMIT = 10'; may be given often
    #[arg(long = "const", value_name = "NAME = VALUE")]
    pub(crate) constants: Vec<String>,
    /// Compile for a peer that reaches the others by itself, without a relay
    #[arg(long)]
    pub(crate) no_relay: bool,
    /// Don't carry errors home from remote peers
    #[arg(long)]
    pub(crate) no_xor: bool,
    /// Tell the initiator when each function begins, ends or fails, by its service `tracingSrv`
    #[arg(long)]
    pub(crate) tracing: bool,
    /// Answer the initiator also when a function without results is done
    #[arg(long)]
    pub(crate) empty_response: bool,
}

/// Be a peer
#[derive(Debug, Subcommand)]
pub(crate) enum NodeCommand {
    Run(NodeRunOptions),
}

/// Run a peer until it is interrupted
///
/// Prints the peer's identity and then each multiaddress it can be reached at, one a line.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua node run                                   a peer with a new key on free ports
  aqua node run --config examples/node.toml       as a file says
  aqua node run --ws-port 9999 --service greeter=greeter.wasm
  aqua node run --bootstrap /ip4/127.0.0.1/tcp/7777/p2p/12D3KooW...")]
pub(crate) struct NodeRunOptions {
    /// Read settings from this file; options given here win
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The file of the secret key, made when missing [default: a new key each time]
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The address to listen at [default: 127.0.0.1]
    #[arg(long, value_name = "IP")]
    pub(crate) ip: Option<IpAddr>,
    /// The port for other nodes; 0 takes a free one [default: 0]
    #[arg(long, value_name = "PORT")]
    pub(crate) tcp_port: Option<u16>,
    /// The port for clients over WebSocket; 0 takes a free one [default: 0]
    #[arg(long, value_name = "PORT")]
    pub(crate) ws_port: Option<u16>,
    /// Connect to this peer at the start; may be given often
    #[arg(long, value_name = "MULTIADDR")]
    pub(crate) bootstrap: Vec<String>,
    /// Serve a WebAssembly module or component under a name; may be given often
    #[arg(long = "service", value_name = "NAME=FILE", value_parser = named_file)]
    pub(crate) services: Vec<(String, PathBuf)>,
}

/// Explain the code of a message
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua explain E1001
  aqua explain            every code with its title")]
pub(crate) struct ExplainOptions {
    /// A code such as E1001
    pub(crate) code: Option<String>,
}

fn named_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok((name.to_owned(), file.into())),
        _ => Err("expected NAME=FILE, such as greeter=greeter.wasm".to_owned()),
    }
}
