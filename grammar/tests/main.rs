//! Integration tests of the parser: trees, diagnostics, and arbitrary input.

#![allow(clippy::disallowed_methods, reason = "tests read files and settings")]

mod dump;
mod messages;
mod pages;
mod properties;
mod trees;
mod vectors;
