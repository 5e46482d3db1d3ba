//! Programs with one character removed or added, as they occur while a program is typed. Each has a tree and few messages: at
//! most three about syntax, and one for each name that became unknown.
//!
//! A sample of the edits is tried; all of them with `cargo xtask suite edits`.

use crate::vectors::lowering_vectors;
use aqua_compiler::{InMemory, Options, check, codes};
use std::collections::BTreeSet;
use std::num::NonZero;

/// Characters with a syntactic meaning.
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
fn edits_of_one_character_give_few_messages() {
    let all = std::env::var_os("AQUA_FULL").is_some();
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

/// The results of the edits of one program.
struct Found {
    tried: usize,
    /// The texts with too many messages, and the messages.
    worst: Vec<(String, String)>,
}

/// Edits a program at a sample of positions, or at all of them.
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
            if let Some(much) = excess_messages(&text) {
                worst.push((much, text));
            }
        }
    }
    Found { tried, worst }
}

/// The messages about a program if there are too many.
fn excess_messages(text: &str) -> Option<String> {
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
