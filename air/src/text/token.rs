//! Classifies words and literals of AIR text, with the quirks of the deployed interpreters.
//!
//! A word is a keyword, a constant, a number, or else a variable whose prefix determines its kind.

use super::lens;
use super::lexer::{Lexeme, TokenKind};
use crate::problem::{Problem, ProblemKind};
use crate::{Lens, TextRange, VariableKind};

/// The meaning of a literal or a word. Strings are slices of the script.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    Keyword(Keyword),
    InitPeerId,
    Error(Option<Box<Lens>>),
    LastError(Option<Box<Lens>>),
    Timestamp,
    Ttl,
    Boolean(bool),
    Literal(&'a str),
    Integer(i64),
    Float(f64),
    Variable(VariableKind, &'a str, Option<Box<Lens>>),
}

/// The keyword of an instruction.
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
    const ALL: [(&'static str, Self); 14] = [
        ("call", Self::Call),
        ("canon", Self::Canon),
        ("ap", Self::Ap),
        ("seq", Self::Seq),
        ("par", Self::Par),
        ("fail", Self::Fail),
        ("fold", Self::Fold),
        ("xor", Self::Xor),
        ("never", Self::Never),
        ("new", Self::New),
        ("next", Self::Next),
        ("null", Self::Null),
        ("match", Self::Match),
        ("mismatch", Self::Mismatch),
    ];

    /// A perfect hash table, indexed by [`slot`](Self::slot): the word as a number, its length and the keyword. A lookup does
    /// not branch.
    const TABLE: [(u64, usize, Self); 16] = {
        let mut table = [(0, 0, Self::Null); 16];
        let mut next = 0;
        while next < Self::ALL.len() {
            let (word, keyword) = Self::ALL[next];
            let number = as_number(word.as_bytes());
            let entry = &mut table[Self::slot(number)];
            assert!(entry.0 == 0, "the hash has no collisions");
            *entry = (number, word.len(), keyword);
            next += 1;
        }
        table
    };

    const fn slot(number: u64) -> usize {
        (number.wrapping_mul(0x6f46_b83d_67fe_29a5) >> 60) as usize
    }

    /// Returns the keyword that a lexeme spells.
    pub(super) fn from_lexeme(text: &str, lexeme: Lexeme) -> Option<Self> {
        let length = (lexeme.end() - lexeme.start()) as usize;
        match text.as_bytes()[lexeme.start() as usize..].first_chunk() {
            Some(bytes) if (1..=8).contains(&length) => {
                let unused = 64 - 8 * length;
                Self::from_number(u64::from_le_bytes(*bytes) << unused >> unused, length)
            }
            _ => Self::from_word(lexeme.slice(text)),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let is_short = (1..=8).contains(&word.len());
        is_short
            .then(|| Self::from_number(as_number(word.as_bytes()), word.len()))
            .flatten()
    }

    /// Compares the length too, because a word that ends in zero bytes has the same number as the word without them.
    fn from_number(number: u64, length: usize) -> Option<Self> {
        let (known, known_length, keyword) = Self::TABLE[Self::slot(number)];
        (known == number && known_length == length).then_some(keyword)
    }
}

/// Returns a word of at most eight bytes as a little-endian number.
const fn as_number(word: &[u8]) -> u64 {
    let mut number = 0;
    let mut index = 0;
    while index < word.len() {
        number |= (word[index] as u64) << (8 * index);
        index += 1;
    }
    number
}

/// Length of `mismatch`.
const LONGEST_PLAIN_KEYWORD: usize = 8;

/// Determines the meaning of a lexeme that is a literal or a word.
pub(super) fn classify(text: &str, lexeme: Lexeme) -> Result<Token<'_>, Problem> {
    let word = lexeme.slice(text);
    if lexeme.kind == TokenKind::PlainWord
        && word.len() > LONGEST_PLAIN_KEYWORD
        && word.as_bytes()[0].is_ascii_alphabetic()
    {
        return Ok(Token::Variable(VariableKind::Scalar, word, None));
    }
    if lexeme.kind != TokenKind::Literal {
        return classify_word(word, lexeme.start() as usize);
    }
    match word[1..].strip_suffix('"') {
        Some(text) => Ok(Token::Literal(text)),
        None => Err(problem(
            lexeme.start() as usize,
            word.len(),
            ProblemKind::UnterminatedLiteral,
        )),
    }
}

fn problem(start: usize, len: usize, kind: ProblemKind) -> Problem {
    Problem {
        span: TextRange {
            start: start as u32,
            end: (start + len) as u32,
        },
        kind,
    }
}

/// Determines the meaning of a word. `start` is its offset in the script.
fn classify_word(word: &str, start: usize) -> Result<Token<'_>, Problem> {
    if let Some(keyword) = Keyword::from_word(word) {
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
                lens.map(|text| lens::parse(text, start + name.len()).map(Box::new))
                    .transpose()?,
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
            ProblemKind::NonDigitInFraction,
        )),
        None => float(word, start),
    }
}

