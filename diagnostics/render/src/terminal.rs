//! Messages for a person: source frames with labels, drawn by codespan-reporting.

use aqua_diagnostics::{Diagnostic, FileId, Severity, Sources, Span};
use codespan_reporting::diagnostic as drawn;
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::termcolor::{Ansi, NoColor, WriteColor};
use codespan_reporting::term::{self, Config, Styles, StylesWriter};
use std::ops::Range;

/// Whether escape sequences for colours are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Off,
    /// ANSI escape sequences.
    On,
}

/// Draws messages one after another in the order given, a blank line after each.
///
/// A fix is shown as a line that says what to do; messages whose file is not in `sources` are drawn without a frame.
pub fn terminal(sources: &Sources, messages: &[Diagnostic], colour: Colour) -> String {
    let bytes = match colour {
        Colour::Off => draw(sources, messages, NoColor::new(Vec::new())).into_inner(),
        Colour::On => draw(sources, messages, Ansi::new(Vec::new())).into_inner(),
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

fn draw<W: WriteColor>(sources: &Sources, messages: &[Diagnostic], mut out: W) -> W {
    let (config, styles, files) = (Config::default(), Styles::default(), Texts(sources));
    for message in messages {
        let drawn = drawing(sources, message);
        // Writing into memory can't fail, and every span was checked by `range`.
        let mut writer = StylesWriter::new(&mut out, &styles);
        let _ = term::emit_to_write_style(&mut writer, &config, &files, &drawn);
    }
    out
}

fn drawing(sources: &Sources, message: &Diagnostic) -> drawn::Diagnostic<FileId> {
    let severity = match message.severity {
        Severity::Error => drawn::Severity::Error,
        Severity::Warning => drawn::Severity::Warning,
    };
    let primary = range(sources, message.span)
        .map(|range| drawn::Label::primary(message.span.file, range).with_message(&message.label));
    let secondary = message.secondary.iter().filter_map(|label| {
        let range = range(sources, label.span)?;
        Some(drawn::Label::secondary(label.span.file, range).with_message(&label.message))
    });
    let notes = message.notes.iter().map(|note| format!("note: {note}"));
    let help = message.help.iter().map(|help| format!("help: {help}"));
    let fix = message.fix.iter().map(|fix| format!("fix: {}", fix.message));
    drawn::Diagnostic::new(severity)
        .with_code(message.code)
        .with_message(&message.message)
        .with_labels(primary.into_iter().chain(secondary).collect())
        .with_notes(notes.chain(help).chain(fix).collect())
}

/// The bytes of a span inside its text, moved to whole characters.
fn range(sources: &Sources, span: Span) -> Option<Range<usize>> {
    let text = &sources.get(span.file)?.text;
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary((span.end as usize).min(text.len())).max(start);
    Some(start..end)
}

/// Lets codespan-reporting read our texts.
struct Texts<'a>(&'a Sources);

impl<'a> Files<'a> for Texts<'a> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, Error> {
        self.0
            .get(id)
            .map(|source| source.name.as_str())
            .ok_or(Error::FileMissing)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        self.0.get(id).map(|source| &*source.text).ok_or(Error::FileMissing)
    }

    fn line_index(&'a self, id: FileId, byte_index: usize) -> Result<usize, Error> {
        let source = self.0.get(id).ok_or(Error::FileMissing)?;
        Ok(source.line_of(byte_index as u32) as usize - 1)
    }

    fn line_range(&'a self, id: FileId, line_index: usize) -> Result<Range<usize>, Error> {
        let source = self.0.get(id).ok_or(Error::FileMissing)?;
        let range = source.line_range(line_index as u32 + 1);
        range.ok_or(Error::LineTooLarge {
            given: line_index,
            max: source.line_count() as usize,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_diagnostics::Code;

    #[test]
    fn labels_notes_help_and_fix() {
        let mut sources = Sources::new();
        let file = sources.add("dir/main.aqua", "aqua Main\n\nfunc f() -> u32:\n    <- helo\n");
        let message = Diagnostic::error(Code::new("E1001"), file.span(35, 39), "nothing is called `helo`")
            .label("not found")
            .also(file.span(11, 15), "in this function")
            .note("names are visible after the line that defines them")
            .help("did you mean `hello`?")
            .fix("replace `helo` by `hello`", file.span(35, 39), "hello");
        let unknown = Diagnostic::warning(Code::new("W0001"), FileId(9).span(0, 3), "a message from nowhere");
        insta::assert_snapshot!(terminal(&sources, &[message, unknown], Colour::Off));
    }

    #[test]
    fn spans_outside_the_text_are_clipped() {
        let mut sources = Sources::new();
        let file = sources.add("a.aqua", "é");
        let message = Diagnostic::error(Code::new("E0001"), file.span(1, 77), "past the end");
        assert!(terminal(&sources, &[message], Colour::On).contains("a.aqua:1:1"));
    }
}
