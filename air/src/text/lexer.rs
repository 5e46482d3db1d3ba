//! Splits AIR text into lexemes.
//!
//! A word extends to the next whitespace or to a bracket that it did not open. Its meaning is determined later, by
//! [`classify`](super::token::classify).

use super::boundaries::BoundaryScanner;

/// A slice of the text with its lexical kind. Its meaning is not determined yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) kind: TokenKind,
    /// Start in the low half, end in the high half, so that a lexeme fits into two registers.
    bounds: u64,
}

impl Lexeme {
    pub(super) fn new(kind: TokenKind, start: usize, end: usize) -> Self {
        let bounds = start as u64 | (end as u64) << 32;
        Self { kind, bounds }
    }

    /// Returns the offset of the first byte.
    pub(super) fn start(self) -> u32 {
        self.bounds as u32
    }

    /// Returns the offset after the last byte.
    pub(super) fn end(self) -> u32 {
        (self.bounds >> 32) as u32
    }

    /// Returns the slice of the script.
    pub(super) fn slice(self, text: &str) -> &str {
        &text[self.start() as usize..self.end() as usize]
    }

    pub(super) fn is_word(self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::PlainWord)
    }
}

/// The lexical kind of a lexeme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Open,
    Close,
    OpenSquare,
    CloseSquare,
    /// A string with its quotes. Extends to the end of the text if it is unterminated.
    Literal,
    /// Any other word.
    Word,
    /// A word that consists of ASCII letters, digits, `_` and `-`.
    PlainWord,
    /// The end of the text.
    End,
}

/// The class of a byte at the start of a lexeme.
#[derive(Clone, Copy)]
enum First {
    Bracket(TokenKind),
    Plain,
    Space,
    Other,
}

const FIRST: [First; 256] = {
    let mut first = [First::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        first[byte] = match byte as u8 {
            b'(' => First::Bracket(TokenKind::Open),
            b')' => First::Bracket(TokenKind::Close),
            b'[' => First::Bracket(TokenKind::OpenSquare),
            b']' => First::Bracket(TokenKind::CloseSquare),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => First::Plain,
            b' ' | b'\t'..=b'\r' => First::Space,
            _ => First::Other,
        };
        byte += 1;
    }
    first
};

/// Splits a text of at most `u32::MAX` bytes into lexemes.
#[derive(Clone)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    boundaries: BoundaryScanner<'a>,
}

impl<'a> Lexer<'a> {
    /// Starts at `offset`.
    pub(super) fn new(text: &'a str, offset: usize) -> Self {
        let boundaries = BoundaryScanner::new(text.as_bytes(), offset);
        Self { text, boundaries }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Lexeme {
        loop {
            let start = self.boundaries.peek();
            let Some(first) = self.text.as_bytes().get(start) else {
                return Lexeme::new(TokenKind::End, start, start);
            };
            self.boundaries.advance();
            let first = FIRST[usize::from(*first)];
            if let First::Bracket(kind) = first {
                return Lexeme::new(kind, start, start + 1);
            }
            if let First::Plain = first {
                return self.word(start);
            }
            if let Some(lexeme) = self.uncommon(start) {
                return lexeme;
            }
        }
    }

    /// Handles all first bytes other than brackets, word bytes and ASCII whitespace. Returns `None` after a comment or
    /// whitespace.
    #[inline(never)]
    fn uncommon(&mut self, start: usize) -> Option<Lexeme> {
        let rest = &self.text[start..];
        let first = rest.chars().next()?;
        match first {
            '"' => return Some(self.literal(start)),
            ';' => self
                .boundaries
                .advance_to(start + rest.find('\n').unwrap_or(rest.len())),
            space if space.is_whitespace() => self.boundaries.advance_to(start + space.len_utf8()),
            _ => return Some(self.mixed_word(start, start)),
        }
        None
    }

    /// Lexes a word whose first byte is a word byte.
    #[inline(always)]
    fn word(&mut self, start: usize) -> Lexeme {
        let end = self.boundaries.peek();
        // A word may continue with brackets that it opens itself.
        match self.text.as_bytes().get(end).map(|byte| FIRST[usize::from(*byte)]) {
            Some(First::Space) => self.boundaries.advance(),
            None | Some(First::Bracket(TokenKind::Close | TokenKind::CloseSquare)) => {}
            _ => return self.mixed_word(start, end),
        }
        Lexeme::new(TokenKind::PlainWord, start, end)
    }

    /// Lexes a word that has only word bytes up to `plain_end`.
    #[inline(never)]
    fn mixed_word(&mut self, start: usize, plain_end: usize) -> Lexeme {
        let end = plain_end + word_len(&self.text[plain_end..]);
        self.boundaries.advance_to(end);
        Lexeme::new(TokenKind::Word, start, end)
    }

    fn literal(&mut self, start: usize) -> Lexeme {
        let bytes = self.text.as_bytes();
        loop {
            let at = self.boundaries.peek();
            self.boundaries.advance();
            match bytes.get(at) {
                Some(b'"') => return Lexeme::new(TokenKind::Literal, start, at + 1),
                Some(_) => {}
                None => return Lexeme::new(TokenKind::Literal, start, at),
            }
        }
    }
}

/// Returns the length of the rest of a word, which may contain brackets as long as it opens them itself.
fn word_len(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut round, mut square) = (0_i64, 0_i64);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'(' => round += 1,
            b')' => round -= 1,
            b'[' => square += 1,
            b']' => square -= 1,
            b' ' | b'\t'..=b'\r' => return at,
            0x80.. => {
                let char = rest[at..].chars().next().expect("there is a byte left");
                if char.is_whitespace() {
                    return at;
                }
                at += char.len_utf8();
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        }
        if round < 0 || square < 0 {
            return at;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_literals_of_any_length_have_the_right_bounds() {
        let first = |text: &str| Lexer::new(text, 0).next();
        for len in 1..200 {
            let word = "w".repeat(len);
            assert_eq!(first(&word), Lexeme::new(TokenKind::PlainWord, 0, len));
            for suffix in [" ", ")x", "]\"and more", "\n"] {
                assert_eq!(
                    first(&format!(" {word}{suffix}")),
                    Lexeme::new(TokenKind::PlainWord, 1, len + 1)
                );
            }
            for suffix in ["(a)", "[0]", ".$", "\u{e4}", "\""] {
                let end = 1 + len + suffix.len();
                assert_eq!(
                    first(&format!("\n{word}{suffix} and more")),
                    Lexeme::new(TokenKind::Word, 1, end)
                );
            }
            let literal = format!("\"{word}( \" \"more\"");
            assert_eq!(first(&literal), Lexeme::new(TokenKind::Literal, 0, len + 4));
            assert_eq!(first(&literal[..len + 3]), Lexeme::new(TokenKind::Literal, 0, len + 3));
        }
    }
}
