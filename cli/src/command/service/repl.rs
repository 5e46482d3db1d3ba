//! `aqua service repl`: calls functions of a service one after another.

use super::inspect::signature;
use super::running::{Running, StartOptions};
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_services::CallParameters;
use clap::Args;
use std::io::BufRead as _;

/// Call functions of a service one after another
///
/// Starts the service in this process and reads commands from standard input, one per line. What the service keeps in memory lasts
/// until the end.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua service repl Config.toml
  echo 'call greet Ada peer-1' | aqua service repl greeter.wasm

Commands: `call FUNCTION ARGS…`, `interface`, `memory`, `new` (start the service again), `help`, `quit`.
Words are separated by spaces; a word in single quotes can contain spaces. Errors of calls do not end
the session.")]
pub(crate) struct ReplOptions {
    #[command(flatten)]
    start: StartOptions,
}

const HELP: &str = "\
call FUNCTION ARGS…   call a function and print its result
interface             list the functions
memory                print the size of the memory of the service
new                   start the service again
quit                  end the session
";

/// Reads and executes commands until the end of the input.
pub(crate) fn repl(options: &ReplOptions, terminal: Terminal) -> Result<(), Failure> {
    let start = || Running::start(&options.start, terminal);
    let mut service = start()?;
    terminal.status("type `help` for a list of commands");
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words = words(&line);
        let Some((command, rest)) = words.split_first() else {
            continue;
        };
        match (command.as_str(), rest) {
            ("call", [function, arguments @ ..]) => {
                match service.call(function, arguments, CallParameters::default()) {
                    Ok(value) => terminal.result(&value.to_string()),
                    Err(failure) => terminal.failure(&failure),
                }
            }
            ("interface", []) => {
                let interface = service.interface();
                interface
                    .functions()
                    .for_each(|function| terminal.result(&signature(function)));
            }
            ("memory", []) => terminal.result(&format!("{} bytes", service.memory())),
            ("new", []) => service = start()?,
            ("help", []) => terminal.extra(HELP),
            ("quit" | "exit", []) => break,
            _ => terminal.extra(&format!("unknown command: {line}\n{HELP}")),
        }
    }
    Ok(())
}

/// The words of a line. Words in single quotes can contain spaces, as can JSON strings, arrays and objects.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'').unwrap_or((quoted, "")),
            None => rest.split_at(end_of_json(rest)),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

/// The first space that is in no JSON string, array or object; the length of the text if there is none.
fn end_of_json(text: &str) -> usize {
    let (mut depth, mut is_string, mut is_escaped) = (0_usize, false, false);
    for (index, letter) in text.char_indices() {
        if is_escaped {
            is_escaped = false;
            continue;
        }
        match letter {
            '"' => is_string = !is_string,
            '\\' => is_escaped = is_string,
            '[' | '{' if !is_string => depth += 1,
            ']' | '}' if !is_string => depth = depth.saturating_sub(1),
            letter if letter.is_whitespace() && !is_string && depth == 0 => return index,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_separated_by_spaces() {
        assert_eq!(words("  call f '{\"a\": 1}' x "), ["call", "f", "{\"a\": 1}", "x"]);
        assert_eq!(words("call f [1,2] 'open"), ["call", "f", "[1,2]", "open"]);
        assert_eq!(
            words(r#"call f "a \" b" [1, "] x", {"k": 2}] y"#),
            ["call", "f", r#""a \" b""#, r#"[1, "] x", {"k": 2}]"#, "y"]
        );
        assert!(words("   ").is_empty());
    }
}
