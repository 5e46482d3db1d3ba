//! The lexer: splits a text into raw tokens that cover each byte exactly once.
//!
//! Whitespace, line breaks, comments and unknown bytes are tokens too. The lexer does not distinguish keywords from names,
//! because keywords are contextual.

mod kind;
mod strings;

pub use kind::TokenKind;

use aqua_diagnostics::{FileId, Span};
use logos::Logos as _;
use std::ops::Range;

/// The raw tokens of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    file: FileId,
    kinds: Vec<TokenKind>,
    /// The start offset of each token, followed by the length of the text.
    starts: Vec<u32>,
}

impl Tokens {
    /// Splits a text into tokens. A run of unknown characters is one token. Ignores everything after the first 4 GiB, because
    /// offsets are 32 bits wide.
    pub fn scan(file: FileId, text: &str) -> Self {
        let text = text.get(..text.floor_char_boundary(u32::MAX as usize)).unwrap_or(text);
        let mut kinds = Vec::with_capacity(text.len() / 3);
        let mut starts = Vec::with_capacity(text.len() / 3 + 1);
        let mut lexer = TokenKind::lexer(text);
        while let Some(token) = lexer.next() {
            let kind = token.unwrap_or(TokenKind::Unknown);
            if kind == TokenKind::Unknown && kinds.last() == Some(&TokenKind::Unknown) {
                continue;
            }
            kinds.push(kind);
            starts.push(lexer.span().start as u32);
        }
        starts.push(text.len() as u32);
        Self { file, kinds, starts }
    }

    /// Returns the file of the text.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Returns the number of tokens.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Returns whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Returns the kind of a token.
    ///
    /// # Panics
    /// Panics if the index is out of bounds.
    pub fn kind(&self, token: usize) -> TokenKind {
        self.kinds[token]
    }

    /// Returns the span of a token.
    ///
    /// # Panics
    /// Panics if the index is out of bounds.
    pub fn span(&self, token: usize) -> Span {
        self.file.span(self.starts[token], self.starts[token + 1])
    }

    /// Returns the span of a range of tokens. For an empty range, returns the empty span before the token at its start.
    ///
    /// # Panics
    /// Panics if the range is out of bounds.
    pub fn span_of(&self, tokens: Range<usize>) -> Span {
        let start = self.starts[tokens.start];
        self.file.span(start, self.starts[tokens.end].max(start))
    }

    /// Returns the tokens that overlap a span. For the span of a tree node, these are exactly its tokens.
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

    /// Returns the first string with a line break in a range of tokens: probably its closing quote is missing, and it ends at
    /// the quote of another string.
    pub(crate) fn string_over_lines(&self, range: Range<usize>, text: &str) -> Option<usize> {
        let is_over_lines = |token: &usize| {
            let span = self.span(*token);
            self.kind(*token) == TokenKind::String
                && text[span.start as usize..span.end as usize].contains(['\n', '\r'])
        };
        range.into_iter().find(is_over_lines)
    }

    /// Iterates over all tokens with their spans.
    pub fn iter(&self) -> impl Iterator<Item = (TokenKind, Span)> {
        (0..self.len()).map(|token| (self.kind(token), self.span(token)))
    }

    /// Iterates over the spans of the comments, from `--` to the end of the line.
    pub fn comments(&self) -> impl Iterator<Item = Span> {
        self.iter()
            .filter(|(kind, _)| *kind == TokenKind::Comment)
            .map(|(_, span)| span)
    }
}
