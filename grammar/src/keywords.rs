//! Resolves contextual keywords.
//!
//! No word is reserved, so `on`, `if` or `data` may be names. Whether a word is a keyword depends on the kind of block, its
//! position in the line and its neighbours. Resolving this before parsing, line by line, keeps the grammar LR(1). Forms that
//! need more lookahead get a marker in front.
//!
//! Misspelled keywords and a missing `:` at the end of a block header are reported and corrected, so that the line is parsed as
//! intended.

mod lookahead;
mod recovery;

use crate::keyword_sets;
use crate::logical_lines::LogicalLine;
use crate::sink::DiagnosticSink;
use crate::terminals::{Terminal, Token};
use crate::tokens::Tokens;
use aqua_diagnostics::{Diagnostic, Span};

/// The kind of lines in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// Headers and declarations.
    File,
    /// Fields and methods.
    Members,
    /// Statements.
    Body,
}

/// The role of a line as a block header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineHeader {
    /// The kind of block that the line opens, if it ends with `:`.
    pub opens: Option<Context>,
    /// Whether the block must not be empty.
    pub requires_body: bool,
}

/// Resolves the keywords of a line in a block of the given kind.
pub(crate) fn resolve(
    line: &mut LogicalLine<'_>,
    context: Context,
    tokens: &Tokens,
    text: &str,
    sink: &mut DiagnosticSink,
) -> LineHeader {
    let mut resolver = KeywordResolver {
        line,
        tokens,
        text,
        sink,
    };
    let keyword = match context {
        Context::File => resolver.top_level_line(),
        Context::Members => resolver.member(),
        Context::Body => resolver.statement(),
    };
    resolver.resolve_parameter_commas();
    let block = match keyword {
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
    if block.is_some() {
        resolver.check_final_colon();
    }
    let has_colon = line
        .tokens
        .last()
        .is_some_and(|token| token.terminal == Terminal::Colon);
    LineHeader {
        opens: has_colon.then(|| block.unwrap_or(Context::Body)),
        requires_body: has_colon && block.is_some(),
    }
}

/// Returns whether a line starts with a header or declaration keyword, or with a misspelled or foreign one.
pub(crate) fn is_declaration(line: &[Token], tokens: &Tokens, text: &str) -> bool {
    line.first().is_some_and(|first| {
        // A closing bracket that was added has no text.
        let span = tokens.span_of(first.start as usize..first.end as usize);
        let word = &text[span.start as usize..span.end as usize];
        keyword_sets::starts_top_level_line(word)
            || [keyword_sets::HEADERS, keyword_sets::DECLARATIONS].iter().any(|set| {
                keyword_sets::foreign(word, set)
                    .or_else(|| keyword_sets::misspelled(word, set))
                    .is_some()
            })
    })
}

/// Returns whether a line has the form of a declaration with a block: a keyword, a name, and a `:` at the end.
pub(crate) fn is_declaration_head(line: &LogicalLine<'_>, tokens: &Tokens, text: &str) -> bool {
    let [first, second, .., last] = line.tokens.as_slice() else {
        return false;
    };
    let span = tokens.span(first.start as usize);
    keyword_sets::DECLARATIONS.contains(&&text[span.start as usize..span.end as usize])
        && matches!(second.terminal, Terminal::Name | Terminal::UpperName)
        && last.terminal == Terminal::Colon
}

/// Returns whether a line can only be a statement.
pub(crate) fn is_unambiguous_statement(line: &LogicalLine<'_>, tokens: &Tokens, text: &str) -> bool {
    let [first, rest @ ..] = line.tokens.as_slice() else {
        return false;
    };
    let span = tokens.span(first.start as usize);
    let word = &text[span.start as usize..span.end as usize];
    match (first.terminal, rest) {
        (Terminal::ArrowLeft, _) => true,
        (Terminal::Name | Terminal::UpperName, [second, ..]) => match second.terminal {
            Terminal::Equals | Terminal::ArrowLeft | Terminal::Push | Terminal::Dot => true,
            Terminal::ParenOpen => second.start == first.end,
            Terminal::Colon => keyword_sets::BARE_HEADS.contains(&word),
            _ => keyword_sets::STATEMENTS.contains(&word),
        },
        _ => false,
    }
}

struct KeywordResolver<'l, 'a> {
    line: &'l mut LogicalLine<'a>,
    tokens: &'l Tokens,
    text: &'l str,
    sink: &'l mut DiagnosticSink,
}

impl KeywordResolver<'_, '_> {
    /// Resolves a top-level line and returns its keyword.
    fn top_level_line(&mut self) -> Option<Terminal> {
        if self.terminal(0) != Some(Terminal::Name) {
            return None;
        }
        let word = self.word(0);
        let intended = if keyword_sets::starts_top_level_line(word) {
            word
        } else {
            self.follows_keyword(1)
                .then(|| self.correct(0, &[keyword_sets::HEADERS, keyword_sets::DECLARATIONS]))??
        };
        let keyword = keyword_sets::keyword(intended)?;
        self.line.tokens[0].terminal = keyword;
        match keyword {
            Terminal::Aqua => self.resolve_infix(1, &["declares"]),
            Terminal::Import | Terminal::Use => {
                self.drop_star();
                self.resolve_infix(1, &["from", "as"]);
            }
            Terminal::Export => self.resolve_infix(1, &["from", "as"]),
            _ => {}
        }
        Some(keyword)
    }

    /// Resolves a statement and returns its keyword or marker, after `par` and `co`.
    fn statement(&mut self) -> Option<Terminal> {
        let mut index = 0;
        self.correct_push();
        loop {
            self.drop_let(index);
            if self.is_closure(index) {
                if self.terminal(index + 2) == Some(Terminal::Name) {
                    self.line.tokens[index + 2].terminal = Terminal::Func;
                }
                self.line
                    .tokens
                    .insert(index, self.marker(Terminal::ClosureMark, index));
                return Some(Terminal::ClosureMark);
            }
            if self.is_service_id(index) {
                self.line
                    .tokens
                    .insert(index, self.marker(Terminal::ServiceIdMark, index));
                return Some(Terminal::ServiceIdMark);
            }
            let keyword = keyword_sets::keyword(self.statement_keyword(index)?)?;
            self.line.tokens[index].terminal = keyword;
            match keyword {
                Terminal::Par | Terminal::Co => index += 1,
                Terminal::Else => {
                    self.else_if(index);
                    return Some(keyword);
                }
                Terminal::On => {
                    self.resolve_infix(index + 1, &["via"]);
                    return Some(keyword);
                }
                Terminal::For => {
                    self.correct_in(index);
                    self.resolve_infix(self.after_arrow(index), &["par", "try", "rec"]);
                    return Some(keyword);
                }
                Terminal::Parseq => {
                    self.correct_in(index);
                    self.resolve_infix(self.after_arrow(index), &["on", "via"]);
                    return Some(keyword);
                }
                _ => return Some(keyword),
            }
        }
    }

    /// Returns the statement keyword at an index, if the word there is a keyword or was meant as one.
    fn statement_keyword(&mut self, index: usize) -> Option<&'static str> {
        if self.terminal(index) != Some(Terminal::Name) {
            return None;
        }
        let word = self.word(index);
        let last = index + 1 == self.line.tokens.len();
        let bare = last || (self.terminal(index + 1) == Some(Terminal::Colon) && index + 2 == self.line.tokens.len());
        if let Some(keyword) = keyword_sets::BARE_HEADS.iter().find(|keyword| **keyword == word) {
            return (bare || self.follows_keyword(index + 1) || self.is_inline_block(index + 1)).then_some(*keyword);
        }
        if let Some(keyword) = keyword_sets::STATEMENTS.iter().find(|keyword| **keyword == word) {
            let block = !matches!(word, "par" | "co" | "join");
            return ((bare && block) || self.follows_keyword(index + 1)).then_some(*keyword);
        }
        if bare && !last {
            return self.correct(index, &[keyword_sets::BARE_HEADS]);
        }
        if !self.follows_keyword(index + 1) {
            return None;
        }
        self.foreign_statement(index)
            .or_else(|| match self.terminal(index + 1) {
                // As in `fro x …`: no other statement starts with two words.
                Some(Terminal::Name | Terminal::UpperName | Terminal::String) => self.correct_statement(index),
                _ => None,
            })
    }

    /// Resolves keywords between values. Outside of brackets, a word after a value can only be a keyword.
    fn resolve_infix(&mut self, from: usize, keywords: &[&'static str]) {
        let (mut depth, mut after_value) = (0_usize, false);
        for index in from..self.line.tokens.len() {
            let terminal = self.line.tokens[index].terminal;
            if terminal.closing_bracket().is_some() {
                depth += 1;
            } else if terminal.is_closing_bracket() {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 && after_value && terminal == Terminal::Name {
                let word = self.word(index);
                let known = keywords.iter().copied().find(|keyword| *keyword == word);
                if let Some(keyword) = known
                    .or_else(|| self.correct(index, &[keywords]))
                    .and_then(keyword_sets::keyword)
                {
                    self.line.tokens[index].terminal = keyword;
                    after_value = false;
                    continue;
                }
            }
            // A `!` ends a value only if it follows one.
            after_value = terminal.can_end_value() || (after_value && terminal == Terminal::Bang);
        }
    }

    fn terminal(&self, index: usize) -> Option<Terminal> {
        self.line.tokens.get(index).map(|token| token.terminal)
    }

    /// Returns the text of a token. Returns an empty string past the end.
    fn word(&self, index: usize) -> &str {
        let span = self.span(index);
        &self.text[span.start as usize..span.end as usize]
    }

    /// Returns the span of a token. Past the end, returns the empty span after the last token.
    fn span(&self, index: usize) -> Span {
        let last = self
            .line
            .tokens
            .last()
            .copied()
            .unwrap_or(Token::synthetic(Terminal::Error, 0));
        self.line
            .tokens
            .get(index)
            .map_or_else(|| self.span_of(last).after(), |token| self.span_of(*token))
    }

    fn span_of(&self, token: Token) -> Span {
        self.tokens.span_of(token.start as usize..token.end as usize)
    }

    /// Returns whether there is no whitespace between a token and the next one.
    fn adjacent(&self, index: usize) -> bool {
        matches!(self.line.tokens.get(index..index + 2), Some([token, next]) if token.end == next.start)
    }

    fn marker(&self, terminal: Terminal, index: usize) -> Token {
        Token::synthetic(terminal, self.line.tokens[index].start)
    }

    fn report(&mut self, message: Diagnostic) {
        self.line.report(self.sink, message);
    }
}
