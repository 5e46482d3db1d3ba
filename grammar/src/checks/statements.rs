//! Which statement may stand where.

use super::{declarations, names};
use crate::codes;
use crate::report::Report;
use crate::tree::{Block, Closure, LoopVariables, Statement, StatementKind, Value, ValueKind};
use aqua_diagnostics::{Diagnostic, Span};
use std::mem;

/// Checks the body of a function or closure, where results may be given.
pub(super) fn check_body(body: &mut Block, report: &mut Report) {
    check_block(body, true, report);
}

fn check_block(block: &mut Block, is_body: bool, report: &mut Report) {
    let mut before = None;
    let mut start_before = block.span.start;
    for statement in &mut block.statements {
        let stray = match (&statement.kind, before) {
            (StatementKind::Return(_), _) => !is_body,
            (_, Some(Before::Broken)) => false,
            (StatementKind::Else { .. }, before) => before != Some(Before::If),
            (StatementKind::Catch { .. }, before) => before != Some(Before::Try),
            (StatementKind::Otherwise { .. } | StatementKind::Par(_), before) => before.is_none(),
            _ => false,
        };
        let start = mem::replace(&mut start_before, statement.span.start);
        if stray && !report.is_misplaced(start) && !report.is_misplaced(statement.span.start) {
            report.push(misplaced(statement));
        }
        let orphan = before == Some(Before::Broken) && belongs_to_if_or_try(&statement.kind);
        before = Some(match &statement.kind {
            StatementKind::If { .. } | StatementKind::Else { .. } => Before::If,
            StatementKind::Try { .. } | StatementKind::Catch { .. } => Before::Try,
            StatementKind::Error { .. } => Before::Broken,
            _ => Before::Other,
        });
        check(statement, report);
        if stray || orphan {
            take_out(statement);
        }
    }
}

/// What the statement before is, as far as others may follow only some.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    If,
    Try,
    Broken,
    Other,
}

fn belongs_to_if_or_try(kind: &StatementKind) -> bool {
    matches!(kind, StatementKind::Else { .. } | StatementKind::Catch { .. })
}

/// Checks what a statement is made of.
fn check(statement: &mut Statement, report: &mut Report) {
    match &mut statement.kind {
        StatementKind::For { variables, body, .. } | StatementKind::Parseq { variables, body, .. } => {
            check_variables(variables, report);
            check_block(body, false, report);
        }
        StatementKind::On { body, .. }
        | StatementKind::If { body, .. }
        | StatementKind::Else { body }
        | StatementKind::Try { body }
        | StatementKind::Otherwise { body } => check_block(body, false, report),
        StatementKind::Catch { error, body } => {
            names::small(error, "errors", report);
            check_block(body, false, report);
        }
        // Below a broken head nobody knows whether results may be given.
        StatementKind::Error { body: Some(body) } => check_block(body, true, report),
        StatementKind::Par(inner) => check_branch(inner, "par", report),
        StatementKind::Co(inner) => check_branch(inner, "co", report),
        StatementKind::Closure(closure) => {
            let Closure { name, arrow, body, .. } = &mut **closure;
            names::small(name, "functions", report);
            declarations::parameters(arrow, report);
            check_body(body, report);
        }
        StatementKind::Declare { name, .. } => names::small(name, "streams", report),
        StatementKind::Push { stream, .. } => names::small(stream, "streams", report),
        StatementKind::Join(values) => values.iter_mut().for_each(|value| check_joined(value, report)),
        StatementKind::ServiceId { .. }
        | StatementKind::Assign { .. }
        | StatementKind::Call { .. }
        | StatementKind::Return(_)
        | StatementKind::Error { body: None } => {}
    }
}

fn check_variables(variables: &LoopVariables, report: &mut Report) {
    names::small(&variables.first, "loop variables", report);
    if let Some(second) = &variables.second {
        names::small(second, "loop variables", report);
    }
}

/// Checks what follows `par` or `co`.
fn check_branch(inner: &mut Statement, word: &str, report: &mut Report) {
    check(inner, report);
    let fits = matches!(
        inner.kind,
        StatementKind::On { .. }
            | StatementKind::For { .. }
            | StatementKind::Join(_)
            | StatementKind::Call { .. }
            | StatementKind::Error { .. }
    );
    if !fits {
        let message = format!("this can't follow `{word}`");
        report.push(
            Diagnostic::error(codes::WRONG_BRANCH, head(inner), message)
                .label(format!("`{word}` starts `on`, `for`, `join` or a call"))
                .help("put it into the block of an `on`, or into a function, and start that"),
        );
        take_out(inner);
    }
}

/// `join` waits for something to be there; it computes nothing.
fn check_joined(value: &mut Value, report: &mut Report) {
    if matches!(value.kind, ValueKind::Not(_) | ValueKind::Binary { .. }) {
        let error = Diagnostic::error(
            codes::UNEXPECTED,
            value.span,
            "`join` waits for values, it does not compute any",
        );
        report.push(error.label("expected a name, an element or a field"));
        value.kind = ValueKind::Error;
    }
}

fn misplaced(statement: &Statement) -> Diagnostic {
    let span = head(statement);
    match &statement.kind {
        StatementKind::Return(_) => {
            let message = "the result of a function is given directly in its body, not in a block inside";
            Diagnostic::error(codes::NESTED_RETURN, span, message)
                .label("in a block inside the body")
                .help("declare a stream before the block, push the value to it here, and give the stream's first element at the end of the function")
        }
        StatementKind::Else { .. } => Diagnostic::error(codes::STRAY_ELSE, span, "this `else` has no `if`")
            .label("the statement just before it, in the same block, is no `if`")
            .help("an `else` stands right below the block of its `if`, indented like the `if`"),
        StatementKind::Catch { .. } => Diagnostic::error(codes::STRAY_CATCH, span, "this `catch` has no `try`")
            .label("the statement just before it, in the same block, is no `try`")
            .help("a `catch` stands right below the block of its `try`, indented like the `try`"),
        kind => {
            let word = if matches!(kind, StatementKind::Par(_)) {
                "par"
            } else {
                "otherwise"
            };
            let message = format!("there is nothing before this `{word}`");
            let error = Diagnostic::error(codes::NOTHING_BEFORE, span, message);
            if word == "par" {
                error
                    .label("beside which statement?")
                    .help("remove `par`, or use `co` to start this without waiting")
            } else {
                error
                    .label("instead of which statement?")
                    .help("`otherwise` follows the statement that may fail")
            }
        }
    }
}

/// The line on which a statement begins.
fn head(statement: &Statement) -> Span {
    let span = statement.span;
    let end = match &statement.kind {
        StatementKind::Par(inner) | StatementKind::Co(inner) => head(inner).end,
        kind => match kind.body() {
            Some(body) if !body.statements.is_empty() => return span.file.span(span.start, head_end(kind, span)),
            _ => span.end,
        },
    };
    span.file.span(span.start, end)
}

/// Where the words before a block end, as far as the tree knows.
fn head_end(kind: &StatementKind, span: Span) -> u32 {
    match kind {
        StatementKind::If { condition: value, .. } | StatementKind::For { iterable: value, .. } => value.span.end,
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

/// Leaves an error node and the block.
fn take_out(statement: &mut Statement) {
    let kind = mem::replace(&mut statement.kind, StatementKind::Error { body: None });
    let body = match kind {
        // `par` with nothing before it still does what it says.
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
