//! Why an adapter is not well-typed.

/// Why an adapter is not well-typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdapterError {
    /// An instruction can't be executed.
    #[error("instruction {position} `{instruction}`: {problem}")]
    Instruction {
        /// The index of the instruction.
        position: usize,
        /// The instruction in the text form of adapters.
        instruction: String,
        /// What is wrong.
        problem: AdapterProblem,
    },
    /// The operands that are left after the last instruction are not the results of the function.
    #[error("it leaves ({found}) instead of ({expected})")]
    Results {
        /// The types of the results.
        expected: String,
        /// The types of the operands that are left, the topmost last.
        found: String,
    },
}

/// Why an instruction can't be executed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdapterProblem {
    /// No such argument.
    #[error("the function has {0} arguments")]
    NoArgument(usize),
    /// No such function.
    #[error("there are {0} functions")]
    NoFunction(usize),
    /// No such record.
    #[error("the type is not a record")]
    NotARecord,
    /// The stack is empty.
    #[error("{0} is missing on the stack")]
    Missing(String),
    /// The operand is of another type.
    #[error("the operand is {found} instead of {expected}")]
    Operand {
        /// What the instruction takes.
        expected: String,
        /// The type of the operand.
        found: String,
    },
    /// A conversion that does not exist, such as `i32.from_f32`.
    #[error("the conversion does not exist")]
    NoConversion,
    /// The type nests too deep.
    #[error("the type nests too deep or refers to something that is not a record")]
    InvalidType,
    /// The instruction allocates, but the guest has no `allocate`.
    #[error("the module exports no function `allocate` that takes a size and a type, or a size")]
    NoAllocate,
    /// The instruction reads or writes memory, but the guest exports none.
    #[error("the module exports no memory")]
    NoMemory,
}
