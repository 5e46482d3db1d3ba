//! A workspace reports the same diagnostics as a fresh check after any edits, and checks no more modules than necessary.

use aqua_compiler::{Changes, InMemory, Options, Sequential, Task, TaskRunner, Workspace};
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

/// A deterministic pseudo-random number generator.
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

/// Removes, duplicates, indents or swaps a line, removes a character, or replaces a number by one that scripts can't contain.
fn edited(text: &str, numbers: &mut Numbers) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return "aqua M declares *\n".to_owned();
    }
    let at = numbers.below(lines.len());
    match numbers.below(7) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => lines.insert(at, String::new()),
        3 => lines[at].insert_str(0, "    "),
        4 => {
            let other = numbers.below(lines.len());
            lines.swap(at, other);
        }
        5 => {
            let is_digit = |letter: char| letter.is_ascii_digit();
            lines[at] = lines[at].replacen(is_digit, "18446744073709551615", 1);
        }
        _ => drop(lines[at].pop()),
    }
    lines.join("\n") + "\n"
}

#[test]
fn diagnostics_after_edits_equal_those_of_a_fresh_check() {
    let mut edits = 0;
    for (seed, vector) in crate::vectors::module_vectors().into_iter().enumerate() {
        let mut numbers = Numbers(seed as u64);
        let mut files = vector.files.clone();
        let names: Vec<String> = files.keys().cloned().collect();
        let entries: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut workspace = Workspace::new(Options::default());
        workspace.check(&loader(&files), &entries, Changes::Anything, &Sequential);
        for round in 0..40 {
            let name = &names[numbers.below(names.len())];
            // Sometimes the original text is restored.
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
            workspace.check(&loader(&files), &entries, changes, &Sequential);
            let mut fresh = Workspace::new(Options::default());
            fresh.check(&loader(&files), &entries, Changes::Anything, &Sequential);
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
fn only_dependents_of_a_change_are_checked_again() {
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
        workspace.check(&loader(&files), &entries, Changes::Anything, &Sequential),
        51
    );
    let mut edit = |name: &str, from: &str, to: &str| {
        let text = files[name].replace(from, to);
        files.insert(name.to_owned(), text);
        workspace.check(
            &loader(&files),
            &entries,
            Changes::Texts(BTreeSet::from([name.to_owned()])),
            &Sequential,
        )
    };
    assert_eq!(edit("a.aqua", "<- 1", "<- 2"), 1, "importers do not depend on bodies");
    assert_eq!(edit("b7.aqua", "<- f()", "<- f() + 1"), 1);
    assert_eq!(edit("a.aqua", "-> u8", "-> u16"), 51, "importers depend on signatures");
    assert_eq!(edit("a.aqua", "aqua A", "aqua A"), 0, "unchanged text");
}

#[test]
fn the_fix_for_a_missing_header_depends_on_importers() {
    let mut files = Files::new();
    files.insert("a.aqua".into(), "func f() -> u8:\n    <- 1\n".into());
    let alone = "aqua B declares *\n\nfunc g() -> u8:\n    <- 2\n";
    let importing = alone.replace("\n\n", "\n\nimport \"a.aqua\"\n\n");
    let mut workspace = Workspace::new(Options::default());
    for (text, checked, header) in [
        (alone, 2, "aqua A"),
        (importing.as_str(), 1, "aqua A declares *"),
        (alone, 1, "aqua A"),
    ] {
        files.insert("b.aqua".into(), text.into());
        let count = workspace.check(&loader(&files), &["a.aqua", "b.aqua"], Changes::Anything, &Sequential);
        assert_eq!(count, checked);
        let diagnostics = workspace.diagnostics();
        let fix = diagnostics
            .iter()
            .find_map(|message| message.fix.as_ref())
            .expect("a fix");
        assert_eq!(fix.message, format!("start the file with `{header}`"));
        assert_eq!(fix.edits[0].text, format!("{header}\n\n"));
    }
}

#[test]
fn errors_of_lowering_follow_edits_of_inlined_functions() {
    let mut files = Files::new();
    files.insert(
        "a.aqua".into(),
        "aqua A declares f\n\nfunc f() -> u64:\n    <- 1\n".into(),
    );
    for name in ["b", "c"] {
        let text = "aqua B declares g\n\nimport \"a.aqua\"\nexport g\n\nfunc g() -> u64:\n    <- f()\n";
        files.insert(format!("{name}.aqua"), text.into());
    }
    let mut workspace = Workspace::new(Options::default());
    let mut edit = |name: &str, from: &str, to: &str| {
        let text = files[name].replace(from, to);
        files.insert(name.to_owned(), text);
        let changes = Changes::Texts(BTreeSet::from([name.to_owned()]));
        let entries = ["a.aqua", "b.aqua", "c.aqua"];
        let checked = workspace.check(&loader(&files), &entries, changes, &Sequential);
        let codes = workspace.diagnostics();
        (
            checked,
            codes.iter().map(|message| message.code.name()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(edit("a.aqua", "<- 1", "<- 1").1, [""; 0]);
    assert_eq!(edit("a.aqua", "<- 1", "<- 18446744073709551615"), (1, vec!["E4001"]));
    assert_eq!(edit("a.aqua", "<- 18446744073709551615", "<- 2"), (1, vec![]));
    // Bodies are kept only for exports.
    for name in ["b.aqua", "c.aqua"] {
        edit(name, "export g", "");
    }
    assert_eq!(edit("a.aqua", "<- 2", "<- 18446744073709551615"), (1, vec![]));
    assert_eq!(edit("b.aqua", "import", "export g\nimport"), (2, vec!["E4001"]));
}

/// Runs tasks in reverse order.
struct Reversed;

impl TaskRunner for Reversed {
    fn run(&self, tasks: Vec<Task<'_>>) {
        tasks.into_iter().rev().for_each(|task| task());
    }
}

#[test]
fn the_order_of_tasks_does_not_matter() {
    let mut messages = 0;
    for vector in crate::vectors::module_vectors() {
        let names: Vec<&str> = vector.files.keys().map(String::as_str).collect();
        let check = |runner: &dyn TaskRunner| {
            let mut workspace = Workspace::new(Options::default());
            workspace.check(&vector.loader(), &names, Changes::Anything, runner);
            workspace
        };
        let (one, other) = (check(&Sequential), check(&Reversed));
        assert_eq!(one.diagnostics(), other.diagnostics());
        assert_eq!(shown(&one), shown(&other));
        messages += one.diagnostics().len();
    }
    assert!(messages > 10, "{messages} messages");
}
