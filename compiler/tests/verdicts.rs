//! The verdicts of the published compiler on 300 programs, and the reasons where ours differ.

use aqua_compiler::{InMemory, Options, check};
use serde::Deserialize;

/// Programs that we accept and the published compiler does not, with the reason and the section of the Aqua language
/// specification that says so.
const ACCEPTED_BY_US: &[(&str, &str, &str)] = &[
    (
        "E03-blank-line-needed",
        "blocks need no blank line between them",
        "§1.5, line structure",
    ),
    (
        "E78-multiline-expr",
        "an operator at the end of a line continues on the next",
        "§1.5, newlines after operators",
    ),
    ("F01-float-frac", "1.05 is a number", "§1.4, literals"),
    (
        "G23-struct-contravariant-same-fields",
        "an arrow that takes a wider type stands for one that takes a narrower",
        "§3.2, rules 5 and 7",
    ),
    (
        "G35-declares-no-space",
        "no space is needed before a star",
        "§2.1, `declares`",
    ),
    ("G37-trailing-comma", "a comma may end a list", "§11.1, trailing commas"),
    (
        "G39-closure-no-space",
        "no spaces are needed around an equals sign",
        "§2.4, closures",
    ),
];

/// Programs that the published compiler accepts and we do not.
const REJECTED_BY_US: &[(&str, &str, &str)] = &[(
    "literals",
    "peers reject its script: 18446744073709551615 is outside of the range of AIR numbers",
    "§1.4, literals",
)];

/// Programs that both reject, where our first message is on another line, with the reason and the section.
const OTHER_LINE: &[(&str, &str, &str)] = &[
    (
        "E10-empty-func",
        "the line without a body is named, not the one where it was missed",
        "§1.5, blocks",
    ),
    (
        "G20-data-as-ability",
        "the published compiler fails inside, without a place",
        "§10.2, item 17",
    ),
];

#[derive(Deserialize)]
struct Vector {
    name: String,
    source: String,
    accepted: bool,
    errors: Vec<String>,
}

#[test]
fn verdicts_and_lines_agree() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/aqua-lowering.json");
    let text = std::fs::read_to_string(path).expect("the vectors");
    let vectors: Vec<Vector> = serde_json::from_str(&text).expect("the vectors");
    assert_eq!(vectors.len(), 300);
    let (mut accepted_by_us, mut rejected_by_us) = (Vec::new(), Vec::new());
    let (mut other_line, mut rejected) = (Vec::new(), 0);
    for vector in &vectors {
        let loader = InMemory::new().with("main.aqua", vector.source.as_str());
        let checked = check(&loader, "main.aqua", &Options::default());
        if checked.has_errors() && vector.accepted {
            rejected_by_us.push(vector.name.as_str());
        } else if !checked.has_errors() && !vector.accepted {
            accepted_by_us.push(vector.name.as_str());
        } else if !vector.accepted {
            let errors = checked.diagnostics.iter().filter(|message| message.is_error());
            let line = errors
                .map(|message| checked.sources.location(message.span).0)
                .next()
                .expect("an error");
            let theirs: Vec<u32> = vector.errors.iter().filter_map(|text| line_of(text)).collect();
            rejected += 1;
            if !theirs.contains(&line) {
                other_line.push(vector.name.as_str());
            }
        }
    }
    let names = |known: &[(&'static str, &str, &str)]| known.iter().map(|(name, ..)| *name).collect::<Vec<_>>();
    println!(
        "both reject {rejected} programs, {} of them at a line that both name",
        rejected - other_line.len()
    );
    assert!(ACCEPTED_BY_US.len() + REJECTED_BY_US.len() + OTHER_LINE.len() + crate::modules::DIFFERENT.len() <= 20);
    assert_eq!(accepted_by_us, names(ACCEPTED_BY_US));
    assert_eq!(rejected_by_us, names(REJECTED_BY_US));
    assert_eq!(other_line, names(OTHER_LINE));
    assert_eq!(rejected, 91);
}

/// The line in `---- Error: <src>:14:6`.
fn line_of(message: &str) -> Option<u32> {
    message.split("<src>:").nth(1)?.split(':').next()?.parse().ok()
}
