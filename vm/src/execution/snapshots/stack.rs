//! A persistent stack.

use crate::memory::{self, Footprint};
use std::sync::Arc;

/// Values, of which the latest is accessible. Copies share their values.
#[derive(Debug, Clone)]
pub(crate) struct Stack<T>(Option<Arc<Link<T>>>);

#[derive(Debug)]
struct Link<T> {
    value: T,
    below: Stack<T>,
}

impl<T> Default for Stack<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Footprint for Stack<T> {
    const OPTION: usize = 16;
}

/// Memory that a value takes in a stack besides its own size.
pub(crate) const LINK: usize = memory::ARC + 8;

impl<T> Stack<T> {
    pub(crate) fn top(&self) -> Option<&T> {
        self.0.as_deref().map(|link| &link.value)
    }

    pub(crate) fn push(&mut self, value: T) {
        let below = std::mem::take(self);
        self.0 = Some(Arc::new(Link { value, below }));
    }
}

/// A value that was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Popped<T> {
    pub(crate) value: T,
    /// Whether no copy shares the value, so that its memory was freed.
    pub(crate) is_freed: bool,
}

impl<T: Clone> Stack<T> {
    pub(crate) fn pop(&mut self) -> Option<Popped<T>> {
        let link = self.0.take()?;
        let (value, below, is_freed) = match Arc::try_unwrap(link) {
            Ok(Link { value, below }) => (value, below, true),
            Err(shared) => (shared.value.clone(), shared.below.clone(), false),
        };
        *self = below;
        Some(Popped { value, is_freed })
    }

    pub(crate) fn pop_if(&mut self, condition: impl FnOnce(&T) -> bool) -> Option<Popped<T>> {
        if self.top().is_some_and(condition) {
            self.pop()
        } else {
            None
        }
    }
}

impl<T> Drop for Stack<T> {
    /// Link by link: a deep stack must not exhaust the thread's.
    fn drop(&mut self) {
        let mut rest = self.0.take();
        while let Some(mut link) = rest.and_then(Arc::into_inner) {
            rest = link.below.0.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_go_their_own_ways() {
        let mut stack = Stack::default();
        stack.push(1);
        let mut copy = stack.clone();
        stack.push(2);
        copy.push(3);
        let freed = |value, is_freed| Some(Popped { value, is_freed });
        assert_eq!(
            [stack.pop(), stack.pop(), stack.pop()],
            [freed(2, true), freed(1, false), None]
        );
        assert_eq!((copy.pop_if(|top| *top == 2), copy.pop()), (None, freed(3, true)));
        assert_eq!(stack.top(), None);
    }

    #[test]
    fn deep_stacks_end() {
        let mut stack = Stack::default();
        (0..1_000_000).for_each(|number| stack.push(number));
        assert_eq!(stack.top(), Some(&999_999));
    }
}
