//! How messages look.
//!
//! [`terminal`] draws diagnostics with their source frames (codespan-reporting stays behind this one function),
//! [`json_lines`] writes one object a line for editors and scripts, and [`explain`] gives the page of a code. The pages
//! are the files of `docs/errors`, embedded when this crate is built.
//!
//! ```
//! use aqua_diagnostics::{Code, Diagnostic, Sources};
//!
//! let mut sources = Sources::new();
//! let file = sources.add("main.aqua", "x <- helo()\n");
//! let message = Diagnostic::error(Code::new("E1001"), file.span(5, 9), "nothing is called `helo`");
//! let text = aqua_render::terminal(&sources, &[message], aqua_render::Colour::Off);
//! assert!(text.starts_with("error[E1001]: nothing is called `helo`\n"));
//! assert!(text.contains("main.aqua:1:6"));
//! ```

mod explain;
mod json;
mod terminal;

pub use explain::{codes, explain};
pub use json::json_lines;
pub use terminal::{Colour, terminal};
