//! Small programs with common mistakes: `mistakes/*.txt`, many programs in each.
//!
//! A program begins with a line `=== title: CODE at LINE, …`. It must have exactly these messages, in this order, each with a help
//! line or a fix; without codes, no messages. If every error has a fix, the program has no errors after all fixes are applied.

use aqua_compiler::{CheckedProgram, InMemory, Options, check};
use aqua_diagnostics::{Diagnostic, FileId, Fix};

const LIBRARY: &str = "aqua Lib declares half, Named

data Named:
    name: string

func secret(n: u8) -> u8:
    <- n / 2

func half(n: u8) -> u8:
    result <- secret(n)
    <- result
";

/// A module of the standard library.
const PEER: &str = "aqua Std.Peer declares *\n\nservice Peer(\"peer\"):\n    timestamp_ms() -> u64\n";

fn checked(program: &str) -> CheckedProgram {
    let sources = InMemory::new()
        .with("main.aqua", program)
        .with("lib.aqua", LIBRARY)
        .with("std/peer.aqua", PEER);
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
            let checked = checked(program);
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
            fixes_compile(title_text, program, &checked);
            count += 1;
        }
        insta::assert_snapshot!(shown);
    });
    assert!(differing.is_empty(), "{differing}");
    assert!(count >= 80, "only {count} programs");
}

fn fixes_compile(title_text: &str, program: &str, before: &CheckedProgram) {
    let errors = before.diagnostics.iter().filter(|message| message.is_error());
    let fixes: Option<Vec<&Fix>> = errors.map(|message| message.fix.as_ref()).collect();
    let Some(fixes) = fixes.filter(|fixes| !fixes.is_empty()) else {
        return;
    };
    let fix = Fix {
        message: String::new(),
        edits: fixes.iter().flat_map(|fix| fix.edits.clone()).collect(),
    };
    let fixed = fix.apply(FileId(0), program).expect("fixes that don't overlap");
    let after = checked(&fixed);
    let messages = aqua_render::terminal(&after.sources, &after.diagnostics, aqua_render::Colour::Off);
    assert!(!after.has_errors(), "{title_text}, fixed:\n{fixed}\n{messages}");
}
