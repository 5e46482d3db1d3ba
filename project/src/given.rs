//! Constants that are given beside a program, and whether it names them.

use crate::{Settings, codes};
use aqua_diagnostics::suggestions::suggest_or;
use aqua_diagnostics::{Diagnostic, Sources};
use std::collections::BTreeSet;

/// The name that texts of given constants have in messages.
const SHOWN_AS: &str = "--const";

/// Constants of some [`Settings`]. One that no text of any program names does nothing; its name is probably misspelled.
#[derive(Debug)]
pub struct GivenConstants {
    /// As they were given.
    texts: Vec<String>,
    /// Everything in the texts that could be the name of a constant.
    named: BTreeSet<String>,
    /// Names of constants that the texts declare.
    declared: BTreeSet<String>,
}

impl GivenConstants {
    /// Those of the settings; manifests give theirs to every program of a project.
    pub fn of(settings: &Settings) -> Self {
        Self {
            texts: settings.constants.clone(),
            named: BTreeSet::new(),
            declared: BTreeSet::new(),
        }
    }

    /// Sees the texts of a program.
    pub fn look_at(&mut self, sources: &Sources) {
        if self.texts.is_empty() {
            return;
        }
        for (_, source) in sources.iter() {
            let words = source
                .text
                .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
            let mut is_declared = false;
            for word in words.filter(|word| !word.is_empty()) {
                if word.starts_with(|letter: char| letter.is_ascii_uppercase()) {
                    self.named.insert(word.to_owned());
                    if is_declared {
                        self.declared.insert(word.to_owned());
                    }
                }
                is_declared = word == "const";
            }
        }
    }

    /// A warning for each that no text names, with what it points into.
    pub fn unnamed(&self) -> (Sources, Vec<Diagnostic>) {
        let mut sources = Sources::new();
        let mut messages = Vec::new();
        for text in &self.texts {
            let name = text.split(['=', '?']).next().unwrap_or_default().trim();
            if self.named.contains(name) {
                continue;
            }
            let start = text.find(name).unwrap_or_default();
            let file = sources.add(SHOWN_AS, text.as_str());
            let span = file.span(start as u32, (start + name.len()) as u32);
            let message = format!("no module names the constant `{name}`");
            let message = Diagnostic::warning(codes::UNNAMED_CONSTANT, span, message).label("given, but not used");
            let known = self.declared.iter().map(String::as_str);
            let declare =
                format!("write `const {name} ?= …` in a module to have a value that can be given, or leave it out");
            let mut message = suggest_or(message, span, name, known, declare);
            // A command line is not edited.
            message.fix = None;
            messages.push(message);
        }
        (sources, messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unnamed(constants: &[&str], program: &str) -> String {
        let constants = constants.iter().map(|&text| text.to_owned()).collect();
        let mut given = GivenConstants::of(&Settings {
            constants,
            ..Settings::default()
        });
        let mut sources = Sources::new();
        sources.add("main.aqua", program);
        given.look_at(&sources);
        let (sources, messages) = given.unnamed();
        aqua_render::terminal(&sources, &messages, aqua_render::Colour::Off)
    }

    #[test]
    fn a_name_that_is_near_is_told() {
        let program = "aqua M\n\nconst LIMIT ?= 3\nconst WHO ?= \"me\"\n";
        insta::assert_snapshot!(unnamed(&["LIMTI = 10", "WHO ?= \"you\""], program), @r"
        warning[W6001]: no module names the constant `LIMTI`
          ┌─ --const:1:1
          │
        1 │ LIMTI = 10
          │ ^^^^^ given, but not used
          │
          = help: did you mean `LIMIT`?
        ");
    }

    #[test]
    fn names_that_are_used_or_declared_anywhere_are_fine() {
        assert_eq!(
            unnamed(&["A = 1", "B=2"], "const A = 2\nfunc f() -> u8:\n    <- g(B, 1)\n"),
            ""
        );
    }

    #[test]
    fn the_page_shows_what_happens() {
        let page = aqua_render::explain(codes::UNNAMED_CONSTANT.name()).expect("a page");
        let block = |language: &str, at: usize| {
            let rest = page.split(&format!("```{language}\n")).nth(at).expect("a block");
            rest.split("```").next().expect("its end").to_owned()
        };
        let program = block("aqua", 1);
        for (at, is_told) in [(1, true), (2, false)] {
            let command = block("sh", at);
            let constant = command.split('\'').nth(1).expect("a constant");
            assert_eq!(!unnamed(&[constant], &program).is_empty(), is_told, "{command}");
        }
    }
}
