//! What is allowed and probably not meant, in functions without mistakes.
//!
//! [`events`] tells what happens in a function in the order of the text; the other rooms look at it or at the checked
//! statements, each for mistakes of one kind.

mod beside;
mod events;
mod idle;
mod unused;

use crate::checked::Function;
use aqua_diagnostics::{Diagnostic, Sources};
use events::Events;

/// A name that begins so is there on purpose, though nothing uses it.
pub(crate) const UNUSED: &str = "unused";

/// What to say about a function in which nothing is wrong.
pub(crate) fn of_function(function: &Function, sources: &Sources) -> Vec<Diagnostic> {
    let events = Events::of(function, sources);
    let mut messages = Vec::new();
    unused::find(&events, &mut messages);
    beside::find(&events, &mut messages);
    idle::find(function, sources, &mut messages);
    messages
}
