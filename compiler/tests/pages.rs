//! Every code has a page whose wrong program triggers it, and whose right program is right.

use aqua_compiler::{Compilation, InMemory, Options, SourceLoader, Unreadable, Unresolved, codes, compile};
use aqua_diagnostics::Code;
use std::sync::Arc;

#[test]
fn every_code_has_a_page_whose_examples_hold() {
    let mut doubted = String::new();
    for code in codes::ALL {
        let page = aqua_render::explain(code.name()).unwrap_or_else(|| panic!("{code} has no page"));
        let (_, examples) = page
            .split_once("\n## Wrong\n")
            .unwrap_or_else(|| panic!("{code} has no wrong example"));
        let (wrong, right) = examples
            .split_once("\n## Right\n")
            .unwrap_or_else(|| panic!("{code} has no right one"));
        let wrong = checked(*code, wrong);
        assert!(
            wrong.diagnostics.iter().any(|message| message.code == *code),
            "{code}: {}",
            rendered(&wrong)
        );
        let right = checked(*code, right);
        if !right.diagnostics.is_empty() {
            doubted += &format!("{code}:\n{}", rendered(&right));
        }
    }
    assert!(doubted.is_empty(), "right programs are doubted:\n{doubted}");
}

fn rendered(checked: &Compilation) -> String {
    aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off)
}

/// Compiles the programs between fences: the first is `main.aqua`, the others begin with their names as comments.
fn checked(code: Code, section: &str) -> Compilation {
    let mut sources = InMemory::new();
    for (number, part) in section.split("```aqua\n").skip(1).enumerate() {
        let text = part.split("```").next().expect("a text");
        let name = match number {
            0 => "main.aqua",
            _ => text.trim_start_matches("-- ").lines().next().expect("a name"),
        };
        sources = sources.with(name, text);
    }
    let mut options = Options::default();
    if code == codes::NOT_EXPORTED {
        options.entry = Some("greet".into());
    }
    compile(
        &Unreliable {
            sources,
            breaks: code == codes::UNREADABLE,
        },
        "main.aqua",
        &options,
    )
}

/// Where files that are missing are found, but can't be read.
struct Unreliable {
    sources: InMemory,
    breaks: bool,
}

impl SourceLoader for Unreliable {
    fn resolve(&self, import: &str, importer: &str) -> Result<String, Unresolved> {
        match self.sources.resolve(import, importer) {
            Err(_) if self.breaks => Ok(import.to_owned()),
            found => found,
        }
    }

    fn read(&self, id: &str) -> Result<Arc<str>, Unreadable> {
        self.sources.read(id)
    }

    fn is_dependency(&self, id: &str) -> bool {
        self.sources.is_dependency(id)
    }
}
