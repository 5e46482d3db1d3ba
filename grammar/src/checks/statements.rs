//! Checks where statements are allowed.

use super::{declarations, names};
use crate::codes;
use crate::sink::DiagnosticSink;
use crate::tree::{Block, Closure, Expression, ExpressionKind, LoopVariables, Statement, StatementKind};
use aqua_diagnostics::{Diagnostic, Span};
use std::mem;

/// Checks the body of a function or closure, where `<-` is allowed.
pub(super) fn check_body(body: &mut Block, sink: &mut DiagnosticSink) {
    check_block(body, true, sink);
}

fn check_block(block: &mut Block, is_body: bool, sink: &mut DiagnosticSink) {
    let mut previous = None;
    let mut previous_start = block.span.start;
    for statement in &mut block.statements {
        let is_misplaced = match (&statement.kind, previous) {
            (StatementKind::Return(_), _) => !is_body,
            (_, Some(Previous::Error)) => false,
            (StatementKind::Else { .. }, previous) => previous != Some(Previous::If),
            (StatementKind::Catch { .. }, previous) => previous != Some(Previous::Try),
            (StatementKind::Otherwise { .. } | StatementKind::Par(_), previous) => previous.is_none(),
            _ => false,
        };
        let start = mem::replace(&mut previous_start, statement.span.start);
        if is_misplaced && !sink.has_indentation_error(start) && !sink.has_indentation_error(statement.span.start) {
            sink.push(misplaced(statement));
        }
        let follows_error = previous == Some(Previous::Error) && belongs_to_if_or_try(&statement.kind);
        previous = Some(match &statement.kind {
            StatementKind::If { .. } | StatementKind::Else { .. } => Previous::If,
            StatementKind::Try { .. } | StatementKind::Catch { .. } => Previous::Try,
            StatementKind::Error { .. } => Previous::Error,
            _ => Previous::Other,
        });
        check(statement, sink);
        if is_misplaced || follows_error {
            replace_by_error(statement);
        }
    }
}

/// The previous statement, as far as it determines which statements may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Previous {
    If,
    Try,
    Error,
    Other,
}

fn belongs_to_if_or_try(kind: &StatementKind) -> bool {
    matches!(kind, StatementKind::Else { .. } | StatementKind::Catch { .. })
}

/// Checks the parts of a statement.
fn check(statement: &mut Statement, sink: &mut DiagnosticSink) {
    match &mut statement.kind {
        StatementKind::For { variables, body, .. } | StatementKind::Parseq { variables, body, .. } => {
            check_variables(variables, sink);
            check_block(body, false, sink);
        }
        StatementKind::On { body, .. }
        | StatementKind::If { body, .. }
        | StatementKind::Else { body }
        | StatementKind::Try { body }
        | StatementKind::Otherwise { body } => check_block(body, false, sink),
        StatementKind::Catch { error, body } => {
            names::check_lowercase(error, "errors", sink);
            check_block(body, false, sink);
        }
        // `<-` may be valid below an invalid block header.
        StatementKind::Error { body: Some(body) } => check_block(body, true, sink),
        StatementKind::Par(inner) => check_branch(inner, "par", sink),
        StatementKind::Co(inner) => check_branch(inner, "co", sink),
        StatementKind::Closure(closure) => {
            let Closure { name, arrow, body, .. } = &mut **closure;
            names::check_lowercase(name, "functions", sink);
            declarations::check_parameters(arrow, sink);
            check_body(body, sink);
        }
        StatementKind::Declare { name, .. } => names::check_lowercase(name, "streams", sink),
        StatementKind::Push { stream, .. } => names::check_lowercase(stream, "streams", sink),
        StatementKind::Join(values) => values.iter_mut().for_each(|value| check_joined(value, sink)),
        StatementKind::ServiceId { .. }
        | StatementKind::Assign { .. }
        | StatementKind::Call { .. }
        | StatementKind::Return(_)
        | StatementKind::Error { body: None } => {}
    }
}

fn check_variables(variables: &LoopVariables, sink: &mut DiagnosticSink) {
    names::check_lowercase(&variables.first, "loop variables", sink);
    if let Some(second) = &variables.second {
        names::check_lowercase(second, "loop variables", sink);
    }
}

