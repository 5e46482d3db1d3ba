//! Bytecode under construction: everything is stored once and numbered in the order of first use.
//!
//! The reader of text and the assembler both build through it. Neither names nor texts are looked at here: that they are
//! spelled as AIR allows is for those who call.

use super::layout::Layout;
use super::tables::Tables;
use super::{
    Bytecode, LensId, Operand, OperandId, OperandList, Operation, OperationId, ResolvedLens, Scope, ScopeId, Slot,
    Step, TextId,
};
use crate::{Accessor, Lens, Span, Variable, VariableKind};
use ecow::EcoString;
use hashbrown::HashTable;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;

/// Children are filled in by the layout when they come.
pub(crate) const LATER: OperationId = OperationId(0);

#[derive(Debug, Default)]
pub(crate) struct Builder {
    layout: Layout,
    texts: Interned<EcoString>,
    variables: Names,
    scopes: Vec<Scope>,
    lenses: IndexMap<Lens, ResolvedLens, FxBuildHasher>,
    operands: Interned<Operand>,
    lists: Vec<OperandId>,
}

type Interned<T> = IndexSet<T, FxBuildHasher>;

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a script has less than 2³² of anything")
}

/// Variables in the order of first use.
#[derive(Debug, Default)]
struct Names {
    numbers: HashTable<u32>,
    variables: Vec<Variable>,
}

impl Names {
    fn with_capacity(count: usize) -> Self {
        Self {
            numbers: HashTable::with_capacity(count),
            variables: Vec::with_capacity(count),
        }
    }

    fn find(&self, kind: VariableKind, name: &str, hash: u64) -> Option<Slot> {
        let is_it = |number: &u32| {
            let known = &self.variables[*number as usize];
            known.kind == kind && known.name == name
        };
        self.numbers.find(hash, is_it).copied().map(Slot)
    }

    fn find_or_add(&mut self, kind: VariableKind, name: &str, hash: u64) -> Slot {
        self.find(kind, name, hash).unwrap_or_else(|| {
            let slot = number(self.variables.len());
            self.variables.push(Variable::new(kind, name));
            let variables = &self.variables;
            let rehash = |number: &u32| Builder::hash(&variables[*number as usize].name);
            self.numbers.insert_unique(hash, slot, rehash);
            Slot(slot)
        })
    }
}

impl Builder {
    /// With room for so many operations and names.
    pub(crate) fn with_capacity(operations: usize, names: usize) -> Self {
        Self {
            layout: Layout::with_capacity(operations),
            variables: Names::with_capacity(names),
            ..Self::default()
        }
    }

    pub(crate) fn text(&mut self, text: &str) -> TextId {
        let known = self.texts.get_index_of(text);
        TextId(number(known.unwrap_or_else(|| self.texts.insert_full(text.into()).0)))
    }

    /// The number of a name, if it has one.
    pub(super) fn known_slot(&self, kind: VariableKind, name: &str) -> Option<Slot> {
        self.variables.find(kind, name, Self::hash(name))
    }

    pub(crate) fn slot(&mut self, kind: VariableKind, name: &str) -> Slot {
        self.hashed_slot(kind, name, Self::hash(name))
    }

    /// The same for a name whose [hash](Self::hash) is known.
    pub(crate) fn hashed_slot(&mut self, kind: VariableKind, name: &str, hash: u64) -> Slot {
        self.variables.find_or_add(kind, name, hash)
    }

    /// The hash of a name.
    pub(crate) fn hash(name: &str) -> u64 {
        FxBuildHasher.hash_one(name)
    }

    /// The scope that a use of a stream or stream map means at this point.
    pub(crate) fn scope(&mut self, variable: Slot) -> ScopeId {
        self.layout.scope(variable).unwrap_or_else(|| {
            let scope = self.add_scope(variable, None);
            self.layout.set_global(variable, scope);
            scope
        })
    }

    /// The scope that the next operation opens.
    pub(crate) fn new_scope(&mut self, variable: Slot) -> ScopeId {
        self.add_scope(variable, Some(self.layout.next_id()))
    }

    fn add_scope(&mut self, variable: Slot, opened_by: Option<OperationId>) -> ScopeId {
        self.scopes.push(Scope { variable, opened_by });
        ScopeId(number(self.scopes.len() - 1))
    }

    pub(crate) fn lens(&mut self, lens: &Lens) -> LensId {
        if let Some(known) = self.lenses.get_index_of(lens) {
            return LensId(number(known));
        }
        let path = match lens {
            Lens::Length => None,
            Lens::Path(accessors) => Some(accessors.iter().map(|accessor| self.step(accessor)).collect()),
        };
        let text = ecow::eco_format!("{lens}");
        LensId(number(
            self.lenses.insert_full(lens.clone(), ResolvedLens { path, text }).0,
        ))
    }

    fn step(&mut self, accessor: &Accessor) -> Step {
        match accessor {
            Accessor::Index(index) => Step::Index(*index),
            Accessor::Scalar(name) => Step::Scalar(self.slot(VariableKind::Scalar, name)),
            Accessor::Field(name) => Step::Field(self.text(name)),
        }
    }

    pub(crate) fn operand(&mut self, operand: Operand) -> OperandId {
        OperandId(number(self.operands.insert_full(operand).0))
    }

    pub(crate) fn list(&mut self, operands: &[OperandId]) -> OperandList {
        let start = number(self.lists.len());
        self.lists.extend_from_slice(operands);
        OperandList {
            start,
            len: number(operands.len()),
        }
    }

    /// Places an operation with all its children to come.
    pub(super) fn push(&mut self, operation: Operation, opens: Option<(Slot, ScopeId)>) {
        self.layout.push(operation, opens);
    }

    /// Places an operation whose children come until it is [ended](Self::end).
    pub(crate) fn begin(&mut self, operation: Operation, opens: Option<(Slot, ScopeId)>) -> OperationId {
        self.layout.begin(operation, opens)
    }

    /// Places an operation without children.
    pub(crate) fn leaf(&mut self, operation: Operation) -> OperationId {
        self.layout.leaf(operation)
    }

    /// Ends the last operation that has begun and not ended.
    pub(crate) fn end(&mut self) {
        self.layout.end();
    }

    /// The bytecode, if there is an operation and all have their children.
    pub(crate) fn finish(self, spans: Vec<Span>) -> Option<Bytecode> {
        if !self.layout.is_complete() {
            return None;
        }
        let tables = Tables {
            texts: self.texts.into_iter().collect(),
            variables: self.variables.variables,
            scopes: self.scopes,
            lenses: self.lenses.into_values().collect(),
            operands: self.operands.into_iter().collect(),
            lists: self.lists,
        };
        Some(Bytecode::new(tables, self.layout, spans))
    }
}
