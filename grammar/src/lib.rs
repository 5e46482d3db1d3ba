//! Aqua text to a lossless tree, whatever the text.
//!
//! [`parse`] never fails: any text gives a [`Parsed`] with the token table, the tree and the mistakes found on the way.
//! Nothing here knows what a name means or which type a value has; that is the compiler's.
//!
//! * [`tokens`]: the table of raw tokens. It covers every byte exactly once; spaces, comments and bad bytes are tokens.
//! * [`tree`]: the typed tree. Every node has a [`Span`](aqua_diagnostics::Span) that begins and ends at token borders, so
//!   [`Tokens::covered`] gives exactly the tokens it is made of. Comments stay outside the tree, in the table.
//! * [`codes`]: the codes of the messages this room gives.

mod assemble;
mod checks;
pub mod codes;
mod keywords;
mod layout;
mod lexical;
mod lines;
mod parse;
mod parsed;
mod terminals;
pub mod tokens;
pub mod tree;
mod unexpected;
mod words;

pub use parse::parse;
pub use parsed::Parsed;
pub use tokens::Tokens;
pub use tree::Tree;
