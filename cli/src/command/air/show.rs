//! `aqua air show` and `aqua air graph`: print scripts as pseudo-code and as graphs.

use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_air::ControlFlowGraph;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Print a script as pseudo-code
///
/// Sequences are printed as lines, consecutive calls on one peer as a block `on PEER:`, and instructions that only move the
/// particle as `hop PEER`. docs/pseudocode.md describes the notation.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air show greet.air
  aqua compile main.aqua -o out && aqua air show out/greet.air")]
pub(crate) struct ShowOptions {
    /// A script: AIR text or bytecode; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
}

/// Prints the pseudo-code.
pub(crate) fn show(options: &ShowOptions, terminal: Terminal) -> Result<(), Failure> {
    let script = file::script(&options.script, terminal)?.disassemble();
    terminal.text("pseudocode", &aqua_air::pseudocode(&script));
    Ok(())
}

/// Print the control flow of a script as a graph
///
/// Consecutive instructions on one peer are one node; nodes are grouped by peer. Many Markdown viewers draw Mermaid graphs;
/// Graphviz draws dot graphs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air graph greet.air
  aqua air graph --format dot greet.air | dot -Tpdf -o greet.pdf")]
pub(crate) struct GraphOptions {
    /// A script: AIR text or bytecode; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// The output format
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    format: Format,
}

/// Graph formats.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Mermaid
    Mermaid,
    /// Graphviz
    Dot,
}

/// Prints the graph.
pub(crate) fn graph(options: &GraphOptions, terminal: Terminal) -> Result<(), Failure> {
    let graph = ControlFlowGraph::new(&file::script(&options.script, terminal)?.disassemble());
    let text = match options.format {
        Format::Mermaid => graph.to_mermaid(),
        Format::Dot => graph.to_dot(),
    };
    terminal.text("graph", &text);
    Ok(())
}
