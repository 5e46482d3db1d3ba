//! The wall around the parser generator: symbols in, tree out. Nothing else knows of lalrpop, but the grammar itself.

use crate::assemble::{Assembler, Line};
use crate::report::Report;
use crate::tokens::Tokens;
use crate::tree::{Item, ItemError};
use crate::{Parsed, checks, layout, unexpected};
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

/// Understands a text as far as it can be. Never fails: what can't be understood becomes error nodes and messages.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let tokens = Tokens::scan(file, text);
    let mut report = Report::default();
    let mut layout = layout::lay_out(&tokens, text, &mut report);
    let mut assembler = Assembler::new(&tokens, text, &mut layout, report);
    let symbols = layout
        .tokens
        .iter()
        .map(|token| (token.start, token.terminal, token.end));
    let lines = generated::FileParser::new()
        .parse(&mut assembler, symbols)
        .unwrap_or_else(|error| {
            // Every mistake is recovered from within its line, so this is out of reach; if not, it is still no panic.
            let (_, message) = unexpected::explain(&error, &tokens, text);
            assembler.report.push(message);
            vec![Line::Item(Item::Error(ItemError {
                span: tokens.span_of(0..tokens.len()),
                name: None,
                body: None,
            }))]
        });
    let mut report = assembler.report;
    let tree = checks::tree(lines, &tokens, text, &mut report);
    Parsed {
        tokens,
        tree,
        diagnostics: report.sorted(),
    }
}
