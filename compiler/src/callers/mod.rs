//! Code that calls compiled functions and serves services from other languages.
//!
//! A caller hides AIR and definitions behind functions with the types of the language it is for. [`typescript`] and
//! [`javascript`] are for the official JS client; [`rust`] is for programs that embed a client of ours. All are texts made from
//! a [`Compilation`](crate::Compilation) alone, the same on every machine; comments above functions, services and methods come along.

mod documentation;
mod ecmascript;
mod names;
mod rust;
mod structures;

pub use ecmascript::{JavaScript, javascript, typescript};
pub use rust::rust;

pub(crate) use documentation::above;
