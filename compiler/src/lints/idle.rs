//! Blocks that never run, and `on` blocks without calls.

use crate::checked::{Block, CollectionKind, Function, Literal, Statement, StatementKind, Value, ValueKind};
use crate::codes;
use crate::typing::Type;
use aqua_diagnostics::{Diagnostic, Sources, Span};

pub(super) fn check(function: &Function, sources: &Sources, messages: &mut Vec<Diagnostic>) {
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
                if !body.statements.iter().any(has_effect) {
                    self.report_idle_on(statement.span.before().to(peer.span));
                }
                self.block(body);
            }
            StatementKind::If {
                condition,
                then,
                otherwise,
            } => {
                if let Some(value) = self.literal_bool(condition) {
                    let unreachable = if value { otherwise } else { then };
                    let reason = format!("always `{value}`");
                    self.report_unreachable(unreachable, condition.span, reason);
                }
                self.block(then);
                self.block(otherwise);
            }
            StatementKind::For { iterable, body, .. } => self.loop_body(iterable, body),
            StatementKind::ParSeq { iterable, body, .. } => self.loop_body(iterable, body),
            StatementKind::Try { body, recoveries } => {
                let mut before = body;
                for recovery in recoveries {
                    if !before.statements.iter().any(may_fail) {
                        let span = extent(before).unwrap_or(statement.span);
                        self.report_unreachable(&recovery.body, span, "this can't fail".to_owned());
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

    fn loop_body(&mut self, iterable: &Value, body: &Block) {
        if matches!(iterable.kind, ValueKind::Nil) {
            self.report_unreachable(body, iterable.span, "always empty".to_owned());
        }
        self.block(body);
    }

    /// The value of a condition that is the literal `true` or `false`. Constants are excluded: they may be overridden.
    fn literal_bool(&self, condition: &Value) -> Option<bool> {
        match &condition.kind {
            ValueKind::Literal(Literal::Bool(value)) if self.sources.text(condition.span) == value.to_string() => {
                Some(*value)
            }
            _ => None,
        }
    }

    fn report_unreachable(&mut self, block: &Block, cause: Span, reason: String) {
        if let Some(span) = extent(block) {
            let message =
                Diagnostic::warning(codes::UNREACHABLE, span, "this code never runs").secondary(cause, reason);
            self.messages
                .push(message.help("remove it, or change the code that makes it unreachable"));
        }
    }

    fn report_idle_on(&mut self, span: Span) {
        let message = Diagnostic::warning(codes::IDLE_ON, span, "this `on` has no effect: the block makes no call");
        self.messages
            .push(message.help("add a call to the block, or remove the `on`"));
    }
}

fn extent(block: &Block) -> Option<Span> {
    let (first, last) = (block.statements.first()?, block.statements.last()?);
    Some(first.span.to(last.span))
}

/// Whether a statement executes something on the current peer, or captures the peer for later.
fn has_effect(statement: &Statement) -> bool {
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

/// Whether a value is available without executing anything.
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

/// Whether a statement may fail.
fn may_fail(statement: &Statement) -> bool {
    let cannot_fail = match &statement.kind {
        StatementKind::Assign { value, .. } => is_infallible(value),
        StatementKind::Push { value, .. } => is_infallible(value),
        StatementKind::PushEntry { key, value, .. } => is_infallible(key) && is_infallible(value),
        StatementKind::Declare(_) | StatementKind::Closure(_) => true,
        StatementKind::Join(values) => values.iter().all(is_infallible),
        _ => false,
    };
    !cannot_fail
}

/// Whether evaluating a value always succeeds.
fn is_infallible(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Literal(_) | ValueKind::Nil | ValueKind::Builtin(_) | ValueKind::Local(_) | ValueKind::Missing => {
            true
        }
        ValueKind::Collection { kind, elements } => {
            *kind == CollectionKind::Option || elements.iter().all(is_infallible)
        }
        _ => false,
    }
}
