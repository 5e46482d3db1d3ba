//! Names of public types: one name has one meaning in all libraries.

use super::File;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Names that mean the same thing of whatever module they are read with, as `io::Error` does.
const QUALIFIED: &[&str] = &["Config", "Error", "Event", "Limits", "Options"];

/// Other names of several types. A new one needs a reason why no other name is as clear.
const KNOWN: &[&str] = &[
    "Call",
    "CallError",
    "Change",
    "Fault",
    "Function",
    "Hop",
    "Invocation",
    "Kind",
    "Network",
    "Outcome",
    "Parameter",
    "Place",
    "Plan",
    "Program",
    "ReadError",
    "Run",
    "Scope",
    "SendError",
    "Service",
    "Services",
    "Signature",
    "Source",
    "Span",
    "StartError",
    "Step",
    "Target",
    "Type",
    "Value",
];

/// Folders without libraries; the crate of services, which are other programs; and the syntax tree, whose nodes have the names of what they become and are read as `tree::Call`.
const NOT_COUNTED: &[&str] = &[
    "bench/",
    "cli/",
    "examples/",
    "fuzz/",
    "grammar/src/tree/",
    "guest/",
    "tests/",
    "tools/",
    "xtask/",
];

/// The names of several public types, with the files that define them.
pub(crate) fn shared(files: &[File]) -> BTreeMap<&str, Vec<&str>> {
    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in files.iter().filter(|file| is_counted(&file.path)) {
        for name in file.text.lines().filter_map(public_type) {
            names.entry(name).or_default().push(&file.path);
        }
    }
    names.retain(|name, paths| paths.len() > 1 && !QUALIFIED.contains(name));
    names
}

/// What `shared` found.
pub(crate) fn table(shared: &BTreeMap<&str, Vec<&str>>) -> String {
    let mut table = format!("{} names of several public types\n", shared.len());
    for (name, paths) in shared {
        let _ = writeln!(table, "{name:<18} {}", paths.join(", "));
    }
    table
}

/// Names of several types that are not known.
pub(crate) fn violations(shared: &BTreeMap<&str, Vec<&str>>) -> Vec<String> {
    let unknown = shared.iter().filter(|(name, _)| !KNOWN.contains(name));
    unknown
        .map(|(name, paths)| format!("{name} is the name of several public types: {}", paths.join(", ")))
        .collect()
}

fn is_counted(path: &str) -> bool {
    let is_test = path.contains("/tests/") || path.contains("/benches/") || path.contains("/examples/");
    path.ends_with(".rs") && !is_test && !NOT_COUNTED.iter().any(|folder| path.starts_with(folder))
}

/// The name of the type that a line defines, if it is public. `pub` items are reachable: `unreachable_pub` is on.
fn public_type(line: &str) -> Option<&str> {
    let item = line.trim_start().strip_prefix("pub ")?;
    let kinds = ["struct ", "enum ", "union ", "trait ", "type "];
    let rest = kinds.iter().find_map(|kind| item.strip_prefix(kind))?;
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    // A macro's `$name` is none.
    let name = rest.split(|character| !is_part(character)).next()?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_name_of_two_public_types_is_a_violation() {
        let files = [
            file("air/src/a.rs", "/// It.\npub struct Twofold<'a> {\n"),
            file("vm/src/b.rs", "mod x {\n    pub enum Twofold {\n"),
        ];
        assert_eq!(
            violations(&shared(&files)),
            ["Twofold is the name of several public types: air/src/a.rs, vm/src/b.rs"]
        );
    }

    #[test]
    fn private_types_tests_and_qualified_names_are_free() {
        let files = [
            file("air/src/a.rs", "pub struct Twofold;\npub struct Error;\n"),
            file(
                "vm/src/b.rs",
                "pub(crate) struct Twofold;\nstruct Twofold;\npub enum Error {}\n",
            ),
            file("vm/tests/c.rs", "pub struct Twofold;\n"),
            file("cli/src/d.rs", "pub struct Twofold;\n"),
            file("vm/src/e.rs", "pub struct $name;\npub struct $name;\n"),
        ];
        assert_eq!(violations(&shared(&files)), Vec::<String>::new());
    }
}
