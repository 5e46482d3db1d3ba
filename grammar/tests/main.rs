//! The grammar as its users see it: trees, messages, and that no text is too bad.

mod dump;
mod messages;
mod pages;
mod properties;
mod trees;
mod vectors;
