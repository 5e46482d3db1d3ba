//! The order of the compiler's stages: no stage names a later one.

use super::File;
use std::collections::BTreeMap;

const SOURCE: &str = "compiler/src/";

/// The modules of the compiler in order: each may name itself and those before it.
const STAGES: &[&str] = &[
    // Values and traits that stages share.
    "typing",
    "checked",
    "codes",
    "options",
    "tasks",
    "loader",
    // The stages.
    "modules",
    "checking",
    "lints",
    "workflow",
    "lowering",
    "topology",
    "emission",
    // Descriptions of the result.
    "definition",
    "documentation",
    "compilation",
    "constant_names",
    "source_map",
    "callers",
    // The only module that calls all stages.
    "pipeline",
];

/// Where a stage of the compiler names a later one.
pub(crate) fn violations(files: &[File]) -> Vec<String> {
    let sources = files.iter().filter_map(|file| {
        let path = file.path.strip_prefix(SOURCE)?;
        Some((path, file.text.as_str())).filter(|_| path.ends_with(".rs"))
    });
    check(STAGES, &sources.collect::<Vec<_>>())
}

/// Checks sources, which are pairs of a path below the source folder and a text, against an order of stages.
fn check(stages: &[&str], sources: &[(&str, &str)]) -> Vec<String> {
    let root = sources.iter().find(|(path, _)| *path == "lib.rs");
    let exports = root.map(|(_, text)| exports(&tokens(text))).unwrap_or_default();
    let position = |module: &str| stages.iter().position(|stage| *stage == module);
    let mut violations = Vec::new();
    for (path, text) in sources.iter().filter(|(path, _)| *path != "lib.rs") {
        let stage = path.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = position(stage) else {
            violations.push(format!("{SOURCE}{path}: `{stage}` is not in the list of stages"));
            continue;
        };
        for name in root_names(path, &tokens(text)) {
            let module = exports.get(name).copied().unwrap_or(name);
            if position(module).is_some_and(|named| named > own) {
                violations.push(format!(
                    "{SOURCE}{path}: stage `{stage}` names the later stage `{module}` (`{name}`)"
                ));
            }
        }
    }
    violations.dedup();
    violations
}

/// The items that the crate root re-exports, with their modules: `pub use module::{A, B};`.
fn exports<'a>(tokens: &[&'a str]) -> BTreeMap<&'a str, &'a str> {
    let mut exports = BTreeMap::new();
    for at in 0..tokens.len() {
        if let ["use", module, "::", rest @ ..] = &tokens[at..] {
            exports.extend(first_names(rest).into_iter().map(|name| (name, *module)));
        }
    }
    exports
}

/// The names that a file uses of the crate root, by `crate::` or by a chain of `super::`.
fn root_names<'a>(path: &str, tokens: &[&'a str]) -> Vec<&'a str> {
    let folders = path.matches('/').count();
    let depth = if path.ends_with("/mod.rs") {
        folders
    } else {
        folders + 1
    };
    let mut names = Vec::new();
    for at in 0..tokens.len() {
        match &tokens[at..] {
            ["crate", "::", rest @ ..] => names.extend(first_names(rest)),
            ["super", "::", ..] if at == 0 || tokens[at - 1] != "::" => {
                let supers = tokens[at..]
                    .chunks(2)
                    .take_while(|pair| *pair == ["super", "::"])
                    .count();
                if supers == depth {
                    names.extend(first_names(&tokens[at + 2 * supers..]));
                }
            }
            _ => {}
        }
    }
    names
}

/// The first segments of a path, or of each path of a group `{a, b::c}`.
fn first_names<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    if tokens.first() != Some(&"{") {
        return tokens.first().copied().into_iter().collect();
    }
    let (mut names, mut depth) = (Vec::new(), 0);
    for pair in tokens.windows(2) {
        match pair[0] {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && matches!(pair[0], "{" | ",") && pair[1] != "}" {
            names.push(pair[1]);
        }
    }
    names
}

/// The identifiers and symbols of a Rust source, without comments and strings.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            string_length(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else {
            let length = match first {
                ':' if rest.starts_with("::") => 2,
                _ if is_word(first) => rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()),
                _ => first.len_utf8(),
            };
            if !first.is_whitespace() {
                tokens.push(&rest[..length]);
            }
            length
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of the string literal at the start of a text.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (offset, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !is_escaped => return offset + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::check;

    const STAGES: &[&str] = &["values", "parsing", "checking", "emission"];

    fn violations(path: &str, text: &str) -> Vec<String> {
        let root = "mod emission;\npub use emission::{Script, emit};\npub use parsing::Tree;\n";
        check(STAGES, &[("lib.rs", root), (path, text)])
    }

    #[test]
    fn a_stage_may_name_itself_and_earlier_stages() {
        let text = "//! See [`emission`](crate::emission).\nuse crate::parsing::Tree;\nuse crate::{Tree, values};\n\
                    use super::scopes; // crate::emission::emit\nconst TEXT: &str = \"crate::emission::\\\"emit\\\"\";\n";
        assert_eq!(violations("checking/mod.rs", text), [""; 0]);
        assert_eq!(violations("checking/scopes.rs", "use super::emission;"), [""; 0]);
    }

    #[test]
    fn each_way_to_name_a_later_stage_is_found() {
        let expected = |name: &str| {
            format!("compiler/src/checking/mod.rs: stage `checking` names the later stage `emission` (`{name}`)")
        };
        for (text, name) in [
            ("use crate::emission;", "emission"),
            ("use crate::{values, emission::{emit, Script}};", "emission"),
            ("fn f() { crate::emission::emit() }", "emission"),
            ("use crate::Script;", "Script"),
            ("use crate::{Tree, emit};", "emit"),
            ("use super::emission::emit;", "emission"),
        ] {
            assert_eq!(violations("checking/mod.rs", text), [expected(name)], "{text}");
        }
        assert_eq!(
            violations("checking/scopes/inner.rs", "use super::super::super::emit;").len(),
            1
        );
    }

    #[test]
    fn a_module_outside_of_the_list_is_reported() {
        assert_eq!(
            violations("other.rs", "use crate::parsing::Tree;"),
            ["compiler/src/other.rs: `other` is not in the list of stages"]
        );
    }
}
