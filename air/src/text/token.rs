//! Words and signs of AIR text, with the habits of the deployed interpreters.
//!
//! A word runs to the next whitespace or to a bracket that it didn't open. What kind of word it is gets decided
//! afterwards: keyword, constant, number, or else a variable whose first characters say what it stands for.

use super::edges::Edges;
use super::lens;
use crate::problem::{Problem, ProblemKind};
use crate::{Lens, Span, VariableKind};

/// What a literal or a word means. Texts are slices of the script.
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
    /// All of them.
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

    /// By [place](Self::place) the word as a number, its length and the keyword, so that finding one takes no decisions.
    const PLACES: [(u64, usize, Self); 16] = {
        let mut places = [(0, 0, Self::Null); 16];
        let mut next = 0;
        while next < Self::ALL.len() {
            let (word, keyword) = Self::ALL[next];
            let number = short(word.as_bytes());
            let place = &mut places[Self::place(number)];
            assert!(place.0 == 0, "each has a place of its own");
            *place = (number, word.len(), keyword);
            next += 1;
        }
        places
    };

    const fn place(number: u64) -> usize {
        (number.wrapping_mul(0x6f46_b83d_67fe_29a5) >> 60) as usize
    }

    /// The keyword that a piece of a text is.
    pub(super) fn at(text: &str, piece: Piece) -> Option<Self> {
        let length = (piece.end() - piece.start()) as usize;
        match text.as_bytes()[piece.start() as usize..].first_chunk() {
            Some(bytes) if (1..=8).contains(&length) => {
                let behind = 64 - 8 * length;
                Self::of_number(u64::from_le_bytes(*bytes) << behind >> behind, length)
            }
            _ => Self::of(piece.of(text)),
        }
    }

    fn of(word: &str) -> Option<Self> {
        let is_short = (1..=8).contains(&word.len());
        is_short
            .then(|| Self::of_number(short(word.as_bytes()), word.len()))
            .flatten()
    }

    /// The same for a word of such a length: behind it there may be zeros.
    fn of_number(number: u64, length: usize) -> Option<Self> {
        let (known, known_length, keyword) = Self::PLACES[Self::place(number)];
        (known == number && known_length == length).then_some(keyword)
    }
}

/// A word of at most eight bytes as a number.
const fn short(word: &[u8]) -> u64 {
    let mut number = 0;
    let mut place = 0;
    while place < word.len() {
        number |= (word[place] as u64) << (8 * place);
        place += 1;
    }
    number
}

/// A piece of the text before it is known what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) sign: Sign,
    /// Where it begins and ends, in one number, so that pieces stay in registers.
    bounds: u64,
}

impl Piece {
    fn new(sign: Sign, start: usize, end: usize) -> Self {
        let bounds = start as u64 | (end as u64) << 32;
        Self { sign, bounds }
    }

    /// Offset of its first byte.
    pub(super) fn start(self) -> u32 {
        self.bounds as u32
    }

    /// Offset just behind it.
    pub(super) fn end(self) -> u32 {
        (self.bounds >> 32) as u32
    }

    /// Its text.
    pub(super) fn of(self, text: &str) -> &str {
        &text[self.start() as usize..self.end() as usize]
    }

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

/// What begins with a byte.
#[derive(Clone, Copy)]
enum First {
    Bracket(Sign),
    Plain,
    Space,
    Other,
}

const FIRST: [First; 256] = {
    let mut first = [First::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        first[byte] = match byte as u8 {
            b'(' => First::Bracket(Sign::Open),
            b')' => First::Bracket(Sign::Close),
            b'[' => First::Bracket(Sign::OpenSquare),
            b']' => First::Bracket(Sign::CloseSquare),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => First::Plain,
            b' ' | b'\t'..=b'\r' => First::Space,
            _ => First::Other,
        };
        byte += 1;
    }
    first
};

/// Splits a text, not longer than `u32::MAX` bytes, into pieces.
#[derive(Clone)]
pub(super) struct Pieces<'a> {
    text: &'a str,
    edges: Edges<'a>,
}

