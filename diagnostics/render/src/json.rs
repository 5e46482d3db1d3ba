//! Renders diagnostics as JSON lines.

use aqua_diagnostics::{Diagnostic, Sources, Span};
use serde_json::{Value, json};

/// Renders each diagnostic as a JSON object on a line of its own.
///
/// The fields are `kind` (`diagnostic`), `code`, `severity`, `message`, `label`, `at` (file, and start and end as byte offset,
/// line and column; lines and columns count from 1), `also` (secondary labels), `notes`, `help` and `fix` (message and edits).
pub fn json_lines(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| object(sources, diagnostic).to_string() + "\n")
        .collect()
}

fn object(sources: &Sources, diagnostic: &Diagnostic) -> Value {
    let also = diagnostic
        .secondary
        .iter()
        .map(|label| json!({"at": location(sources, label.span), "message": label.message}));
    let fix = diagnostic.fix.as_ref().map(|fix| {
        let edits = fix
            .edits
            .iter()
            .map(|edit| json!({"at": location(sources, edit.span), "text": edit.text}));
        json!({"message": fix.message, "edits": edits.collect::<Vec<_>>()})
    });
    json!({
        "kind": "diagnostic",
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "label": diagnostic.label,
        "at": location(sources, diagnostic.span),
        "also": also.collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "help": diagnostic.help,
        "fix": fix,
    })
}

fn location(sources: &Sources, span: Span) -> Value {
    let Some(source) = sources.get(span.file) else {
        return Value::Null;
    };
    let position = |offset| {
        let (line, column) = source.location(offset);
        json!({"line": line, "column": column, "offset": offset})
    };
    json!({"file": source.name, "start": position(span.start), "end": position(span.end)})
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_diagnostics::Code;

    #[test]
    fn each_diagnostic_is_one_line() {
        let mut sources = Sources::new();
        let file = sources.add("a.aqua", "x\nyy\n");
        let message = Diagnostic::error(Code::new("E0001"), file.span(2, 4), "no").fix("drop it", file.span(2, 4), "");
        insta::assert_snapshot!(json_lines(&sources, &[message]));
    }
}
