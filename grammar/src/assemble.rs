//! From what the grammar matched to nodes.
//!
//! Everything here is total: where a form holds what it may not, that is reported and the node keeps what it can.

mod signatures;
mod values;

pub(crate) use signatures::Shape;
pub(crate) use values::Argument;

use crate::layout::{Layout, LineRecord};
use crate::report::Report;
use crate::terminals::Terminal;
use crate::tokens::{Kind, Tokens};
use crate::tree::{Block, Header, Item, ItemError, Name, StatementKind, Value, ValueKind};
use crate::{codes, unexpected};
use aqua_diagnostics::{Diagnostic, Span};
use lalrpop_util::ErrorRecovery;
use std::convert::Infallible;

/// A line of a file outside blocks.
#[derive(Debug)]
pub(crate) enum Line {
    Header(Header),
    Item(Item),
}

/// Makes nodes from places in the token table.
#[derive(Debug)]
pub(crate) struct Assembler<'a> {
    tokens: &'a Tokens,
    text: &'a str,
    lines: Vec<LineRecord>,
    /// How many messages there were before anything was assembled.
    before: usize,
    /// Messages so far.
    pub report: Report,
}

/// What lalrpop says when it goes on after a mistake.
pub(crate) type Recovery = ErrorRecovery<u32, Terminal, Infallible>;

impl<'a> Assembler<'a> {
    pub(crate) fn new(tokens: &'a Tokens, text: &'a str, layout: &mut Layout, report: Report) -> Self {
        Self {
            tokens,
            text,
            lines: std::mem::take(&mut layout.lines),
            before: report.next(),
            report,
        }
    }

    /// The bytes of a range of raw tokens.
    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        self.tokens.span_of(start as usize..end.max(start) as usize)
    }

    /// The text of one raw token.
    fn text(&self, token: u32) -> &'a str {
        let span = self.tokens.span(token as usize);
        &self.text[span.start as usize..span.end as usize]
    }

    /// A word, or digits.
    pub(crate) fn name(&self, token: u32) -> Name {
        Name {
            text: self.text(token).into(),
            span: self.tokens.span(token as usize),
        }
    }

    /// What stands between the quotes of a string, which may lack its end; the place includes the quotes.
    pub(crate) fn string(&self, token: u32) -> Name {
        let text = self.text(token);
        let mut inside = text.strip_prefix(['"', '\'', '“', '„']).unwrap_or(text);
        if self.tokens.kind(token as usize) != Kind::OpenString {
            inside = inside.strip_suffix(['"', '\'', '”', '“']).unwrap_or(inside);
        }
        Name {
            text: inside.into(),
            span: self.tokens.span(token as usize),
        }
    }

    /// Gives a message about a form that was understood, unless its line was not.
    pub(crate) fn give(&mut self, token: u32, message: Diagnostic) {
        if self.line(token).is_none_or(|line| !line.reported) {
            self.report.push(message);
        }
    }

    /// As [`give`](Self::give), for a line known by the place of the message.
    fn give_at(&mut self, message: Diagnostic) {
        let start = message.span.start;
        let token = self.tokens.covered(message.span.file.span(start, start + 1)).start;
        self.give(token as u32, message);
    }

    /// The logical line that a raw token stands in.
    fn line(&mut self, token: u32) -> Option<&mut LineRecord> {
        let line = self.lines.partition_point(|line| line.start <= token).checked_sub(1)?;
        self.lines.get_mut(line)
    }

    /// Reports what the grammar could not take, once for a line. The rest of the line was skipped.
    pub(crate) fn recovered(&mut self, recovery: Recovery) {
        let (token, message) = unexpected::explain(&recovery.error, self.tokens, self.text);
        let known = self
            .line(token)
            .is_some_and(|line| std::mem::replace(&mut line.reported, true));
        if !known {
            self.report.push(message);
        }
    }

    /// A value that was skipped.
    pub(crate) fn broken_value(&mut self, recovery: Recovery) -> Value {
        let (start, end) = match (recovery.dropped_tokens.first(), recovery.dropped_tokens.last()) {
            (Some(first), Some(last)) => (first.0, last.2),
            _ => unexpected::place(&recovery.error),
        };
        self.recovered(recovery);
        Value {
            span: self.span(start, end),
            kind: ValueKind::Error,
        }
    }

    /// `a, b <- …` or `a = …` with something that is no value. The names are defined all the same; a block below
    /// belonged to what could not be understood.
    pub(crate) fn broken_binding(&mut self, mut targets: Vec<Name>, recovery: Recovery, equals: bool) -> StatementKind {
        let value = self.broken_value(recovery);
        match targets.pop() {
            Some(target) if equals && targets.is_empty() => StatementKind::Assign { target, value },
            last => {
                targets.extend(last);
                StatementKind::Call { targets, value }
            }
        }
    }

    /// A header line that could not be understood. What stands below it was understood as something else than was meant.
    pub(crate) fn broken_header(&mut self, start: u32, end: u32, recovery: Recovery, body: Option<Block>) -> Header {
        self.recovered(recovery);
        self.forget(body);
        Header::Error(self.span(start, end))
    }

    /// A line in place of a declaration, with what stands below it, which may mean anything.
    pub(crate) fn unknown_item(&mut self, start: u32, end: u32, recovery: Recovery, body: Option<Block>) -> Item {
        self.recovered(recovery);
        self.forget(body);
        Item::Error(ItemError {
            span: self.span(start, end),
            name: None,
            body: None,
        })
    }

    /// Takes back what was said of lines that were read as statements and are probably none.
    fn forget(&mut self, body: Option<Block>) {
        if let Some(body) = body {
            self.report.forget(self.before, body.span);
        }
    }

    /// A declaration with a broken first line.
    pub(crate) fn broken_item(
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

    /// The block of a head, or an empty one after it.
    pub(crate) fn body(&self, body: Option<Block>, head_end: u32) -> Block {
        body.unwrap_or_else(|| Block {
            span: self.span(head_end, head_end),
            statements: Vec::new(),
        })
    }

    /// `name = value`, or `a, b = value`, which is said otherwise.
    pub(crate) fn assignment(&mut self, mut targets: Vec<Name>, equals: u32, value: Value) -> StatementKind {
        match targets.pop() {
            Some(target) if targets.is_empty() => {
                if let ValueKind::Collection { elements, .. } = &value.kind
                    && elements.is_empty()
                {
                    let error = Diagnostic::error(codes::EMPTY_ASSIGNMENT, value.span, "this is empty and always will be")
                        .label("its elements have no type")
                        .help(format!("for a stream to push to, write `{target}: *string` with the type of its elements; for nothing, `{target} = nil`"));
                    self.give(equals, error);
                    return StatementKind::Assign {
                        target,
                        value: Value {
                            span: value.span,
                            kind: ValueKind::Error,
                        },
                    };
                }
                StatementKind::Assign { target, value }
            }
            last => {
                targets.extend(last);
                let span = self.tokens.span(equals as usize);
                let error = Diagnostic::error(codes::RESULTS_BY_EQUALS, span, "`=` defines one name only");
                self.give(
                    equals,
                    error
                        .label("results of a call are bound by `<-`")
                        .fix("write `<-`", span, "<-"),
                );
                StatementKind::Call { targets, value }
            }
        }
    }
}
