//! Declarations and imports that nothing in their module uses.
//!
//! A name is used if it is written anywhere else in the module: in a header, a type, a value. So what is reported is certain.

use super::ModuleChecker;
use crate::codes;
use crate::warnings::UNUSED;
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{Declares, Header, HeaderItem, Item};
use rustc_hash::FxHashMap;

impl ModuleChecker<'_> {
    /// Warns of names that lead nowhere, in a module that gives something to others.
    pub(super) fn warn_of_unused(&mut self) {
        let module = self.module;
        let Some(header) = module.tree.module() else { return };
        let exports = module.tree.headers.iter().any(|it| matches!(it, Header::Export(_)));
        let shows_all =
            self.whole.sources.text(header.keyword) != "aqua" || matches!(header.declares, Some(Declares::All(_)));
        let shows_nothing = !exports && header.declares.is_none();
        if shows_all || shows_nothing {
            return;
        }
        let Some(source) = self.whole.sources.get(module.file) else {
            return;
        };
        let words = Words::of(&source.text);
        for item in &module.tree.items {
            if let Some((what, help)) = described(item)
                && let Some(name) = item.name()
                && words.count(name.as_str()) < 2
                && !name.as_str().to_lowercase().starts_with(UNUSED)
            {
                let message = format!("{what} `{name}` is not used");
                self.report(Diagnostic::warning(codes::UNUSED_NAME, name.span, message).help(help));
            }
        }
        for (header, target) in module.tree.headers.iter().zip(&module.imports) {
            let declared = target.and_then(|index| Some(self.other(index)?.names()));
            for span in unused_imports(header, declared.into_iter().flatten(), &words) {
                let message = Diagnostic::warning(codes::UNUSED_NAME, span, "this import is not used");
                self.report(message.help("take it out"));
            }
        }
    }
}

/// What a declaration is called in messages, and what to do with one that is not used.
fn described(item: &Item) -> Option<(&'static str, &'static str)> {
    Some(match item {
        Item::Function(_) => ("function", "export it, call it or take it out"),
        Item::Service(_) => ("service", "call it or take it out"),
        Item::Data(_) | Item::Ability(_) | Item::Alias(_) => ("type", "take it out, or declare it to importers"),
        Item::Constant(_) => ("constant", "take it out, or declare it to importers"),
        Item::Error(_) => return None,
    })
}

/// The pieces of an import of which no name is used. `declared` is what the imported module shows.
fn unused_imports<'a>(header: &Header, declared: impl Iterator<Item = &'a str>, words: &Words<'_>) -> Vec<Span> {
    let unused = |item: &&HeaderItem| words.count(item.visible().as_str()) < 2;
    match header {
        Header::Import(import) => {
            let mut declared = declared.peekable();
            let is_used = declared.peek().is_none() || declared.any(|name| words.count(first_word(name)) > 0);
            if is_used { Vec::new() } else { vec![import.file_span] }
        }
        Header::ImportFrom(import) => import.items.iter().filter(unused).map(|item| item.span).collect(),
        Header::Use(import) => match &import.alias {
            Some(alias) if words.count(alias.last().as_str()) < 2 => vec![import.span],
            _ => Vec::new(),
        },
        Header::Module(_) | Header::Export(_) | Header::Error(_) => Vec::new(),
    }
}

fn first_word(dotted: &str) -> &str {
    dotted.split('.').next().unwrap_or(dotted)
}

/// How often each word is written, comments and strings left out.
struct Words<'a>(FxHashMap<&'a str, u32>);

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Self {
        let mut words = FxHashMap::default();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            let length = if is_word(byte) {
                let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
                *words.entry(&text[at..at + length]).or_default() += 1;
                length
            } else if byte == b'"' {
                rest[1..]
                    .iter()
                    .position(|byte| *byte == b'"')
                    .map_or(rest.len(), |end| end + 2)
            } else if rest.starts_with(b"--") {
                rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
            } else {
                1
            };
            at += length;
        }
        Self(words)
    }

    fn count(&self, word: &str) -> u32 {
        self.0.get(word).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_comments_and_strings_are_not_counted() {
        let words = Words::of("f(a) -- a\n\"a\" é a_b a\n");
        assert_eq!(
            [words.count("a"), words.count("f"), words.count("a_b"), words.count("b")],
            [2, 1, 1, 0]
        );
    }
}
