//! Lints: warnings about valid functions that probably do not do what was intended.
//!
//! [`events`] lists what happens in a function in textual order. The other modules search these events or the checked statements
//! for one kind of mistake each.

mod concurrency;
mod events;
mod idle;
mod unused;

use crate::checked::Function;
use aqua_diagnostics::{Diagnostic, Sources};
use events::Events;

/// The warnings about a function of a module without errors.
pub(crate) fn check_function(function: &Function, sources: &Sources) -> Vec<Diagnostic> {
    let events = Events::of(function, sources);
    let mut messages = Vec::new();
    unused::check(&events, &mut messages);
    concurrency::check(&events, &mut messages);
    idle::check(function, sources, &mut messages);
    messages
}
