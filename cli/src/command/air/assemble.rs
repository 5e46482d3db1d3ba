//! `aqua air asm` and `aqua air disasm`: convert text to bytecode and back.

use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Assemble a script to bytecode
///
/// Bytecode is the format that peers execute. docs/bytecode.md describes it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air asm greet.air              write greet.airb
  aqua air asm greet.air -o - | sha256sum
  aqua air asm --strip greet.air      write greet.airb without source positions")]
pub(crate) struct AsmOptions {
    /// A script: AIR text or bytecode; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// The output file; - is standard output [default: FILE with the extension .airb]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Omit the debug section: scripts with equal tokens give equal files
    #[arg(long)]
    strip: bool,
}

/// Writes the bytecode.
pub(crate) fn asm(options: &AsmOptions, terminal: Terminal) -> Result<(), Failure> {
    let output = match &options.output {
        Some(output) => output.clone(),
        None if file::is_standard(&options.script) => {
            let message = "no output file: use -o FILE, or -o - for standard output";
            return Err(Failure::Usage(message.to_owned()));
        }
        None => options.script.with_extension("airb"),
    };
    let script = file::script(&options.script, terminal)?;
    let bytes = if options.strip {
        script.encode_content()
    } else {
        script.encode()
    };
    file::write(&output, &bytes, terminal)?;
    if terminal.is_json() && !file::is_standard(&output) {
        let id = script.content_hash().to_string();
        terminal.object(&json!({"kind": "artifact", "path": output, "bytes": bytes.len(), "content_id": id}));
    }
    Ok(())
}

/// Disassemble bytecode to AIR text
///
/// Prints the script in the layout of `aqua air fmt`. Comments are not part of bytecode.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air disasm greet.airb              print the script
  aqua air disasm greet.airb -o greet.air write it to a file
  aqua air disasm --listing greet.airb    print the tables and operations")]
pub(crate) struct DisasmOptions {
    /// A script: bytecode or AIR text; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// The output file; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Print the tables and the numbered operations instead
    #[arg(long)]
    listing: bool,
}

/// Writes the text or the listing.
pub(crate) fn disasm(options: &DisasmOptions, terminal: Terminal) -> Result<(), Failure> {
    let script = file::script(&options.script, terminal)?;
    let (kind, text) = if options.listing {
        ("listing", script.listing())
    } else {
        ("air", aqua_air::print(&script.disassemble()))
    };
    if file::is_standard(&options.output) {
        terminal.text(kind, &text);
        return Ok(());
    }
    file::write(&options.output, text.as_bytes(), terminal)
}
