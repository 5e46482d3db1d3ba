//! AIR, the language of the machine: instructions, text and bytecode.
//!
//! A [`Script`] is a tree of [`Instruction`]s. [`read`] makes one from text, the compiler builds one, [`print()`] makes the
//! text that travels. [`Bytecode`] is the same script with names, operands and scopes resolved: what the machine runs.
//!
//! ```
//! let script = aqua_air::read(r#"(seq (ap 1 x) (call %init_peer_id% ("math" "add") [x 2] y))"#).expect("valid");
//! let bytecode = aqua_air::Bytecode::assemble(&script).expect("valid");
//! assert_eq!(bytecode.disassemble(), script);
//! ```

pub mod codes;

mod bytecode;
mod check;
mod file;
mod format;
mod graph;
mod instruction;
mod print;
mod problem;
mod pseudocode;
mod script;
mod spelling;
mod text;
mod value;

pub use bytecode::{
    AssembleError, Bytecode, ContentId, DecodeError, LensId, Operand, OperandId, OperandList, Operation, OperationId,
    Output, ResolvedLens, Scope, ScopeId, Slot, Step, TextId,
};
pub use check::check;
pub use file::{OpenError, open};
pub use format::format;
pub use graph::Graph;
pub use instruction::{Failure, Instruction};
pub use print::{print, print_with_places};
pub use problem::{Problem, ProblemKind, ReadError};
pub use pseudocode::pseudocode;
pub use script::{InstructionId, Script, Span};
pub use value::{Accessor, Lens, Place, Value, Variable, VariableKind};

/// Reads and checks a script.
///
/// # Errors
/// All problems of a text that is not a valid script.
pub fn read(text: &str) -> Result<Script, ReadError> {
    load(text).map(|bytecode| bytecode.disassemble())
}

/// Reads and checks a script and resolves it: what [`read`] and [`Bytecode::assemble`] do one after the other.
///
/// # Errors
/// All problems of a text that is not a valid script.
pub fn load(text: &str) -> Result<Bytecode, ReadError> {
    let bytecode = text::parse(text)?;
    let problems = check(&bytecode);
    if problems.is_empty() {
        Ok(bytecode)
    } else {
        Err(ReadError { problems })
    }
}
