//! Our scripts are equivalent to those of the published compiler, except for intentional differences.

use super::differences::{Pattern, different};
use super::vectors::{VectorOptions, lowering_vectors, module_vectors};
use aqua_compiler::{Compilation, InMemory, Options, compile};
use aqua_tests::normal_form::normal_form;
use std::collections::BTreeMap;

/// Programs of several modules of which we have fewer functions, one for each.
const DIFFERENT_MODULES: &[(&str, Pattern)] = &[
    ("mod-star1", Pattern::ExportsOfTheEntry),
    ("mod-star1", Pattern::ExportsOfTheEntry),
    ("mod-useR", Pattern::ExportsOfTheEntry),
    ("mod-useR2", Pattern::ExportsOfTheEntry),
];

#[test]
fn scripts_are_equivalent() {
    let mut agreement = Agreement::default();
    let vectors = lowering_vectors();
    for vector in vectors.iter().filter(|vector| vector.accepted) {
        let loader = InMemory::new().with("main.aqua", vector.source.as_str());
        let ours = compile(&loader, "main.aqua", &options(&vector.options));
        agreement.compare(&vector.name, &ours, &vector.functions);
    }
    agreement.assert(190, &different());
}

#[test]
fn scripts_of_several_modules_are_equivalent() {
    let mut agreement = Agreement::default();
    let vectors = module_vectors();
    for vector in vectors.iter().filter(|vector| vector.accepted) {
        let ours = compile(&vector.loader(), &vector.entry, &options(&vector.options));
        agreement.compare(&vector.name, &ours, &vector.functions);
    }
    let differing: Vec<&str> = DIFFERENT_MODULES.iter().map(|(name, _)| *name).collect();
    agreement.assert(18, &differing);
}

/// Converts options of the published compiler to ours.
pub(super) fn options(options: &VectorOptions) -> Options {
    Options {
        relay: !options.no_relay,
        carry_errors: !options.no_xor,
        tracing: options.tracing,
        empty_response: options.no_empty_response == Some(false),
        ..Options::default()
    }
}

/// The results so far.
#[derive(Default)]
pub(super) struct Agreement {
    equal: usize,
    /// Program and function.
    differing: Vec<(String, String)>,
    report: String,
}

impl Agreement {
    pub(super) fn compare(&mut self, name: &str, ours: &Compilation, theirs: &BTreeMap<String, String>) {
        for (function, theirs) in theirs {
            let ours = ours.functions.iter().find(|ours| ours.name == *function);
            if let Some(ours) = ours {
                let text = aqua_air::print(&ours.script);
                assert_eq!(aqua_air::parse(&text).expect("a valid script"), ours.script, "{name}");
            }
            let ours = ours.map(|ours| normal_form(&ours.script)).unwrap_or_default();
            let theirs = aqua_air::parse(theirs)
                .map(|theirs| normal_form(&theirs))
                .unwrap_or_default();
            if ours == theirs && !ours.is_empty() {
                self.equal += 1;
            } else {
                self.differing.push((name.to_owned(), function.clone()));
                let scripts = format!("=== {name} {function}\n--- published\n{theirs}--- ours\n{ours}\n");
                self.report.push_str(&scripts);
            }
        }
    }

    pub(super) fn compared(&self) -> usize {
        self.equal + self.differing.len()
    }

    /// Asserts that `equal` scripts are equal and that exactly those of these programs differ.
    fn assert(self, equal: usize, programs: &[&str]) {
        println!("{} scripts are equivalent, {} differ", self.equal, self.differing.len());
        let differing: Vec<&str> = self.differing.iter().map(|(name, _)| name.as_str()).collect();
        assert!(differing == programs, "these differ: {differing:?}\n{}", self.report);
        assert_eq!(self.equal, equal);
    }

    /// Asserts that exactly the functions of these names differ.
    pub(super) fn assert_functions(self, functions: &[&str]) {
        println!("{} scripts are equivalent, {} differ", self.equal, self.differing.len());
        let mut differing: Vec<&str> = self.differing.iter().map(|(_, name)| name.as_str()).collect();
        differing.sort_unstable();
        differing.dedup();
        assert!(differing == functions, "these differ: {differing:?}\n{}", self.report);
    }
}
