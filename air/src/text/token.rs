//! Words and signs of AIR text, with the habits of the deployed interpreters.
//!
//! A word runs to the next whitespace or to a bracket that it didn't open. What kind of word it is gets decided
//! afterwards: keyword, constant, number, or else a variable whose first characters say what it stands for.

use super::lens;
use crate::problem::{Problem, ProblemKind};
use crate::{Lens, Span, VariableKind};

/// One token. Texts are slices of the script.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    OpenSquare,
    CloseSquare,
    Keyword(Keyword),
    InitPeerId,
    Error(Option<Lens>),
    LastError(Option<Lens>),
    Timestamp,
    Ttl,
    Boolean(bool),
    Literal(&'a str),
    Integer(i64),
    Float(f64),
    Variable(VariableKind, &'a str, Option<Lens>),
}

/// The first word of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Call,
    Canon,
    Ap,
    Seq,
    Par,
    Fail,
    Fold,
    Xor,
    Never,
    New,
    Next,
    Null,
    Match,
    Mismatch,
}

/// Where a token stands in the text.
pub(super) type Range = std::ops::Range<u32>;

/// Splits a text, not longer than `u32::MAX` bytes, into tokens.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The end of the text.
    pub(super) fn end(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with(';') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Result<(Token<'a>, Range), Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blank();
        let start = self.at;
        let rest = &self.text[start..];
        let (token, len) = match rest.as_bytes().first()? {
            b'(' => (Ok(Token::Open), 1),
            b')' => (Ok(Token::Close), 1),
            b'[' => (Ok(Token::OpenSquare), 1),
            b']' => (Ok(Token::CloseSquare), 1),
            b'"' => match rest[1..].find('"') {
                Some(len) => (Ok(Token::Literal(&rest[1..=len])), len + 2),
                None => (Err(problem(start, rest.len(), ProblemKind::UnclosedQuote)), rest.len()),
            },
            _ => {
                let word = &rest[..word_len(rest)];
                (classify(word, start), word.len())
            }
        };
        self.at += len;
        Some(token.map(|token| (token, start as u32..self.at as u32)))
    }
}

/// A word may contain brackets as long as it opens them itself.
fn word_len(rest: &str) -> usize {
    let (mut round, mut square) = (0_i64, 0_i64);
    for (at, char) in rest.char_indices() {
        match char {
            '(' => round += 1,
            ')' => round -= 1,
            '[' => square += 1,
            ']' => square -= 1,
            char if char.is_whitespace() => return at,
            _ => continue,
        }
        if round < 0 || square < 0 {
            return at;
        }
    }
    rest.len()
}

fn problem(start: usize, len: usize, kind: ProblemKind) -> Problem {
    Problem {
        span: Span {
            left: start as u32,
            right: (start + len) as u32,
        },
        kind,
    }
}

/// Says what a word is; `start` is its place in the text.
pub(super) fn classify(word: &str, start: usize) -> Result<Token<'_>, Problem> {
    let keyword = match word {
        "call" => Keyword::Call,
        "canon" => Keyword::Canon,
        "ap" => Keyword::Ap,
        "seq" => Keyword::Seq,
        "par" => Keyword::Par,
        "fail" => Keyword::Fail,
        "fold" => Keyword::Fold,
        "xor" => Keyword::Xor,
        "never" => Keyword::Never,
        "new" => Keyword::New,
        "next" => Keyword::Next,
        "null" => Keyword::Null,
        "match" => Keyword::Match,
        "mismatch" => Keyword::Mismatch,
        "%init_peer_id%" => return Ok(Token::InitPeerId),
        "%timestamp%" => return Ok(Token::Timestamp),
        "%ttl%" => return Ok(Token::Ttl),
        "true" => return Ok(Token::Boolean(true)),
        "false" => return Ok(Token::Boolean(false)),
        _ => {
            for (name, token) in [
                (":error:", Token::Error as fn(_) -> _),
                ("%last_error%", Token::LastError),
            ] {
                if let Some(rest) = word.strip_prefix(name) {
                    let lens = Some(rest).filter(|rest| !rest.is_empty());
                    return Ok(token(
                        lens.map(|text| lens::parse(text, start + name.len())).transpose()?,
                    ));
                }
            }
            return number_or_variable(word, start);
        }
    };
    Ok(Token::Keyword(keyword))
}

