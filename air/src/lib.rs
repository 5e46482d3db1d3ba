//! AIR, the instruction language of the Aqua VM: scripts, their text form, and bytecode.
//!
//! A [`Script`] is a tree of [`Instruction`]s. The compiler builds scripts, [`parse`] reads them from text, and [`print()`]
//! writes the text that is sent between peers. [`Bytecode`] is the same script with names, operands and scopes resolved;
//! it is what the VM executes.
//!
//! ```
//! let script = aqua_air::parse(r#"(seq (ap 1 x) (call %init_peer_id% ("math" "add") [x 2] y))"#).expect("valid");
//! let bytecode = aqua_air::Bytecode::assemble(&script).expect("valid");
//! assert_eq!(bytecode.disassemble(), script);
//! ```

pub mod codes;

mod bytecode;
mod control_flow;
mod format;
mod instruction;
mod load;
mod operand;
mod print;
mod problem;
mod pseudocode;
mod script;
mod spelling;
mod text;
mod verify;

pub use bytecode::{
    AssembleError, Bytecode, BytecodeHash, CallOutput, DecodeError, LensId, LensStep, OperandId, OperandList,
    Operation, OperationId, ResolvedLens, ResolvedOperand, Slot, StreamScope, StreamScopeId, StringId,
};
pub use control_flow::ControlFlowGraph;
pub use format::format;
pub use instruction::{FailOperand, Instruction};
pub use load::LoadError;
pub use operand::{Accessor, Lens, Operand, OperandPosition, Variable, VariableKind};
pub use print::{print, print_with_offsets};
pub use problem::{ParseError, Problem, ProblemKind};
pub use pseudocode::pseudocode;
pub use script::{InstructionId, Script, TextRange};
pub use verify::verify;

/// Parses and verifies a script.
///
/// # Errors
/// Returns all problems if the text is not a valid script.
pub fn parse(text: &str) -> Result<Script, ParseError> {
    Bytecode::parse(text).map(|bytecode| bytecode.disassemble())
}

impl Bytecode {
    /// Parses and verifies a script and resolves it: [`parse`] and [`Bytecode::assemble`] in one pass.
    ///
    /// # Errors
    /// Returns all problems if the text is not a valid script.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let bytecode = text::parse(text)?;
        let problems = verify(&bytecode);
        if problems.is_empty() {
            Ok(bytecode)
        } else {
            Err(ParseError { problems })
        }
    }
}
