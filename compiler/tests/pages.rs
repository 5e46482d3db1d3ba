//! Every code has a page with a program that triggers it and a program without messages.

use aqua_compiler::{Compilation, InMemory, Options, ResolveError, SourceLoader, SourceReadError, codes, compile};
use aqua_diagnostics::Code;
use std::sync::Arc;

#[test]
fn the_examples_of_error_pages_are_correct() {
    let mut reported = String::new();
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
            reported += &format!("{code}:\n{}", rendered(&right));
        }
    }
    assert!(reported.is_empty(), "right programs have messages:\n{reported}");
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
        &BrokenLoader {
            sources,
            is_broken: code == codes::UNREADABLE,
        },
        "main.aqua",
        &options,
    )
}

/// A loader that resolves imports of missing files, which then can't be read.
struct BrokenLoader {
    sources: InMemory,
    is_broken: bool,
}

impl SourceLoader for BrokenLoader {
    fn resolve(&self, import: &str, importer: &str) -> Result<String, ResolveError> {
        match self.sources.resolve(import, importer) {
            Err(_) if self.is_broken => Ok(import.to_owned()),
            found => found,
        }
    }

    fn read(&self, id: &str) -> Result<Arc<str>, SourceReadError> {
        self.sources.read(id)
    }

    fn is_dependency(&self, id: &str) -> bool {
        self.sources.is_dependency(id)
    }
}
