//! The grammar as its users see it: trees, messages, and that no text is too bad.

#![allow(clippy::disallowed_methods, reason = "tests read files and settings")]

mod dump;
mod messages;
mod pages;
mod properties;
mod trees;
mod vectors;
