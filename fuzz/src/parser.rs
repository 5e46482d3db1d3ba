//! Fuzzes the parser.

use aqua_diagnostics::{Diagnostic, FileId, Span};
use aqua_grammar::{MAX_DIAGNOSTICS, parse};

/// Parses a text and checks the diagnostics.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let parsed = parse(FileId(0), text);
    assert!(parsed.diagnostics.len() <= MAX_DIAGNOSTICS);
    for message in &parsed.diagnostics {
        check_spans(text, message);
    }
    let again = parse(FileId(0), text);
    assert_eq!(again.tokens, parsed.tokens, "parsing is deterministic");
    assert_eq!(again.diagnostics, parsed.diagnostics, "parsing is deterministic");
}

/// Checks that the spans of a diagnostic are in bounds and that its fix can be applied.
pub(crate) fn check_spans(text: &str, message: &Diagnostic) {
    let inside = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    assert!(inside(message.span), "{message:?}");
    let of_file = |span: Span| span.file != message.span.file || inside(span);
    assert!(message.secondary.iter().all(|label| of_file(label.span)), "{message:?}");
    if let Some(fix) = &message.fix {
        assert!(fix.apply(message.span.file, text).is_some(), "{message:?}");
    }
}
