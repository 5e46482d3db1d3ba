//! Diagnostic codes for manifests, node configurations and `--const`.

use aqua_diagnostics::Code;

/// Invalid TOML syntax.
pub const INVALID_TOML: Code = Code::new("E6001");
/// Unknown key.
pub const UNKNOWN_KEY: Code = Code::new("E6002");
/// A value of the wrong type or outside its range.
pub const INVALID_VALUE: Code = Code::new("E6003");
/// A required key is missing.
pub const MISSING_KEY: Code = Code::new("E6004");
/// A referenced file does not exist.
pub const MISSING_FILE: Code = Code::new("E6005");
/// A constant given by `--const` that no module uses.
pub const UNUSED_CONSTANT: Code = Code::new("W6001");

/// All codes of this crate.
pub const ALL: &[Code] = &[
    INVALID_TOML,
    UNKNOWN_KEY,
    INVALID_VALUE,
    MISSING_KEY,
    MISSING_FILE,
    UNUSED_CONSTANT,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Project;

    /// Codes reported for the manifest under a heading of an error page, in a folder with `main.aqua` and `main.wasm`.
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
    fn examples_of_error_pages_are_reported_as_documented() {
        for code in ALL.iter().filter(|code| **code != UNUSED_CONSTANT) {
            let page = aqua_render::explain(code.name()).unwrap_or_else(|| panic!("{code} has no page"));
            assert!(
                found(page, "Wrong").contains(code),
                "{code}: the wrong example has no such error"
            );
            assert_eq!(found(page, "Right"), [], "{code}: the right example has errors");
        }
    }
}
