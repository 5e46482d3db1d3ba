//! `aqua air fmt`: formats scripts.

use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;
use std::path::PathBuf;

/// Format a script
///
/// Prints one instruction per line, indented by depth. Comments are kept. Bytecode is printed as text.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air fmt greet.air            print the formatted script
  aqua air fmt --write greet.air    format the file in place
  aqua compile main.aqua -o out && aqua air fmt out/greet.air")]
pub(crate) struct FmtOptions {
    /// A script: AIR text or bytecode; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// Format the file in place
    #[arg(short, long)]
    write: bool,
}

/// Prints the formatted script, or writes it back.
pub(crate) fn fmt(options: &FmtOptions, terminal: Terminal) -> Result<(), Failure> {
    let path = &options.script;
    let bytes = file::read(path)?;
    let text = match std::str::from_utf8(&bytes).map(aqua_air::format) {
        Ok(Ok(text)) => text,
        _ if options.write => return Err(write_error(&bytes, options, terminal)),
        _ => {
            let script = aqua_air::Bytecode::load(&bytes)
                .map_err(|error| file::invalid_script(error, path, &bytes, terminal))?;
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

/// `--write` accepts text only.
fn write_error(bytes: &[u8], options: &FmtOptions, terminal: Terminal) -> Failure {
    match aqua_air::Bytecode::load(bytes) {
        Ok(_) => Failure::Usage(format!(
            "{} is bytecode; use `aqua air disasm` to convert it to text",
            file::name(&options.script)
        )),
        Err(error) => file::invalid_script(error, &options.script, bytes, terminal),
    }
}
