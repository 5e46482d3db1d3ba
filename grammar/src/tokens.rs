//! The table of raw tokens: every byte of a text, exactly once.
//!
//! Spaces, line breaks, comments and bytes without a meaning are tokens like the others, so a text is the tokens' texts
//! one after the other. Words are not told apart here: whether `on` is a keyword or a name depends on where it stands.

mod kind;
mod strings;

pub use kind::Kind;

use aqua_diagnostics::{FileId, Span};
use logos::Logos as _;
use std::ops::Range;

/// The raw tokens of one text, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    file: FileId,
    kinds: Vec<Kind>,
    /// Where each token begins, and the length of the text at the end.
    starts: Vec<u32>,
}

impl Tokens {
    /// Cuts a text into tokens. A run of characters without a meaning is one token. Offsets are 32 bits wide: of a text
    /// over 4 GiB only the part before that is looked at.
    pub fn scan(file: FileId, text: &str) -> Self {
        let text = text.get(..text.floor_char_boundary(u32::MAX as usize)).unwrap_or(text);
        let mut kinds = Vec::with_capacity(text.len() / 3);
        let mut starts = Vec::with_capacity(text.len() / 3 + 1);
        let mut lexer = Kind::lexer(text);
        while let Some(token) = lexer.next() {
            let kind = token.unwrap_or(Kind::Unknown);
            if kind == Kind::Unknown && kinds.last() == Some(&Kind::Unknown) {
                continue;
            }
            kinds.push(kind);
            starts.push(lexer.span().start as u32);
        }
        starts.push(text.len() as u32);
        Self { file, kinds, starts }
    }

    /// The text the tokens are of.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// What kind of token has this number.
    ///
    /// # Panics
    /// If there is no such token.
    pub fn kind(&self, token: usize) -> Kind {
        self.kinds[token]
    }

    /// The bytes of one token.
    ///
    /// # Panics
    /// If there is no such token.
    pub fn span(&self, token: usize) -> Span {
        self.file.span(self.starts[token], self.starts[token + 1])
    }

    /// From the first byte of the first token of a range to the last byte of its last; an empty range gives the empty
    /// span before its first token. The end of the table may be named.
    ///
    /// # Panics
    /// If the range reaches past the end of the table.
    pub fn span_of(&self, tokens: Range<usize>) -> Span {
        let start = self.starts[tokens.start];
        self.file.span(start, self.starts[tokens.end].max(start))
    }

    /// The numbers of the tokens that a span touches. For the span of a node: exactly the tokens of that node.
    pub fn covered(&self, span: Span) -> Range<usize> {
        let start = self
            .starts
            .partition_point(|start| *start <= span.start)
            .saturating_sub(1);
        let end = self
            .starts
            .partition_point(|start| *start < span.end)
            .min(self.kinds.len());
        start.min(end)..end
    }

    /// All tokens in order, each with its place.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, Span)> {
        (0..self.len()).map(|token| (self.kind(token), self.span(token)))
    }

    /// The comments in order: their places, from the `--` to the last character before the line break.
    pub fn comments(&self) -> impl Iterator<Item = Span> {
        self.iter()
            .filter(|(kind, _)| *kind == Kind::Comment)
            .map(|(_, span)| span)
    }
}
