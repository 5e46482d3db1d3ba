//! Puts operations that arrive in the order of the text into a tree, and knows which scopes are open at each.
//!
//! The reader, the assembler and the decoder all build through it, so they agree on what a use of a stream means.

use super::{Operation, OperationId, ScopeId, Slot};

/// A tree under construction.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) operations: Vec<Operation>,
    /// Operations that still wait for children, outermost first.
    waiting: Vec<Waiting>,
    /// Open scopes of each name, innermost last.
    open: Vec<Vec<ScopeId>>,
    /// The global scope of each name.
    global: Vec<Option<ScopeId>>,
    depth: usize,
}

#[derive(Debug)]
struct Waiting {
    parent: OperationId,
    /// How many children have come.
    placed: u8,
    /// How many there are, if that is known.
    arity: u8,
    /// The name whose scope ends with the last child.
    closes: Option<Slot>,
}

impl Layout {
    /// With room for so many operations.
    pub(super) fn with_capacity(operations: usize) -> Self {
        Self {
            operations: Vec::with_capacity(operations),
            ..Self::default()
        }
    }

    /// Whether the tree has all its operations.
    pub(super) fn is_complete(&self) -> bool {
        self.waiting.is_empty() && !self.operations.is_empty()
    }

    /// How deep the tree is.
    pub(super) fn depth(&self) -> u32 {
        u32::try_from(self.depth).unwrap_or(u32::MAX)
    }

    /// The number that the next operation gets.
    pub(super) fn next_id(&self) -> OperationId {
        OperationId(u32::try_from(self.operations.len()).expect("a script has less than 2³² instructions"))
    }

    /// Places the next operation of the text. The numbers of its children, which come later, are filled in then.
    /// `opens` is the scope that lasts while its children come.
    pub(super) fn push(&mut self, operation: Operation, opens: Option<(Slot, ScopeId)>) {
        let arity = operation.children().count() as u8;
        self.begin(operation, opens);
        if let Some(last) = self.waiting.last_mut() {
            last.arity = arity;
        }
        while self.waiting.last().is_some_and(|last| last.placed == last.arity) {
            self.end();
        }
    }

    /// The same for an operation without children.
    pub(super) fn leaf(&mut self, operation: Operation) -> OperationId {
        let id = self.next_id();
        self.depth = self.depth.max(self.waiting.len() + 1);
        if let Some(parent) = self.waiting.last_mut() {
            self.operations[parent.parent.index()].set_child(parent.placed, id);
            parent.placed += 1;
        }
        self.operations.push(operation);
        id
    }

    /// The same, but children come until the operation is [ended](Self::end): not all of them are known yet.
    pub(super) fn begin(&mut self, operation: Operation, opens: Option<(Slot, ScopeId)>) -> OperationId {
        let id = self.leaf(operation);
        if let Some((slot, scope)) = opens {
            at(&mut self.open, slot).push(scope);
        }
        self.waiting.push(Waiting {
            parent: id,
            placed: 0,
            arity: u8::MAX,
            closes: opens.map(|(slot, _)| slot),
        });
        id
    }

    /// Ends the last operation that has begun and not ended.
    pub(super) fn end(&mut self) {
        if let Some(slot) = self.waiting.pop().and_then(|last| last.closes) {
            at(&mut self.open, slot).pop();
        }
    }

    /// The scope that a use of the name means at this point, if there is one yet.
    pub(super) fn scope(&self, name: Slot) -> Option<ScopeId> {
        let innermost = self.open.get(name.index()).and_then(|open| open.last()).copied();
        innermost.or_else(|| self.global.get(name.index()).copied().flatten())
    }

    /// Says which scope is the global one of the name.
    pub(super) fn set_global(&mut self, name: Slot, scope: ScopeId) {
        *at(&mut self.global, name) = Some(scope);
    }
}

fn at<T: Default>(list: &mut Vec<T>, name: Slot) -> &mut T {
    if list.len() <= name.index() {
        list.resize_with(name.index() + 1, T::default);
    }
    &mut list[name.index()]
}

impl Operation {
    fn set_child(&mut self, nth: u8, id: OperationId) {
        if let (Self::Seq(left, right) | Self::Par(left, right) | Self::Xor(left, right), 0 | 1) = (&mut *self, nth) {
            // Which one it is nobody can guess, so it is chosen without a branch.
            *if nth == 0 { left } else { right } = id;
            return;
        }
        match (self, nth) {
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
            _ => unreachable!("an operation gets as many children as it waits for"),
        }
    }
}
