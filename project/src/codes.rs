//! Codes of messages about manifests, configurations and what is given on a command line.

use aqua_diagnostics::Code;

/// The text is not TOML.
pub const NOT_TOML: Code = Code::new("E6001");
/// A key that means nothing here.
pub const UNKNOWN_KEY: Code = Code::new("E6002");
/// A value of another type or outside its range.
pub const WRONG_VALUE: Code = Code::new("E6003");
/// A key that must be there is not.
pub const MISSING_KEY: Code = Code::new("E6004");
/// A file that is named does not exist.
pub const MISSING_FILE: Code = Code::new("E6005");
/// A constant is given that no module names.
pub const UNNAMED_CONSTANT: Code = Code::new("W6001");

/// All of them.
pub const ALL: &[Code] = &[
    NOT_TOML,
    UNKNOWN_KEY,
    WRONG_VALUE,
    MISSING_KEY,
    MISSING_FILE,
    UNNAMED_CONSTANT,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Project;

    /// The codes found in the manifest that a page shows below a heading, in a folder with `main.aqua` and `main.wasm`.
    fn found(page: &str, heading: &str) -> Vec<Code> {
        let shown = page.split(&format!("## {heading}\n")).nth(1).expect("a heading");
        let text = shown
            .split("```toml\n")
            .nth(1)
            .and_then(|it| it.split("```").next())
            .expect("a manifest");
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, content) in [("main.aqua", ""), ("main.wasm", ""), (crate::manifest::FILE_NAME, text)] {
            std::fs::write(folder.path().join(name), content).expect("a new file");
        }
        let project = Project::open(folder.path())
            .expect("a readable manifest")
            .expect("a manifest");
        project.diagnostics.iter().map(|message| message.code).collect()
    }

    #[test]
    fn every_code_of_files_has_a_page_whose_examples_hold() {
        for code in ALL.iter().filter(|code| **code != UNNAMED_CONSTANT) {
            let page = aqua_render::explain(code.name()).unwrap_or_else(|| panic!("{code} has no page"));
            assert!(
                found(page, "Wrong").contains(code),
                "{code}: the wrong example is right"
            );
            assert_eq!(found(page, "Right"), [], "{code}: the right example is wrong");
        }
    }
}
