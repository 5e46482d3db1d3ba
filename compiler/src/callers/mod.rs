//! Generated bindings that call compiled functions and serve services from other languages.
//!
//! A caller is a module with a typed function for each exported function; it contains the script and the definition.
//! [`typescript`] and [`javascript`] are for the official JS client; [`rust`] is for programs that embed our client. The text
//! depends on the [`Compilation`](crate::Compilation) only. Documentation comments of functions, services and methods are copied.

mod ecmascript;
mod names;
mod rust;
mod structures;
mod type_aliases;

pub use ecmascript::{JavaScript, javascript, typescript};
pub use rust::rust;
