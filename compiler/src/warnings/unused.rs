//! Names that nothing uses, and values that nothing reads.

use super::UNUSED;
use super::events::{Events, What};
use crate::checked::{Local, LocalKind};
use crate::codes;
use aqua_diagnostics::Diagnostic;

/// What became of a local.
#[derive(Debug, Clone, Copy, Default)]
struct Fate {
    filled: bool,
    read: bool,
}

pub(super) fn find(events: &Events<'_>, messages: &mut Vec<Diagnostic>) {
    let mut fates = vec![Fate::default(); events.function.locals.len()];
    for event in &events.list {
        match event.what {
            What::Fill(local) => fates[local.index()].filled = true,
            What::Take(local) | What::Await(local) | What::Use(local) => fates[local.index()].read = true,
            What::Make(_) | What::Run => {}
        }
    }
    for (local, fate) in events.function.locals.iter().zip(fates) {
        if !fate.read && !local.name.is_empty() && !local.name.starts_with(UNUSED) {
            messages.extend(message(local, fate.filled));
        }
    }
}

fn message(local: &Local, filled: bool) -> Option<Diagnostic> {
    let (name, span) = (&local.name, local.span);
    let name_unused =
        |what: &str| Diagnostic::warning(codes::UNUSED_NAME, span, format!("{what} `{name}` is not used"));
    let value_unused = |words: String| Diagnostic::warning(codes::UNUSED_VALUE, span, words);
    Some(match local.kind {
        // What is pushed to a parameter goes to the caller.
        LocalKind::Parameter if filled => return None,
        LocalKind::Parameter => name_unused("parameter").help(format!(
            "take it out, or let its name begin with `{UNUSED}` if callers must give it"
        )),
        LocalKind::Closure(_) => name_unused("closure").help("call it, or take it out"),
        LocalKind::Stream if !filled => name_unused("stream").help("push to it and read it, or take it out"),
        LocalKind::Stream => value_unused(format!("nothing reads what is pushed to `{name}`"))
            .help("return it, go through it or give it to a call; or push nothing"),
        LocalKind::Assigned => {
            value_unused(format!("the value of `{name}` is never used")).help("use it, or take the line out")
        }
        LocalKind::Result => value_unused(format!("the value of `{name}` is never used")).help(format!(
            "use it, or let its name begin with `{UNUSED}`: the call is made in any case"
        )),
        // Loops and `catch` need a name in any case.
        LocalKind::LoopVariable | LocalKind::CaughtError | LocalKind::ServiceId(_) => return None,
    })
}
