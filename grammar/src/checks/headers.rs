//! The `aqua` line comes first, then the other headers, then declarations.

use crate::assemble::Line;
use crate::codes;
use crate::report::Report;
use crate::tokens::Tokens;
use crate::tree::{Header, Item, Tree};
use aqua_diagnostics::{Diagnostic, Span};

/// Parts headers from declarations and reports those that stand too late, or are missing.
pub(super) fn arrange(lines: Vec<Line>, tokens: &Tokens, text: &str, report: &mut Report) -> Tree {
    let span = tokens.span_of(0..tokens.len());
    let mut tree = Tree {
        headers: Vec::new(),
        items: Vec::new(),
        span,
    };
    let mut order = Order {
        text,
        timely: None,
        has_module: false,
    };
    for line in lines {
        match line {
            Line::Item(item) => {
                order.has_module |= tree.items.is_empty() && order.is_broken_module(&item);
                tree.items.push(item);
            }
            Line::Header(header) => {
                let after_items = tree.items.iter().any(|item| !matches!(item, Item::Error(_)));
                let late = order.late(&header, after_items, tree.headers.is_empty(), span.before());
                order.note(&header, late.is_none());
                late.into_iter()
                    .chain(order.old_keyword(&header))
                    .for_each(|message| report.push(message));
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
        report.push(missing(first.unwrap_or(span), text, span));
    }
    tree
}

struct Order<'a> {
    text: &'a str,
    /// The last header that stands where it should.
    timely: Option<Span>,
    has_module: bool,
}

impl Order<'_> {
    /// The message about a header that stands too late.
    fn late(&self, header: &Header, after_items: bool, first: bool, top: Span) -> Option<Diagnostic> {
        let (span, line) = (header.span(), self.slice(header.span()));
        match header {
            Header::Error(_) => None,
            Header::Module(_) if first && !after_items => None,
            Header::Module(_) if self.has_module => {
                let error = Diagnostic::error(codes::LATE_MODULE, span, "a file has one `aqua` line");
                Some(error.label("this is a second one").help("remove it"))
            }
            Header::Module(_) => {
                let error = Diagnostic::error(codes::LATE_MODULE, span, "the `aqua` line comes first");
                let error = error.label("other lines stand before it");
                Some(
                    error
                        .fix("move it to the top", top, format!("{line}\n\n"))
                        .fix("", span, ""),
                )
            }
            _ if !after_items => None,
            _ => {
                let word = line.split_whitespace().next().unwrap_or(line);
                let message = format!("`{word}` comes before all declarations");
                let error = Diagnostic::error(codes::LATE_HEADER, span, message).label("declarations stand before it");
                Some(match self.timely {
                    Some(timely) => error
                        .fix("move it to the other headers", timely.after(), format!("\n{line}"))
                        .fix("", span, ""),
                    None => error.help("move it to the top of the file"),
                })
            }
        }
    }

    fn note(&mut self, header: &Header, timely: bool) {
        let span = header.span();
        let word = self.slice(span).split_whitespace().next().unwrap_or_default();
        self.has_module |= matches!(word, "aqua" | "module") || matches!(header, Header::Module(_));
        if timely {
            self.timely = Some(span);
        }
    }

    /// Whether a line that could not be understood was meant to name the module.
    fn is_broken_module(&self, item: &Item) -> bool {
        matches!(item, Item::Error(_))
            && self
                .slice(item.span())
                .split_whitespace()
                .any(|word| word.ends_with("aqua"))
    }

    /// The message about `module`.
    fn old_keyword(&self, header: &Header) -> Option<Diagnostic> {
        let Header::Module(module) = header else { return None };
        (self.slice(module.keyword) == "module").then(|| {
            Diagnostic::error(codes::OLD_HEADER, module.keyword, "`module` is an old keyword")
                .label("now it is `aqua`")
                .fix("write `aqua`", module.keyword, "aqua")
        })
    }

    fn slice(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

/// The message about a file without an `aqua` line; it points at the first line that is not a comment.
fn missing(first: Span, text: &str, file: Span) -> Diagnostic {
    let rest = &text[first.start as usize..first.end as usize];
    let length = rest.find(['\n', '\r']).unwrap_or(rest.len()) as u32;
    let line = first.file.span(first.start, first.start + length);
    let start = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8() as u32
    } else {
        0
    };
    Diagnostic::error(
        codes::MISSING_HEADER,
        line,
        "this file does not begin with an `aqua` line",
    )
    .label("expected `aqua` and a name for the module before this")
    .fix(
        "begin the file with `aqua Main`",
        file.file.span(start, start),
        "aqua Main\n\n",
    )
}
