//! Whoever types a program passes through all of these: a character less, or one more. There is always a tree, and few
//! messages: at most three about syntax, and one for each name that is unknown now.
//!
//! Every edit of a part of the programs is tried; with `AQUA_EVERY_EDIT` set, of all.

use crate::vectors::lowering_vectors;
use aqua_compiler::{InMemory, Options, check, codes};
use std::collections::BTreeSet;
use std::num::NonZero;

/// Characters that mean something, each in its own way.
const TYPED: &[char] = &[
    'x', 'X', '1', ' ', '\n', '(', ')', '"', ':', ',', '.', '-', '<', '=', '*', '%', '[',
];

const UNKNOWN: &[aqua_diagnostics::Code] = &[
    codes::UNKNOWN_NAME,
    codes::UNKNOWN_TYPE,
    codes::UNKNOWN_METHOD,
    codes::UNKNOWN_FIELD,
    codes::UNKNOWN_IMPORT,
    codes::EXPORTS_NOTHING,
    codes::DECLARES_NOTHING,
];

#[test]
fn one_character_less_or_more_gives_few_messages() {
    let all = std::env::var_os("AQUA_EVERY_EDIT").is_some();
    let vectors = lowering_vectors();
    let sources: Vec<(usize, &str)> = vectors
        .iter()
        .filter(|vector| vector.accepted)
        .map(|vector| vector.source.as_str())
        .enumerate()
        .collect();
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let found: Vec<Found> = std::thread::scope(|scope| {
        let shares = (0..threads).map(|share| sources.iter().skip(share).step_by(threads));
        let work = shares.map(|share| {
            scope.spawn(move || {
                share
                    .map(|(number, source)| edit(*number, source, all))
                    .collect::<Vec<_>>()
            })
        });
        let work: Vec<_> = work.collect();
        work.into_iter()
            .flat_map(|share| share.join().expect("checking never panics"))
            .collect()
    });
    let tried: usize = found.iter().map(|found| found.tried).sum();
    let mut worst: Vec<_> = found.into_iter().flat_map(|found| found.worst).collect();
    worst.sort_by_key(|(much, _)| std::cmp::Reverse(much.len()));
    println!("{tried} edits, {} with too many messages", worst.len());
    let shown = worst.iter().take(12).map(|(much, text)| format!("{much}\n{text}\n"));
    assert!(worst.is_empty(), "{}", shown.collect::<String>());
    assert!(tried > 3_000, "only {tried}");
}

/// What came of the edits of one program.
struct Found {
    tried: usize,
    /// Messages and text where they are too many.
    worst: Vec<(String, String)>,
}

/// Edits a program in many places, or in all.
fn edit(number: usize, source: &str, all: bool) -> Found {
    let (mut tried, mut worst) = (0, Vec::new());
    for (at, (offset, character)) in source.char_indices().enumerate() {
        if !all && !(at * 31 + number * 17).is_multiple_of(61) {
            continue;
        }
        let (before, after) = source.split_at(offset);
        let typed = TYPED.iter().enumerate();
        let typed = typed.filter(|(which, _)| all || (at + which) % TYPED.len() < 3);
        let mut texts: Vec<String> = typed.map(|(_, typed)| format!("{before}{typed}{after}")).collect();
        texts.push(format!("{before}{}", &after[character.len_utf8()..]));
        for text in texts {
            tried += 1;
            if let Some(much) = too_much(&text) {
                worst.push((much, text));
            }
        }
    }
    Found { tried, worst }
}

/// What is said too much about a program.
fn too_much(text: &str) -> Option<String> {
    let checked = check(
        &InMemory::new().with("main.aqua", text),
        "main.aqua",
        &Options::default(),
    );
    let errors = checked.diagnostics.iter().filter(|message| message.is_error());
    let (syntax, others): (Vec<_>, Vec<_>) =
        errors.partition(|message| aqua_grammar::codes::ALL.contains(&message.code));
    let unknown: Vec<_> = others
        .iter()
        .filter(|message| UNKNOWN.contains(&message.code))
        .collect();
    let names: BTreeSet<&str> = unknown.iter().map(|message| message.message.as_str()).collect();
    (syntax.len() > 3 || names.len() < unknown.len())
        .then(|| aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off))
}
