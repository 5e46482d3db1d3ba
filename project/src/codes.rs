//! The diagnostic code for `--const`. Those for manifests are in [`aqua_toml::codes`].

use aqua_diagnostics::Code;

/// A constant given by `--const` that no module uses.
pub const UNUSED_CONSTANT: Code = Code::new("W6001");

/// All codes of this crate.
pub const ALL: &[Code] = &[UNUSED_CONSTANT];

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
        for (name, content) in [
            ("main.aqua", ""),
            ("main.wasm", "\0asm"),
            (crate::manifest::FILE_NAME, text),
        ] {
            std::fs::write(folder.path().join(name), content).expect("a new file");
        }
        let project = Project::open(folder.path())
            .expect("a readable manifest")
            .expect("a manifest");
        project.diagnostics.iter().map(|message| message.code).collect()
    }

    #[test]
    fn examples_of_error_pages_are_reported_as_documented() {
        for code in aqua_toml::codes::ALL {
            let page = aqua_render::explain(code.name()).unwrap_or_else(|| panic!("{code} has no page"));
            assert!(
                found(page, "Wrong").contains(code),
                "{code}: the wrong example has no such error"
            );
            assert_eq!(found(page, "Right"), [], "{code}: the right example has errors");
        }
    }
}
