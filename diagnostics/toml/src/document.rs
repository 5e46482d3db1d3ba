//! A parsed file and its diagnostics.

use crate::{Section, codes};
use aqua_diagnostics::{Diagnostic, FileId, Span};
use std::cell::RefCell;
use std::ops::Range;
use std::path::PathBuf;
use toml::de::DeTable;

/// A value with its span in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its position in the file.
    pub span: Span,
}

impl From<Spanned<String>> for Spanned<PathBuf> {
    fn from(text: Spanned<String>) -> Self {
        Self {
            value: PathBuf::from(text.value),
            span: text.span,
        }
    }
}

/// A parsed TOML file with the diagnostics reported so far.
#[derive(Debug)]
pub struct Document<'text> {
    file: FileId,
    root: toml::Spanned<DeTable<'text>>,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl<'text> Document<'text> {
    /// Parses a file. Recovers from syntax errors: what could be parsed is kept.
    pub fn parse(file: FileId, text: &'text str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let end = text.len();
        let diagnostics = errors.iter().map(|error| {
            let span = span(file, error.span().unwrap_or(end..end));
            Diagnostic::error(codes::INVALID_TOML, span, "invalid TOML").label(error.message().to_owned())
        });
        Self {
            file,
            diagnostics: RefCell::new(diagnostics.collect()),
            root,
        }
    }

    /// The top-level table.
    pub fn root(&self) -> Section<'_, 'text> {
        Section::new(self, String::new(), self.span(0..0), self.root.get_ref())
    }

    /// All diagnostics, sorted by position.
    pub fn finish(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics.into_inner();
        Diagnostic::sort(&mut diagnostics);
        diagnostics
    }

    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        span(self.file, range)
    }

    pub(crate) fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }
}

fn span(file: FileId, range: Range<usize>) -> Span {
    let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
    file.span(offset(range.start), offset(range.end))
}
