//! What the grammar lets through and the language does not: order of headers, places of statements, spelling of names.
//!
//! The grammar is wide so that these mistakes get words of their own. What would mislead a later stage is taken out of
//! the tree: a misplaced statement becomes an error node.

mod declarations;
mod headers;
mod names;
mod statements;

use crate::assemble::Line;
use crate::report::Report;
use crate::tokens::Tokens;
use crate::tree::Tree;

/// Makes a tree of the lines of a file and checks it.
pub(crate) fn tree(lines: Vec<Line>, tokens: &Tokens, text: &str, report: &mut Report) -> Tree {
    let mut tree = headers::arrange(lines, tokens, text, report);
    for item in &mut tree.items {
        declarations::check(item, report);
    }
    tree
}
