//! Constants that are given beside a program, and whether it names them.

use crate::{Settings, codes};
use aqua_compiler::{ConstantNames, constant_name};
use aqua_diagnostics::suggestions::suggest_or;
use aqua_diagnostics::{Diagnostic, Sources};

/// The name that texts of given constants have in messages.
const SHOWN_AS: &str = "--const";

/// Constants of some [`Settings`]. One that no text of any program names does nothing; its name is probably misspelled.
#[derive(Debug)]
pub struct GivenConstants {
    /// As they were given.
    texts: Vec<String>,
    /// Those of all programs that were seen; nothing before the first.
    names: Option<ConstantNames>,
}

impl GivenConstants {
    /// Those of the settings; manifests give theirs to every program of a project.
    pub fn of(settings: &Settings) -> Self {
        let texts = settings.constants.clone();
        Self { texts, names: None }
    }

    /// Sees the texts of a program.
    pub fn look_at(&mut self, sources: &Sources) {
        if !self.texts.is_empty() {
            self.names.get_or_insert_default().look_at(sources);
        }
    }

    /// A warning for each that no text names, with what it points into; none before a program was seen.
    pub fn unnamed(&self) -> (Sources, Vec<Diagnostic>) {
        let (mut sources, mut messages) = (Sources::new(), Vec::new());
        for (text, names) in self.texts.iter().flat_map(|text| Some((text, self.names.as_ref()?))) {
            let Some(name) = constant_name(text).filter(|name| !names.named.contains(name)) else {
                continue;
            };
            let start = text.find(&*name).unwrap_or_default();
            let span = sources
                .add(SHOWN_AS, text.as_str())
                .span(start as u32, (start + name.len()) as u32);
            let message = format!("no module names the constant `{name}`");
            let message = Diagnostic::warning(codes::UNNAMED_CONSTANT, span, message).label("given, but not used");
            let known = names.declared.iter().map(|known| &**known);
            let declare =
                format!("write `const {name} ?= …` in a module to have a value that can be given, or leave it out");
            let mut message = suggest_or(message, span, &name, known, declare);
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
    fn of_what_was_not_read_nothing_is_said() {
        let constants = vec!["LIMIT = 1".to_owned()];
        let given = GivenConstants::of(&Settings {
            constants,
            ..Settings::default()
        });
        assert_eq!(given.unnamed().1, []);
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
