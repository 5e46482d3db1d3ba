//! Command-line options and help texts.

use crate::command::{AirCommand, DataCommand, KeyCommand, ServiceCommand};
use aqua_keys::PeerId;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::IpAddr;
use std::path::PathBuf;

/// Compiler, runtime and peer for Aqua, a language for distributed workflows
#[derive(Debug, Parser)]
#[command(
    name = "aqua",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  aqua run examples/quickstart/main.aqua       run a program on three local peers
  aqua examples/quickstart/main.aqua           the same
  aqua check                                   check all programs in the current folder
  aqua compile main.aqua -o out                compile each exported function to out/FUNCTION.air
  aqua air check out/greet.air                 check a compiled script
  aqua data verify particle.json               verify the signatures of particle data
  aqua service interface greeter.wasm          print the Aqua declarations of a service
  aqua key new me.key                          create a key, and print its peer id
  aqua explain E1001                           explain an error code

Exit codes:
  0    success
  1    system error, such as a missing file or a port in use
  2    invalid command line or arguments
  3    errors in a program, script, manifest, configuration or particle data
  4    a peer returned an error, or the relay could not be reached
  5    timeout
  101  internal error: a bug in aqua"
)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) output: OutputOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options for the output of all commands.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputOptions {
    /// Print JSON objects to standard output, one per line; `kind` is the type of an object
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Log to standard error: -v for warnings and information, -vv for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colours; `auto` uses them on a terminal unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
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
    #[command(subcommand)]
    Service(ServiceCommand),
    #[command(subcommand)]
    Key(KeyCommand),
    Explain(ExplainOptions),
}

/// Run a function of a program and print its results
///
/// Starts peers in this process, connects them over loopback, deploys the services in `aqua.toml` on each of them, runs the
/// function and stops the peers. With --relay, connects to a peer of an existing network instead.
///
/// Prints each result as a line of JSON to standard output; an empty option is null. A function without results prints nothing
/// and ends when no peer has anything left to do.
#[derive(Debug, Args)]
#[command(after_help = "\
Arguments are JSON. For a parameter of type string, an argument that is not JSON is a string.

Examples:
  aqua run main.aqua                           call the function named in aqua.toml
  aqua run main.aqua greet Ada                 call greet(\"Ada\")
  aqua run main.aqua sum '[1, 2, 3]' --trace   also print a table of all calls and hops
  aqua run main.aqua greet Ada --relay /ip4/127.0.0.1/tcp/9999/ws/p2p/12D3KooW...

Exit codes: 3 if the program has errors, 4 if a peer returned an error that the program did not
catch, 5 if the function did not end: its time is over, or no peer has anything left to do.")]
pub(crate) struct RunOptions {
    /// An .aqua file, or a folder with an aqua.toml
    #[arg(value_name = "FILE")]
    pub(crate) program: PathBuf,
    /// The exported function to call [default: the one in aqua.toml, or the only one]
    pub(crate) function: Option<String>,
    /// The arguments of the function
    #[arg(value_name = "ARGS", allow_negative_numbers = true)]
    pub(crate) arguments: Vec<String>,
    /// The number of peers to start [default: from aqua.toml, or 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), conflicts_with = "relay")]
    pub(crate) peers: Option<u16>,
    /// Connect to this peer instead of starting peers
    #[arg(long, value_name = "MULTIADDR")]
    pub(crate) relay: Option<String>,
    /// Use the key in this file instead of a new one; see `aqua key`
    #[arg(long, value_name = "FILE", requires = "relay")]
    pub(crate) key: Option<PathBuf>,
    /// The timeout in milliseconds [default: from aqua.toml, or 7000]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) ttl: Option<u32>,
    /// Keep the compiled code of services in this folder [default: aqua/artefacts in the user's cache folder]
    #[arg(long, value_name = "DIR", env = "AQUA_ARTEFACTS", hide_env_values = true)]
    pub(crate) artefacts: Option<PathBuf>,
    /// Print a table of calls and hops: peer, function, milliseconds, bytes
    #[arg(long)]
    pub(crate) trace: bool,
    #[command(flatten)]
    pub(crate) build: BuildOptions,
}

/// Check programs for errors
///
/// Reports the errors and warnings of `aqua compile` and of manifests without writing any files.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua check                 check all .aqua files in the current folder and below
  aqua check main.aqua lib   check a file and all files in lib
  aqua check --watch         check again after each change
  aqua check --json          print diagnostics as JSON, for editors and scripts

Exit codes: 0 if there are no errors (warnings are allowed), 3 if there are errors.")]
pub(crate) struct CheckOptions {
    /// Files and folders to check
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Check again when a source file or a manifest changes
    #[arg(short, long)]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) build: BuildOptions,
}

/// Compile programs to AIR, bytecode or bindings
///
/// The targets `air` and `bytecode` write one file for each exported function. The other targets write one file for each
/// program. Nothing is written for a program that exports nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua compile main.aqua                       write FUNCTION.air to the current folder
  aqua compile main.aqua -o out --entry greet  write out/greet.air only
  aqua compile main.aqua --target bytecode     write FUNCTION.airb
  aqua compile main.aqua --target ts -o src    write src/main.ts, for @fluencelabs/js-client
  aqua compile aqua -o out                     compile all programs in the folder aqua
  aqua compile main.aqua --const 'LIMIT = 10' --import vendor

Exit codes: 3 if a program has errors; nothing is written for it.")]
pub(crate) struct CompileOptions {
    /// An .aqua file, a folder with an aqua.toml, or a folder of programs
    #[arg(value_name = "FILE")]
    pub(crate) program: PathBuf,
    /// The output folder; created if missing
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub(crate) output: PathBuf,
    /// The output format
    #[arg(long, value_name = "TARGET", default_value = "air", overrides_with = "air")]
    pub(crate) target: Target,
    /// The same as --target air
    #[arg(long, overrides_with = "target")]
    pub(crate) air: bool,
    /// Compile this exported function only
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) entry: Option<String>,
    /// With --target air, also write FUNCTION.air.map, which maps instructions to source positions
    #[arg(long)]
    pub(crate) source_map: bool,
    /// Compile again when a source file or a manifest changes
    #[arg(short, long)]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) build: BuildOptions,
}

