//! Unused declarations and imports.
//!
//! A name counts as used if it occurs anywhere else in the module, so there are no false positives.

use super::ModuleChecker;
use crate::checked::UNUSED_PREFIX;
use crate::codes;
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{Declares, Header, HeaderItem, Item};
use rustc_hash::FxHashMap;

impl ModuleChecker<'_> {
    /// Warns about unused names. Skips modules that declare everything to importers, and those that export nothing.
    pub(super) fn warn_about_unused(&mut self) {
        let module = self.module;
        let Some(header) = module.tree.module() else { return };
        let exports = module.tree.headers.iter().any(|it| matches!(it, Header::Export(_)));
        let declares_all =
            self.context.sources.text(header.keyword) != "aqua" || matches!(header.declares, Some(Declares::All(_)));
        let is_private = !exports && header.declares.is_none();
        if declares_all || is_private {
            return;
        }
        let Some(source) = self.context.sources.get(module.file) else {
            return;
        };
        let words = Words::of(&source.text);
        for item in &module.tree.items {
            if let Some((kind, help)) = described(item)
                && let Some(name) = item.name()
                && words.count(name.as_str()) < 2
                && !name.as_str().to_lowercase().starts_with(UNUSED_PREFIX)
            {
                let message = format!("unused {kind} `{name}`");
                self.report(Diagnostic::warning(codes::UNUSED_NAME, name.span, message).help(help));
            }
        }
        for (header, target) in module.tree.headers.iter().zip(&module.imports) {
            let declared = target.and_then(|index| Some(self.interface_of(index)?.names()));
            for span in unused_imports(header, declared.into_iter().flatten(), &words) {
                let message = Diagnostic::warning(codes::UNUSED_NAME, span, "unused import");
                self.report(message.help("remove it"));
            }
        }
    }
}

/// The kind of a declaration in messages, and the help for an unused one.
fn described(item: &Item) -> Option<(&'static str, &'static str)> {
    Some(match item {
        Item::Function(_) => ("function", "call it, export it or remove it"),
        Item::Service(_) => ("service", "call it or remove it"),
        Item::Data(_) | Item::Ability(_) | Item::Alias(_) => ("type", "remove it, or declare it to importers"),
        Item::Constant(_) => ("constant", "remove it, or declare it to importers"),
        Item::Error(_) => return None,
    })
}

/// The spans of unused imports of a header. `declared` are the names that the imported module declares.
fn unused_imports<'a>(header: &Header, declared: impl Iterator<Item = &'a str>, words: &Words<'_>) -> Vec<Span> {
    let unused = |item: &&HeaderItem| words.count(item.local_name().as_str()) < 2;
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

/// The number of occurrences of each word, outside of comments and strings.
struct Words<'a>(FxHashMap<&'a str, u32>);

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Self {
        let mut words = FxHashMap::default();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let bytes = text.as_bytes();
        let mut offset = 0;
        while let Some(&byte) = bytes.get(offset) {
            let rest = &bytes[offset..];
            let length = if is_word(byte) {
                let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
                *words.entry(&text[offset..offset + length]).or_default() += 1;
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
            offset += length;
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
