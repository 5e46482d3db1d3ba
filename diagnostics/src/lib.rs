//! What a message about a program is.
//!
//! A [`Diagnostic`] is a value: a stable [`Code`], a severity, one primary span with its label, secondary labels,
//! notes, a help line and, where it is certain, a machine-applicable [`Fix`]. Every stage returns diagnostics beside its
//! output and never prints; `aqua-render` decides how they look.
//!
//! Mistakes in the user's program are diagnostics. Troubles of the world (a missing file, a lost peer) are
//! `thiserror` enums in the rooms that meet them.
//!
//! ```
//! use aqua_diagnostics::{Code, Diagnostic, Sources};
//!
//! const UNKNOWN_NAME: Code = Code::new("E1001");
//! let mut sources = Sources::new();
//! let file = sources.add("main.aqua", "x <- helo()\n");
//! let message = Diagnostic::error(UNKNOWN_NAME, file.span(5, 9), "nothing is called `helo`")
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
