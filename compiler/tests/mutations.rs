//! Programs with tokens removed, duplicated or swapped: compilation never panics and is deterministic.

use aqua_compiler::{InMemory, Options, compile};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    source: String,
}

/// The programs of the vectors.
pub(crate) fn sources() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/aqua-lowering.json");
    let text = std::fs::read_to_string(path).expect("the vectors");
    let vectors: Vec<Vector> = serde_json::from_str(&text).expect("the vectors");
    vectors.into_iter().map(|vector| vector.source).collect()
}

/// Splits a text into words and other single characters.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let end = match is_word(first) {
            true => rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn mutated_programs_compile_without_panics(
        program in proptest::sample::select(sources()),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4u8), 1..6),
    ) {
        let mut pieces = pieces(&program);
        for (at, other, kind) in changes {
            let (at, other) = (at.index(pieces.len()), other.index(pieces.len()));
            match kind {
                0 => { pieces.remove(at); }
                1 => { let piece = pieces[other]; pieces.insert(at, piece); }
                2 => pieces[at] = pieces[other],
                _ => pieces.swap(at, other),
            }
            if pieces.is_empty() {
                break;
            }
        }
        let sources = InMemory::new().with("main.aqua", pieces.concat());
        let first = compile(&sources, "main.aqua", &Options::default());
        for message in &first.diagnostics {
            let source = first.sources.get(message.span.file).expect("a file");
            prop_assert!(source.text.get(message.span.start as usize..message.span.end as usize).is_some());
            if let Some(fix) = &message.fix {
                prop_assert!(fix.apply(message.span.file, &source.text).is_some());
            }
        }
        let second = compile(&sources, "main.aqua", &Options::default());
        prop_assert_eq!(first.diagnostics, second.diagnostics);
    }
}
