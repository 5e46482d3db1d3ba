//! Pieces that never run, and visits in which nothing happens.

use crate::checked::{Block, CollectionKind, Function, Literal, Statement, StatementKind, Value, ValueKind};
use crate::codes;
use crate::typing::Type;
use aqua_diagnostics::{Diagnostic, Sources, Span};

pub(super) fn find(function: &Function, sources: &Sources, messages: &mut Vec<Diagnostic>) {
    let mut idle = Idle { sources, messages };
    idle.block(&function.body.block);
    for closure in &function.closures {
        idle.block(&closure.body.block);
    }
}

struct Idle<'a> {
    sources: &'a Sources,
    messages: &'a mut Vec<Diagnostic>,
}

impl Idle<'_> {
    fn block(&mut self, block: &Block) {
        for statement in &block.statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::On { peer, body, .. } => {
                if !body.statements.iter().any(acts) {
                    self.idle_visit(statement.span.before().to(peer.span));
                }
                self.block(body);
            }
            StatementKind::If {
                condition,
                then,
                otherwise,
            } => {
                if let Some(value) = self.written_bool(condition) {
                    let dead = if value { otherwise } else { then };
                    let why = format!("this is always `{value}`");
                    self.dead(dead, condition.span, why);
                }
                self.block(then);
                self.block(otherwise);
            }
            StatementKind::For { iterable, body, .. } | StatementKind::ParSeq { iterable, body, .. } => {
                if matches!(iterable.kind, ValueKind::Nil) {
                    self.dead(body, iterable.span, "this has no elements".to_owned());
                }
                self.block(body);
            }
            StatementKind::Try { body, recoveries } => {
                let mut before = body;
                for recovery in recoveries {
                    if !before.statements.iter().any(may_fail) {
                        let span = whole(before).unwrap_or(statement.span);
                        self.dead(&recovery.body, span, "nothing in this can fail".to_owned());
                        break;
                    }
                    before = &recovery.body;
                }
                self.block(body);
                recoveries.iter().for_each(|recovery| self.block(&recovery.body));
            }
            StatementKind::Par { branches } => branches.iter().for_each(|branch| self.block(branch)),
            StatementKind::Detached { body } => self.block(body),
            _ => {}
        }
    }

    /// A condition that is `true` or `false` as it is written: a constant may be given another value.
    fn written_bool(&self, condition: &Value) -> Option<bool> {
        match &condition.kind {
            ValueKind::Literal(Literal::Bool(value)) if self.sources.text(condition.span) == value.to_string() => {
                Some(*value)
            }
            _ => None,
        }
    }

    fn dead(&mut self, block: &Block, why: Span, words: String) {
        if let Some(span) = whole(block) {
            let message = Diagnostic::warning(codes::UNREACHABLE, span, "this never runs").also(why, words);
            self.messages
                .push(message.help("take it out, or mend what comes before it"));
        }
    }

    fn idle_visit(&mut self, span: Span) {
        let message = Diagnostic::warning(
            codes::IDLE_VISIT,
            span,
            "nothing runs on this peer, so nobody goes there",
        );
        let message = message.label("no call below this");
        self.messages
            .push(message.help("call something in the block, or write it without `on`"));
    }
}

fn whole(block: &Block) -> Option<Span> {
    let (first, last) = (block.statements.first()?, block.statements.last()?);
    Some(first.span.to(last.span))
}

/// Whether something runs where the statement stands, or is kept for later with its place.
fn acts(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Assign { value, .. } => !is_plain(value),
        StatementKind::Push { value, .. } => !is_plain(value) || matches!(value.ty, Type::Stream(_)),
        StatementKind::PushEntry { key, value, .. } => {
            !is_plain(key) || !is_plain(value) || matches!(value.ty, Type::Stream(_))
        }
        StatementKind::Declare(_) => false,
        StatementKind::Join(values) => !values.iter().all(is_plain),
        _ => true,
    }
}

/// Whether nothing runs to get the value.
fn is_plain(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Literal(_) | ValueKind::Nil | ValueKind::Builtin(_) | ValueKind::Local(_) | ValueKind::Missing => {
            true
        }
        ValueKind::Field { of, .. } => is_plain(of),
        ValueKind::Index { of, index } => is_plain(of) && is_plain(index),
        _ => false,
    }
}

/// Whether the statement may fail.
fn may_fail(statement: &Statement) -> bool {
    let certain = match &statement.kind {
        StatementKind::Assign { value, .. } => is_certain(value),
        StatementKind::Push { value, .. } => is_certain(value),
        StatementKind::PushEntry { key, value, .. } => is_certain(key) && is_certain(value),
        StatementKind::Declare(_) | StatementKind::Closure(_) => true,
        StatementKind::Join(values) => values.iter().all(is_certain),
        _ => false,
    };
    !certain
}

/// Whether getting the value always succeeds.
fn is_certain(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Literal(_) | ValueKind::Nil | ValueKind::Builtin(_) | ValueKind::Local(_) | ValueKind::Missing => {
            true
        }
        ValueKind::Collection { kind, elements } => *kind == CollectionKind::Option || elements.iter().all(is_certain),
        _ => false,
    }
}
