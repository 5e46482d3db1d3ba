//! The grammar as its users see it: trees, messages, and that no text is too bad.

#![allow(clippy::unwrap_used, reason = "tests")]

mod vectors;
