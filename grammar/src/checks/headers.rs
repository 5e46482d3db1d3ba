//! Checks the order of headers: the `aqua` header is first, the others precede all declarations.

use crate::codes;
use crate::sink::DiagnosticSink;
use crate::tokens::Tokens;
use crate::tree::{Header, Item, Tree};
use crate::tree_builder::TopLevelNode;
use aqua_diagnostics::{Diagnostic, Span};

/// Splits the nodes of a file into headers and items. Reports misplaced headers and a missing `aqua` header.
pub(super) fn split(nodes: Vec<TopLevelNode>, tokens: &Tokens, text: &str, sink: &mut DiagnosticSink) -> Tree {
    let span = tokens.span_of(0..tokens.len());
    let mut tree = Tree {
        headers: Vec::new(),
        items: Vec::new(),
        span,
    };
    let mut order = HeaderOrder {
        text,
        last_in_order: None,
        has_module: false,
    };
    for node in nodes {
        match node {
            TopLevelNode::Item(item) => {
                order.has_module |= tree.items.is_empty() && order.is_invalid_module_header(&item);
                tree.items.push(item);
            }
            TopLevelNode::Header(header) => {
                let after_items = tree.items.iter().any(|item| !matches!(item, Item::Error(_)));
                let misplaced = order.check(&header, after_items, tree.headers.is_empty(), span.before());
                order.add(&header, misplaced.is_none());
                misplaced
                    .into_iter()
                    .chain(obsolete_keyword(&header, text))
                    .for_each(|message| sink.push(message));
                tree.headers.push(header);
            }
        }
    }
    if !order.has_module {
        let first = tree
            .headers
            .first()
            .map(Header::span)
            .or_else(|| tree.items.first().map(|item| item.span()));
        sink.push(missing_module_header(first.unwrap_or(span), text, span));
    }
    tree
}

struct HeaderOrder<'a> {
    text: &'a str,
    /// The last header that is in order.
    last_in_order: Option<Span>,
    has_module: bool,
}

impl HeaderOrder<'_> {
    /// Returns the diagnostic for a misplaced header.
    fn check(&self, header: &Header, after_items: bool, first: bool, top: Span) -> Option<Diagnostic> {
        let (span, line) = (header.span(), self.slice(header.span()));
        match header {
            Header::Error(_) => None,
            Header::Module(_) if first && !after_items => None,
            Header::Module(_) if self.has_module => {
                let error = Diagnostic::error(codes::MISPLACED_MODULE, span, "duplicate `aqua` header");
                Some(error.label("second `aqua` header").help("remove it"))
            }
            Header::Module(_) => {
                let error = Diagnostic::error(
                    codes::MISPLACED_MODULE,
                    span,
                    "the `aqua` header must be the first line",
                );
                let error = error.label("other lines precede it");
                Some(
                    error
                        .fix("move it to the top", top, format!("{line}\n\n"))
                        .fix("", span, ""),
                )
            }
            _ if !after_items => None,
            _ => {
                let word = line.split_whitespace().next().unwrap_or(line);
                let message = format!("`{word}` must precede all declarations");
                let error = Diagnostic::error(codes::MISPLACED_HEADER, span, message).label("declarations precede it");
                Some(match self.last_in_order {
                    Some(header) => error
                        .fix("move it to the other headers", header.after(), format!("\n{line}"))
                        .fix("", span, ""),
                    None => error.help("move it to the top of the file"),
                })
            }
        }
    }

    fn add(&mut self, header: &Header, in_order: bool) {
        let span = header.span();
        let word = self.slice(span).split_whitespace().next().unwrap_or_default();
        self.has_module |= matches!(word, "aqua" | "module") || matches!(header, Header::Module(_));
        if in_order {
            self.last_in_order = Some(span);
        }
    }

    /// Returns whether an invalid item was probably meant as an `aqua` header.
    fn is_invalid_module_header(&self, item: &Item) -> bool {
        matches!(item, Item::Error(_))
            && self
                .slice(item.span())
                .split_whitespace()
                .any(|word| word.ends_with("aqua"))
    }

    fn slice(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

/// Returns the diagnostic for the obsolete keyword `module`.
fn obsolete_keyword(header: &Header, text: &str) -> Option<Diagnostic> {
    let Header::Module(module) = header else { return None };
    let keyword = &text[module.keyword.start as usize..module.keyword.end as usize];
    (keyword == "module").then(|| {
        Diagnostic::error(
            codes::OBSOLETE_HEADER,
            module.keyword,
            "the keyword `module` is obsolete",
        )
        .label("replaced by `aqua`")
        .fix("write `aqua`", module.keyword, "aqua")
    })
}

/// Returns the diagnostic for a file without an `aqua` header. It points at the first line that is not a comment.
fn missing_module_header(first: Span, text: &str, file: Span) -> Diagnostic {
    let rest = &text[first.start as usize..first.end as usize];
    let length = rest.find(['\n', '\r']).unwrap_or(rest.len()) as u32;
    let line = first.file.span(first.start, first.start + length);
    let start = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8() as u32
    } else {
        0
    };
    Diagnostic::error(codes::MISSING_HEADER, line, "missing `aqua` header")
        .label("expected `aqua` and a module name before this")
        .fix(
            "start the file with `aqua Main`",
            file.file.span(start, start),
            "aqua Main\n\n",
        )
}
