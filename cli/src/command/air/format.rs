//! `aqua air fmt`: scripts in the layout of the printer.

use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;
use std::path::PathBuf;

/// Print a script in its usual layout
///
/// One instruction a line, indented by its depth. Comments stay. Bytecode is printed as text.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air fmt greet.air            the script, laid out anew, on standard output
  aqua air fmt --write greet.air    in place
  aqua compile main.aqua -o out && aqua air fmt out/greet.air")]
pub(crate) struct FmtOptions {
    /// The script, as text or bytecode; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// Write the text back to its file
    #[arg(short, long)]
    write: bool,
}

/// Prints the script, or writes it back.
pub(crate) fn fmt(options: &FmtOptions, terminal: Terminal) -> Result<(), Failure> {
    let path = &options.script;
    let bytes = file::read(path)?;
    let text = match std::str::from_utf8(&bytes).map(aqua_air::format) {
        Ok(Ok(text)) => text,
        _ if options.write => return Err(refuse(&bytes, options, terminal)),
        _ => {
            let script = aqua_air::open(&bytes).map_err(|error| file::not_a_script(error, path, &bytes, terminal))?;
            aqua_air::print(&script.disassemble())
        }
    };
    if !options.write {
        terminal.text("air", &text);
    } else if text.as_bytes() != bytes {
        file::write(path, text.as_bytes(), terminal)?;
    }
    Ok(())
}

/// Only text can be written back as text.
fn refuse(bytes: &[u8], options: &FmtOptions, terminal: Terminal) -> Failure {
    match aqua_air::open(bytes) {
        Ok(_) => Failure::Usage(format!(
            "{} is bytecode: `aqua air disasm` makes text of it",
            file::name(&options.script)
        )),
        Err(error) => file::not_a_script(error, &options.script, bytes, terminal),
    }
}
