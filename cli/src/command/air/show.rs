//! `aqua air show` and `aqua air graph`: scripts for readers.

use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_air::Graph;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Print a script as readable pseudo-code
///
/// Sequences become lines, calls of one peer stand below one `on`, instructions that only bring the particle to a peer
/// become `hop`. docs/pseudocode.md describes the form.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air show greet.air
  aqua compile main.aqua -o out && aqua air show out/greet.air")]
pub(crate) struct ShowOptions {
    /// The script, as text or bytecode; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
}

/// Prints the pseudo-code.
pub(crate) fn show(options: &ShowOptions, terminal: Terminal) -> Result<(), Failure> {
    let script = file::script(&options.script, terminal)?.disassemble();
    terminal.text("pseudocode", &aqua_air::pseudocode(&script));
    Ok(())
}

/// Print how control flows over peers, as a graph
///
/// What a peer does in a row is one box; boxes are grouped by peer. Mermaid is drawn by many viewers of Markdown, dot by
/// Graphviz.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air graph greet.air
  aqua air graph --format dot greet.air | dot -Tpdf -o greet.pdf")]
pub(crate) struct GraphOptions {
    /// The script, as text or bytecode; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// The language of the graph
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    format: Format,
}

/// Languages that describe graphs.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For Mermaid.
    Mermaid,
    /// For Graphviz.
    Dot,
}

/// Prints the graph.
pub(crate) fn graph(options: &GraphOptions, terminal: Terminal) -> Result<(), Failure> {
    let graph = Graph::of(&file::script(&options.script, terminal)?.disassemble());
    let text = match options.format {
        Format::Mermaid => graph.to_mermaid(),
        Format::Dot => graph.to_dot(),
    };
    terminal.text("graph", &text);
    Ok(())
}