/// Output formats of the compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// AIR text, the format that peers exchange
    Air,
    /// AIR bytecode, the format that peers execute
    Bytecode,
    /// AIR with function and service definitions, for code generators
    Json,
    /// TypeScript bindings for @fluencelabs/js-client
    Ts,
    /// JavaScript bindings for @fluencelabs/js-client, with type declarations
    Js,
    /// Rust bindings for aqua_client::Client
    Rust,
}

/// Options of the compiler.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Compilation")]
pub(crate) struct BuildOptions {
    /// Search this folder for imports; can be repeated
    #[arg(long = "import", value_name = "DIR")]
    pub(crate) imports: Vec<PathBuf>,
    /// A JSON file with import folders: {"importing folder": {"import prefix": ["folder"]}}
    #[arg(long, value_name = "FILE")]
    pub(crate) imports_map: Option<PathBuf>,
    /// Define a constant, such as 'LIMIT = 10'; can be repeated
    #[arg(long = "const", value_name = "NAME = VALUE")]
    pub(crate) constants: Vec<String>,
    /// Compile for an initiator that connects to other peers directly, without a relay
    #[arg(long)]
    pub(crate) no_relay: bool,
    /// Do not send errors on other peers back to the initiator
    #[arg(long)]
    pub(crate) no_xor: bool,
    /// Call the service `tracingSrv` on the initiator when a function starts, ends or fails
    #[arg(long)]
    pub(crate) tracing: bool,
    /// Send a response when a function without results ends; `aqua run` always does
    #[arg(long)]
    pub(crate) empty_response: bool,
}

/// Run a node
#[derive(Debug, Subcommand)]
pub(crate) enum NodeCommand {
    Run(NodeRunOptions),
}

/// Run a node until it is interrupted
///
/// Prints the peer id of the node, then its multiaddresses, one per line. Stops on Ctrl-C or SIGTERM.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua node run                                   use a new key and free ports
  aqua node run --config examples/node.toml       use a configuration file
  aqua node run --ws-port 9999 --service greeter=greeter.wasm
  aqua node run --data-dir data --manager 12D3KooW...
  aqua node run --bootstrap /ip4/127.0.0.1/tcp/7777/p2p/12D3KooW...

Exit codes: 1 if the node can't start, such as for a port in use, 2 for an invalid option, 3 if the
configuration has errors.")]
pub(crate) struct NodeRunOptions {
    /// The configuration file; command-line options override it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The file of the secret key; created if missing [default: a new key at each start]
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Keep data between runs in this folder: services that particles create, and compiled code; created if missing [default:
    /// compiled code is kept in the user's cache folder, and particles can't create services]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The IP address to listen on [default: 127.0.0.1]
    #[arg(long, value_name = "IP")]
    pub(crate) ip: Option<IpAddr>,
    /// The TCP port, for other nodes; 0 selects a free port [default: 0]
    #[arg(long, value_name = "PORT")]
    pub(crate) tcp_port: Option<u16>,
    /// The WebSocket port, for clients; 0 selects a free port [default: 0]
    #[arg(long, value_name = "PORT")]
    pub(crate) ws_port: Option<u16>,
    /// Let particles of this peer deploy services and do what else only the node may do; can be repeated
    #[arg(long = "manager", value_name = "PEER_ID", value_parser = peer_id)]
    pub(crate) managers: Vec<PeerId>,
    /// Connect to this node at start-up; can be repeated
    #[arg(long, value_name = "MULTIADDR")]
    pub(crate) bootstrap: Vec<String>,
    /// Deploy a WebAssembly component as a service; can be repeated
    #[arg(long = "service", value_name = "NAME=FILE", value_parser = named_file)]
    pub(crate) services: Vec<(String, PathBuf)>,
}

/// Explain an error code
///
/// Prints the page of the code: why the program is wrong, with an example and its correction. Without a code, lists all codes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua explain E1001      print the page of E1001
  aqua explain            list all codes")]
pub(crate) struct ExplainOptions {
    /// An error or warning code, such as E1001
    pub(crate) code: Option<String>,
}

fn peer_id(text: &str) -> Result<PeerId, String> {
    let expected = "expected a peer id such as 12D3KooW..., which `aqua key show` prints";
    text.parse().map_err(|_| expected.to_owned())
}

fn named_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok((name.to_owned(), file.into())),
        _ => Err("expected NAME=FILE, such as greeter=greeter.wasm".to_owned()),
    }
}
