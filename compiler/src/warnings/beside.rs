//! Branches that run beside others, and what is read of them too early or in the wrong place.

use super::events::{BranchKind, Event, Events, What};
use crate::checked::{LocalId, LocalKind};
use crate::codes;
use aqua_diagnostics::Diagnostic;

pub(super) fn find(events: &Events<'_>, messages: &mut Vec<Diagnostic>) {
    streams(events, messages);
    values(events, messages);
}

/// Streams that are read while branches still fill them.
fn streams(events: &Events<'_>, messages: &mut Vec<Diagnostic>) {
    let locals = &events.function.locals;
    let mut fills: Vec<Vec<&Event>> = vec![Vec::new(); locals.len()];
    // Told once for each stream; never for one that is waited for somewhere.
    let mut told = vec![false; locals.len()];
    for event in &events.list {
        if let What::Await(local) = event.what {
            told[local.index()] = true;
        }
    }
    for event in &events.list {
        match event.what {
            What::Fill(local) if !event.place.in_closure => {
                let known = &mut fills[local.index()];
                // Of one branch the last is enough.
                if known.last().is_some_and(|last| last.place.branch == event.place.branch) {
                    known.pop();
                }
                known.push(event);
            }
            What::Take(local) if !event.place.in_closure && !told[local.index()] => {
                let beside = |fill: &&&Event| !events.is_inside(event.place.branch, fill.place.branch);
                if let Some(fill) = fills[local.index()].iter().find(beside) {
                    told[local.index()] = true;
                    messages.push(not_joined(events, local, fill, event));
                }
            }
            _ => {}
        }
    }
}

fn not_joined(events: &Events<'_>, local: LocalId, fill: &Event, read: &Event) -> Diagnostic {
    let name = &events.function.local(local).name;
    let message = format!("`{name}` is read while other branches may still fill it");
    let message = Diagnostic::warning(codes::STREAM_NOT_JOINED, read.span, message);
    let message = message
        .label("what came so far is taken")
        .also(fill.span, "filled here, beside what follows");
    let message = message.note("work goes on as soon as one of several branches is done");
    message.help(format!(
        "wait for as many elements as are needed before this line, such as two: `join {name}[1]`"
    ))
}

/// Values of one branch that another place needs.
fn values(events: &Events<'_>, messages: &mut Vec<Diagnostic>) {
    let mut made: Vec<Option<&Event>> = vec![None; events.function.locals.len()];
    for (number, event) in events.list.iter().enumerate() {
        match event.what {
            What::Make(local) if !event.place.in_closure => made[local.index()] = Some(event),
            What::Use(local) | What::Take(local) if !event.place.in_closure => {
                // Only the first use outside is looked at: what follows it has the value, too.
                let Some(make) = made[local.index()] else { continue };
                if events.is_inside(event.place.branch, make.place.branch) {
                    continue;
                }
                made[local.index()] = None;
                if events.function.local(local).kind == LocalKind::Result {
                    messages.extend(nobody_waits(events, local, make, event));
                }
                messages.extend(may_not_arrive(events, local, make, event, number));
            }
            _ => {}
        }
    }
}

fn nobody_waits(events: &Events<'_>, local: LocalId, make: &Event, used: &Event) -> Option<Diagnostic> {
    let mut apart = events.between(make.place.branch, used.place.branch);
    apart.find(|branch| events.branches[*branch].kind == BranchKind::Detached)?;
    let name = &events.function.local(local).name;
    let message = format!("`{name}` is used, but comes from a branch that nobody waits for");
    let message = Diagnostic::warning(codes::DETACHED_VALUE, used.span, message);
    let message = message
        .label("this waits for it after all")
        .also(make.span, "bound after `co`");
    Some(message.help("take `co` away; or push the result to a stream, and `join` that where it is needed"))
}

/// Work that goes on at one peer is sent to the next without what another branch brings later, and is not sent again.
///
/// What a branch brings surely comes to the peer that made it and to those on the way home from where the branches meet.
fn may_not_arrive(
    events: &Events<'_>,
    local: LocalId,
    make: &Event,
    used: &Event,
    number: usize,
) -> Option<Diagnostic> {
    let mut apart = events.between(make.place.branch, used.place.branch);
    let par = apart.find_map(|branch| match events.branches[branch].kind {
        BranchKind::OfPar(par) => Some(&events.pars[par]),
        _ => None,
    })?;
    if used.place.peer == make.place.peer || par.way_home.contains(&used.place.peer) {
        return None;
    }
    let goes_on = events.list[par.end..].iter().find(|event| {
        event.what == What::Run && !event.place.in_closure && events.is_inside(used.place.branch, event.place.branch)
    });
    let is_beside = number < par.end;
    if is_beside && goes_on.is_some_and(|event| event.place.peer == used.place.peer) {
        // It waits there, and the value passes.
        return None;
    }
    let name = &events.function.local(local).name;
    let message = Diagnostic::warning(
        codes::VALUE_ELSEWHERE,
        used.span,
        format!("`{name}` may never arrive here"),
    );
    let mut message = message.label("on another peer than where the branches meet");
    message = message.also(make.span, "bound in one of several branches");
    let before = goes_on.filter(|event| !is_beside && event.span.start < used.span.start);
    if let Some(event) = before.filter(|event| event.place.peer != used.place.peer) {
        message = message.also(event.span, format!("work may go on here before `{name}` comes"));
    }
    let note = "a call that was sent on to its peer without an argument is not sent again when the argument comes";
    let help =
        format!("use `{name}` where the branches meet before going on, or write this after the call that binds it");
    Some(message.note(note).help(help))
}
