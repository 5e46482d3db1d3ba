//! Programs: scripts that are ready to run.

use crate::execution::DefUse;
use aqua_air::{Bytecode, ParseError};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A parsed and resolved script. Cloning is cheap; one program serves all steps of all particles with its script.
#[derive(Clone)]
pub struct Program {
    code: Arc<Bytecode>,
    air_size: u64,
    shape: Arc<OnceLock<Arc<DefUse>>>,
}

impl Program {
    /// Parses, checks and resolves a script.
    ///
    /// # Errors
    /// All errors of the script.
    pub fn from_air(text: &str) -> Result<Self, ParseError> {
        Ok(Self {
            code: Arc::new(aqua_air::Bytecode::parse(text)?),
            air_size: text.len() as u64,
            shape: Arc::default(),
        })
    }

    /// A program from bytecode. `air_size` is the length in bytes of the script's text, to which limits apply.
    #[must_use]
    pub fn new(code: Bytecode, air_size: u64) -> Self {
        Self {
            code: Arc::new(code),
            air_size,
            shape: Arc::default(),
        }
    }

    /// The bytecode.
    #[must_use]
    pub fn code(&self) -> &Bytecode {
        &self.code
    }

    /// Definitions and uses, computed once.
    pub(crate) fn uses(&self) -> &Arc<DefUse> {
        self.shape.get_or_init(|| Arc::new(DefUse::of(&self.code)))
    }

    /// Whether another program is the same script, whatever the layout of its text.
    pub(crate) fn is_equivalent(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.code, &other.code) || self.code.content_hash() == other.code.content_hash()
    }

    /// Length in bytes of the text.
    #[must_use]
    pub fn air_size(&self) -> u64 {
        self.air_size
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Program")
            .field("content_id", &self.code.content_hash())
            .finish_non_exhaustive()
    }
}