/// Checks what follows `par` or `co`.
fn check_branch(inner: &mut Statement, word: &str, sink: &mut DiagnosticSink) {
    check(inner, sink);
    let fits = matches!(
        inner.kind,
        StatementKind::On { .. }
            | StatementKind::For { .. }
            | StatementKind::Join(_)
            | StatementKind::Call { .. }
            | StatementKind::Error { .. }
    );
    if !fits {
        let message = format!("invalid statement after `{word}`");
        sink.push(
            Diagnostic::error(codes::INVALID_BRANCH, header_span(inner), message)
                .label("expected `on`, `for`, `join` or a call")
                .help("put it into the block of an `on` or into a function"),
        );
        replace_by_error(inner);
    }
}

/// Checks a value of `join`, which can wait for variables but not for computed values.
fn check_joined(value: &mut Expression, sink: &mut DiagnosticSink) {
    if matches!(value.kind, ExpressionKind::Not(_) | ExpressionKind::Binary { .. }) {
        let error = Diagnostic::error(codes::UNEXPECTED, value.span, "`join` can't wait for a computed value");
        sink.push(error.label("expected a name, an element or a field"));
        value.kind = ExpressionKind::Error;
    }
}

fn misplaced(statement: &Statement) -> Diagnostic {
    let span = header_span(statement);
    match &statement.kind {
        StatementKind::Return(_) => {
            let message = "`<-` inside a nested block";
            Diagnostic::error(codes::NESTED_RETURN, span, message)
                .label("must be directly in the body of the function")
                .help("declare a stream before the block, push the value to it here, and return the first element of the stream at the end of the function")
        }
        StatementKind::Else { .. } => Diagnostic::error(codes::ELSE_WITHOUT_IF, span, "`else` without `if`")
            .label("the previous statement of the block is not an `if`")
            .help("put `else` directly after the block of its `if`, with the same indentation as the `if`"),
        StatementKind::Catch { .. } => Diagnostic::error(codes::CATCH_WITHOUT_TRY, span, "`catch` without `try`")
            .label("the previous statement of the block is not a `try`")
            .help("put `catch` directly after the block of its `try`, with the same indentation as the `try`"),
        kind => {
            let word = if matches!(kind, StatementKind::Par(_)) {
                "par"
            } else {
                "otherwise"
            };
            let message = format!("`{word}` without a statement before it");
            let error = Diagnostic::error(codes::MISSING_STATEMENT_BEFORE, span, message);
            if word == "par" {
                error
                    .label("runs in parallel with the previous statement")
                    .help("remove `par`, or use `co` to start this without waiting")
            } else {
                error
                    .label("handles errors of the previous statement")
                    .help("put `otherwise` after the statement that may fail")
            }
        }
    }
}

/// Returns the span of the first line of a statement.
fn header_span(statement: &Statement) -> Span {
    let span = statement.span;
    let end = match &statement.kind {
        StatementKind::Par(inner) | StatementKind::Co(inner) => header_span(inner).end,
        kind => match kind.body() {
            Some(body) if !body.statements.is_empty() => return span.file.span(span.start, header_end(kind, span)),
            _ => span.end,
        },
    };
    span.file.span(span.start, end)
}

/// Returns the end of a block header without its `:`.
fn header_end(kind: &StatementKind, span: Span) -> u32 {
    match kind {
        StatementKind::If { condition, .. } => condition.span.end,
        StatementKind::For { iterable, .. } => iterable.span.end,
        StatementKind::On { peer, via, .. } | StatementKind::Parseq { peer, via, .. } => {
            via.last().unwrap_or(peer).span.end
        }
        StatementKind::Catch { error, .. } => error.span.end,
        StatementKind::Else { .. } => span.start + "else".len() as u32,
        StatementKind::Otherwise { .. } => span.start + "otherwise".len() as u32,
        StatementKind::Try { .. } => span.start + "try".len() as u32,
        StatementKind::Closure(closure) => closure.arrow.span.end,
        _ => span.end,
    }
}

/// Replaces a statement by an error node that keeps its block.
fn replace_by_error(statement: &mut Statement) {
    let kind = mem::replace(&mut statement.kind, StatementKind::Error { body: None });
    let body = match kind {
        // A `par` without a statement before it is replaced by its inner statement.
        StatementKind::Par(inner) => {
            statement.kind = inner.kind;
            return;
        }
        StatementKind::For { body, .. }
        | StatementKind::Parseq { body, .. }
        | StatementKind::On { body, .. }
        | StatementKind::If { body, .. }
        | StatementKind::Else { body }
        | StatementKind::Try { body }
        | StatementKind::Catch { body, .. }
        | StatementKind::Otherwise { body } => Some(body),
        StatementKind::Closure(closure) => Some(closure.body),
        StatementKind::Error { body } => body,
        _ => None,
    };
    statement.kind = StatementKind::Error { body };
}
