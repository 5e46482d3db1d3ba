//! Why the execution of an adapter ends.

use crate::InterfaceType;

/// Why an adapter can't convert a value. The guest or the caller gave something that is not of the type it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExecutionError {
    /// A pointer with a length is not within the memory of the guest.
    #[error("{length} bytes at {pointer} are outside of the memory of {memory} bytes")]
    OutOfBounds {
        /// The pointer.
        pointer: u32,
        /// The length in bytes.
        length: u64,
        /// The size of the memory in bytes.
        memory: usize,
    },
    /// A string of the guest is not UTF-8.
    #[error("the string at {pointer} is not UTF-8")]
    NotUtf8 {
        /// The pointer.
        pointer: u32,
    },
    /// An integer of the guest does not fit into the type of the interface, or the reverse.
    #[error("`{conversion}` failed to cast {value}")]
    Cast {
        /// The instruction, such as `u8.from_i32`.
        conversion: String,
        /// The integer.
        value: i64,
    },
    /// The values that are read from the guest take more memory than allowed.
    #[error("the values take more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A value is larger than the memory of a guest can be.
    #[error("a value of {size} bytes does not fit into the memory of a module")]
    TooLargeForGuest {
        /// The size in bytes.
        size: u64,
    },
    /// A value is not of the type that is expected. Happens if the caller gives values that are not of the function's types.
    #[error("a value is not of the type {expected}")]
    Mismatch {
        /// The type.
        expected: InterfaceType,
    },
    /// The function has another number of arguments.
    #[error("function requires {expected} arguments, {found} provided")]
    Arity {
        /// The number of parameters.
        expected: usize,
        /// The number of arguments.
        found: usize,
    },
    /// The reply to a request is not of the type that the request asks for, or the execution has ended.
    #[error("the reply does not answer the request")]
    UnexpectedReply,
}
