//! Programs that were used last, by the hash of their script.

use aqua_vm::Program;
use indexmap::IndexMap;

/// A cache, bounded in number and in text. The program used last is at the end.
#[derive(Debug)]
pub(crate) struct Programs {
    limit: usize,
    text_limit: usize,
    entries: IndexMap<[u8; 32], Program, rustc_hash::FxBuildHasher>,
    text: usize,
}

impl Programs {
    pub(crate) fn new(limit: usize, text_limit: usize) -> Self {
        Self {
            limit,
            text_limit,
            entries: IndexMap::default(),
            text: 0,
        }
    }

    /// The program of the script with this hash.
    pub(crate) fn find(&mut self, hash: &[u8; 32]) -> Option<Program> {
        let index = self.entries.get_index_of(hash)?;
        let last = self.entries.len() - 1;
        // A program that is used again and again is at the end already.
        if index != last {
            self.entries.move_index(index, last);
        }
        Some(self.entries[last].clone())
    }

    /// Keeps a program, and drops those that were not used for the longest time.
    pub(crate) fn insert(&mut self, hash: [u8; 32], program: Program) {
        let text = text_length(&program);
        if self.entries.insert(hash, program).is_none() {
            self.text += text;
        }
        while self.entries.len() > self.limit || self.text > self.text_limit {
            let Some((_, program)) = self.entries.shift_remove_index(0) else {
                return;
            };
            self.text -= text_length(&program);
        }
    }
}

fn text_length(program: &Program) -> usize {
    usize::try_from(program.air_size()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(programs: &mut Programs, number: u8, script: &str) {
        programs.insert([number; 32], Program::from_air(script).expect("a script"));
    }

    #[test]
    fn the_programs_used_last_are_kept() {
        let mut programs = Programs::new(2, 1000);
        insert(&mut programs, 1, "(null)");
        insert(&mut programs, 2, "(seq (null) (null))");
        assert!(programs.find(&[1; 32]).is_some());
        insert(&mut programs, 3, "(par (null) (null))");
        assert!(programs.find(&[2; 32]).is_none());
        assert!(programs.find(&[1; 32]).is_some() && programs.find(&[3; 32]).is_some());
        assert_eq!(programs.text, "(null)".len() + "(par (null) (null))".len());
    }

    #[test]
    fn a_script_over_the_limit_is_not_kept() {
        let mut programs = Programs::new(2, 3);
        insert(&mut programs, 1, "(null)");
        assert_eq!((programs.entries.len(), programs.text), (0, 0));
    }
}
