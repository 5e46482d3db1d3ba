//! What the words of a line mean, and the forms that need a look ahead.
//!
//! No word is reserved, so `on`, `if` or `data` may be names. Which it is depends on the block a line stands in, on the
//! word's place in the line and on its neighbours; it is settled here, line by line, so that the grammar needs no look
//! ahead beyond one symbol. Forms that do are announced by a marker in front. Where a keyword was certainly meant but is
//! misspelt, or the `:` at the end is missing, that is reported and repaired, so the line still has its meaning.

use crate::lines::Line;
use crate::terminals::{Terminal, Token};
use crate::tokens::Tokens;
use crate::{codes, words};
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
    report: &mut Vec<Diagnostic>,
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

struct Settling<'l, 'a> {
    line: &'l mut Line<'a>,
    tokens: &'l Tokens,
    text: &'l str,
    report: &'l mut Vec<Diagnostic>,
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

    /// A line of `data`, `ability` or `service`. There are no keywords, but people write `func`.
    fn member(&mut self) -> Option<Terminal> {
        if self.terminal(0) == Some(Terminal::Name) && self.terminal(1) == Some(Terminal::Name) {
            let (word, span) = (self.word(0), self.span(0));
            if word == "func" || words::foreign(word, &["func"]).is_some() {
                let gap = span.file.span(span.start, self.span(1).start);
                let message = format!("there is no `{word}` in front of a method");
                self.give(Diagnostic::error(codes::UNEXPECTED, span, message).fix("remove it", gap, ""));
                self.line.tokens.remove(0);
            }
        }
        None
    }

