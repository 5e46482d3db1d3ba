//! A workspace says what a fresh check says, whatever was edited, and checks no more than it must.

use aqua_compiler::{Changes, InMemory, InTurn, Options, Work, Workers, Workspace};
use std::collections::{BTreeMap, BTreeSet};

type Files = BTreeMap<String, String>;

fn loader(files: &Files) -> InMemory {
    let loader = InMemory::new()
        .with_folders("", ["lib".to_owned()])
        .with_folders("@x/", ["lib/@x".to_owned()]);
    files
        .iter()
        .fold(loader, |loader, (path, text)| loader.with(path, text.as_str()))
}

fn shown(workspace: &Workspace) -> String {
    aqua_render::terminal(workspace.sources(), &workspace.diagnostics(), aqua_render::Colour::Off)
}

/// Numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// Removes, doubles, indents or swaps a line, or takes a letter out.
fn edited(text: &str, numbers: &mut Numbers) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return "aqua M declares *\n".to_owned();
    }
    let at = numbers.below(lines.len());
    match numbers.below(6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => lines.insert(at, String::new()),
        3 => lines[at].insert_str(0, "    "),
        4 => {
            let other = numbers.below(lines.len());
            lines.swap(at, other);
        }
        _ => drop(lines[at].pop()),
    }
    lines.join("\n") + "\n"
}

#[test]
fn any_edits_end_in_what_a_fresh_check_says() {
    let mut edits = 0;
    for (seed, vector) in crate::vectors::module_vectors().into_iter().enumerate() {
        let mut numbers = Numbers(seed as u64);
        let mut files = vector.files.clone();
        let names: Vec<String> = files.keys().cloned().collect();
        let entries: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut workspace = Workspace::new(Options::default());
        workspace.check(&loader(&files), &entries, Changes::Anything, &InTurn);
        for round in 0..40 {
            let name = &names[numbers.below(names.len())];
            // Now and then the text comes back as it was.
            let text = if numbers.below(4) == 0 {
                vector.files[name].clone()
            } else {
                edited(&files[name], &mut numbers)
            };
            files.insert(name.clone(), text);
            let changes = if numbers.below(3) == 0 {
                Changes::Anything
            } else {
                Changes::Texts(BTreeSet::from([name.clone()]))
            };
            workspace.check(&loader(&files), &entries, changes, &InTurn);
            let mut fresh = Workspace::new(Options::default());
            fresh.check(&loader(&files), &entries, Changes::Anything, &InTurn);
            assert_eq!(
                shown(&workspace),
                shown(&fresh),
                "{}, round {round}: {name}\n{}",
                vector.name,
                files[name]
            );
            edits += 1;
        }
    }
    assert!(edits > 500, "only {edits} edits");
}

#[test]
fn only_what_depends_on_a_change_is_checked_again() {
    let mut files = Files::new();
    files.insert(
        "a.aqua".into(),
        "aqua A declares f\n\nfunc f() -> u8:\n    <- 1\n".into(),
    );
    for number in 0..50 {
        let text = format!("aqua B{number} declares g\n\nimport \"a.aqua\"\n\nfunc g() -> u8:\n    <- f()\n");
        files.insert(format!("b{number}.aqua"), text);
    }
    let names: Vec<String> = files.keys().cloned().collect();
    let entries: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut workspace = Workspace::new(Options::default());
    assert_eq!(
        workspace.check(&loader(&files), &entries, Changes::Anything, &InTurn),
        51
    );
    let mut edit = |name: &str, from: &str, to: &str| {
        let text = files[name].replace(from, to);
        files.insert(name.to_owned(), text);
        workspace.check(
            &loader(&files),
            &entries,
            Changes::Texts(BTreeSet::from([name.to_owned()])),
            &InTurn,
        )
    };
    assert_eq!(edit("a.aqua", "<- 1", "<- 2"), 1, "a body is nobody else's concern");
    assert_eq!(edit("b7.aqua", "<- f()", "<- f() + 1"), 1);
    assert_eq!(edit("a.aqua", "-> u8", "-> u16"), 51, "what a function gives is");
    assert_eq!(edit("a.aqua", "aqua A", "aqua A"), 0, "the same text again");
}

/// Works from the last piece to the first.
struct Backwards;

impl Workers for Backwards {
    fn run(&self, work: Vec<Work<'_>>) {
        work.into_iter().rev().for_each(|piece| piece());
    }
}

#[test]
fn who_works_first_makes_no_difference() {
    let mut messages = 0;
    for vector in crate::vectors::module_vectors() {
        let names: Vec<&str> = vector.files.keys().map(String::as_str).collect();
        let check = |workers: &dyn Workers| {
            let mut workspace = Workspace::new(Options::default());
            workspace.check(&vector.loader(), &names, Changes::Anything, workers);
            workspace
        };
        let (one, other) = (check(&InTurn), check(&Backwards));
        assert_eq!(one.diagnostics(), other.diagnostics());
        assert_eq!(shown(&one), shown(&other));
        messages += one.diagnostics().len();
    }
    assert!(messages > 10, "{messages} messages");
}
