//! Builds tree nodes in the actions of the grammar.
//!
//! Actions never fail. Invalid forms are reported, and the node keeps the valid parts.

mod expressions;
mod operators;
mod signatures;

pub(crate) use expressions::ParsedArgument;
pub(crate) use operators::Operation;
pub(crate) use signatures::TypeSyntax;

use crate::layout::{Layout, LineState};
use crate::sink::DiagnosticSink;
use crate::terminals::Terminal;
use crate::tokens::{TokenKind, Tokens};
use crate::tree::{Block, Expression, ExpressionKind, Header, Item, ItemError, Name, StatementKind};
use crate::{codes, syntax_errors};
use aqua_diagnostics::{Diagnostic, Span};
use lalrpop_util::ErrorRecovery;
use std::convert::Infallible;

/// A top-level node of a file.
#[derive(Debug)]
pub(crate) enum TopLevelNode {
    Header(Header),
    Item(Item),
}

/// Builds nodes from ranges of raw tokens.
#[derive(Debug)]
pub(crate) struct TreeBuilder<'a> {
    tokens: &'a Tokens,
    text: &'a str,
    lines: Vec<LineState>,
    /// Number of diagnostics of earlier stages.
    earlier_diagnostics: usize,
    pub sink: DiagnosticSink,
}

/// The error from which the parser recovered.
pub(crate) type Recovery = ErrorRecovery<u32, Terminal, Infallible>;

impl<'a> TreeBuilder<'a> {
    pub(crate) fn new(tokens: &'a Tokens, text: &'a str, layout: &mut Layout, sink: DiagnosticSink) -> Self {
        Self {
            tokens,
            text,
            lines: std::mem::take(&mut layout.lines),
            earlier_diagnostics: sink.len(),
            sink,
        }
    }

