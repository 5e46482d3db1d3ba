//! The kinds of raw tokens and how each is spelt.

/// What a raw token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A line break: `\n`, `\r\n` or `\n\r`.
    Newline,
    /// Spaces and tabs.
    Space,
    /// `--` and what follows on the line.
    Comment,
    /// A word that begins with a small letter: a name or a keyword.
    Name,
    /// A word that begins with a capital letter.
    Class,
    /// A word with a leading underscore or with characters outside ASCII.
    OddName,
    /// Decimal digits.
    Integer,
    /// Digits, a dot, digits.
    Float,
    /// Digits that go on with letters or underscores.
    OddNumber,
    /// `"…"`.
    String,
    /// `'…'` on one line.
    OddString,
    /// A quote that nothing closes, with the rest of its line.
    OpenString,
    /// `%init_peer_id%`.
    InitPeerId,
    /// `⊤`.
    Top,
    /// `⊥`.
    Bottom,
    /// `(`.
    ParenOpen,
    /// `)`.
    ParenClose,
    /// `[`.
    BracketOpen,
    /// `]`.
    BracketClose,
    /// `{`.
    BraceOpen,
    /// `}`.
    BraceClose,
    /// `,`.
    Comma,
    /// `:`.
    Colon,
    /// `.`.
    Dot,
    /// `=`.
    Equals,
    /// `->`.
    ArrowRight,
    /// `<-`.
    ArrowLeft,
    /// `<<-`.
    Push,
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `*`.
    Star,
    /// `/`.
    Slash,
    /// `%`.
    Percent,
    /// `**`.
    Power,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `!`.
    Bang,
    /// `?`.
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
