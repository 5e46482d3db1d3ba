//! `aqua air asm` and `aqua air disasm`: from text to bytecode and back.

use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Make bytecode of a script
///
/// Bytecode is what machines run. Its format is described in docs/bytecode.md.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air asm greet.air              writes greet.airb
  aqua air asm greet.air -o - | sha256sum
  aqua air asm --strip greet.air      without the places in the text")]
pub(crate) struct AsmOptions {
    /// The script, as text or bytecode; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// The file to write; - is standard output [default: FILE with the ending .airb]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave out the debug section: scripts of equal words become equal files
    #[arg(long)]
    strip: bool,
}

/// Writes the bytecode.
pub(crate) fn asm(options: &AsmOptions, terminal: Terminal) -> Result<(), Failure> {
    let output = match &options.output {
        Some(output) => output.clone(),
        None if file::is_standard(&options.script) => {
            let message = "say with -o where the bytecode of standard input goes; -o - prints it";
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
        let id = script.content_id().to_string();
        terminal.object(&json!({"kind": "artifact", "path": output, "bytes": bytes.len(), "content_id": id}));
    }
    Ok(())
}

/// Make text of bytecode
///
/// The text says what the script said before it was assembled, in the layout of `aqua air fmt`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air disasm greet.airb              the script on standard output
  aqua air disasm greet.airb -o greet.air
  aqua air disasm --listing greet.airb    its tables and operations by number")]
pub(crate) struct DisasmOptions {
    /// The script, as bytecode or text; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// The file to write
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Show tables and operations by number instead
    #[arg(long)]
    listing: bool,
}

/// Writes the text, or the listing.
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
