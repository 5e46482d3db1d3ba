//! Bounds the nesting of a logical line: how deep the tree of the line can be at most.
//!
//! A chain of binary operators with the same precedence, such as a sum, is one level, because it is evaluated one by one. Such
//! operators are bounded by their number instead.

use crate::terminals::Terminal;
use crate::tree::BinaryOperator;
use crate::tree::{MAX_NESTING, MAX_OPERATORS};

/// Counts the levels of a line, token by token.
#[derive(Debug, Default)]
pub(crate) struct NestingCounter {
    /// The line and its open brackets, each since its last comma.
    parts: Vec<Part>,
    /// The levels of all parts together, with the blocks around the line.
    levels: usize,
    /// The binary operators of all parts together.
    operators: usize,
    /// Whether the last token ends a value, so that an operator after it is not a prefix.
    after_value: bool,
}

/// A part of a line between brackets and commas.
#[derive(Debug, Default)]
struct Part {
    /// Levels of right-associative operators, types and branches, and one level for each precedence of other operators.
    levels: usize,
    /// Levels of prefix operators since the last binary operator.
    prefixes: usize,
    /// Binary operators.
    operators: usize,
    /// The precedences of the binary operators, as a set of bits.
    precedences: u8,
}

/// What exceeds its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excess {
    /// More than [`MAX_NESTING`] levels.
    Levels,
    /// More than [`MAX_OPERATORS`] operators.
    Operators,
}

impl NestingCounter {
    /// Starts a line inside of `depth` blocks.
    pub(crate) fn start_line(&mut self, depth: usize) {
        self.parts.clear();
        self.parts.push(Part::default());
        (self.levels, self.operators, self.after_value) = (depth, 0, false);
    }

    /// Counts a token that is no closing bracket. `is_branch` says whether it is `par` or `co`, which may start a branch.
    pub(crate) fn add(&mut self, terminal: Terminal, is_branch: bool) {
        match terminal {
            Terminal::Comma => {
                let part = std::mem::take(self.part());
                self.leave(&part);
            }
            Terminal::Bang if self.after_value => {}
            Terminal::Bang | Terminal::Question => self.add_prefix(),
            Terminal::ArrowRight => self.add_levels(1),
            _ if terminal.closing_bracket().is_some() => {
                self.parts.push(Part::default());
                self.levels += 1;
            }
            _ if is_branch => self.add_levels(1),
            _ => match terminal.binary_operator() {
                None => {}
                Some(_) if !self.after_value => self.add_prefix(),
                Some(operator) => self.add_operator(operator),
            },
        }
        self.after_value = terminal.can_end_value() || (self.after_value && terminal == Terminal::Bang);
    }

    /// Counts the bracket that closes the innermost open one. An empty `[]`, as in the type `[][]u8`, adds a level.
    pub(crate) fn close(&mut self, is_empty: bool) {
        if self.parts.len() > 1
            && let Some(part) = self.parts.pop()
        {
            self.levels -= 1;
            self.leave(&part);
        }
        self.add_levels(usize::from(is_empty));
        self.after_value = true;
    }

    /// The limit that the line exceeds.
    pub(crate) fn excess(&self) -> Option<Excess> {
        if self.operators > MAX_OPERATORS {
            return Some(Excess::Operators);
        }
        (self.levels > MAX_NESTING).then_some(Excess::Levels)
    }

    fn part(&mut self) -> &mut Part {
        self.parts.last_mut().expect("the part of the line is never closed")
    }

    fn add_levels(&mut self, count: usize) {
        self.part().levels += count;
        self.levels += count;
    }

    fn add_prefix(&mut self) {
        self.part().prefixes += 1;
        self.levels += 1;
    }

    fn add_operator(&mut self, operator: BinaryOperator) {
        let part = self.part();
        let precedence = 1 << operator.precedence();
        let is_known = part.precedences & precedence != 0;
        part.precedences |= precedence;
        part.operators += 1;
        let prefixes = std::mem::take(&mut part.prefixes);
        self.levels -= prefixes;
        self.operators += 1;
        self.add_levels(usize::from(!is_known || operator == BinaryOperator::Power));
    }

    /// Subtracts a part that ends.
    fn leave(&mut self, part: &Part) {
        self.levels -= part.levels + part.prefixes;
        self.operators -= part.operators;
    }
}
