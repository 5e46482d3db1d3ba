//! Compares syntax errors with the published compiler: programs that it accepts have none, and errors are on the same lines.

use aqua_diagnostics::{FileId, Sources};
use aqua_grammar::parse;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// A program and the result of the published compiler.
struct Case {
    name: String,
    sources: BTreeMap<String, String>,
    accepted: bool,
    messages: Vec<String>,
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/vectors")
        .join(file);
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).expect("the vectors")).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    rows.iter()
        .map(|row| Case {
            name: text(&row["name"]),
            sources: match row.get("source") {
                Some(source) => BTreeMap::from([("main.aqua".to_owned(), text(source))]),
                None => row["files"]
                    .as_object()
                    .expect("files")
                    .iter()
                    .map(|(name, source)| (name.clone(), text(source)))
                    .collect(),
            },
            accepted: row["accepted"].as_bool().expect("a verdict"),
            messages: row["errors"].as_array().expect("messages").iter().map(text).collect(),
        })
        .collect()
}

/// Returns the sources of all accepted programs.
pub(crate) fn accepted_sources() -> Vec<String> {
    let cases = cases("aqua-lowering.json")
        .into_iter()
        .chain(cases("aqua-modules.json"));
    cases
        .filter(|case| case.accepted)
        .flat_map(|case| case.sources.into_values())
        .collect()
}

#[test]
fn accepted_programs_have_no_syntax_errors() {
    let mut wrong = Vec::new();
    for case in cases("aqua-lowering.json")
        .iter()
        .chain(&cases("aqua-modules.json"))
        .filter(|case| case.accepted)
    {
        for (file, source) in &case.sources {
            let parsed = parse(FileId(0), source);
            wrong.extend(
                parsed
                    .diagnostics
                    .iter()
                    .map(|message| format!("{} {file}: {message:?}\n{source}", case.name)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Programs that the published compiler rejects and that are accepted here on purpose.
const RELAXED: &[(&str, &str)] = &[
    ("E03-blank-line-needed", "no blank line between blocks"),
    ("E78-multiline-expr", "a line break after an operator"),
    ("F01-float-frac", "`1.05`"),
    ("G35-declares-no-space", "`declares*`"),
    ("G37-trailing-comma", "a trailing comma"),
    ("G39-closure-no-space", "`c=(x: u32)`"),
];

/// Errors on different lines: the published compiler points at the line after a function without a body.
const DIFFERENT_LINE: &[&str] = &["E10-empty-func"];

#[test]
fn syntax_errors_are_on_the_same_line() {
    let mut wrong = Vec::new();
    for case in cases("aqua-lowering.json") {
        let syntax: Vec<u32> = case.messages.iter().filter_map(|message| line_of(message)).collect();
        if case.accepted || syntax.is_empty() || RELAXED.iter().any(|(name, _)| *name == case.name) {
            continue;
        }
        let source = &case.sources["main.aqua"];
        let mut sources = Sources::new();
        let file = sources.add("main.aqua", source.as_str());
        let ours: Vec<u32> = parse(file, source)
            .diagnostics
            .iter()
            .map(|message| sources.location(message.span).0)
            .collect();
        let same_line = ours.first().is_some_and(|line| syntax.contains(line));
        if same_line == DIFFERENT_LINE.contains(&case.name.as_str()) {
            wrong.push(format!(
                "{}: ours {ours:?}, theirs {syntax:?}\n{source}{}",
                case.name,
                case.messages.join("\n")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn relaxations_are_accepted() {
    for case in cases("aqua-lowering.json")
        .iter()
        .filter(|case| RELAXED.iter().any(|(name, _)| *name == case.name))
    {
        assert!(!case.accepted, "{} is not a relaxation", case.name);
        assert_eq!(
            parse(FileId(0), &case.sources["main.aqua"]).diagnostics,
            [],
            "{}",
            case.name
        );
    }
}

/// Returns the line of a syntax error of the published compiler.
fn line_of(message: &str) -> Option<u32> {
    let (head, _) = message.split_once("\n").unwrap_or((message, ""));
    if !head.contains("Syntax error") {
        return None;
    }
    let (_, location) = head.split_once("<src>:")?;
    location.split(':').next()?.parse().ok()
}
