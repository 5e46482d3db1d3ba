//! Names that no other variable of the script has.

use aqua_air::{Variable, VariableKind};
use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

/// Gives every variable of one script a name of its own: `ret`, `ret-0`, `ret-1`, …
///
/// Aqua names have no `-`, so a numbered name is never the bare name of something else. Bare names given here are words of
/// the compiler, names made from source names always carry a number or a suffix, and none is a keyword of AIR.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: FxHashMap<EcoString, u32>,
}

impl Names {
    /// A name like `word`, bare if it is still free.
    pub(super) fn word(&mut self, word: &str) -> EcoString {
        match self.taken.get_mut(word) {
            None => {
                self.taken.insert(word.into(), 0);
                word.into()
            }
            Some(count) => number(word, count),
        }
    }

    /// A name like the name of something in the source, always with a number.
    pub(super) fn source(&mut self, name: &str) -> EcoString {
        let name = name.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_', "_");
        let count = self.taken.entry(name.as_str().into()).or_default();
        number(&name, count)
    }

    /// A scalar like `word`.
    pub(super) fn scalar(&mut self, word: &str) -> Variable {
        Variable::scalar(self.word(word))
    }

    /// A stream, map or canon like something in the source or like another variable.
    ///
    /// AIR refuses tagged names of one letter before a lens; with their number these have at least three.
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
    fn every_name_is_given_once() {
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
