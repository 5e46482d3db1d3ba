//! Adapters: the programs that convert the arguments and results of a function.
//!
//! An adapter is checked once, when its module is read, by running it over types instead of values. The result is an [`Adapter`]: its
//! steps can't underflow the stack, meet an operand of another type, or refer to an argument, a function or a record that does
//! not exist. What is left for execution are checks of what a guest returns: pointers, lengths and ranges.
//!
//! The program stays a program for a stack instead of becoming a fixed sequence of conversions, since hand-written modules may
//! compute with sizes and pointers as they like. An adapter has about ten steps, so that their dispatch is a small part of a
//! call; what made adapters slow elsewhere is copying (§8.6 of the Marine format). The check finds out what avoids it:
//!
//! * The last use of an argument moves the argument instead of cloning it.
//! * A value that is read from memory only to be the result is built in the form that the caller asked for
//!   ([`Lifted`](crate::Lifted)), without one in between.
//! * The stack is allocated once, as deep as it gets.

mod error;
mod validate;

pub use error::{AdapterError, AdapterProblem};
pub(crate) use validate::{Environment, validate};

use crate::{AdapterInstruction, CoreType, CoreValue, IntegerWidth, InterfaceType, ScalarType};

/// A checked adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    pub(crate) instructions: Vec<AdapterInstruction>,
    pub(crate) steps: Vec<Step>,
    /// The number of parameters of the function.
    pub(crate) parameters: usize,
    /// How deep the stack gets.
    pub(crate) depth: usize,
    /// The type of the result, if there is one.
    pub(crate) result: Option<InterfaceType>,
}

/// An instruction whose operands are known to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Pushes an argument; the last use may take it.
    Argument {
        index: usize,
        is_last: bool,
    },
    /// Pushes an argument that is a core value.
    CoreArgument {
        index: usize,
        ty: CoreType,
    },
    /// Calls an exported core function.
    CallCore {
        function: u32,
        parameters: usize,
        result: Option<CoreType>,
    },
    /// Calls a function of another module.
    CallForeign {
        import: u32,
        parameters: usize,
        /// The type of the result, and whether it is a core value.
        result: Option<(InterfaceType, Option<CoreType>)>,
    },
    /// A scalar from a core integer.
    Lift {
        to: ScalarType,
        from: IntegerWidth,
        is_result: bool,
    },
    /// A core integer from a scalar.
    Lower {
        to: IntegerWidth,
        from: ScalarType,
    },
    StringLift {
        is_result: bool,
    },
    /// Writes a string or an array of bytes.
    BytesLower,
    /// The number of bytes of a string or an array of bytes.
    Size,
    /// The same, but leaves the value on the stack: `dup` and `size` in one.
    SizeOfTop,
    Duplicate,
    Swap,
    /// Reads an array; its own type is kept for results.
    ArrayLift {
        ty: InterfaceType,
        is_result: bool,
    },
    /// Allocates and writes an array.
    ArrayLower {
        ty: InterfaceType,
    },
    RecordLift {
        record: u32,
        is_result: bool,
    },
    /// Allocates and writes a record.
    RecordLower {
        ty: InterfaceType,
    },
    Push(CoreValue),
}

impl Adapter {
    /// The instructions of the adapter.
    #[must_use]
    pub fn instructions(&self) -> &[AdapterInstruction] {
        &self.instructions
    }
}
