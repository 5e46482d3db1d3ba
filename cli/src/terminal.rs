//! Output of commands: results go to standard output, everything else to standard error. With `--json` all output is JSON
//! objects on standard output.

use crate::failure::Failure;
use crate::options::{Color, OutputOptions};
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use aqua_diagnostics::{Diagnostic, Sources};
use aqua_render::Colour;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Prints according to the output options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    options: OutputOptions,
    colour: Colour,
}

impl Terminal {
    /// Chooses whether to use colours: `--color` first, then `NO_COLOR`, `CLICOLOR_FORCE` and `TERM`, then whether
    /// standard error is a terminal.
    pub(crate) fn new(options: OutputOptions) -> Self {
        let is_coloured = match options.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => AutoStream::choice(&io::stderr()) != ColorChoice::Never,
        };
        Self {
            options,
            colour: if is_coloured { Colour::On } else { Colour::Off },
        }
    }

    /// Whether to print JSON objects instead of text.
    pub(crate) fn is_json(&self) -> bool {
        self.options.json
    }

    /// Whether colours are used.
    pub(crate) fn is_coloured(&self) -> bool {
        self.colour == Colour::On
    }

    /// Prints a line of the result.
    pub(crate) fn result(&self, line: &str) {
        write(io::stdout(), &format!("{line}\n"));
    }

    /// Prints text as the result; with `--json`, as an object with this `kind`.
    pub(crate) fn text(&self, kind: &str, text: &str) {
        if self.options.json {
            self.object(&json!({"kind": kind, "text": text}));
        } else {
            write(io::stdout(), text);
        }
    }

    /// Prints a JSON object. It must have a field `kind`.
    pub(crate) fn object(&self, object: &Value) {
        write(io::stdout(), &format!("{object}\n"));
    }

    /// Prints a serialised value as a JSON object with this `kind`.
    pub(crate) fn kind(&self, kind: &str, value: serde_json::Result<Value>) {
        let mut object = json!({"kind": kind});
        if let (Some(object), Ok(Value::Object(fields))) = (object.as_object_mut(), value) {
            object.extend(fields);
        }
        self.object(&object);
    }

    /// Prints a status line to standard error, unless `--quiet` or `--json` is given.
    pub(crate) fn status(&self, line: &str) {
        if !self.options.quiet && !self.options.json {
            write(io::stderr(), &format!("{line}\n"));
        }
    }

    /// Prints requested text that is not the result, such as a table, to standard error.
    pub(crate) fn extra(&self, text: &str) {
        write(io::stderr(), text);
    }

    /// Prints a line that a program writes to its console to standard error, unless `--quiet` is given.
    pub(crate) fn console(&self, line: &str) {
        if !self.options.quiet {
            write(io::stderr(), &format!("{line}\n"));
        }
    }

    /// Prints diagnostics; with `--quiet`, errors only.
    pub(crate) fn diagnostics(&self, sources: &Sources, diagnostics: &[Diagnostic]) {
        let errors: Vec<Diagnostic>;
        let diagnostics = if self.options.quiet {
            errors = diagnostics.iter().filter(|it| it.is_error()).cloned().collect();
            &errors[..]
        } else {
            diagnostics
        };
        if self.options.json {
            write(io::stdout(), &aqua_render::json_lines(sources, diagnostics));
        } else {
            write(io::stderr(), &aqua_render::terminal(sources, diagnostics, self.colour));
        }
    }

    /// Prints the message of a failure.
    pub(crate) fn failure(&self, failure: &Failure) {
        let Some(message) = failure.message() else { return };
        if self.options.json {
            self.object(&json!({"kind": "error", "reason": failure.reason(), "message": message}));
        } else {
            let style = if self.is_coloured() {
                AnsiColor::Red.on_default().bold()
            } else {
                Style::new()
            };
            write(io::stderr(), &format!("{style}error{style:#}: {message}\n"));
        }
    }
}

/// Prints a line to standard error regardless of the options.
pub(crate) fn print_error(line: &str) {
    write(io::stderr(), &format!("{line}\n"));
}

/// Writes and flushes. Errors, such as a closed pipe, are ignored.
fn write(mut out: impl Write, text: &str) {
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