impl<'a> Pieces<'a> {
    /// The pieces from an offset on.
    pub(super) fn from(text: &'a str, at: usize) -> Self {
        let edges = Edges::from(text.as_bytes(), at);
        Self { text, edges }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Piece {
        loop {
            let start = self.edges.peek();
            let Some(first) = self.text.as_bytes().get(start) else {
                return Piece::new(Sign::End, start, start);
            };
            self.edges.pass();
            let first = FIRST[usize::from(*first)];
            if let First::Bracket(sign) = first {
                return Piece::new(sign, start, start + 1);
            }
            if let First::Plain = first {
                return self.word(start);
            }
            if let Some(piece) = self.other(start) {
                return piece;
            }
        }
    }

    /// What begins with none of the usual bytes; nothing for a comment or whitespace.
    #[inline(never)]
    fn other(&mut self, start: usize) -> Option<Piece> {
        let rest = &self.text[start..];
        let first = rest.chars().next()?;
        match first {
            '"' => return Some(self.literal(start)),
            ';' => self.edges.pass_to(start + rest.find('\n').unwrap_or(rest.len())),
            space if space.is_whitespace() => self.edges.pass_to(start + space.len_utf8()),
            _ => return Some(self.odd_word(start, start)),
        }
        None
    }

    /// A word that begins with a plain byte.
    #[inline(always)]
    fn word(&mut self, start: usize) -> Piece {
        let end = self.edges.peek();
        // A word may go on with brackets that it opens itself.
        match self.text.as_bytes().get(end).map(|byte| FIRST[usize::from(*byte)]) {
            Some(First::Space) => self.edges.pass(),
            None | Some(First::Bracket(Sign::Close | Sign::CloseSquare)) => {}
            _ => return self.odd_word(start, end),
        }
        Piece::new(Sign::PlainWord, start, end)
    }

    /// A word that is plain up to an offset.
    #[inline(never)]
    fn odd_word(&mut self, start: usize, plain_end: usize) -> Piece {
        let end = plain_end + word_len(&self.text[plain_end..]);
        self.edges.pass_to(end);
        Piece::new(Sign::Word, start, end)
    }

    fn literal(&mut self, start: usize) -> Piece {
        let bytes = self.text.as_bytes();
        loop {
            let at = self.edges.peek();
            self.edges.pass();
            match bytes.get(at) {
                Some(b'"') => return Piece::new(Sign::Literal, start, at + 1),
                Some(_) => {}
                None => return Piece::new(Sign::Literal, start, at),
            }
        }
    }
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
    let word = piece.of(text);
    if piece.sign == Sign::PlainWord && word.len() > LONGEST_PLAIN_KEYWORD && word.as_bytes()[0].is_ascii_alphabetic() {
        return Ok(Token::Variable(VariableKind::Scalar, word, None));
    }
    if piece.sign != Sign::Literal {
        return classify(word, piece.start() as usize);
    }
    match word[1..].strip_suffix('"') {
        Some(text) => Ok(Token::Literal(text)),
        None => Err(problem(piece.start() as usize, word.len(), ProblemKind::UnclosedQuote)),
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
            for behind in ["", ")", " and more than eight bytes"] {
                let text = format!("{word}{behind}");
                let found = |length| Keyword::at(&text, Piece::new(Sign::Word, 0, length));
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
                    let found = Keyword::at(&text, Piece::new(Sign::Word, 0, other.len()));
                    assert_eq!((found, Keyword::of(&other)), (None, None), "{other:?}");
                }
            }
        }
        assert_eq!((Keyword::of(""), Keyword::of("\0")), (None, None));
    }

    #[test]
    fn words_and_literals_of_any_length_end_where_they_should() {
        let first = |text: &str| Pieces::from(text, 0).next();
        for len in 1..200 {
            let word = "w".repeat(len);
            assert_eq!(first(&word), Piece::new(Sign::PlainWord, 0, len));
            for behind in [" ", ")x", "]\"and more", "\n"] {
                assert_eq!(
                    first(&format!(" {word}{behind}")),
                    Piece::new(Sign::PlainWord, 1, len + 1)
                );
            }
            for behind in ["(a)", "[0]", ".$", "\u{e4}", "\""] {
                let end = 1 + len + behind.len();
                assert_eq!(
                    first(&format!("\n{word}{behind} and more")),
                    Piece::new(Sign::Word, 1, end)
                );
            }
            let literal = format!("\"{word}( \" \"more\"");
            assert_eq!(first(&literal), Piece::new(Sign::Literal, 0, len + 4));
            assert_eq!(first(&literal[..len + 3]), Piece::new(Sign::Literal, 0, len + 3));
        }
    }
}
