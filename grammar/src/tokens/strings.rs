//! Where a string ends.
//!
//! A string may span lines. A forgotten quote would then swallow half the file, so a quote that its own line does not
//! close is looked at within its declaration: up to the next declaration keyword in column 0. If an odd number of quotes
//! is left there, the next one closes this string. Otherwise the others are pairs of their own, and this one is open.

use super::Kind;
use crate::words;
use logos::Lexer;

/// What the lexer remembers about the declaration it is in. Every byte is counted once.
#[derive(Debug, Clone, Default)]
pub struct Quotes {
    /// How far the quotes are counted: `quotes` is about the bytes from here to `end`.
    counted: usize,
    /// Where the declaration ends.
    end: usize,
    /// How many quotes the declaration has from `counted` on.
    quotes: usize,
}

/// Finishes the token that begins with a quote.
pub(super) fn close(lexer: &mut Lexer<'_, Kind>) -> Kind {
    let rest = lexer.remainder().as_bytes();
    let line = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\n' | b'\r'))
        .unwrap_or(rest.len());
    if rest.get(line) == Some(&b'"') {
        lexer.bump(line + 1);
        return Kind::String;
    }
    let (source, at) = (lexer.source(), lexer.span().end);
    if lexer.extras.quotes_left(source.as_bytes(), at).is_multiple_of(2) {
        lexer.bump(line);
        return Kind::OpenString;
    }
    let end = line + rest[line..].iter().position(|byte| *byte == b'"').unwrap_or(0);
    lexer.bump(end + 1);
    Kind::String
}

impl Quotes {
    /// How many quotes stand between an offset and the end of its declaration.
    fn quotes_left(&mut self, source: &[u8], at: usize) -> usize {
        if at >= self.end {
            self.end = declaration_end(source, at);
            self.quotes = count(&source[at..self.end]);
        } else {
            self.quotes -= count(&source[self.counted..at]);
        }
        self.counted = at;
        self.quotes
    }
}

fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'"').count()
}

/// The first line break after an offset that a declaration keyword follows in column 0, or the end.
fn declaration_end(source: &[u8], at: usize) -> usize {
    let mut from = at;
    while let Some(line_break) = source[from..].iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        from += line_break + 1;
        let word = source[from..]
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric())
            .unwrap_or(0);
        let space = source.get(from + word).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        if space && std::str::from_utf8(&source[from..from + word]).is_ok_and(words::begins_line_in_column_0) {
            return from;
        }
    }
    source.len()
}
