//! The fix for a file without an `aqua` header.
//!
//! Parsing sees one file. The fix needs the name of the file, and whether other modules import it: without a header, all of its
//! names are visible to them, and `declares *` keeps that.

use crate::modules::Graph;
use aqua_diagnostics::{Diagnostic, FileId, Fix};
use std::cell::LazyCell;
use std::collections::BTreeSet;

/// Completes the fixes of messages about missing headers. Fixes of an earlier state of the graph are replaced.
pub(super) fn complete<'a>(diagnostics: impl Iterator<Item = &'a mut Diagnostic>, graph: &Graph) {
    let imported = LazyCell::new(|| {
        let imports = graph.modules.iter().flat_map(|module| &module.imports).flatten();
        imports
            .map(|index| graph.modules[*index].file)
            .collect::<BTreeSet<FileId>>()
    });
    for message in diagnostics.filter(|message| message.code == aqua_grammar::codes::MISSING_HEADER) {
        let Some(fix) = &mut message.fix else { continue };
        let source = graph.sources.get(message.span.file);
        let name = source.map_or("", |source| &source.name);
        complete_fix(fix, name, imported.contains(&message.span.file));
    }
}

fn complete_fix(fix: &mut Fix, file_name: &str, is_imported: bool) {
    let declares = if is_imported { " declares *" } else { "" };
    let header = format!("aqua {}{declares}", module_name(file_name));
    fix.message = format!("start the file with `{header}`");
    for edit in &mut fix.edits {
        edit.text = format!("{header}\n\n");
    }
}

/// A module name from the name of its file: `LocalHost` for `src/local-host.aqua`.
fn module_name(file_name: &str) -> String {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.split('.').next().unwrap_or_default();
    let words = stem.split(|letter: char| !letter.is_ascii_alphanumeric());
    let mut name = String::new();
    for word in words {
        let word = match name.is_empty() {
            true => word.trim_start_matches(|letter: char| letter.is_ascii_digit()),
            false => word,
        };
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    match name.is_empty() {
        true => "Main".to_owned(),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::module_name;

    #[test]
    fn module_names_are_made_of_the_words_of_the_file_name() {
        let names = [
            "lib.aqua",
            "src/local-host.aqua",
            "a\\snake_case2.aqua",
            "3d.test.aqua",
            "12.aqua",
            "é",
        ];
        assert_eq!(
            names.map(module_name),
            ["Lib", "LocalHost", "SnakeCase2", "D", "Main", "Main"]
        );
    }
}
