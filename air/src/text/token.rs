//! Words and signs of AIR text, with the habits of the deployed interpreters.
//!
//! A word runs to the next whitespace or to a bracket that it didn't open. What kind of word it is gets decided
//! afterwards: keyword, constant, number, or else a variable whose first characters say what it stands for.

use super::lens;
use crate::problem::{Problem, ProblemKind};
use crate::{Lens, Span, VariableKind};

/// What a literal or a word means. Texts are slices of the script.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
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

impl Keyword {
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "call" => Self::Call,
            "canon" => Self::Canon,
            "ap" => Self::Ap,
            "seq" => Self::Seq,
            "par" => Self::Par,
            "fail" => Self::Fail,
            "fold" => Self::Fold,
            "xor" => Self::Xor,
            "never" => Self::Never,
            "new" => Self::New,
            "next" => Self::Next,
            "null" => Self::Null,
            "match" => Self::Match,
            "mismatch" => Self::Mismatch,
            _ => return None,
        })
    }
}

/// A piece of the text before it is known what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) sign: Sign,
    /// Offset of its first byte.
    pub(super) start: u32,
    /// Offset just behind it.
    pub(super) end: u32,
}

impl Piece {
    pub(super) fn is_word(self) -> bool {
        matches!(self.sign, Sign::Word | Sign::PlainWord)
    }
}

/// What a piece is by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Open,
    Close,
    OpenSquare,
    CloseSquare,
    /// A text in quotes, quotes included; up to the end if it is never closed.
    Literal,
    /// Anything else.
    Word,
    /// A word of ASCII letters, digits, `_` and `-` alone.
    PlainWord,
    /// The end of the text.
    End,
}

/// Splits a text, not longer than `u32::MAX` bytes, into pieces.
#[derive(Debug, Clone)]
pub(super) struct Pieces<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Pieces<'a> {
    /// The pieces from an offset on.
    pub(super) fn from(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    pub(super) fn next(&mut self) -> Piece {
        let bytes = self.text.as_bytes();
        let mut start = self.at;
        let (sign, end) = loop {
            match bytes.get(start) {
                Some(b' ' | b'\t'..=b'\r') => start += 1,
                Some(b'(') => break (Sign::Open, start + 1),
                Some(b')') => break (Sign::Close, start + 1),
                Some(b'[') => break (Sign::OpenSquare, start + 1),
                Some(b']') => break (Sign::CloseSquare, start + 1),
                Some(b'"') => {
                    let end = start + 1 + literal_len(&bytes[start + 1..]);
                    break (Sign::Literal, (end + 1).min(bytes.len()));
                }
                Some(b';') => {
                    let rest = &self.text[start..];
                    start += rest.find('\n').unwrap_or(rest.len());
                }
                Some(0x80..) if self.text[start..].starts_with(char::is_whitespace) => {
                    start += self.text[start..].chars().next().map_or(1, char::len_utf8);
                }
                Some(_) => {
                    let (plain, is_whole) = plain_len(&bytes[start..]);
                    let end = start + plain;
                    if is_whole {
                        break (Sign::PlainWord, end);
                    }
                    break (Sign::Word, end + word_len(&self.text[end..]));
                }
                None => break (Sign::End, start),
            }
        };
        self.at = end;
        Piece {
            sign,
            start: start as u32,
            end: end as u32,
        }
    }
}

/// How many bytes at the beginning are those of plain words, and whether the word ends behind them.
fn plain_len(bytes: &[u8]) -> (usize, bool) {
    let mut len = 0;
    loop {
        let Some(eight) = bytes[len..].first_chunk() else {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            len += bytes[len..].iter().take_while(|byte| plain(byte)).count();
            break;
        };
        let plain = plain_of_eight(*eight);
        len += plain;
        if plain < 8 {
            break;
        }
    }
    // A word may go on with brackets that it opens itself.
    let ends = matches!(bytes.get(len), None | Some(b' ' | b'\t'..=b'\r' | b')' | b']'));
    (len, ends && len > 0)
}

/// A byte in each of eight.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each of eight bytes, where answers stand.
const HIGH: u64 = 0x80 * EACH;

