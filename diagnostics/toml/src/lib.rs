//! TOML with spans and diagnostics.
//!
//! A [`Document`] is a parsed file. A reader takes the keys it knows from its [`Section`]s; invalid values are reported as
//! diagnostics and reading continues. [`Section::finish`] reports the remaining keys as unknown.
//!
//! [`Service`] is the table `[services.NAME]`, which manifests and node configurations share.

pub mod codes;
mod document;
mod section;
mod service;
mod value;

pub use document::{Document, Spanned};
pub use section::Section;
pub use service::{Service, ServiceSource, WASM_MAGIC, missing_file};
pub use value::parse_size;
