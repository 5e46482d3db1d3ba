//! Constants given by `--const`, and whether any module uses them.

use crate::{Settings, codes};
use aqua_compiler::{ConstantNames, constant_name};
use aqua_diagnostics::suggestions::suggest_or;
use aqua_diagnostics::{Diagnostic, Sources};

/// The file name shown in diagnostics about constants.
const SOURCE_NAME: &str = "--const";

/// The constants of [`Settings`]. One that no module declares or uses has no effect and is reported: its name is probably
/// misspelled.
#[derive(Debug)]
pub struct ConstantOverrides {
    /// Each constant as given: `NAME = VALUE`.
    constants: Vec<String>,
    /// The names in all recorded modules; `None` before the first call of [`Self::record`].
    names: Option<ConstantNames>,
}

impl ConstantOverrides {
    /// Takes the constants of `settings`. Constants of a manifest apply to all programs of a project and are not checked.
    pub fn new(settings: &Settings) -> Self {
        Self {
            constants: settings.constants.clone(),
            names: None,
        }
    }

    /// Records the constants that the modules of a program declare and use.
    pub fn record(&mut self, sources: &Sources) {
        if !self.constants.is_empty() {
            self.names.get_or_insert_default().collect(sources);
        }
    }

    /// A warning for each unused constant, with the source texts it refers to. Empty before the first [`Self::record`].
    pub fn unused(&self) -> (Sources, Vec<Diagnostic>) {
        let (mut sources, mut messages) = (Sources::new(), Vec::new());
        for (text, names) in self
            .constants
            .iter()
            .flat_map(|text| Some((text, self.names.as_ref()?)))
        {
            let Some(name) = constant_name(text).filter(|name| !names.named.contains(name)) else {
                continue;
            };
            let start = text.find(&*name).unwrap_or_default();
            let span = sources
                .add(SOURCE_NAME, text.as_str())
                .span(start as u32, (start + name.len()) as u32);
            let message = format!("unused constant `{name}`");
            let message = Diagnostic::warning(codes::UNUSED_CONSTANT, span, message).label("no module uses this name");
            let known = names.declared.iter().map(|known| &**known);
            let declare = format!("declare it in a module with `const {name} ?= …`, or remove it");
            let mut message = suggest_or(message, span, &name, known, declare);
            // Fixes apply to files, not to the command line.
            message.fix = None;
            messages.push(message);
        }
        (sources, messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unused(constants: &[&str], program: &str) -> String {
        let constants = constants.iter().map(|&text| text.to_owned()).collect();
        let mut overrides = ConstantOverrides::new(&Settings {
            constants,
            ..Settings::default()
        });
        let mut sources = Sources::new();
        sources.add("main.aqua", program);
        overrides.record(&sources);
        let (sources, messages) = overrides.unused();
        aqua_render::terminal(&sources, &messages, aqua_render::Colour::Off)
    }

    #[test]
    fn a_misspelled_name_is_reported_with_a_suggestion() {
        let program = "aqua M\n\nconst LIMIT ?= 3\nconst WHO ?= \"me\"\n";
        insta::assert_snapshot!(unused(&["LIMTI = 10", "WHO ?= \"you\""], program), @r"
        warning[W6001]: unused constant `LIMTI`
          ┌─ --const:1:1
          │
        1 │ LIMTI = 10
          │ ^^^^^ no module uses this name
          │
          = help: did you mean `LIMIT`?
        ");
    }

    #[test]
    fn nothing_is_reported_before_a_program_is_read() {
        let constants = vec!["LIMIT = 1".to_owned()];
        let overrides = ConstantOverrides::new(&Settings {
            constants,
            ..Settings::default()
        });
        assert_eq!(overrides.unused().1, []);
    }

    #[test]
    fn used_and_declared_names_are_not_reported() {
        assert_eq!(
            unused(&["A = 1", "B=2"], "const A = 2\nfunc f() -> u8:\n    <- g(B, 1)\n"),
            ""
        );
    }

    #[test]
    fn the_error_page_is_accurate() {
        let page = aqua_render::explain(codes::UNUSED_CONSTANT.name()).expect("a page");
        let block = |language: &str, at: usize| {
            let rest = page.split(&format!("```{language}\n")).nth(at).expect("a block");
            rest.split("```").next().expect("its end").to_owned()
        };
        let program = block("aqua", 1);
        for (at, is_reported) in [(1, true), (2, false)] {
            let command = block("sh", at);
            let constant = command.split('\'').nth(1).expect("a constant");
            assert_eq!(!unused(&[constant], &program).is_empty(), is_reported, "{command}");
        }
    }
}
