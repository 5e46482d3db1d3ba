//! Runs the stages of the parser. The only module besides the grammar that uses lalrpop.

use crate::sink::DiagnosticSink;
use crate::tokens::Tokens;
use crate::tree::{Item, ItemError};
use crate::tree_builder::{TopLevelNode, TreeBuilder};
use crate::{Parsed, checks, layout, syntax_errors};
use aqua_diagnostics::FileId;

#[allow(
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::redundant_clone,
    clippy::use_self,
    clippy::unwrap_used,
    unused_lifetimes,
    unreachable_pub,
    missing_debug_implementations,
    reason = "generated"
)]
mod generated {
    lalrpop_util::lalrpop_mod!(grammar, "/aqua.rs");
    pub(super) use grammar::FileParser;
}

/// Parses a text. Never fails: invalid parts of the text result in error nodes and diagnostics.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let tokens = Tokens::scan(file, text);
    let mut sink = DiagnosticSink::default();
    let mut layout = layout::lay_out(&tokens, text, &mut sink);
    let mut builder = TreeBuilder::new(&tokens, text, &mut layout, sink);
    let terminals = layout
        .tokens
        .iter()
        .map(|token| (token.start, token.terminal, token.end));
    let nodes = generated::FileParser::new()
        .parse(&mut builder, terminals)
        .unwrap_or_else(|error| {
            // Unreachable, because the grammar recovers from each error within its line. Reported to avoid a panic.
            let (_, message) = syntax_errors::diagnose(&error, &tokens, text);
            builder.sink.push(message);
            vec![TopLevelNode::Item(Item::Error(ItemError {
                span: tokens.span_of(0..tokens.len()),
                name: None,
                body: None,
            }))]
        });
    let mut sink = builder.sink;
    let tree = checks::check(nodes, &tokens, text, &mut sink);
    Parsed {
        tokens,
        tree,
        diagnostics: sink.sorted(),
    }
}
