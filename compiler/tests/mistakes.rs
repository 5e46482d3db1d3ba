//! Small programs with common mistakes: `mistakes/*.txt`, many programs in each.
//!
//! A program begins with a line `=== title: CODE at LINE, …`. It must have exactly these messages, in this order, each with a help
//! line or a fix; without codes, no messages. If every error has a fix, the program has no errors after all fixes are applied.

use aqua_compiler::{CheckedProgram, InMemory, Options, check};
use aqua_diagnostics::{Diagnostic, Fix};
use std::collections::BTreeMap;

/// A module of the standard library.
const PEER: &str = "aqua Std.Peer declares *\n\nservice Peer(\"peer\"):\n    timestamp_ms() -> u64\n";

/// A program with the modules that it can import: those in `mistakes/modules`.
fn files(program: &str) -> BTreeMap<String, String> {
    let modules = ["lib.aqua", "other.aqua", "silent.aqua"].map(|name| {
        let path = format!("{}/tests/mistakes/modules/{name}", env!("CARGO_MANIFEST_DIR"));
        (name.to_owned(), std::fs::read_to_string(path).expect("a module"))
    });
    let more = [("main.aqua", program), ("std/peer.aqua", PEER)];
    let more = more.map(|(name, text)| (name.to_owned(), text.to_owned()));
    modules.into_iter().chain(more).collect()
}

fn checked(files: &BTreeMap<String, String>) -> CheckedProgram {
    let sources = files.iter().fold(InMemory::new(), |sources, (name, text)| {
        sources.with(name, text.as_str())
    });
    check(&sources, "main.aqua", &Options::default())
}

/// The title with the expected codes, and the text of each program in a file.
fn programs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let pieces = text.split("=== ").skip(1);
    pieces.map(|piece| piece.split_once('\n').expect("a program below its title"))
}

fn found(checked: &CheckedProgram) -> String {
    let at_line = |message: &Diagnostic| format!("{} at {}", message.code, checked.sources.location(message.span).0);
    checked.diagnostics.iter().map(at_line).collect::<Vec<_>>().join(", ")
}

#[test]
fn mistakes_are_reported_with_their_line_and_a_help() {
    let mut count = 0;
    let mut differing = String::new();
    insta::glob!("mistakes/*.txt", |path| {
        let text = std::fs::read_to_string(path).expect("a readable file");
        let mut shown = String::new();
        for (title, program) in programs(&text) {
            let files = files(program);
            let checked = checked(&files);
            let messages = aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off);
            let (title_text, expected) = title.rsplit_once(": ").unwrap_or((title, ""));
            if found(&checked) != expected {
                differing += &format!(
                    "{title_text}: {expected} expected, found {}\n{messages}\n",
                    found(&checked)
                );
            }
            for message in &checked.diagnostics {
                assert!(
                    message.help.is_some() || message.fix.is_some(),
                    "{title_text}\n{messages}"
                );
            }
            shown += &format!("=== {title_text}\n{program}\n{messages}\n");
            fixes_compile(title_text, files, &checked);
            count += 1;
        }
        insta::assert_snapshot!(shown);
    });
    assert!(differing.is_empty(), "{differing}");
    assert!(count >= 80, "only {count} programs");
}

fn fixes_compile(title_text: &str, mut files: BTreeMap<String, String>, before: &CheckedProgram) {
    let errors = before.diagnostics.iter().filter(|message| message.is_error());
    let fixes: Option<Vec<&Fix>> = errors.map(|message| message.fix.as_ref()).collect();
    let Some(fixes) = fixes.filter(|fixes| !fixes.is_empty()) else {
        return;
    };
    let fix = Fix {
        message: String::new(),
        edits: fixes.iter().flat_map(|fix| fix.edits.clone()).collect(),
    };
    for (file, source) in before.sources.iter() {
        let fixed = fix.apply(file, &source.text).expect("fixes that don't overlap");
        files.insert(source.name.clone(), fixed);
    }
    let after = checked(&files);
    let messages = aqua_render::terminal(&after.sources, &after.diagnostics, aqua_render::Colour::Off);
    assert!(
        !after.has_errors(),
        "{title_text}, fixed:\n{}\n{messages}",
        files["main.aqua"]
    );
}
