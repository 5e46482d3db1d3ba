//! What the words of a line mean, and the forms that need a look ahead.
//!
//! No word is reserved, so `on`, `if` or `data` may be names. Which it is depends on the block a line stands in, on the
//! word's place in the line and on its neighbours; it is settled here, line by line, so that the grammar needs no look
//! ahead beyond one symbol. Forms that do are announced by a marker in front. Where a keyword was certainly meant but is
//! misspelt, or the `:` at the end is missing, that is reported and repaired, so the line still has its meaning.

mod forms;
mod repairs;

use crate::lines::Line;
use crate::report::Report;
use crate::terminals::{Terminal, Token};
use crate::tokens::Tokens;
use crate::words;
use aqua_diagnostics::{Diagnostic, Span};

/// What the lines of a block are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// Headers and declarations.
    File,
    /// Fields and methods.
    Members,
    /// Statements.
    Body,
}

/// What a line says about the lines below it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outlook {
    /// What the block below it is made of, if the line ends in `:`.
    pub opens: Option<Context>,
    /// Whether the form of the line needs that block.
    pub needs_body: bool,
}

/// Settles the words of a line that stands in a block of that kind.
pub(crate) fn settle(
    line: &mut Line<'_>,
    context: Context,
    tokens: &Tokens,
    text: &str,
    report: &mut Report,
) -> Outlook {
    let mut settling = Settling {
        line,
        tokens,
        text,
        report,
    };
    let head = match context {
        Context::File => settling.file_line(),
        Context::Members => settling.member(),
        Context::Body => settling.statement(),
    };
    settling.parameter_commas();
    let form = match head {
        Some(Terminal::Data | Terminal::Ability | Terminal::Service) => Some(Context::Members),
        Some(
            Terminal::Func
            | Terminal::On
            | Terminal::For
            | Terminal::Parseq
            | Terminal::If
            | Terminal::Else
            | Terminal::Otherwise
            | Terminal::Try
            | Terminal::Catch
            | Terminal::ClosureMark,
        ) => Some(Context::Body),
        _ => None,
    };
    if form.is_some() {
        settling.final_colon();
    }
    let colon = line
        .tokens
        .last()
        .is_some_and(|token| token.terminal == Terminal::Colon);
    Outlook {
        opens: colon.then(|| form.unwrap_or(Context::Body)),
        needs_body: colon && form.is_some(),
    }
}

/// Whether a line, or what is left of one, begins like a header or a declaration, or like a slip of one.
pub(crate) fn is_declaration(line: &[Token], tokens: &Tokens, text: &str) -> bool {
    line.first().is_some_and(|first| {
        let span = tokens.span(first.start as usize);
        let word = &text[span.start as usize..span.end as usize];
        words::begins_line_in_column_0(word)
            || [words::HEADERS, words::DECLARATIONS].iter().any(|set| {
                words::foreign(word, set)
                    .or_else(|| words::misspelt(word, set))
                    .is_some()
            })
    })
}

/// Whether a line is the head of a declaration with a block, wherever it stands: a keyword, a name, a `:` at the end.
pub(crate) fn is_declaration_head(line: &Line<'_>, tokens: &Tokens, text: &str) -> bool {
    let [first, second, .., last] = line.tokens.as_slice() else {
        return false;
    };
    let span = tokens.span(first.start as usize);
    words::DECLARATIONS.contains(&&text[span.start as usize..span.end as usize])
        && matches!(second.terminal, Terminal::Name | Terminal::Class)
        && last.terminal == Terminal::Colon
}

/// Whether a line can be nothing but a statement, wherever it stands.
pub(crate) fn is_plainly_statement(line: &Line<'_>, tokens: &Tokens, text: &str) -> bool {
    let [first, rest @ ..] = line.tokens.as_slice() else {
        return false;
    };
    let span = tokens.span(first.start as usize);
    let word = &text[span.start as usize..span.end as usize];
    match (first.terminal, rest) {
        (Terminal::ArrowLeft, _) => true,
        (Terminal::Name | Terminal::Class, [second, ..]) => match second.terminal {
            Terminal::Equals | Terminal::ArrowLeft | Terminal::Push | Terminal::Dot => true,
            Terminal::ParenOpen => second.start == first.end,
            Terminal::Colon => words::BARE_HEADS.contains(&word),
            _ => words::STATEMENTS.contains(&word),
        },
        _ => false,
    }
}

struct Settling<'l, 'a> {
    line: &'l mut Line<'a>,
    tokens: &'l Tokens,
    text: &'l str,
    report: &'l mut Report,
}

impl Settling<'_, '_> {
    /// A line outside blocks: its keyword, if it has one.
    fn file_line(&mut self) -> Option<Terminal> {
        if self.terminal(0) != Some(Terminal::Name) {
            return None;
        }
        let word = self.word(0);
        let meant = if words::begins_line_in_column_0(word) {
            word
        } else {
            self.follows_keyword(1)
                .then(|| self.repair(0, &[words::HEADERS, words::DECLARATIONS]))??
        };
        let keyword = words::keyword(meant)?;
        self.line.tokens[0].terminal = keyword;
        match keyword {
            Terminal::Aqua => self.infix(1, &["declares"]),
            Terminal::Import | Terminal::Use | Terminal::Export => self.infix(1, &["from", "as"]),
            _ => {}
        }
        Some(keyword)
    }

