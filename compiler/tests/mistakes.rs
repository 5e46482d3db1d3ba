//! Small programs with the mistakes that people make: `mistakes/*.txt`, many programs in each.
//!
//! A program begins with a line `=== title: CODE at LINE, …`: exactly these messages, in this order, each with a help line or a
//! fix; without codes, none at all. Where every error has a fix, the program with all fixes applied has no error.

use aqua_compiler::{Checked, InMemory, Options, check};
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

/// A module of the standard library, as far as messages need one.
const PEER: &str = "aqua Std.Peer declares *\n\nservice Peer(\"peer\"):\n    timestamp_ms() -> u64\n";

fn checked(program: &str) -> Checked {
    let sources = InMemory::new()
        .with("main.aqua", program)
        .with("lib.aqua", LIBRARY)
        .with("std/peer.aqua", PEER);
    check(&sources, "main.aqua", &Options::default())
}

/// Title with expectations, and the program, of each program in a file.
fn programs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let pieces = text.split("=== ").skip(1);
    pieces.map(|piece| piece.split_once('\n').expect("a program below its title"))
}

fn found(checked: &Checked) -> String {
    let place = |message: &Diagnostic| format!("{} at {}", message.code, checked.sources.location(message.span).0);
    checked.diagnostics.iter().map(place).collect::<Vec<_>>().join(", ")
}

#[test]
fn each_mistake_is_told_where_it_is_and_what_to_do() {
    let mut count = 0;
    let mut differing = String::new();
    insta::glob!("mistakes/*.txt", |path| {
        let text = std::fs::read_to_string(path).expect("a readable file");
        let mut shown = String::new();
        for (title, program) in programs(&text) {
            let checked = checked(program);
            let messages = aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off);
            let (words, expected) = title.rsplit_once(": ").unwrap_or((title, ""));
            if found(&checked) != expected {
                differing += &format!("{words}: {expected} expected, found {}\n{messages}\n", found(&checked));
            }
            for message in &checked.diagnostics {
                assert!(message.help.is_some() || message.fix.is_some(), "{words}\n{messages}");
            }
            shown += &format!("=== {words}\n{program}\n{messages}\n");
            fixes_compile(words, program, &checked);
            count += 1;
        }
        insta::assert_snapshot!(shown);
    });
    assert!(differing.is_empty(), "{differing}");
    assert!(count >= 80, "only {count} programs");
}

fn fixes_compile(words: &str, program: &str, before: &Checked) {
    let errors = before.diagnostics.iter().filter(|message| message.is_error());
    let fixes: Option<Vec<&Fix>> = errors.map(|message| message.fix.as_ref()).collect();
    let Some(fixes) = fixes.filter(|fixes| !fixes.is_empty()) else {
        return;
    };
    let whole = Fix {
        message: String::new(),
        edits: fixes.iter().flat_map(|fix| fix.edits.clone()).collect(),
    };
    let mended = whole.apply(FileId(0), program).expect("fixes that fit together");
    let after = checked(&mended);
    let messages = aqua_render::terminal(&after.sources, &after.diagnostics, aqua_render::Colour::Off);
    assert!(!after.has_errors(), "{words}, mended:\n{mended}\n{messages}");
}