fn number_or_variable(word: &str, start: usize) -> Result<Token<'_>, Problem> {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    let digits = unsigned.find(|char: char| !char.is_numeric()).unwrap_or(unsigned.len());
    let (digits_end, rest) = (word.len() - unsigned.len() + digits, &unsigned[digits..]);
    if rest.is_empty() {
        return integer(word, start);
    }
    let Some(fraction) = rest.strip_prefix('.') else {
        return variable(word, start);
    };
    if digits == 0 {
        return Err(problem(start + digits_end, 1, ProblemKind::LeadingDot));
    }
    match fraction.char_indices().find(|(_, char)| !char.is_numeric()) {
        Some((at, char)) => Err(problem(
            start + digits_end + 1 + at,
            char.len_utf8(),
            ProblemKind::CharacterInNumber,
        )),
        None => float(word, start),
    }
}

fn integer(word: &str, start: usize) -> Result<Token<'_>, Problem> {
    let bad = |error: std::num::ParseIntError| problem(start, word.len(), ProblemKind::BadNumber(error.to_string()));
    word.parse().map(Token::Integer).map_err(bad)
}

/// Longest text of a float, in bytes.
pub(crate) const MAX_FLOAT_LEN: usize = 11;

fn float(word: &str, start: usize) -> Result<Token<'_>, Problem> {
    if word.len() > MAX_FLOAT_LEN {
        return Err(problem(start, word.len(), ProblemKind::FloatTooLong));
    }
    let bad = |error: std::num::ParseFloatError| problem(start, word.len(), ProblemKind::BadNumber(error.to_string()));
    word.parse().map(Token::Float).map_err(bad)
}

/// A name with its tag, then perhaps a lens that starts at the first point.
///
/// Two habits are kept as they are in the field. A `%` in second place makes a canonical map of any name, and a tagged name
/// of one character can't have a lens.
fn variable(word: &str, start: usize) -> Result<Token<'_>, Problem> {
    let bytes = word.as_bytes();
    let (kind, tag_len) = match (bytes[0], bytes.get(1)) {
        (_, Some(b'%')) => (VariableKind::CanonMap, 2),
        (b'#', Some(b'$')) => (VariableKind::CanonStream, 2),
        (b'#', _) => (VariableKind::CanonStream, 1),
        (b'$', _) => (VariableKind::Stream, 1),
        (b'%', _) => (VariableKind::StreamMap, 1),
        _ => (VariableKind::Scalar, 0),
    };
    for (at, char) in word.char_indices() {
        match char {
            '.' => return with_lens(word, at, kind, start),
            // The tag, or a sign that got this far as a possible number.
            '$' | '#' | '%' | '+' if at == 0 => {}
            '$' | '%' if at == 1 && tag_len == 2 => {}
            char if is_name_char(char) => {}
            char => return Err(problem(start + at, char.len_utf8(), ProblemKind::BadCharacter)),
        }
    }
    match (tag_len, word.len()) {
        (1, 1) => Err(problem(start, 1, ProblemKind::EmptyTaggedName)),
        (2, 2) => Err(problem(start + 1, 1, ProblemKind::EmptyCanonName)),
        _ => Ok(Token::Variable(kind, word, None)),
    }
}

fn with_lens(word: &str, at: usize, kind: VariableKind, start: usize) -> Result<Token<'_>, Problem> {
    let (name, lens) = word.split_at(at);
    if kind != VariableKind::Scalar && at <= 2 {
        return Err(problem(start + at - 1, 1, ProblemKind::EmptyCanonName));
    }
    let last = lens.len() - 1;
    let allowed = |at, char| is_lens_char(char) || (char == '!' && at == last);
    let bad = lens.char_indices().find(|(at, char)| !allowed(*at, *char));
    if let Some((within, char)) = bad {
        return Err(problem(
            start + at + within,
            char.len_utf8(),
            ProblemKind::BadCharacterInLens,
        ));
    }
    Ok(Token::Variable(kind, name, Some(lens::parse(lens, start + at)?)))
}

fn is_name_char(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-')
}

fn is_lens_char(char: char) -> bool {
    is_name_char(char)
        || matches!(
            char,
            '$' | '@' | '[' | ']' | '(' | ')' | ':' | '?' | '.' | '*' | ',' | '"' | '\''
        )
}
