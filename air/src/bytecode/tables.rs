//! What operations refer to by number: texts, names, scopes, lenses, operands.

use super::{Bytecode, OperationId};
use crate::Variable;
use ecow::EcoString;
use std::ops::Index;

macro_rules! numbers {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// Its position in its table.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

numbers! {
    /// The number of a text: a literal, a field name or an error message.
    TextId
    /// The number of a name. Equal names of equal kind have equal slots all over the script.
    Slot
    /// The number of a scope of a stream or stream map.
    ScopeId
    /// The number of a lens.
    LensId
    /// The number of an operand.
    OperandId
}

/// A run of operands: the arguments of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperandList {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// What an operation takes. Floats are compared by their bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operand {
    /// The peer that started the particle.
    InitPeerId,
    /// When the particle was made.
    Timestamp,
    /// How long the particle lives.
    Ttl,
    /// `[]`.
    EmptyArray,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a decimal point, as [`f64::to_bits`].
    Float(u64),
    /// A text.
    Text(TextId),
    /// `%last_error%`.
    LastError(Option<LensId>),
    /// `:error:`.
    Error(Option<LensId>),
    /// A scalar or, if it has no value of its own, the iterator of that name.
    Scalar(Slot, Option<LensId>),
    /// A canonical stream.
    CanonStream(Slot, Option<LensId>),
    /// A canonical map.
    CanonMap(Slot, Option<LensId>),
}

/// Which stream or stream map a use means. The choice is made by the place in the script alone: the innermost `new` of that
/// name around the use, or the global one. At run time a scope is a stack, because a `new` inside a fold is entered again
/// before it is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The name.
    pub variable: Slot,
    /// The `new` that opens it; `None` for the global scope of the name.
    pub opened_by: Option<OperationId>,
}

/// A lens, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedLens {
    /// Steps inwards, at least one; `None` stands for `.length`.
    pub path: Option<Vec<Step>>,
    /// The canonical text, as tetraplets and errors quote it.
    pub text: EcoString,
}

/// One step into a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The item at that place, from 0.
    Index(u32),
    /// The item or field whose place or name the scalar holds.
    Scalar(Slot),
    /// A field.
    Field(TextId),
}

/// Everything that operations name by number.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tables {
    pub(super) texts: Vec<EcoString>,
    pub(super) variables: Vec<Variable>,
    pub(super) scopes: Vec<Scope>,
    pub(super) lenses: Vec<ResolvedLens>,
    pub(super) operands: Vec<Operand>,
    pub(super) lists: Vec<OperandId>,
}

impl Operand {
    /// Its lens, if it has one.
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
    /// All names, by [`Slot`].
    pub fn variables(&self) -> &[Variable] {
        &self.tables.variables
    }

    /// All scopes of streams and stream maps, by [`ScopeId`].
    pub fn scopes(&self) -> &[Scope] {
        &self.tables.scopes
    }

    /// All operands, by [`OperandId`]: what depends on nothing but the script can be made once for each.
    pub fn operands(&self) -> &[Operand] {
        &self.tables.operands
    }

    /// All texts, by [`TextId`].
    pub fn texts(&self) -> &[EcoString] {
        &self.tables.texts
    }

    /// All lenses, by [`LensId`].
    pub fn lenses(&self) -> &[ResolvedLens] {
        &self.tables.lenses
    }

    /// The operands of a list.
    pub fn list(&self, list: OperandList) -> &[OperandId] {
        &self.tables.lists[list.start as usize..][..list.len as usize]
    }

    /// The spelling of a name, tag included.
    pub fn name(&self, slot: Slot) -> &EcoString {
        &self[slot].name
    }

    /// The spelling of the stream or stream map that a scope belongs to, tag included.
    pub fn scope_name(&self, scope: ScopeId) -> &EcoString {
        self.name(self[scope].variable)
    }
}

macro_rules! index_by {
    ($($number:ty => $table:ident: $entry:ty)*) => {$(
        impl Index<$number> for Bytecode {
            type Output = $entry;

            fn index(&self, number: $number) -> &$entry {
                &self.tables.$table[number.index()]
            }
        }
    )*};
}

index_by! {
    TextId => texts: EcoString
    Slot => variables: Variable
    ScopeId => scopes: Scope
    LensId => lenses: ResolvedLens
    OperandId => operands: Operand
}
