//! The kinds of raw tokens and their patterns.

use super::strings::{self, QuoteCounter};
use logos::Logos;

/// The kind of a raw token.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[logos(extras = QuoteCounter)]
pub enum TokenKind {
    /// A line break: `\n`, `\r\n` or `\n\r`.
    #[regex(r"\n\r?|\r\n")]
    Newline,
    /// Spaces and tabs; also a lone carriage return or a byte order mark. Other spaces, such as no-break spaces, are reported.
    #[regex(r"[ \t\r\u{feff}\u{a0}\u{1680}\u{2000}-\u{200a}\u{202f}\u{205f}\u{3000}]+")]
    Space,
    /// `--` and the rest of the line.
    #[regex(r"--[^\n\r]*", allow_greedy = true)]
    Comment,
    /// A word that starts with a lowercase letter: a name or a keyword.
    #[regex("[a-z][A-Za-z0-9_]*")]
    Name,
    /// A word that starts with an uppercase letter.
    #[regex("[A-Z][A-Za-z0-9_]*")]
    UpperName,
    /// A word with a leading underscore or with non-ASCII characters.
    #[regex(r"[_\p{Alphabetic}][_\p{Alphabetic}\p{Mark}\p{Nd}]*", priority = 1)]
    InvalidName,
    /// Decimal digits.
    #[regex("[0-9]+", priority = 6)]
    Integer,
    /// Digits, a dot, digits.
    #[regex(r"[0-9]+\.[0-9]+", priority = 6)]
    Float,
    /// Digits followed by letters or underscores.
    #[regex(r"[0-9]+[A-Za-z_][A-Za-z0-9_]*")]
    #[regex(r"[0-9]+\.[0-9]+[A-Za-z_][A-Za-z0-9_]*")]
    InvalidNumber,
    /// `"…"`.
    #[token("\"", strings::close)]
    String,
    /// `'…'` or `“…”` on one line.
    #[regex(r"'[^'\n\r]*'")]
    #[regex("[“„][^“”„\n\r]*[“”]")]
    InvalidString,
    /// An unterminated string: a quote and the rest of its line.
    UnterminatedString,
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
    /// Unknown characters.
    Unknown,
}

impl TokenKind {
    /// Returns whether the token is whitespace, a line break or a comment. The grammar does not see these tokens.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Newline | Self::Space | Self::Comment)
    }
}
