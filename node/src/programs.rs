//! Scripts that are ready to run, kept by the hash of their text.

use aqua_vm::Program;
use indexmap::IndexMap;
use sha2::{Digest as _, Sha256};
use std::sync::{Mutex, PoisonError};

/// Programs that were used last, bounded in number and in text.
#[derive(Debug)]
pub(crate) struct Programs {
    limit: usize,
    text_limit: usize,
    kept: Mutex<Kept>,
}

/// Programs, the one used last at the end.
#[derive(Debug, Default)]
struct Kept {
    programs: IndexMap<[u8; 32], (Program, usize)>,
    text: usize,
}

impl Programs {
    pub(crate) fn new(limit: usize, text_limit: usize) -> Self {
        Self {
            limit,
            text_limit,
            kept: Mutex::default(),
        }
    }

    /// The program of a script: the one that is kept, or a new one. Takes time for long scripts.
    pub(crate) fn get(&self, script: &str) -> Result<Program, aqua_vm::ReadError> {
        let hash: [u8; 32] = Sha256::digest(script).into();
        if let Some(program) = self.find(&hash) {
            return Ok(program);
        }
        let program = Program::from_air(script)?;
        self.keep(hash, program.clone(), script.len());
        Ok(program)
    }

    fn find(&self, hash: &[u8; 32]) -> Option<Program> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let index = kept.programs.get_index_of(hash)?;
        let last = kept.programs.len() - 1;
        kept.programs.move_index(index, last);
        Some(kept.programs[last].0.clone())
    }

    fn keep(&self, hash: [u8; 32], program: Program, text: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.programs.insert(hash, (program, text)).is_none() {
            kept.text += text;
        }
        while kept.programs.len() > self.limit || kept.text > self.text_limit {
            let Some((_, (_, text))) = kept.programs.shift_remove_index(0) else {
                return;
            };
            kept.text -= text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(programs: &Programs) -> (usize, usize) {
        let kept = programs.kept.lock().expect("no test panics with it");
        (kept.programs.len(), kept.text)
    }

    #[test]
    fn the_programs_used_last_are_kept() {
        let programs = Programs::new(2, 1000);
        let scripts = ["(null)", "(seq (null) (null))", "(par (null) (null))"];
        for script in [scripts[0], scripts[1], scripts[0], scripts[2]] {
            assert!(programs.get(script).is_ok());
        }
        let hash = |script: &str| -> [u8; 32] { Sha256::digest(script).into() };
        assert!(programs.find(&hash(scripts[1])).is_none());
        assert!(programs.find(&hash(scripts[0])).is_some());
        assert_eq!(kept(&programs), (2, scripts[0].len() + scripts[2].len()));
    }

    #[test]
    fn a_script_larger_than_all_room_is_run_but_not_kept() {
        let programs = Programs::new(2, 3);
        assert!(programs.get("(null)").is_ok());
        assert_eq!(kept(&programs), (0, 0));
    }

    #[test]
    fn what_is_no_script_is_not_kept() {
        let programs = Programs::new(2, 1000);
        assert!(programs.get("(nul").is_err());
        assert_eq!(kept(&programs), (0, 0));
    }
}