    /// A statement: its keyword or marker, behind `par` and `co`.
    fn statement(&mut self) -> Option<Terminal> {
        let mut at = 0;
        loop {
            self.drop_foreign_definition(at);
            if self.is_closure(at) {
                if self.terminal(at + 2) == Some(Terminal::Name) {
                    self.line.tokens[at + 2].terminal = Terminal::Func;
                }
                self.line.tokens.insert(at, self.marker(Terminal::ClosureMark, at));
                return Some(Terminal::ClosureMark);
            }
            if self.is_service_id(at) {
                self.line.tokens.insert(at, self.marker(Terminal::ServiceIdMark, at));
                return Some(Terminal::ServiceIdMark);
            }
            let keyword = words::keyword(self.statement_keyword(at)?)?;
            self.line.tokens[at].terminal = keyword;
            match keyword {
                Terminal::Par | Terminal::Co => at += 1,
                Terminal::Else => {
                    self.else_if(at);
                    return Some(keyword);
                }
                Terminal::On => {
                    self.infix(at + 1, &["via"]);
                    return Some(keyword);
                }
                Terminal::For => {
                    self.repair_in(at);
                    self.infix(self.after_arrow(at), &["par", "try", "rec"]);
                    return Some(keyword);
                }
                Terminal::Parseq => {
                    self.repair_in(at);
                    self.infix(self.after_arrow(at), &["on", "via"]);
                    return Some(keyword);
                }
                _ => return Some(keyword),
            }
        }
    }

    /// The statement keyword at a place, if the word there is one or was meant as one.
    fn statement_keyword(&mut self, at: usize) -> Option<&'static str> {
        if self.terminal(at) != Some(Terminal::Name) {
            return None;
        }
        let word = self.word(at);
        let last = at + 1 == self.line.tokens.len();
        let bare = last || (self.terminal(at + 1) == Some(Terminal::Colon) && at + 2 == self.line.tokens.len());
        if let Some(keyword) = words::BARE_HEADS.iter().find(|keyword| **keyword == word) {
            return (bare || self.follows_keyword(at + 1) || self.is_inline_block(at + 1)).then_some(*keyword);
        }
        if let Some(keyword) = words::STATEMENTS.iter().find(|keyword| **keyword == word) {
            let block = !matches!(word, "par" | "co" | "join");
            return ((bare && block) || self.follows_keyword(at + 1)).then_some(*keyword);
        }
        if bare && !last {
            return self.repair(at, &[words::BARE_HEADS]);
        }
        if !self.follows_keyword(at + 1) {
            return None;
        }
        self.foreign_statement(at).or_else(|| match self.terminal(at + 1) {
            // `fro x …`: two words in a row are nothing else.
            Some(Terminal::Name | Terminal::Class | Terminal::String) => self.repair_statement(at),
            _ => None,
        })
    }

    /// Finds keywords between values: a word after the end of a value, outside brackets, is one of these or nothing.
    fn infix(&mut self, from: usize, keywords: &[&'static str]) {
        let (mut depth, mut after_value) = (0_usize, false);
        for at in from..self.line.tokens.len() {
            let terminal = self.line.tokens[at].terminal;
            if terminal.closer().is_some() {
                depth += 1;
            } else if terminal.is_closer() {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 && after_value && terminal == Terminal::Name {
                let word = self.word(at);
                let known = keywords.iter().copied().find(|keyword| *keyword == word);
                if let Some(keyword) = known.or_else(|| self.repair(at, &[keywords])).and_then(words::keyword) {
                    self.line.tokens[at].terminal = keyword;
                    after_value = false;
                    continue;
                }
            }
            // A `!` ends a value if it stands after one.
            after_value = terminal.ends_value() || (after_value && terminal == Terminal::Bang);
        }
    }

    fn terminal(&self, at: usize) -> Option<Terminal> {
        self.line.tokens.get(at).map(|token| token.terminal)
    }

    /// The text of a token; empty past the end.
    fn word(&self, at: usize) -> &str {
        let span = self.span(at);
        &self.text[span.start as usize..span.end as usize]
    }

    /// Where a token stands; past the end, the end of the last one.
    fn span(&self, at: usize) -> Span {
        let last = self
            .line
            .tokens
            .last()
            .copied()
            .unwrap_or(Token::invisible(Terminal::Bad, 0));
        self.line
            .tokens
            .get(at)
            .map_or_else(|| self.span_of(last).after(), |token| self.span_of(*token))
    }

    fn span_of(&self, token: Token) -> Span {
        self.tokens.span_of(token.start as usize..token.end as usize)
    }

    /// Whether nothing stands between a token and the next.
    fn adjacent(&self, at: usize) -> bool {
        matches!(self.line.tokens.get(at..at + 2), Some([token, next]) if token.end == next.start)
    }

    fn marker(&self, terminal: Terminal, at: usize) -> Token {
        Token::invisible(terminal, self.line.tokens[at].start)
    }

    fn give(&mut self, message: Diagnostic) {
        self.line.report(self.report, message);
    }
}
