//! Where words go: results to standard output, everything else to standard error; with `--json`, objects to standard
//! output.

use crate::failure::Failure;
use crate::options::{Color, OutputOptions};
use aqua_diagnostics::{Diagnostic, Sources};
use aqua_render::Colour;
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};

/// The terminal, as the options want it used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    options: OutputOptions,
    colour: Colour,
}

impl Terminal {
    /// Decides about colours once.
    pub(crate) fn new(options: OutputOptions) -> Self {
        let wanted = match options.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty()) && io::stderr().is_terminal(),
        };
        Self {
            options,
            colour: if wanted { Colour::On } else { Colour::Off },
        }
    }

    /// Whether objects are wanted instead of words.
    pub(crate) fn is_json(&self) -> bool {
        self.options.json
    }

    /// Whether colours are used.
    pub(crate) fn is_coloured(&self) -> bool {
        self.colour == Colour::On
    }

    /// A line of the result.
    pub(crate) fn result(&self, line: &str) {
        write(io::stdout(), &format!("{line}\n"));
    }

    /// Text that is the result itself, with its line breaks; as an object it has a `kind`.
    pub(crate) fn text(&self, kind: &str, text: &str) {
        if self.options.json {
            self.object(&json!({"kind": kind, "text": text}));
        } else {
            write(io::stdout(), text);
        }
    }

    /// An object of the result; `kind` says what it is.
    pub(crate) fn object(&self, object: &Value) {
        write(io::stdout(), &format!("{object}\n"));
    }

    /// An object of the result made from a value of a library, with its `kind`.
    pub(crate) fn kind(&self, kind: &str, value: serde_json::Result<Value>) {
        let mut object = json!({"kind": kind});
        if let (Some(object), Ok(Value::Object(fields))) = (object.as_object_mut(), value) {
            object.extend(fields);
        }
        self.object(&object);
    }

    /// A line about progress: on standard error, and only as words.
    pub(crate) fn note(&self, line: &str) {
        if !self.options.quiet && !self.options.json {
            write(io::stderr(), &format!("{line}\n"));
        }
    }

    /// Text that was asked for but is not the result, such as a table: on standard error.
    pub(crate) fn aside(&self, text: &str) {
        write(io::stderr(), text);
    }

    /// Messages about a program.
    pub(crate) fn diagnostics(&self, sources: &Sources, messages: &[Diagnostic]) {
        if self.options.json {
            write(io::stdout(), &aqua_render::json_lines(sources, messages));
        } else {
            write(io::stderr(), &aqua_render::terminal(sources, messages, self.colour));
        }
    }

    /// Why the command stopped.
    pub(crate) fn failure(&self, failure: &Failure) {
        let Some(message) = failure.message() else { return };
        if self.options.json {
            self.object(&json!({"kind": "error", "reason": failure.reason(), "message": message}));
        } else {
            let word = if self.is_coloured() {
                "\x1b[1;31merror\x1b[0m"
            } else {
                "error"
            };
            write(io::stderr(), &format!("{word}: {message}\n"));
        }
    }
}

/// A line on standard error, whatever the options.
pub(crate) fn complain(line: &str) {
    write(io::stderr(), &format!("{line}\n"));
}

/// Writes at once; nobody listening is no reason to fail.
fn write(mut out: impl Write, text: &str) {
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
