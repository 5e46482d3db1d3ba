//! Parses Aqua source text into a lossless syntax tree.
//!
//! [`parse`] never fails: for any text it returns a [`Parsed`] with the tokens, the tree and the diagnostics. Names and types
//! are resolved by the compiler, not here. [`headers`] returns the headers only, and reads little more than these.
//!
//! * [`tokens`]: the raw tokens. They cover each byte exactly once, including whitespace, comments and invalid bytes.
//! * [`tree`]: the typed syntax tree. Each node has a [`Span`](aqua_diagnostics::Span) that starts and ends at token
//!   boundaries, so [`Tokens::covered`] returns exactly its tokens. Comments are not part of the tree.
//! * [`codes`]: the codes of the diagnostics.
//!
//! ```
//! use aqua_diagnostics::Sources;
//! use aqua_grammar::tree::Item;
//!
//! let text = "aqua Main\n\nfunc f(xs: []u8):\n  fro x <- xs:\n    g(x)\n";
//! let mut sources = Sources::new();
//! let parsed = aqua_grammar::parse(sources.add("main.aqua", text), text);
//!
//! assert_eq!(parsed.diagnostics[0].label, "did you mean `for`?");
//! assert_eq!(sources.location(parsed.diagnostics[0].span), (4, 3));
//! assert!(matches!(&parsed.tree.items[0], Item::Function(function) if function.name.text == "f"));
//! ```
//!
//! The stages are: raw tokens → logical lines → contextual keywords → layout (indentation to blocks) → the LR grammar
//! (`aqua.lalrpop`) → checks of what the grammar accepts on purpose to allow for better diagnostics.

mod checks;
pub mod codes;
mod header_scan;
mod keyword_sets;
mod keywords;
mod layout;
mod lexical_errors;
mod logical_lines;
mod nesting;
mod parse;
mod parsed;
mod sink;
mod syntax_errors;
mod terminals;
pub mod tokens;
pub mod tree;
mod tree_builder;

pub use header_scan::headers;
pub use parse::parse;
pub use parsed::Parsed;
pub use sink::MAX_DIAGNOSTICS;
pub use tokens::Tokens;
pub use tree::Tree;
