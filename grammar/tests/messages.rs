//! What users are told about programs that are not Aqua.

use crate::dump::dump;
use aqua_diagnostics::{Diagnostic, FileId, Sources};
use aqua_grammar::parse;
use aqua_render::Colour;

fn render(source: &str) -> (Vec<Diagnostic>, String) {
    let mut sources = Sources::new();
    let file = sources.add("main.aqua", source);
    let messages = parse(file, source).diagnostics;
    let drawn = aqua_render::terminal(&sources, &messages, Colour::Off);
    (messages, drawn)
}

/// Every file in `tests/messages`: the source above, what is said below, and the tree that is left.
#[test]
fn wrong_programs() {
    insta::glob!("messages/*.aqua", |path| {
        let source = std::fs::read_to_string(path).expect("a source");
        let (messages, drawn) = render(&source);
        assert!(!messages.is_empty(), "{} has no mistake", path.display());
        let tree = dump(&parse(FileId(0), &source).tree);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{source}\n=====\n{drawn}\n=====\n{tree}"));
        });
    });
}

/// A fix does what it says: applied, its message is gone and no other came.
#[test]
fn fixes_mend() {
    insta::glob!("messages/*.aqua", |path| {
        let source = std::fs::read_to_string(path).expect("a source");
        let (messages, _) = render(&source);
        for message in &messages {
            let Some(fix) = &message.fix else { continue };
            let mended = fix.apply(FileId(0), &source).expect("edits that lie in the text");
            let (left, drawn) = render(&mended);
            assert!(
                left.len() < messages.len(),
                "{}: {message:?}\n{mended}\n{drawn}",
                path.display()
            );
        }
    });
}

/// No message is given twice for one line, but for what is wrong in itself beside a repair.
#[test]
fn a_line_has_one_syntax_message() {
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