/// The number of the first byte whose highest bit is set; 8 if there is none.
fn first_of_eight(high: u64) -> usize {
    high.trailing_zeros() as usize / 8
}

/// How many bytes at the beginning of eight are those of plain words.
fn plain_of_eight(eight: [u8; 8]) -> usize {
    let bytes = u64::from_le_bytes(eight);
    let ascii = bytes & !HIGH;
    // Whether an ASCII byte is one of these: no sum goes over into the next byte.
    let is_in = |bytes: u64, first: u8, last: u8| {
        (bytes + (0x80 - u64::from(first)) * EACH) & !(bytes + (0x7f - u64::from(last)) * EACH)
    };
    let letters = is_in(ascii | (0x20 * EACH), b'a', b'z');
    let plain = letters | is_in(ascii, b'0', b'9') | is_in(ascii, b'-', b'-') | is_in(ascii, b'_', b'_');
    first_of_eight((!plain | bytes) & HIGH)
}

/// How many bytes stand before the next `"`, or all.
fn literal_len(bytes: &[u8]) -> usize {
    let mut len = 0;
    while let Some(eight) = bytes[len..].first_chunk() {
        let others = u64::from_le_bytes(*eight) ^ (u64::from(b'"') * EACH);
        // The first zero byte is the first that this marks.
        let found = first_of_eight(others.wrapping_sub(EACH) & !others & HIGH);
        len += found;
        if found < 8 {
            return len;
        }
    }
    len + bytes[len..].iter().take_while(|byte| **byte != b'"').count()
}

/// A word may contain brackets as long as it opens them itself.
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

/// `mismatch`.
const LONGEST_PLAIN_KEYWORD: usize = 8;

/// Says what a piece is that is a literal or a word.
pub(super) fn token(text: &str, piece: Piece) -> Result<Token<'_>, Problem> {
    let word = &text[piece.start as usize..piece.end as usize];
    if piece.sign == Sign::PlainWord && word.len() > LONGEST_PLAIN_KEYWORD && word.as_bytes()[0].is_ascii_alphabetic() {
        return Ok(Token::Variable(VariableKind::Scalar, word, None));
    }
    if piece.sign != Sign::Literal {
        return classify(word, piece.start as usize);
    }
    match word[1..].strip_suffix('"') {
        Some(text) => Ok(Token::Literal(text)),
        None => Err(problem(piece.start as usize, word.len(), ProblemKind::UnclosedQuote)),
    }
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
fn classify(word: &str, start: usize) -> Result<Token<'_>, Problem> {
    if let Some(keyword) = Keyword::of(word) {
        return Ok(Token::Keyword(keyword));
    }
    match word {
        "%init_peer_id%" => return Ok(Token::InitPeerId),
        "%timestamp%" => return Ok(Token::Timestamp),
        "%ttl%" => return Ok(Token::Ttl),
        "true" => return Ok(Token::Boolean(true)),
        "false" => return Ok(Token::Boolean(false)),
        _ => {}
    }
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
    number_or_variable(word, start)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_are_looked_at_as_one_by_one() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut eight = *b"aZ09_-xQ";
                eight[place] = byte;
                let is_plain = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
                assert_eq!(
                    plain_of_eight(eight),
                    if is_plain { 8 } else { place },
                    "{byte} at {place}"
                );
                let is_end = byte == b'"';
                assert_eq!(literal_len(&eight), if is_end { place } else { 8 }, "{byte} at {place}");
            }
        }
    }

    #[test]
    fn words_and_literals_of_any_length_end_where_they_should() {
        for len in 0..40 {
            let word = "w".repeat(len);
            assert_eq!(plain_len(word.as_bytes()), (len, len > 0));
            for behind in [" ", ")x", "]\"and more", "\n"] {
                assert_eq!(plain_len(format!("{word}{behind}").as_bytes()), (len, len > 0));
            }
            for behind in ["(", "[", ".$", "\u{e4}", "\""] {
                assert_eq!(plain_len(format!("{word}{behind} and more").as_bytes()), (len, false));
            }
            assert_eq!(literal_len(format!("{word}\" \"more\"").as_bytes()), len);
        }
    }
}
