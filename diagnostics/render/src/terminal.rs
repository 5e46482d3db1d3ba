//! Renders diagnostics for the terminal with codespan-reporting. The only module that uses codespan-reporting.

use aqua_diagnostics::{Diagnostic, FileId, Severity, Sources, Span};
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::termcolor::{Ansi, NoColor, WriteColor};
use codespan_reporting::term::{self, Config, Styles, StylesWriter};
use std::ops::Range;

/// Whether to write ANSI escape sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Off,
    /// ANSI escape sequences.
    On,
}

/// Renders diagnostics in the given order, each followed by a blank line.
///
/// A fix is rendered as a line that describes it. Diagnostics whose file is not in `sources` are rendered without a snippet.
pub fn terminal(sources: &Sources, diagnostics: &[Diagnostic], colour: Colour) -> String {
    let bytes = match colour {
        Colour::Off => emit(sources, diagnostics, NoColor::new(Vec::new())).into_inner(),
        Colour::On => emit(sources, diagnostics, Ansi::new(Vec::new())).into_inner(),
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

fn emit<W: WriteColor>(sources: &Sources, diagnostics: &[Diagnostic], mut out: W) -> W {
    let (config, styles, files) = (Config::default(), Styles::default(), SourceFiles(sources));
    for diagnostic in diagnostics {
        let diagnostic = to_codespan(sources, diagnostic);
        // Writing to memory can't fail, and `char_range` clamps all spans.
        let mut writer = StylesWriter::new(&mut out, &styles);
        let _ = term::emit_to_write_style(&mut writer, &config, &files, &diagnostic);
    }
    out
}

fn to_codespan(sources: &Sources, diagnostic: &Diagnostic) -> codespan::Diagnostic<FileId> {
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
    };
    let primary = char_range(sources, diagnostic.span)
        .map(|range| codespan::Label::primary(diagnostic.span.file, range).with_message(&diagnostic.label));
    let secondary = diagnostic.secondary.iter().filter_map(|label| {
        let range = char_range(sources, label.span)?;
        Some(codespan::Label::secondary(label.span.file, range).with_message(&label.message))
    });
    let notes = diagnostic.notes.iter().map(|note| format!("note: {note}"));
    let help = diagnostic.help.iter().map(|help| format!("help: {help}"));
    let fix = diagnostic.fix.iter().map(|fix| format!("fix: {}", fix.message));
    codespan::Diagnostic::new(severity)
        .with_code(diagnostic.code)
        .with_message(&diagnostic.message)
        .with_labels(primary.into_iter().chain(secondary).collect())
        .with_notes(notes.chain(help).chain(fix).collect())
}

/// Clamps a span to its text and extends it to character boundaries.
fn char_range(sources: &Sources, span: Span) -> Option<Range<usize>> {
    let text = &sources.get(span.file)?.text;
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary((span.end as usize).min(text.len())).max(start);
    Some(start..end)
}

/// Adapts [`Sources`] to codespan-reporting.
struct SourceFiles<'a>(&'a Sources);

impl<'a> Files<'a> for SourceFiles<'a> {
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
        let message = Diagnostic::error(Code::new("E1001"), file.span(35, 39), "unknown name `helo`")
            .label("not found")
            .secondary(file.span(11, 15), "in this function")
            .note("names are visible after the line that defines them")
            .help("did you mean `hello`?")
            .fix("replace `helo` by `hello`", file.span(35, 39), "hello");
        let unknown = Diagnostic::warning(
            Code::new("W0001"),
            FileId(9).span(0, 3),
            "a message about an unknown file",
        );
        insta::assert_snapshot!(terminal(&sources, &[message, unknown], Colour::Off));
    }

    #[test]
    fn out_of_bounds_spans_are_clamped() {
        let mut sources = Sources::new();
        let file = sources.add("a.aqua", "é");
        let message = Diagnostic::error(Code::new("E0001"), file.span(1, 77), "past the end");
        assert!(terminal(&sources, &[message], Colour::On).contains("a.aqua:1:1"));
    }
}
