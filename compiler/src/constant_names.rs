//! The names of constants in source texts, to find [constants](crate::Options::constants) that no source uses.

use aqua_diagnostics::Sources;
use aqua_grammar::Tokens;
use aqua_grammar::tokens::TokenKind;
use ecow::EcoString;
use std::collections::BTreeSet;

/// The names of constants in source texts, without comments and strings.
#[derive(Debug, Clone, Default)]
pub struct ConstantNames {
    /// All words that may name a constant.
    pub named: BTreeSet<EcoString>,
    /// The words that follow `const`.
    pub declared: BTreeSet<EcoString>,
}

impl ConstantNames {
    /// Adds the names in these texts.
    pub fn collect(&mut self, sources: &Sources) {
        for (file, source) in sources.iter() {
            let tokens = Tokens::scan(file, &source.text);
            let mut is_declared = false;
            for token in 0..tokens.len() {
                let text = sources.text(tokens.span(token));
                match tokens.kind(token) {
                    TokenKind::Space => continue,
                    TokenKind::UpperName => {
                        self.named.insert(text.into());
                        if is_declared {
                            self.declared.insert(text.into());
                        }
                    }
                    _ => {}
                }
                is_declared = text == "const";
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_collected_from_declarations_and_values() {
        let mut sources = Sources::new();
        sources.add("a", "aqua M\n\nconst A ?= 1 -- not C\nconst  B = \"D\"\n");
        sources.add("b", "func f() -> u8:\n    <- g(A, E)\n");
        let mut names = ConstantNames::default();
        names.collect(&sources);
        assert_eq!(names.named.iter().collect::<Vec<_>>(), ["A", "B", "E", "M"]);
        assert_eq!(names.declared.iter().collect::<Vec<_>>(), ["A", "B"]);
    }
}
