//! Aqua text to a tree.

use aqua_diagnostics::{Diagnostic, FileId, Span};
use aqua_grammar::{MAX_MESSAGES, parse};

/// Parses a text and looks at the messages.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let parsed = parse(FileId(0), text);
    assert!(parsed.diagnostics.len() <= MAX_MESSAGES);
    for message in &parsed.diagnostics {
        points_into(text, message);
    }
    let again = parse(FileId(0), text);
    assert_eq!(again.tokens, parsed.tokens, "parsing is a function");
    assert_eq!(again.diagnostics, parsed.diagnostics, "parsing is a function");
}

/// Whether a message's spans are pieces of the text and its fix applies.
pub(crate) fn points_into(text: &str, message: &Diagnostic) {
    let inside = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    assert!(inside(message.span), "{message:?}");
    let of_file = |span: Span| span.file != message.span.file || inside(span);
    assert!(message.secondary.iter().all(|label| of_file(label.span)), "{message:?}");
    if let Some(fix) = &message.fix {
        assert!(fix.apply(message.span.file, text).is_some(), "{message:?}");
    }
}
