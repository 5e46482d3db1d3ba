//! Finds the end of strings.
//!
//! Strings can span lines, so a missing quote would turn the rest of the file into a string. If a string is not closed on its
//! line, the lexer therefore counts the quotes up to the next declaration keyword in column 0. If their number is odd, the next
//! quote closes the string. Otherwise they form pairs of their own, and the string is unterminated.

use super::TokenKind;
use crate::keyword_sets;
use logos::Lexer;

/// Counts the quotes of the current declaration. Scans each byte once, so that lexing takes linear time.
#[derive(Debug, Clone, Default)]
pub struct QuoteCounter {
    /// `quotes` is the number of quotes between this offset and `end`.
    start: usize,
    /// The end of the declaration.
    end: usize,
    quotes: usize,
}

/// Lexes the rest of a token that starts with a quote.
pub(super) fn close(lexer: &mut Lexer<'_, TokenKind>) -> TokenKind {
    let rest = lexer.remainder().as_bytes();
    let line = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\n' | b'\r'))
        .unwrap_or(rest.len());
    if rest.get(line) == Some(&b'"') {
        lexer.bump(line + 1);
        return TokenKind::String;
    }
    let (source, offset) = (lexer.source(), lexer.span().end);
    if lexer.extras.remaining(source.as_bytes(), offset).is_multiple_of(2) {
        lexer.bump(line);
        return TokenKind::UnterminatedString;
    }
    let end = line + rest[line..].iter().position(|byte| *byte == b'"').unwrap_or(0);
    lexer.bump(end + 1);
    TokenKind::String
}

impl QuoteCounter {
    /// Returns the number of quotes between an offset and the end of its declaration.
    fn remaining(&mut self, source: &[u8], offset: usize) -> usize {
        if offset >= self.end {
            self.end = declaration_end(source, offset);
            self.quotes = count_quotes(&source[offset..self.end]);
        } else {
            self.quotes -= count_quotes(&source[self.start..offset]);
        }
        self.start = offset;
        self.quotes
    }
}

fn count_quotes(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'"').count()
}

/// Returns the start of the first line after an offset that starts with a declaration or header keyword, or the end of the text.
fn declaration_end(source: &[u8], offset: usize) -> usize {
    let mut from = offset;
    while let Some(line_break) = source[from..].iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        from += line_break + 1;
        let word = source[from..]
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric())
            .unwrap_or(0);
        let space = source.get(from + word).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        if space && std::str::from_utf8(&source[from..from + word]).is_ok_and(keyword_sets::starts_top_level_line) {
            return from;
        }
    }
    source.len()
}
