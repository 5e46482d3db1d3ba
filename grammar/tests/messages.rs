//! Snapshots of the diagnostics for invalid programs.

use crate::dump::dump;
use aqua_diagnostics::{Diagnostic, FileId, Sources};
use aqua_grammar::parse;
use aqua_render::Colour;

fn render(source: &str) -> (Vec<Diagnostic>, String) {
    let mut sources = Sources::new();
    let file = sources.add("main.aqua", source);
    let messages = parse(file, source).diagnostics;
    let rendered = aqua_render::terminal(&sources, &messages, Colour::Off);
    (messages, rendered)
}

/// Snapshots of each file in `tests/messages`: source, rendered diagnostics and tree.
#[test]
fn invalid_programs() {
    insta::glob!("messages/*.aqua", |path| {
        let source = std::fs::read_to_string(path).expect("a source");
        let (messages, rendered) = render(&source);
        assert!(!messages.is_empty(), "{} has no mistake", path.display());
        let tree = dump(&parse(FileId(0), &source).tree);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{source}\n=====\n{rendered}\n=====\n{tree}"));
        });
    });
}

/// Applying a fix removes its diagnostic and adds no other.
#[test]
fn fixes_remove_their_diagnostic() {
    insta::glob!("messages/*.aqua", |path| {
        let source = std::fs::read_to_string(path).expect("a source");
        let (messages, _) = render(&source);
        for message in &messages {
            let Some(fix) = &message.fix else { continue };
            let fixed = fix.apply(FileId(0), &source).expect("edits that lie in the text");
            let (remaining, rendered) = render(&fixed);
            assert!(
                remaining.len() < messages.len(),
                "{}: {message:?}\n{fixed}\n{rendered}",
                path.display()
            );
        }
    });
}

/// At most one `UNEXPECTED` error is reported per line.
#[test]
fn each_line_has_at_most_one_unexpected_token() {
    insta::glob!("messages/*.aqua", |path| {
        let source = std::fs::read_to_string(path).expect("a source");
        let (messages, _) = render(&source);
        let mut lines: Vec<usize> = messages
            .iter()
            .filter(|message| message.code == aqua_grammar::codes::UNEXPECTED)
            .map(|message| source[..message.span.start as usize].matches('\n').count())
            .collect();
        let all = lines.len();
        lines.dedup();
        assert_eq!(lines.len(), all, "{}", path.display());
    });
}