    /// Returns the span of a range of raw tokens.
    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        self.tokens.span_of(start as usize..end.max(start) as usize)
    }

    /// Returns the text of a raw token.
    fn text(&self, token: u32) -> &'a str {
        let span = self.tokens.span(token as usize);
        &self.text[span.start as usize..span.end as usize]
    }

    /// Builds a name from a word or digits.
    pub(crate) fn name(&self, token: u32) -> Name {
        Name {
            text: self.text(token).into(),
            span: self.tokens.span(token as usize),
        }
    }

    /// Returns the content of a string, which may be unterminated. The span includes the quotes.
    pub(crate) fn string(&self, token: u32) -> Name {
        let text = self.text(token);
        let mut inside = text.strip_prefix(['"', '\'', '“', '„']).unwrap_or(text);
        if self.tokens.kind(token as usize) != TokenKind::UnterminatedString {
            inside = inside.strip_suffix(['"', '\'', '”', '“']).unwrap_or(inside);
        }
        Name {
            text: inside.into(),
            span: self.tokens.span(token as usize),
        }
    }

    /// Reports an error in the line of a raw token. If a syntax error was reported there, its fix is not enough and is withdrawn
    /// instead.
    pub(crate) fn report(&mut self, token: u32, message: Diagnostic) {
        match self.line(token).is_some_and(|line| line.reported) {
            true => self.withdraw_fixes(token),
            false => self.sink.push(message),
        }
    }

    /// Withdraws the fixes of the errors that were reported in the line of a raw token.
    fn withdraw_fixes(&mut self, token: u32) {
        let next = self.lines.partition_point(|line| line.start <= token);
        let Some(line) = next.checked_sub(1).and_then(|line| self.lines.get(line)) else {
            return;
        };
        let start = self.tokens.span(line.start as usize).start;
        // A message about the indentation of the next line ends where its first token starts.
        let end = self.lines.get(next);
        let end = end.map_or(u32::MAX, |next| self.tokens.span(next.start as usize).start);
        self.sink.withdraw_fixes(start..end);
    }

    /// Like [`report`](Self::report), for the line at the start of the diagnostic.
    fn report_at(&mut self, message: Diagnostic) {
        let start = message.span.start;
        let token = self.tokens.covered(message.span.file.span(start, start + 1)).start;
        self.report(token as u32, message);
    }

    /// Returns the logical line of a raw token.
    fn line(&mut self, token: u32) -> Option<&mut LineState> {
        let line = self.lines.partition_point(|line| line.start <= token).checked_sub(1)?;
        self.lines.get_mut(line)
    }

    /// Reports a parse error. If a syntax error was reported in the same line, its fix is withdrawn instead. The parser skips the
    /// rest of the line.
    pub(crate) fn recovered(&mut self, recovery: Recovery) {
        let (token, message) = syntax_errors::diagnose(&recovery.error, self.tokens, self.text);
        let already_reported = self
            .line(token)
            .is_some_and(|line| std::mem::replace(&mut line.reported, true));
        match already_reported {
            true => self.withdraw_fixes(token),
            false => self.sink.push(message),
        }
    }

    /// Builds an error node for an invalid value.
    pub(crate) fn invalid_value(&mut self, recovery: Recovery) -> Expression {
        let (start, end) = match (recovery.dropped_tokens.first(), recovery.dropped_tokens.last()) {
            (Some(first), Some(last)) => (first.0, last.2),
            _ => syntax_errors::rejected_tokens(&recovery.error),
        };
        self.recovered(recovery);
        Expression {
            span: self.span(start, end),
            kind: ExpressionKind::Error,
        }
    }

    /// Builds `a, b <- …` or `a = …` with an invalid value. Keeps the names, so that their uses are not reported.
    pub(crate) fn invalid_binding(
        &mut self,
        mut targets: Vec<Name>,
        recovery: Recovery,
        equals: bool,
    ) -> StatementKind {
        let value = self.invalid_value(recovery);
        match targets.pop() {
            Some(target) if equals && targets.is_empty() => StatementKind::Assign { target, value },
            last => {
                targets.extend(last);
                StatementKind::Call { targets, value }
            }
        }
    }

    /// Builds an error node for an invalid header. Retracts diagnostics about the block below, which was probably misparsed.
    pub(crate) fn invalid_header(&mut self, start: u32, end: u32, recovery: Recovery, body: Option<Block>) -> Header {
        self.recovered(recovery);
        self.retract(body);
        Header::Error(self.span(start, end))
    }

    /// Builds an error node for a line that is not a declaration. Retracts diagnostics about the block below, which was probably
    /// misparsed.
    pub(crate) fn unknown_item(&mut self, start: u32, end: u32, recovery: Recovery, body: Option<Block>) -> Item {
        self.recovered(recovery);
        self.retract(body);
        Item::Error(ItemError {
            span: self.span(start, end),
            name: None,
            body: None,
        })
    }

    /// Retracts the diagnostics about lines that were parsed as statements and probably are none.
    fn retract(&mut self, body: Option<Block>) {
        if let Some(body) = body {
            self.sink.retract(self.earlier_diagnostics, body.span);
        }
    }

    /// Builds an error node for a declaration with an invalid first line.
    pub(crate) fn invalid_item(
        &mut self,
        start: u32,
        end: u32,
        recovery: Recovery,
        name: Option<Name>,
        body: Option<Block>,
    ) -> Item {
        self.recovered(recovery);
        Item::Error(ItemError {
            span: self.span(start, end),
            name,
            body,
        })
    }

    /// Returns the body of a block header, or an empty block after it.
    pub(crate) fn body(&self, body: Option<Block>, head_end: u32) -> Block {
        body.unwrap_or_else(|| Block {
            span: self.span(head_end, head_end),
            statements: Vec::new(),
        })
    }

    /// Builds `name = value`. Reports `a, b = value` and corrects it to `a, b <- value`.
    pub(crate) fn assignment(&mut self, mut targets: Vec<Name>, equals: u32, value: Expression) -> StatementKind {
        match targets.pop() {
            Some(target) if targets.is_empty() => {
                if let ExpressionKind::Collection { elements, .. } = &value.kind
                    && elements.is_empty()
                {
                    let error = Diagnostic::error(codes::EMPTY_COLLECTION, value.span, "empty collection assigned to a name")
                        .label("unknown element type")
                        .help(format!("declare a stream as `{target}: *string` with its element type, or write `{target} = nil` for an empty value"));
                    self.report(equals, error);
                    return StatementKind::Assign {
                        target,
                        value: Expression {
                            span: value.span,
                            kind: ExpressionKind::Error,
                        },
                    };
                }
                StatementKind::Assign { target, value }
            }
            last => {
                targets.extend(last);
                let span = self.tokens.span(equals as usize);
                let error = Diagnostic::error(codes::RESULTS_WITH_EQUALS, span, "`=` binds a single name");
                self.report(
                    equals,
                    error
                        .label("several results are bound with `<-`")
                        .fix("write `<-`", span, "<-"),
                );
                StatementKind::Call { targets, value }
            }
        }
    }
}
