//! AIR, the language of the machine: instructions, text and bytecode.
//!
//! A [`Script`] is a tree of [`Instruction`]s. The compiler builds one, and [`print()`] makes the text that travels.

mod instruction;
mod print;
mod script;
mod value;

pub use instruction::{Failure, Instruction};
pub use print::print;
pub use script::{InstructionId, Script, Span};
pub use value::{Accessor, Lens, Place, Value, Variable, VariableKind};
