//! Renders diagnostics for the terminal with codespan-reporting. The only module that uses codespan-reporting.

use crate::excerpt::Excerpt;
use aqua_diagnostics::{Diagnostic, FileId, Severity, Sources, Span};
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::termcolor::{Ansi, NoColor, WriteColor};
use codespan_reporting::term::{self, Config, Styles, StylesWriter};
use std::borrow::Cow;
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
    let (config, styles) = (Config::default(), Styles::default());
    for diagnostic in diagnostics {
        let files = ShownFiles::new(sources, diagnostic);
        let diagnostic = files.to_codespan(diagnostic);
        // Writing to memory can't fail, and `char_range` clamps all spans.
        let mut writer = StylesWriter::new(&mut out, &styles);
        let _ = term::emit_to_write_style(&mut writer, &config, &files, &diagnostic);
    }
    out
}

/// The parts of the files that a diagnostic shows, for codespan-reporting.
struct ShownFiles<'a> {
    sources: &'a Sources,
    files: Vec<(FileId, Excerpt<'a>)>,
}

impl<'a> ShownFiles<'a> {
    fn new(sources: &'a Sources, diagnostic: &Diagnostic) -> Self {
        let secondary = diagnostic.secondary.iter().map(|label| label.span);
        let mut labels: Vec<(FileId, Range<usize>)> = std::iter::once(diagnostic.span)
            .chain(secondary)
            .filter_map(|span| Some((span.file, char_range(sources, span)?)))
            .collect();
        labels.sort_by_key(|(file, range)| (*file, range.start));
        let files = labels
            .chunk_by(|(file, _), (other, _)| file == other)
            .filter_map(|labels| {
                let file = labels.first()?.0;
                let ranges: Vec<_> = labels.iter().map(|(_, range)| range.clone()).collect();
                Some((file, Excerpt::new(sources.get(file)?, &ranges)))
            });
        let files = files.collect();
        Self { sources, files }
    }

    fn get(&self, id: FileId) -> Result<&Excerpt<'a>, Error> {
        let found = self.files.iter().find(|(file, _)| *file == id);
        found.map(|(_, excerpt)| excerpt).ok_or(Error::FileMissing)
    }

    /// The range of a span in the shown text of its file.
    fn range(&self, span: Span) -> Option<Range<usize>> {
        Some(self.get(span.file).ok()?.range(char_range(self.sources, span)?))
    }

    fn to_codespan(&self, diagnostic: &Diagnostic) -> codespan::Diagnostic<FileId> {
        let severity = match diagnostic.severity {
            Severity::Error => codespan::Severity::Error,
            Severity::Warning => codespan::Severity::Warning,
        };
        let primary = self.range(diagnostic.span).map(|range| {
            codespan::Label::primary(diagnostic.span.file, range).with_message(shortened(&diagnostic.label))
        });
        let secondary = diagnostic.secondary.iter().filter_map(|label| {
            let range = self.range(label.span)?;
            Some(codespan::Label::secondary(label.span.file, range).with_message(shortened(&label.message)))
        });
        let notes = diagnostic.notes.iter().map(|note| format!("note: {}", shortened(note)));
        let help = diagnostic.help.iter().map(|help| format!("help: {}", shortened(help)));
        let fix = diagnostic
            .fix
            .iter()
            .map(|fix| format!("fix: {}", shortened(&fix.message)));
        codespan::Diagnostic::new(severity)
            .with_code(diagnostic.code)
            .with_message(shortened(&diagnostic.message))
            .with_labels(primary.into_iter().chain(secondary).collect())
            .with_notes(notes.chain(help).chain(fix).collect())
    }
}

/// The maximum length of a message, in bytes.
const MAX_MESSAGE: usize = 2_000;

/// Leaves out the middle of a long message, which quotes a name or a list from the source.
fn shortened(message: &str) -> Cow<'_, str> {
    if message.len() <= MAX_MESSAGE {
        return message.into();
    }
    let start = &message[..message.floor_char_boundary(MAX_MESSAGE / 2)];
    let end = &message[message.ceil_char_boundary(message.len() - MAX_MESSAGE / 4)..];
    format!("{start} … {end}").into()
}

/// Clamps a span to its text and extends it to character boundaries.
fn char_range(sources: &Sources, span: Span) -> Option<Range<usize>> {
    let text = &sources.get(span.file)?.text;
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary((span.end as usize).min(text.len())).max(start);
    Some(start..end)
}

impl<'a> Files<'a> for ShownFiles<'_> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, Error> {
        let source = self.sources.get(id);
        source.map(|source| source.name.as_str()).ok_or(Error::FileMissing)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(self.get(id)?.text())
    }

    fn line_index(&'a self, id: FileId, byte_index: usize) -> Result<usize, Error> {
        Ok(self.get(id)?.line_of(byte_index) as usize - 1)
    }

    fn column_number(&'a self, id: FileId, _line_index: usize, byte_index: usize) -> Result<usize, Error> {
        Ok(self.get(id)?.column(byte_index) as usize)
    }

    fn line_range(&'a self, id: FileId, line_index: usize) -> Result<Range<usize>, Error> {
        let range = self.get(id)?.line_range(line_index as u32 + 1);
        range.ok_or(Error::LineTooLarge {
            given: line_index,
            max: self.sources.get(id).map_or(0, |source| source.line_count() as usize),
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

    /// Renders an error about a part of a text.
    fn about(text: &str, wrong: &str) -> String {
        let mut sources = Sources::new();
        let file = sources.add("a.aqua", text);
        let start = text.find(wrong).expect("a part of the text") as u32;
        let span = file.span(start, start + wrong.len() as u32);
        let first = file.span(0, 1);
        let message = Diagnostic::error(Code::new("E0001"), span, "wrong").label("here");
        terminal(
            &sources,
            &[message.secondary(first, "the first character")],
            Colour::Off,
        )
    }

    #[test]
    fn long_lines_are_cut_around_the_labels() {
        let (before, after) = ("first, ".repeat(40_000), ", second".repeat(40_000));
        let short = about(&format!("x\nf({before}wrong{after})\n\n"), "wrong");
        let long = about(
            &format!("{before}{}{after}", "wrong".repeat(1000)),
            &"wrong".repeat(1000),
        );
        insta::assert_snapshot!(format!("{short}\n{long}"));
    }

    #[test]
    fn invisible_characters_are_escaped() {
        let text = "\u{feff}aqua Main\n\nfunc\u{200b} f():\n    g()\u{1b}[31m\n";
        insta::assert_snapshot!([about(text, "\u{200b}"), about(text, "[31m")].join("\n"));
    }

    #[test]
    fn long_messages_are_shortened() {
        let message = Diagnostic::error(Code::new("E1001"), FileId(0).span(0, 0), "é".repeat(1_000_000));
        assert!(terminal(&Sources::new(), &[message], Colour::Off).len() < MAX_MESSAGE);
    }
}
