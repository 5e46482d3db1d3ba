//! Parallel branches: streams that are read before the branches are done, and values that may not reach the peer that uses them.

use super::events::{BranchKind, Event, EventKind, Events};
use crate::checked::{LocalId, LocalKind};
use crate::codes;
use aqua_diagnostics::Diagnostic;

pub(super) fn check(events: &Events<'_>, messages: &mut Vec<Diagnostic>) {
    streams(events, messages);
    values(events, messages);
}

/// Reports streams that are read while parallel branches may still push to them.
fn streams(events: &Events<'_>, messages: &mut Vec<Diagnostic>) {
    let locals = &events.function.locals;
    let mut pushes: Vec<Vec<&Event>> = vec![Vec::new(); locals.len()];
    // Each stream is reported once; a stream that is waited for anywhere is not reported.
    let mut done = vec![false; locals.len()];
    for event in &events.list {
        if let EventKind::Await(local) = event.kind {
            done[local.index()] = true;
        }
    }
    for event in &events.list {
        match event.kind {
            EventKind::Push(local) if !event.site.in_closure => {
                let earlier = &mut pushes[local.index()];
                // The last push of a branch is sufficient.
                if earlier.last().is_some_and(|last| last.site.branch == event.site.branch) {
                    earlier.pop();
                }
                earlier.push(event);
            }
            EventKind::Snapshot(local) if !event.site.in_closure && !done[local.index()] => {
                let is_parallel = |push: &&&Event| !events.is_inside(event.site.branch, push.site.branch);
                if let Some(push) = pushes[local.index()].iter().find(is_parallel) {
                    done[local.index()] = true;
                    messages.push(not_joined(events, local, push, event));
                }
            }
            _ => {}
        }
    }
}

fn not_joined(events: &Events<'_>, local: LocalId, push: &Event, read: &Event) -> Diagnostic {
    let name = &events.function.local(local).name;
    let message = format!("`{name}` is read while other branches may still push to it");
    let message = Diagnostic::warning(codes::STREAM_NOT_JOINED, read.span, message);
    let message = message
        .label("reads the elements that have arrived so far")
        .secondary(push.span, "pushed here, in parallel");
    let message = message.note("execution continues as soon as one of the parallel branches is done");
    message.help(format!(
        "wait for the needed number of elements before this line, such as two: `join {name}[1]`"
    ))
}

/// Reports values of parallel branches that are used outside of their branch and may not be available there.
fn values(events: &Events<'_>, messages: &mut Vec<Diagnostic>) {
    let mut assigned: Vec<Option<&Event>> = vec![None; events.function.locals.len()];
    for (index, event) in events.list.iter().enumerate() {
        match event.kind {
            EventKind::Assign(local) if !event.site.in_closure => assigned[local.index()] = Some(event),
            EventKind::Use(local) | EventKind::Snapshot(local) if !event.site.in_closure => {
                // Later uses have the value if the first one has it.
                let Some(assign) = assigned[local.index()] else {
                    continue;
                };
                if events.is_inside(event.site.branch, assign.site.branch) {
                    continue;
                }
                assigned[local.index()] = None;
                if events.function.local(local).kind == LocalKind::Result {
                    messages.extend(check_detached(events, local, assign, event));
                }
                messages.extend(check_arrival(events, local, assign, event, index));
            }
            _ => {}
        }
    }
}

fn check_detached(events: &Events<'_>, local: LocalId, assign: &Event, used: &Event) -> Option<Diagnostic> {
    let mut branches = events.branches_between(assign.site.branch, used.site.branch);
    branches.find(|branch| events.branches[*branch].kind == BranchKind::Detached)?;
    let name = &events.function.local(local).name;
    let message = format!("`{name}` is assigned in a detached branch that is not waited for");
    let message = Diagnostic::warning(codes::DETACHED_VALUE, used.span, message);
    let message = message
        .label("this use waits for the branch")
        .secondary(assign.span, "assigned after `co`");
    Some(message.help("remove `co`; or push the result to a stream and `join` it where it is needed"))
}

/// Reports a value that may not arrive at the peer that uses it.
///
/// When execution continues after a `par`, the particle is sent on without the values that other branches assign later, and it is
/// not sent again. A value certainly reaches the peer that assigns it and the peers on the return path of the `par`.
fn check_arrival(
    events: &Events<'_>,
    local: LocalId,
    assign: &Event,
    used: &Event,
    index: usize,
) -> Option<Diagnostic> {
    let mut branches = events.branches_between(assign.site.branch, used.site.branch);
    let par = branches.find_map(|branch| match events.branches[branch].kind {
        BranchKind::Par(par) => Some(&events.pars[par]),
        _ => None,
    })?;
    if used.site.peer == assign.site.peer || par.return_path.contains(&used.site.peer) {
        return None;
    }
    let next_run = events.list[par.end..].iter().find(|event| {
        event.kind == EventKind::Run && !event.site.in_closure && events.is_inside(used.site.branch, event.site.branch)
    });
    let is_parallel = index < par.end;
    if is_parallel && next_run.is_some_and(|event| event.site.peer == used.site.peer) {
        // Execution waits for the value on this peer.
        return None;
    }
    let name = &events.function.local(local).name;
    let message = Diagnostic::warning(
        codes::VALUE_ELSEWHERE,
        used.span,
        format!("`{name}` may never arrive at this peer"),
    );
    let mut message = message.label("not the peer on which the branches join");
    message = message.secondary(assign.span, "assigned in one of several parallel branches");
    let earlier = next_run.filter(|event| !is_parallel && event.span.start < used.span.start);
    if let Some(event) = earlier.filter(|event| event.site.peer != used.site.peer) {
        message = message.secondary(event.span, format!("may be executed before `{name}` arrives"));
    }
    let note = "a particle that is sent on before the value arrives is not sent again with the value";
    let help = format!(
        "use `{name}` on the peer on which the branches join first, or move this after the call that assigns it"
    );
    Some(message.note(note).help(help))
}
