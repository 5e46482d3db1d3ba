//! Unused names and values.

use super::events::{EventKind, Events};
use crate::checked::UNUSED_PREFIX;
use crate::checked::{Local, LocalKind};
use crate::codes;
use aqua_diagnostics::Diagnostic;

/// How a local is used.
#[derive(Debug, Clone, Copy, Default)]
struct Usage {
    is_pushed: bool,
    is_read: bool,
}

pub(super) fn check(events: &Events<'_>, messages: &mut Vec<Diagnostic>) {
    let mut usages = vec![Usage::default(); events.function.locals.len()];
    for event in &events.list {
        match event.kind {
            EventKind::Push(local) => usages[local.index()].is_pushed = true,
            EventKind::Snapshot(local) | EventKind::Await(local) | EventKind::Use(local) => {
                usages[local.index()].is_read = true
            }
            EventKind::Assign(_) | EventKind::Run => {}
        }
    }
    for (local, usage) in events.function.locals.iter().zip(usages) {
        if !usage.is_read && !local.name.is_empty() && !local.name.starts_with(UNUSED_PREFIX) {
            messages.extend(message(local, usage.is_pushed));
        }
    }
}

fn message(local: &Local, is_pushed: bool) -> Option<Diagnostic> {
    let (name, span) = (&local.name, local.span);
    let name_unused = |kind: &str| Diagnostic::warning(codes::UNUSED_NAME, span, format!("unused {kind} `{name}`"));
    let value_unused = |message: String| Diagnostic::warning(codes::UNUSED_VALUE, span, message);
    Some(match local.kind {
        // Values that are pushed to a parameter belong to the caller.
        LocalKind::Parameter if is_pushed => return None,
        LocalKind::Parameter => name_unused("parameter").help(format!(
            "remove it, or rename it to `{UNUSED_PREFIX}…` if callers have to pass it"
        )),
        LocalKind::Closure(_) => name_unused("closure").help("call it or remove it"),
        LocalKind::Stream if !is_pushed => name_unused("stream").help("push to it and read it, or remove it"),
        LocalKind::Stream => value_unused(format!("values that are pushed to `{name}` are never read"))
            .help("return it, iterate over it or pass it to a call; or remove it"),
        LocalKind::Assigned => {
            value_unused(format!("the value of `{name}` is never used")).help("use it or remove the assignment")
        }
        LocalKind::Result => value_unused(format!("the value of `{name}` is never used")).help(format!(
            "use it, or rename it to `{UNUSED_PREFIX}…` if only the call is needed"
        )),
        // Loops and `catch` always need a name.
        LocalKind::LoopVariable | LocalKind::CaughtError | LocalKind::ServiceId(_) => return None,
    })
}
