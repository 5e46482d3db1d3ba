//! Unused declarations and imports.
//!
//! A name counts as used if it occurs anywhere else in the module, so there are no false positives.

use super::{Interface, ModuleChecker};
use crate::checked::UNUSED_PREFIX;
use crate::codes;
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::Tokens;
use aqua_grammar::tokens::TokenKind;
use aqua_grammar::tree::{Declares, Header, HeaderItem, Item, Name};
use rustc_hash::FxHashMap;

impl ModuleChecker<'_> {
    /// Warns about unused names. Skips modules that declare everything to importers, and those that export nothing.
    pub(super) fn warn_about_unused(&mut self) {
        let (module, tree) = (self.module, self.tree);
        let Some(header) = tree.module() else { return };
        let exports = tree.headers.iter().any(|it| matches!(it, Header::Export(_)));
        let declares_all =
            self.context.sources.text(header.keyword) != "aqua" || matches!(header.declares, Some(Declares::All(_)));
        let is_private = !exports && header.declares.is_none();
        if declares_all || is_private {
            return;
        }
        let Some(source) = self.context.sources.get(module.file) else {
            return;
        };
        let targets = || tree.headers.iter().zip(&module.imports);
        let declared = |target: &Option<usize>| target.and_then(|index| Some(self.interface_of(index)?.names()));
        let own = tree.items.iter().filter_map(Item::name).map(Name::as_str);
        let imported = targets().flat_map(|(_, target)| declared(target).into_iter().flatten().map(first_word));
        let local = tree.headers.iter().flat_map(local_names);
        let words = Words::count_all(
            own.chain(imported).chain(local),
            &self.context.parsed.tokens,
            &source.text,
        );
        for item in &tree.items {
            if let Some((kind, help)) = described(item)
                && let Some(name) = item.name()
                && words.count(name.as_str()) < 2
                && !name.as_str().to_lowercase().starts_with(UNUSED_PREFIX)
            {
                let message = format!("unused {kind} `{name}`");
                self.report(Diagnostic::warning(codes::UNUSED_NAME, name.span, message).help(help));
            }
        }
        for (header, target) in tree.headers.iter().zip(&module.imports) {
            let interface = target.and_then(|index| self.interface_of(index));
            if interface.is_some_and(Interface::is_empty) {
                continue;
            }
            let declared = interface.map(Interface::names);
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

/// The names that a header introduces one by one.
fn local_names(header: &Header) -> Vec<&str> {
    match header {
        Header::ImportFrom(import) => import.items.iter().map(|item| item.local_name().as_str()).collect(),
        Header::Use(import) => import.alias.iter().map(|alias| alias.last().as_str()).collect(),
        _ => Vec::new(),
    }
}

fn first_word(dotted: &str) -> &str {
    dotted.split('.').next().unwrap_or(dotted)
}

/// The numbers of occurrences of some words in a text, outside of comments and strings.
struct Words<'a> {
    counts: FxHashMap<&'a str, u32>,
    /// The shapes of these words as a set of bits: most other words have none of them.
    shapes: [u64; 4],
}

impl<'a> Words<'a> {
    fn count_all(counted: impl Iterator<Item = &'a str>, tokens: &Tokens, text: &str) -> Self {
        let mut words = Self {
            counts: FxHashMap::default(),
            shapes: [0; 4],
        };
        for word in counted {
            let (index, bit) = shape(word.as_bytes());
            words.shapes[index] |= bit;
            words.counts.insert(word, 0);
        }
        for (kind, span) in tokens.iter() {
            if matches!(kind, TokenKind::Name | TokenKind::UpperName) {
                words.add(&text[span.start as usize..span.end as usize]);
            }
        }
        words
    }

    fn add(&mut self, word: &str) {
        let (index, bit) = shape(word.as_bytes());
        if self.shapes[index] & bit != 0
            && let Some(count) = self.counts.get_mut(word)
        {
            *count += 1;
        }
    }

    fn count(&self, word: &str) -> u32 {
        self.counts.get(word).copied().unwrap_or_default()
    }
}

/// The shape of a word, one of 256: a word of a bitset and a bit in it.
fn shape(word: &[u8]) -> (usize, u64) {
    let ends = (word.first(), word.last());
    let (first, last) = (ends.0.copied().unwrap_or(0), ends.1.copied().unwrap_or(0));
    let shape = first
        .wrapping_mul(31)
        .wrapping_add(last.wrapping_mul(7))
        .wrapping_add(word.len() as u8);
    (usize::from(shape / 64), 1 << (shape % 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_diagnostics::FileId;

    #[test]
    fn words_in_comments_and_strings_are_not_counted() {
        let text = "f(a) -- a\n\"a\" é a_b a\n";
        let tokens = Tokens::scan(FileId(0), text);
        let words = Words::count_all(["a", "f", "a_b", "b"].into_iter(), &tokens, text);
        assert_eq!(
            [words.count("a"), words.count("f"), words.count("a_b"), words.count("b")],
            [2, 1, 1, 0]
        );
    }
}
