//! Messages for programs: one JSON object a line.

use aqua_diagnostics::{Diagnostic, Sources, Span};
use serde_json::{Value, json};

/// Writes each message as one line: `kind` (`diagnostic`), `code`, `severity`, `message`, `label`, `at` (file, start
/// and end as line and column from 1), `also`, `notes`, `help` and `fix` (message and edits with their places).
pub fn json_lines(sources: &Sources, messages: &[Diagnostic]) -> String {
    messages
        .iter()
        .map(|message| object(sources, message).to_string() + "\n")
        .collect()
}

fn object(sources: &Sources, message: &Diagnostic) -> Value {
    let also = message
        .secondary
        .iter()
        .map(|label| json!({"at": place(sources, label.span), "message": label.message}));
    let fix = message.fix.as_ref().map(|fix| {
        let edits = fix
            .edits
            .iter()
            .map(|edit| json!({"at": place(sources, edit.span), "text": edit.text}));
        json!({"message": fix.message, "edits": edits.collect::<Vec<_>>()})
    });
    json!({
        "kind": "diagnostic",
        "code": message.code,
        "severity": message.severity,
        "message": message.message,
        "label": message.label,
        "at": place(sources, message.span),
        "also": also.collect::<Vec<_>>(),
        "notes": message.notes,
        "help": message.help,
        "fix": fix,
    })
}

fn place(sources: &Sources, span: Span) -> Value {
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
    fn one_object_a_line() {
        let mut sources = Sources::new();
        let file = sources.add("a.aqua", "x\nyy\n");
        let message = Diagnostic::error(Code::new("E0001"), file.span(2, 4), "no").fix("drop it", file.span(2, 4), "");
        insta::assert_snapshot!(json_lines(&sources, &[message]));
    }
}
