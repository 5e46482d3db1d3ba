//! The kinds of raw tokens and how each is spelt.

use super::strings::{self, Quotes};
use logos::Logos;

/// What a raw token is.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[logos(extras = Quotes)]
pub enum Kind {
    /// A line break: `\n`, `\r\n` or `\n\r`.
    #[regex(r"\n\r?|\r\n")]
    Newline,
    /// Spaces and tabs; also a lone carriage return and a byte order mark.
    #[regex(r"[ \t\r\u{feff}]+")]
    Space,
    /// `--` and what follows on the line.
    #[regex(r"--[^\n\r]*", allow_greedy = true)]
    Comment,
    /// A word that begins with a small letter: a name or a keyword.
    #[regex("[a-z][A-Za-z0-9_]*")]
    Name,
    /// A word that begins with a capital letter.
    #[regex("[A-Z][A-Za-z0-9_]*")]
    Class,
    /// A word with a leading underscore or with characters outside ASCII.
    #[regex(r"[_\p{Alphabetic}][_\p{Alphabetic}\p{Mark}\p{Nd}]*", priority = 1)]
    OddName,
    /// Decimal digits.
    #[regex("[0-9]+", priority = 6)]
    Integer,
    /// Digits, a dot, digits.
    #[regex(r"[0-9]+\.[0-9]+", priority = 6)]
    Float,
    /// Digits that go on with letters or underscores.
    #[regex(r"[0-9]+[A-Za-z_][A-Za-z0-9_]*")]
    #[regex(r"[0-9]+\.[0-9]+[A-Za-z_][A-Za-z0-9_]*")]
    OddNumber,
    /// `"…"`.
    #[token("\"", strings::close)]
    String,
    /// `'…'` or `“…”` on one line.
    #[regex(r"'[^'\n\r]*'")]
    #[regex("[“„][^“”„\n\r]*[“”]")]
    OddString,
    /// A quote that nothing closes, with the rest of its line.
    OpenString,
    /// `%init_peer_id%`.
    #[token("%init_peer_id%")]
    InitPeerId,
    /// `⊤`.
    #[token("⊤")]
    Top,
    /// `⊥`.
    #[token("⊥")]
    Bottom,
    /// `(`.
    #[token("(")]
    ParenOpen,
    /// `)`.
    #[token(")")]
    ParenClose,
    /// `[`.
    #[token("[")]
    BracketOpen,
    /// `]`.
    #[token("]")]
    BracketClose,
    /// `{`.
    #[token("{")]
    BraceOpen,
    /// `}`.
    #[token("}")]
    BraceClose,
    /// `,`.
    #[token(",")]
    Comma,
    /// `:`.
    #[token(":")]
    Colon,
    /// `.`.
    #[token(".")]
    Dot,
    /// `=`.
    #[token("=")]
    Equals,
    /// `->`.
    #[token("->")]
    ArrowRight,
    /// `<-`.
    #[token("<-")]
    ArrowLeft,
    /// `<<-`.
    #[token("<<-")]
    Push,
    /// `+`.
    #[token("+")]
    Plus,
    /// `-`.
    #[token("-")]
    Minus,
    /// `*`.
    #[token("*")]
    Star,
    /// `/`.
    #[token("/")]
    Slash,
    /// `%`.
    #[token("%")]
    Percent,
    /// `**`.
    #[token("**")]
    Power,
    /// `<`.
    #[token("<")]
    Less,
    /// `<=`.
    #[token("<=")]
    LessEqual,
    /// `>`.
    #[token(">")]
    Greater,
    /// `>=`.
    #[token(">=")]
    GreaterEqual,
    /// `==`.
    #[token("==")]
    Equal,
    /// `!=`.
    #[token("!=")]
    NotEqual,
    /// `&&`.
    #[token("&&")]
    And,
    /// `||`.
    #[token("||")]
    Or,
    /// `!`.
    #[token("!")]
    Bang,
    /// `?`.
    #[token("?")]
    Question,
    /// Characters that mean nothing in Aqua.
    Unknown,
}

impl Kind {
    /// Whether the grammar never sees it: spaces, line breaks (layout makes its own of them) and comments.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Newline | Self::Space | Self::Comment)
    }
}
