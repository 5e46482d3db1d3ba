//! Unique names of the variables of a script.

use aqua_air::{Variable, VariableKind};
use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

/// Generates unique names: `ret`, `ret-0`, `ret-1`, …
///
/// Names in source code have no `-`, so a numbered name is never equal to one. Names without a number are words of the
/// compiler; names from the source always have a number or a suffix. No name is a keyword of AIR.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: FxHashMap<EcoString, u32>,
}

impl Names {
    /// A name for a word of the compiler; without a number if it is the first of its kind.
    pub(super) fn word(&mut self, word: &str) -> EcoString {
        match self.taken.get_mut(word) {
            None => {
                self.taken.insert(word.into(), 0);
                word.into()
            }
            Some(count) => number(word, count),
        }
    }

    /// A name for a name in the source, always with a number.
    pub(super) fn source(&mut self, name: &str) -> EcoString {
        let name = name.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_', "_");
        let count = self.taken.entry(name.as_str().into()).or_default();
        number(&name, count)
    }

    /// A scalar named after a word of the compiler.
    pub(super) fn scalar(&mut self, word: &str) -> Variable {
        Variable::scalar(self.word(word))
    }

    /// A stream, map or canonical stream or map named after a name in the source or another variable.
    ///
    /// AIR rejects tagged names of one letter before a lens; with a number they have at least three.
    pub(super) fn tagged(&mut self, kind: VariableKind, name: &str) -> Variable {
        let tag = match kind {
            VariableKind::Scalar => "",
            VariableKind::Stream => "$",
            VariableKind::StreamMap => "%",
            VariableKind::CanonStream => "#",
            VariableKind::CanonMap => "#%",
        };
        Variable::new(kind, eco_format!("{tag}{}", self.source(name)))
    }
}

fn number(word: &str, count: &mut u32) -> EcoString {
    let name = eco_format!("{word}-{count}");
    *count += 1;
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names = Names::default();
        let given = [
            names.word("ret"),
            names.word("ret"),
            names.source("ret"),
            names.source("s"),
            names.source("M.D"),
            names.tagged(VariableKind::CanonStream, "s").name,
        ];
        assert_eq!(given, ["ret", "ret-0", "ret-1", "s-0", "M_D-0", "#s-1"]);
    }
}