fn integer(word: &str, start: usize) -> Result<Token<'_>, Problem> {
    let invalid =
        |error: std::num::ParseIntError| problem(start, word.len(), ProblemKind::InvalidNumber(error.to_string()));
    word.parse().map(Token::Integer).map_err(invalid)
}

/// Maximum length of a float in AIR text, in bytes.
pub(crate) const MAX_FLOAT_LEN: usize = 11;

fn float(word: &str, start: usize) -> Result<Token<'_>, Problem> {
    if word.len() > MAX_FLOAT_LEN {
        return Err(problem(start, word.len(), ProblemKind::FloatTooLong));
    }
    let invalid =
        |error: std::num::ParseFloatError| problem(start, word.len(), ProblemKind::InvalidNumber(error.to_string()));
    word.parse().map(Token::Float).map_err(invalid)
}

/// Parses a name with its tag and an optional lens, which starts at the first dot.
///
/// Keeps two quirks of the deployed interpreters: a `%` as the second character makes any name a canonical map, and a tagged
/// name of one character can't have a lens.
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
            // The tag, or the sign of what might have been a number.
            '$' | '#' | '%' | '+' if at == 0 => {}
            '$' | '%' if at == 1 && tag_len == 2 => {}
            char if is_name_char(char) => {}
            char => return Err(problem(start + at, char.len_utf8(), ProblemKind::InvalidCharacter)),
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
    let invalid = lens.char_indices().find(|(at, char)| !allowed(*at, *char));
    if let Some((within, char)) = invalid {
        return Err(problem(
            start + at + within,
            char.len_utf8(),
            ProblemKind::InvalidCharacterInLens,
        ));
    }
    Ok(Token::Variable(
        kind,
        name,
        Some(Box::new(lens::parse(lens, start + at)?)),
    ))
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
    fn keywords_are_whole_words() {
        for (word, keyword) in Keyword::ALL {
            for suffix in ["", ")", " and more than eight bytes"] {
                let text = format!("{word}{suffix}");
                let found = |length| Keyword::from_lexeme(&text, Lexeme::new(TokenKind::Word, 0, length));
                assert_eq!(found(word.len()), Some(keyword), "{text}");
                assert_eq!(found(word.len() - 1), None, "{text}");
            }
            for other in [
                format!("{word}\0"),
                format!("{word}s"),
                format!("\0{word}"),
                word.to_uppercase(),
            ] {
                for text in [other.clone(), format!("{other} and more")] {
                    let found = Keyword::from_lexeme(&text, Lexeme::new(TokenKind::Word, 0, other.len()));
                    assert_eq!((found, Keyword::from_word(&other)), (None, None), "{other:?}");
                }
            }
        }
        assert_eq!((Keyword::from_word(""), Keyword::from_word("\0")), (None, None));
    }
}
