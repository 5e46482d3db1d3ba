//! Renders diagnostics.
//!
//! [`terminal`] renders them with source snippets, [`json_lines`] as JSON for editors and scripts, and [`explain`] returns the
//! page about a code. The pages are the files in `docs/errors`, embedded at build time.
//!
//! ```
//! use aqua_diagnostics::{Code, Diagnostic, Sources};
//!
//! let mut sources = Sources::new();
//! let file = sources.add("main.aqua", "x <- helo()\n");
//! let message = Diagnostic::error(Code::new("E1001"), file.span(5, 9), "unknown name `helo`");
//! let text = aqua_render::terminal(&sources, &[message], aqua_render::Colour::Off);
//! assert!(text.starts_with("error[E1001]: unknown name `helo`\n"));
//! assert!(text.contains("main.aqua:1:6"));
//! ```

mod excerpt;
mod explain;
mod json;
mod terminal;

pub use explain::{codes, explain};
pub use json::json_lines;
pub use terminal::{Colour, terminal};
