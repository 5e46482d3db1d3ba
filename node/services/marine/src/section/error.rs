//! Why bytes are no `interface-types` section.

/// Why bytes are no `interface-types` section, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct SectionError {
    /// The offset of the first byte that is wrong. Counts from the start of the content of the section, or of the file where the
    /// error is part of a [`ModuleError`](crate::ModuleError).
    pub offset: usize,
    /// What is wrong.
    pub kind: SectionErrorKind,
}

/// What is wrong with bytes of an `interface-types` section.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SectionErrorKind {
    /// The section ends inside an item.
    #[error("the section ends where {0} is expected")]
    UnexpectedEnd(&'static str),
    /// A string is longer, or a list has more items, than bytes remain.
    #[error("{length} items of {what} are announced, but {remaining} bytes remain")]
    LengthBeyondEnd {
        /// What the items are.
        what: &'static str,
        /// The number of items.
        length: u64,
        /// The number of bytes up to the end of the section.
        remaining: usize,
    },
    /// A number takes more than nine bytes.
    #[error("a number takes more than 9 bytes")]
    LongNumber,
    /// An index does not fit into 32 bits.
    #[error("{0} is no valid index")]
    LargeIndex(u64),
    /// A string is not UTF-8.
    #[error("a string is not UTF-8")]
    NotUtf8,
    /// A byte that begins no part of the section, such as bytes after its last part.
    #[error("unknown part 0x{0:02x}")]
    UnknownPart(u8),
    /// A byte that begins no entry of types.
    #[error("unknown kind of type 0x{0:02x}")]
    UnknownTypeEntry(u8),
    /// A byte that is no type.
    #[error("unknown type 0x{0:02x}")]
    UnknownType(u8),
    /// A byte that is no instruction.
    #[error("unknown instruction 0x{0:02x}")]
    UnknownInstruction(u8),
    /// A record without fields.
    #[error("record `{0}` has no fields")]
    EmptyRecord(String),
    /// An array of arrays of arrays and so on.
    #[error("a type nests deeper than {}", super::InterfaceType::MAX_DEPTH)]
    DeepType,
    /// The section has no version.
    #[error("the section has no version")]
    NoVersion,
    /// The section has a second version.
    #[error("the section has a second version")]
    SecondVersion,
    /// The version is not a semantic version.
    #[error("`{0}` is not a semantic version")]
    InvalidVersion(String),
}
