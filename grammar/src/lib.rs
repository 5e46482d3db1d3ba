//! Aqua text to a lossless tree, whatever the text.
//!
//! [`parse`] never fails: any text gives a [`Parsed`] with the token table, the tree and the mistakes found on the way.
//! Nothing here knows what a name means or which type a value has; that is the compiler's.
//!
//! * [`tokens`]: the table of raw tokens. It covers every byte exactly once; spaces, comments and bad bytes are tokens.
//! * [`tree`]: the typed tree. Every node has a [`Span`](aqua_diagnostics::Span) that begins and ends at token borders, so
//!   [`Tokens::covered`] gives exactly the tokens it is made of. Comments stay outside the tree, in the table.
//! * [`codes`]: the codes of the messages this room gives.
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
//! The way: raw tokens → logical lines → what their words mean → blocks → the grammar (`aqua.lalrpop`, behind one
//! function) → checks of what the grammar lets through on purpose, so that there are words for it.

mod assemble;
mod checks;
pub mod codes;
mod keywords;
mod layout;
mod lexical;
mod lines;
mod parse;
mod parsed;
mod report;
mod terminals;
pub mod tokens;
pub mod tree;
mod unexpected;
mod words;

pub use parse::parse;
pub use parsed::Parsed;
pub use report::MAX_MESSAGES;
pub use tokens::Tokens;
pub use tree::Tree;
