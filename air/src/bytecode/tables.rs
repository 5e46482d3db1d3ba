//! The tables that operations refer to: strings, variables, scopes, lenses and operands.

use super::{Bytecode, OperationId};
use crate::Variable;
use ecow::EcoString;
use std::ops::Index;

macro_rules! define_ids {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// Returns the index in the table.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

define_ids! {
    /// The index of a string: a literal, a field name or an error message.
    StringId
    /// The index of a variable. Equal names of equal kind have the same slot in the whole script.
    Slot
    /// The index of a [`StreamScope`].
    StreamScopeId
    /// The index of a lens.
    LensId
    /// The index of an operand.
    OperandId
}

/// A slice of the table of operand lists: the arguments of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperandList {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// A resolved [`Operand`](crate::Operand). Floats are compared by their bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResolvedOperand {
    /// `%init_peer_id%`.
    InitPeerId,
    /// `%timestamp%`.
    Timestamp,
    /// `%ttl%`.
    Ttl,
    /// `[]`.
    EmptyArray,
    /// `true` or `false`.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// The bits of a float; see [`f64::to_bits`].
    Float(u64),
    /// A string.
    String(StringId),
    /// `%last_error%`.
    LastError(Option<LensId>),
    /// `:error:`.
    Error(Option<LensId>),
    /// A scalar or, if it has no value, the iterator of that name.
    Scalar(Slot, Option<LensId>),
    /// A canonical stream.
    CanonStream(Slot, Option<LensId>),
    /// A canonical map.
    CanonMap(Slot, Option<LensId>),
}

/// A lexical scope of a stream or stream map: the innermost `new` of its name around a use, or the global scope.
///
/// At run time, a scope is a stack of streams, because a `new` inside a fold is entered again before it is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamScope {
    /// The stream or stream map.
    pub variable: Slot,
    /// The `new` that opens the scope; `None` for the global scope.
    pub opened_by: Option<OperationId>,
}

/// A resolved [`Lens`](crate::Lens).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedLens {
    /// The accessors, at least one; `None` for `.length`.
    pub path: Option<Vec<LensStep>>,
    /// The canonical text, which tetraplets and errors quote.
    pub text: EcoString,
}

/// A resolved [`Accessor`](crate::Accessor).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LensStep {
    /// The item at an index, from 0.
    Index(u32),
    /// The item or field whose index or name the scalar holds.
    Scalar(Slot),
    /// The field with a name.
    Field(StringId),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tables {
    pub(super) strings: Vec<EcoString>,
    pub(super) variables: Vec<Variable>,
    pub(super) scopes: Vec<StreamScope>,
    pub(super) lenses: Vec<ResolvedLens>,
    pub(super) operands: Vec<ResolvedOperand>,
    pub(super) lists: Vec<OperandId>,
}

impl ResolvedOperand {
    /// Returns the lens, if the operand has one.
    pub fn lens(self) -> Option<LensId> {
        match self {
            Self::LastError(lens)
            | Self::Error(lens)
            | Self::Scalar(_, lens)
            | Self::CanonStream(_, lens)
            | Self::CanonMap(_, lens) => lens,
            _ => None,
        }
    }
}

impl Bytecode {
    /// Returns all variables, indexed by [`Slot`].
    pub fn variables(&self) -> &[Variable] {
        &self.tables.variables
    }

    /// Returns all scopes of streams and stream maps, indexed by [`StreamScopeId`].
    pub fn scopes(&self) -> &[StreamScope] {
        &self.tables.scopes
    }

    /// Returns all operands, indexed by [`OperandId`].
    pub fn operands(&self) -> &[ResolvedOperand] {
        &self.tables.operands
    }

    /// Returns all strings, indexed by [`StringId`].
    pub fn strings(&self) -> &[EcoString] {
        &self.tables.strings
    }

    /// Returns all lenses, indexed by [`LensId`].
    pub fn lenses(&self) -> &[ResolvedLens] {
        &self.tables.lenses
    }

    /// Returns the operands of a list.
    pub fn list(&self, list: OperandList) -> &[OperandId] {
        &self.tables.lists[list.start as usize..][..list.len as usize]
    }

    /// Returns the name of a variable, including its tag.
    pub fn name(&self, slot: Slot) -> &EcoString {
        &self[slot].name
    }

    /// Returns the name of the stream or stream map of a scope, including its tag.
    pub fn scope_name(&self, scope: StreamScopeId) -> &EcoString {
        self.name(self[scope].variable)
    }
}

macro_rules! index_by {
    ($($id:ty => $table:ident: $entry:ty)*) => {$(
        impl Index<$id> for Bytecode {
            type Output = $entry;

            fn index(&self, id: $id) -> &$entry {
                &self.tables.$table[id.index()]
            }
        }
    )*};
}

index_by! {
    StringId => strings: EcoString
    Slot => variables: Variable
    StreamScopeId => scopes: StreamScope
    LensId => lenses: ResolvedLens
    OperandId => operands: ResolvedOperand
}
