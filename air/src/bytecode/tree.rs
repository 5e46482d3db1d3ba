//! Builds the tree of operations, which are added in the order of the text, and tracks the scopes of streams.
//!
//! Used by the parser, the assembler and the decoder, so that they resolve uses of streams in the same way.

use super::{Operation, OperationId, Slot, StreamScopeId};

#[derive(Debug, Default)]
pub(super) struct OperationTree {
    pub(super) operations: Vec<Operation>,
    /// Operations that may get more children, outermost first.
    open_operations: Vec<OpenOperation>,
    /// Open scopes of each name, innermost last. Indexed by slot.
    open_scopes: Vec<Vec<StreamScopeId>>,
    /// The global scope of each name. Indexed by slot.
    global_scopes: Vec<Option<StreamScopeId>>,
    depth: usize,
}

#[derive(Debug)]
struct OpenOperation {
    id: OperationId,
    /// Number of children so far.
    children: u8,
    /// Total number of children, or `u8::MAX` if unknown.
    arity: u8,
    /// The name whose scope ends with this operation.
    closes: Option<Slot>,
}

impl OperationTree {
    pub(super) fn with_capacity(operations: usize) -> Self {
        Self {
            operations: Vec::with_capacity(operations),
            ..Self::default()
        }
    }

    /// Returns whether there is a root and no operation is open.
    pub(super) fn is_complete(&self) -> bool {
        self.open_operations.is_empty() && !self.operations.is_empty()
    }

    pub(super) fn depth(&self) -> u32 {
        u32::try_from(self.depth).unwrap_or(u32::MAX)
    }

    /// Returns the id of the next operation.
    pub(super) fn next_id(&self) -> OperationId {
        OperationId(u32::try_from(self.operations.len()).expect("a script has less than 2³² instructions"))
    }

    /// Adds the next operation of the text. The ids of its children are set when the children are added. `opens` is the scope
    /// that is open for the children.
    pub(super) fn push(&mut self, operation: Operation, opens: Option<(Slot, StreamScopeId)>) {
        let arity = operation.children().count() as u8;
        self.begin(operation, opens);
        if let Some(last) = self.open_operations.last_mut() {
            last.arity = arity;
        }
        while self
            .open_operations
            .last()
            .is_some_and(|last| last.children == last.arity)
        {
            self.end();
        }
    }

    /// Adds an operation without children.
    pub(super) fn leaf(&mut self, operation: Operation) -> OperationId {
        let id = self.next_id();
        self.depth = self.depth.max(self.open_operations.len() + 1);
        if let Some(parent) = self.open_operations.last_mut() {
            self.operations[parent.id.index()].set_child(parent.children, id);
            parent.children += 1;
        }
        self.operations.push(operation);
        id
    }

    /// Adds an operation whose number of children is not known. They are added until [`end`](Self::end).
    pub(super) fn begin(&mut self, operation: Operation, opens: Option<(Slot, StreamScopeId)>) -> OperationId {
        let id = self.leaf(operation);
        if let Some((slot, scope)) = opens {
            entry_mut(&mut self.open_scopes, slot).push(scope);
        }
        self.open_operations.push(OpenOperation {
            id,
            children: 0,
            arity: u8::MAX,
            closes: opens.map(|(slot, _)| slot),
        });
        id
    }

    /// Ends the innermost open operation.
    pub(super) fn end(&mut self) {
        if let Some(slot) = self.open_operations.pop().and_then(|last| last.closes) {
            entry_mut(&mut self.open_scopes, slot).pop();
        }
    }

    /// Returns the innermost scope of a name at this point, if it has one.
    pub(super) fn scope(&self, name: Slot) -> Option<StreamScopeId> {
        let innermost = self.open_scopes.get(name.index()).and_then(|open| open.last()).copied();
        innermost.or_else(|| self.global_scopes.get(name.index()).copied().flatten())
    }

    pub(super) fn set_global(&mut self, name: Slot, scope: StreamScopeId) {
        *entry_mut(&mut self.global_scopes, name) = Some(scope);
    }
}

fn entry_mut<T: Default>(list: &mut Vec<T>, name: Slot) -> &mut T {
    if list.len() <= name.index() {
        list.resize_with(name.index() + 1, T::default);
    }
    &mut list[name.index()]
}

impl Operation {
    fn set_child(&mut self, index: u8, id: OperationId) {
        if let (Self::Seq(left, right) | Self::Par(left, right) | Self::Xor(left, right), 0 | 1) = (&mut *self, index) {
            // Selects without a branch, because the branch would be unpredictable.
            *if index == 0 { left } else { right } = id;
            return;
        }
        match (self, index) {
            (
                Self::New { body: child, .. }
                | Self::NewStream { body: child, .. }
                | Self::NewMap { body: child, .. }
                | Self::Match { body: child, .. }
                | Self::Mismatch { body: child, .. }
                | Self::Fold { body: child, .. }
                | Self::FoldStream { body: child, .. }
                | Self::FoldMap { body: child, .. },
                0,
            ) => *child = id,
            (Self::Fold { last, .. } | Self::FoldStream { last, .. } | Self::FoldMap { last, .. }, 1) => {
                *last = Some(id);
            }
            _ => unreachable!("the number of children is at most the arity"),
        }
    }
}
