//! Diagnostics: messages about programs, as data.
//!
//! A [`Diagnostic`] has a stable [`Code`], a severity, a primary span with a label, secondary labels, notes, a help line and,
//! if it can be applied automatically, a [`Fix`]. Compiler stages return diagnostics with their output and never print;
//! `aqua-render` renders them.
//!
//! Errors in the user's program are diagnostics. Errors of the environment, such as a missing file or an unreachable peer, are
//! `thiserror` enums in the crates where they occur.
//!
//! ```
//! use aqua_diagnostics::{Code, Diagnostic, Sources};
//!
//! const UNKNOWN_NAME: Code = Code::new("E1001");
//! let mut sources = Sources::new();
//! let file = sources.add("main.aqua", "x <- helo()\n");
//! let message = Diagnostic::error(UNKNOWN_NAME, file.span(5, 9), "unknown name `helo`")
//!     .label("not found")
//!     .help("did you mean `hello`?")
//!     .fix("replace `helo` by `hello`", file.span(5, 9), "hello");
//! assert_eq!(sources.location(message.span), (1, 6));
//! ```

mod diagnostic;
mod source;
pub mod suggestions;

pub use diagnostic::{Code, Diagnostic, Edit, Fix, Label, Severity};
pub use source::{FileId, Source, Sources, Span};