    /// A statement: its keyword or marker, behind `par` and `co`.
    fn statement(&mut self) -> Option<Terminal> {
        let mut at = 0;
        loop {
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
                    self.infix(self.after_arrow(at), &["par", "try", "rec"]);
                    return Some(keyword);
                }
                Terminal::Parseq => {
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
            return (bare || self.follows_keyword(at + 1)).then_some(*keyword);
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
            Some(Terminal::Name | Terminal::Class | Terminal::String) => self.repair(at, &[words::STATEMENTS]),
            _ => None,
        })
    }

    /// `return x`, `let x = 1`, `elif x:`: what other languages have and Aqua writes otherwise.
    fn foreign_statement(&mut self, at: usize) -> Option<&'static str> {
        let (word, span) = (self.word(at), self.span(at));
        let next = self.span(at + 1).start;
        let name = self.terminal(at + 1) == Some(Terminal::Name);
        match word {
            "return" => {
                let message = Diagnostic::error(codes::FOREIGN_KEYWORD, span, "there is no `return`");
                self.give(message.label("results are given by `<-`").fix("write `<-`", span, "<-"));
                self.line.tokens[at].terminal = Terminal::ArrowLeft;
            }
            "let" | "var" | "val" if name => {
                let message = Diagnostic::error(codes::FOREIGN_KEYWORD, span, format!("there is no `{word}`"));
                let message = message.label("a name is defined by `name = value` alone");
                self.give(message.fix("remove it", span.file.span(span.start, next), ""));
                self.line.tokens.remove(at);
            }
            "elif" | "elseif" | "elsif" => {
                self.give_else_if(span);
                self.keep_bare_else(at);
                return Some("else");
            }
            _ => {}
        }
        None
    }

    /// `else if x:` becomes `else:`.
    fn else_if(&mut self, at: usize) {
        if self.terminal(at + 1) == Some(Terminal::Name) && self.word(at + 1) == "if" {
            self.give_else_if(self.span(at).to(self.span(at + 1)));
            self.keep_bare_else(at);
        }
    }

    fn give_else_if(&mut self, span: Span) {
        let message = Diagnostic::error(codes::ELSE_IF, span, "there is no `else if`");
        self.give(message.help("write `else:` and put the `if` into its block, indented once more"));
    }

    fn keep_bare_else(&mut self, at: usize) {
        let colon = self
            .line
            .tokens
            .last()
            .filter(|token| token.terminal == Terminal::Colon)
            .copied();
        self.line.tokens.truncate(at + 1);
        self.line.tokens.extend(colon);
    }

    /// Turns a word into the keyword it is a slip of, or that another language's word stands for, and reports it.
    fn repair(&mut self, at: usize, sets: &[&[&'static str]]) -> Option<&'static str> {
        let (word, span) = (self.word(at), self.span(at));
        let foreign = sets.iter().find_map(|words| words::foreign(word, words));
        let (code, meant) = match foreign {
            Some(meant) => (codes::FOREIGN_KEYWORD, meant),
            None => (
                codes::MISSPELT_KEYWORD,
                sets.iter().find_map(|words| words::misspelt(word, words))?,
            ),
        };
        let message = Diagnostic::error(code, span, format!("`{word}` is not a keyword"));
        self.give(
            message
                .label(format!("did you mean `{meant}`?"))
                .fix(format!("write `{meant}`"), span, meant),
        );
        Some(meant)
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

    /// The place after the first `<-`.
    fn after_arrow(&self, at: usize) -> usize {
        let arrow = self
            .line
            .tokens
            .iter()
            .position(|token| token.terminal == Terminal::ArrowLeft);
        arrow.map_or(self.line.tokens.len(), |arrow| arrow.max(at) + 1)
    }

    /// Whether what stands at a place can follow a keyword, rather than a name. Brackets and `!` right after a word
    /// belong to it, unless the line is the head of a block.
    fn follows_keyword(&self, at: usize) -> bool {
        let block = self
            .line
            .tokens
            .last()
            .is_some_and(|token| token.terminal == Terminal::Colon);
        let apart = at.checked_sub(1).is_none_or(|before| {
            let end = self.line.tokens[before].end;
            self.line.tokens.get(at).is_some_and(|token| token.start > end)
        });
        match self.terminal(at) {
            Some(
                Terminal::Name
                | Terminal::Class
                | Terminal::Integer
                | Terminal::Float
                | Terminal::String
                | Terminal::InitPeerId,
            ) => true,
            Some(Terminal::ParenOpen) => apart || block,
            Some(Terminal::BracketOpen | Terminal::Question | Terminal::Bang) => apart,
            Some(Terminal::Star) => self.terminal(at + 1) == Some(Terminal::BracketOpen) && self.adjacent(at),
            Some(Terminal::Minus) => apart && self.adjacent(at) && block,
            _ => false,
        }
    }

    /// `name = (a: T) -> U:` and `name = func (…):`, told from values by what follows the bracket.
    fn is_closure(&self, at: usize) -> bool {
        if !matches!(self.terminal(at), Some(Terminal::Name | Terminal::Class))
            || self.terminal(at + 1) != Some(Terminal::Equals)
        {
            return false;
        }
        let mut next = at + 2;
        if self.terminal(next) == Some(Terminal::Name) && self.word(next) == "func" {
            next += 1;
        }
        if self.terminal(next) == Some(Terminal::BraceOpen) {
            next = self.after_brackets(next);
        }
        self.terminal(next) == Some(Terminal::ParenOpen)
            && matches!(
                self.terminal(self.after_brackets(next)),
                Some(Terminal::ArrowRight | Terminal::Colon)
            )
    }

    /// `Service "id"`, `Module.Service id`: a dotted name, a space, a value.
    fn is_service_id(&self, at: usize) -> bool {
        let mut next = at;
        let mut last = None;
        while let Some(terminal @ (Terminal::Name | Terminal::Class)) = self.terminal(next) {
            last = Some(terminal);
            next += 1;
            if self.terminal(next) != Some(Terminal::Dot) {
                break;
            }
            next += 1;
        }
        let value = match self.terminal(next) {
            Some(Terminal::Name | Terminal::Class | Terminal::String | Terminal::InitPeerId) => true,
            Some(Terminal::ParenOpen) => self.line.tokens[next].start > self.line.tokens[next - 1].end,
            _ => false,
        };
        last == Some(Terminal::Class) && value
    }

    /// The place after the bracket that closes the one at a place. Brackets are balanced.
    fn after_brackets(&self, at: usize) -> usize {
        let mut depth = 0_usize;
        for (offset, token) in self.line.tokens[at..].iter().enumerate() {
            if token.terminal.closer().is_some() {
                depth += 1;
            } else if token.terminal.is_closer() {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + offset + 1;
                }
            }
        }
        self.line.tokens.len()
    }

    /// Tells commas between parameters from commas between types: `name:` follows.
    fn parameter_commas(&mut self) {
        let mut depth = 0_usize;
        for at in 0..self.line.tokens.len() {
            let terminal = self.line.tokens[at].terminal;
            if terminal.closer().is_some() {
                depth += 1;
            } else if terminal.is_closer() {
                depth = depth.saturating_sub(1);
            } else if terminal == Terminal::Comma
                && depth > 0
                && matches!(self.terminal(at + 1), Some(Terminal::Name | Terminal::Class))
                && self.terminal(at + 2) == Some(Terminal::Colon)
            {
                self.line.tokens[at].terminal = Terminal::ParameterComma;
            }
        }
    }

    /// Supplies a missing `:` at the end of the head of a block.
    fn final_colon(&mut self) {
        let mut depth = 0_usize;
        let mut colon = None;
        for token in &self.line.tokens {
            if token.terminal.closer().is_some() {
                depth += 1;
            } else if token.terminal.is_closer() {
                depth = depth.saturating_sub(1);
            } else if token.terminal == Terminal::Colon && depth == 0 {
                colon = Some(*token);
                break;
            }
        }
        let Some(last) = self.line.tokens.last().copied() else {
            return;
        };
        let Some(colon) = colon else {
            let end = self.span_of(last).after();
            let message = Diagnostic::error(codes::MISSING_COLON, end, "a `:` is missing at the end of this line");
            self.give(message.label("a block begins below").fix("add `:`", end, ":"));
            self.line.tokens.push(Token::invisible(Terminal::Colon, last.end));
            return;
        };
        if colon.start != last.start {
            let rest = self.span_of(colon).after().to(self.span_of(last));
            let message = Diagnostic::error(codes::BODY_ON_HEADER_LINE, rest, "a block begins on the next line");
            self.give(message.help("put this on a line of its own below, indented"));
            self.line.tokens.retain(|token| token.start <= colon.start);
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
