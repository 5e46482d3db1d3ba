//! Names and phrases that have a standard term instead.

use super::File;

/// What must not be written, and what is written instead. A name matches as a whole identifier, a phrase anywhere in a line.
const BANNED: &[(&str, &str)] = &[
    ("InTurn", "Sequential"),
    ("Itinerary", "ParticleTracker"),
    ("Lane", "PeerSender"),
    ("Ledger", "ContentStore"),
    ("LoreInMaking", "LoreBuilder"),
    ("Outlook", "LineHeader"),
    ("Patron", "Submitter"),
    ("USUAL_TTL", "DEFAULT_TTL"),
    ("Whereabouts", "ParticleStatus"),
    ("astray", "inconsistent"),
    ("chore", "task"),
    ("chores", "tasks"),
    ("excused", "suppressed"),
    ("keep_grave", "retain_errors"),
    ("keep_torn", "recover_misindented"),
    ("learnt", "handle_kad_event"),
    ("made_of", "with_origin"),
    ("neither_deeper_nor_not", "report_ambiguous_indent"),
    ("obey", "handle_command"),
    ("parked", "backlog"),
    ("says_the_same", "is_equivalent"),
    ("side_by_side", "in_parallel"),
    ("struct Former", "struct PreviousGraph"),
    ("take_up", "resume"),
    ("twins", "paired runs"),
    ("Be a peer", "Run a node"),
    ("Say nothing but results", "Print results and errors only"),
    ("broke down", "panicked"),
    ("every peer did its part", "what is waited for, and where"),
    ("is not as expected", "invalid value for"),
    ("nobody goes there", "this `on` has no effect"),
    ("no threads can be had", "can't start the async runtime"),
    ("the system gives no randomness", "system random generator failed"),
];

/// This file lists what is banned.
const EXEMPT: &str = "xtask/src/rules/words.rs";

/// Where banned names and phrases occur.
pub(crate) fn violations(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.path != EXEMPT)
        .flat_map(|file| occurrences(file, BANNED))
        .collect()
}

fn occurrences(file: &File, banned: &[(&str, &str)]) -> Vec<String> {
    let mut occurrences = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for (word, standard) in banned.iter().filter(|(word, _)| occurs(line, word)) {
            occurrences.push(format!("{}:{}: `{word}` is written `{standard}`", file.path, index + 1));
        }
    }
    occurrences
}

fn occurs(line: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    if !word.chars().all(is_part) {
        return line.contains(word);
    }
    line.split(|character| !is_part(character)).any(|name| name == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BANNED: &[(&str, &str)] = &[("Patron", "Submitter"), ("broke down", "panicked")];

    fn check(text: &str) -> Vec<String> {
        let file = File {
            path: "a.rs".to_owned(),
            text: text.to_owned(),
        };
        occurrences(&file, BANNED)
    }

    #[test]
    fn banned_names_and_phrases_are_violations() {
        assert_eq!(
            check("struct Patron;\n/// It broke down.\nfn f(_: &Patron) {}\n"),
            [
                "a.rs:1: `Patron` is written `Submitter`",
                "a.rs:2: `broke down` is written `panicked`",
                "a.rs:3: `Patron` is written `Submitter`",
            ]
        );
    }

    #[test]
    fn parts_of_names_and_other_cases_are_free() {
        assert_eq!(
            check("struct PatronOf; let patron = is_Patron;\n"),
            Vec::<String>::new()
        );
    }
}
