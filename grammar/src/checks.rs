//! Checks rules that the grammar does not enforce: the order of headers, where statements are allowed, and the case of names.
//!
//! The grammar accepts more than the language to allow for better diagnostics. Nodes that would mislead later stages, such as
//! misplaced statements, are replaced by error nodes.

mod declarations;
mod headers;
mod names;
mod statements;

use crate::sink::DiagnosticSink;
use crate::tokens::Tokens;
use crate::tree::Tree;
use crate::tree_builder::TopLevelNode;

/// Builds the tree from the top-level nodes of a file and checks it.
pub(crate) fn check(nodes: Vec<TopLevelNode>, tokens: &Tokens, text: &str, sink: &mut DiagnosticSink) -> Tree {
    let mut tree = headers::split(nodes, tokens, text, sink);
    for item in &mut tree.items {
        declarations::check(item, sink);
    }
    tree
}
