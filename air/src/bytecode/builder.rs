//! Builds bytecode: stores each name, string, lens and operand once and numbers them in the order of first use.
//!
//! Used by the text parser and the assembler. Callers check that AIR text can represent all names and strings.

use super::tables::Tables;
use super::tree::OperationTree;
use super::{
    Bytecode, LensId, LensStep, OperandId, OperandList, Operation, OperationId, ResolvedLens, ResolvedOperand, Slot,
    StreamScope, StreamScopeId, StringId,
};
use crate::{Accessor, Lens, TextRange, Variable, VariableKind};
use ecow::EcoString;
use hashbrown::HashTable;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;

/// Stands for a child until the operation tree sets its id.
pub(crate) const PLACEHOLDER: OperationId = OperationId(0);

#[derive(Debug, Default)]
pub(crate) struct Builder {
    tree: OperationTree,
    strings: Interned<EcoString>,
    variables: VariableInterner,
    scopes: Vec<StreamScope>,
    lenses: IndexMap<Lens, ResolvedLens, FxBuildHasher>,
    operands: Interned<ResolvedOperand>,
    lists: Vec<OperandId>,
}

type Interned<T> = IndexSet<T, FxBuildHasher>;

fn to_u32(index: usize) -> u32 {
    u32::try_from(index).expect("a table of a script has less than 2³² entries")
}

/// Interns variables in the order of first use.
#[derive(Debug, Default)]
struct VariableInterner {
    slots: HashTable<u32>,
    variables: Vec<Variable>,
}

impl VariableInterner {
    fn with_capacity(count: usize) -> Self {
        Self {
            slots: HashTable::with_capacity(count),
            variables: Vec::with_capacity(count),
        }
    }

    fn find(&self, kind: VariableKind, name: &str, hash: u64) -> Option<Slot> {
        let is_equal = |slot: &u32| {
            let known = &self.variables[*slot as usize];
            known.kind == kind && known.name == name
        };
        self.slots.find(hash, is_equal).copied().map(Slot)
    }

    fn find_or_add(&mut self, kind: VariableKind, name: &str, hash: u64) -> Slot {
        self.find(kind, name, hash).unwrap_or_else(|| {
            let slot = to_u32(self.variables.len());
            self.variables.push(Variable::new(kind, name));
            let variables = &self.variables;
            let rehash = |slot: &u32| Builder::hash(&variables[*slot as usize].name);
            self.slots.insert_unique(hash, slot, rehash);
            Slot(slot)
        })
    }
}

impl Builder {
    pub(crate) fn with_capacity(operations: usize, variables: usize) -> Self {
        Self {
            tree: OperationTree::with_capacity(operations),
            variables: VariableInterner::with_capacity(variables),
            ..Self::default()
        }
    }

    pub(crate) fn string(&mut self, text: &str) -> StringId {
        let known = self.strings.get_index_of(text);
        StringId(to_u32(known.unwrap_or_else(|| self.strings.insert_full(text.into()).0)))
    }

    /// Returns the slot of a name if the name was used before.
    pub(super) fn known_slot(&self, kind: VariableKind, name: &str) -> Option<Slot> {
        self.variables.find(kind, name, Self::hash(name))
    }

    pub(crate) fn slot(&mut self, kind: VariableKind, name: &str) -> Slot {
        self.hashed_slot(kind, name, Self::hash(name))
    }

    /// Like [`slot`](Self::slot), for a name whose [hash](Self::hash) is known.
    pub(crate) fn hashed_slot(&mut self, kind: VariableKind, name: &str, hash: u64) -> Slot {
        self.variables.find_or_add(kind, name, hash)
    }

    pub(crate) fn hash(name: &str) -> u64 {
        FxBuildHasher.hash_one(name)
    }

    /// Returns the scope that a use of a stream or stream map refers to at this point.
    pub(crate) fn scope(&mut self, variable: Slot) -> StreamScopeId {
        self.tree.scope(variable).unwrap_or_else(|| {
            let scope = self.add_scope(variable, None);
            self.tree.set_global(variable, scope);
            scope
        })
    }

    /// Adds the scope that the next operation opens.
    pub(crate) fn new_scope(&mut self, variable: Slot) -> StreamScopeId {
        self.add_scope(variable, Some(self.tree.next_id()))
    }

    fn add_scope(&mut self, variable: Slot, opened_by: Option<OperationId>) -> StreamScopeId {
        self.scopes.push(StreamScope { variable, opened_by });
        StreamScopeId(to_u32(self.scopes.len() - 1))
    }

    pub(crate) fn lens(&mut self, lens: &Lens) -> LensId {
        if let Some(known) = self.lenses.get_index_of(lens) {
            return LensId(to_u32(known));
        }
        let path = match lens {
            Lens::Length => None,
            Lens::Path(accessors) => Some(accessors.iter().map(|accessor| self.step(accessor)).collect()),
        };
        let text = ecow::eco_format!("{lens}");
        LensId(to_u32(
            self.lenses.insert_full(lens.clone(), ResolvedLens { path, text }).0,
        ))
    }

    fn step(&mut self, accessor: &Accessor) -> LensStep {
        match accessor {
            Accessor::Index(index) => LensStep::Index(*index),
            Accessor::Scalar(name) => LensStep::Scalar(self.slot(VariableKind::Scalar, name)),
            Accessor::Field(name) => LensStep::Field(self.string(name)),
        }
    }

    pub(crate) fn operand(&mut self, operand: ResolvedOperand) -> OperandId {
        OperandId(to_u32(self.operands.insert_full(operand).0))
    }

    pub(crate) fn list(&mut self, operands: &[OperandId]) -> OperandList {
        let start = to_u32(self.lists.len());
        self.lists.extend_from_slice(operands);
        OperandList {
            start,
            len: to_u32(operands.len()),
        }
    }

    /// Adds an operation. Its children follow.
    pub(super) fn push(&mut self, operation: Operation, opens: Option<(Slot, StreamScopeId)>) {
        self.tree.push(operation, opens);
    }

    /// Adds an operation whose children are added until [`end`](Self::end).
    pub(crate) fn begin(&mut self, operation: Operation, opens: Option<(Slot, StreamScopeId)>) -> OperationId {
        self.tree.begin(operation, opens)
    }

    /// Adds an operation without children.
    pub(crate) fn leaf(&mut self, operation: Operation) -> OperationId {
        self.tree.leaf(operation)
    }

    /// Ends the innermost operation that was [begun](Self::begin).
    pub(crate) fn end(&mut self) {
        self.tree.end();
    }

    /// Returns the bytecode, or `None` if there is no operation or one lacks children.
    pub(crate) fn finish(self, spans: Vec<TextRange>) -> Option<Bytecode> {
        if !self.tree.is_complete() {
            return None;
        }
        let tables = Tables {
            strings: self.strings.into_iter().collect(),
            variables: self.variables.variables,
            scopes: self.scopes,
            lenses: self.lenses.into_values().collect(),
            operands: self.operands.into_iter().collect(),
            lists: self.lists,
        };
        Some(Bytecode::new(tables, self.tree, spans))
    }
}
