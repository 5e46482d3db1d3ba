//! Scripts: an arena of instructions with their spans.

use crate::Instruction;

/// The index of an instruction in its [`Script`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstructionId(u32);

impl InstructionId {
    /// Creates the id of the instruction at an index of the arena.
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// Returns the index in the arena.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A range of bytes in the text of a script. The span of an instruction includes its parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextRange {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

/// An AIR script: a tree of instructions, stored in an arena so that it can be traversed without recursion.
///
/// Children are pushed before their parents, so each child has a smaller id than its parent. A script that was parsed from text
/// has a span for each instruction.
///
/// ```
/// use aqua_air::{Instruction, Script};
///
/// let mut script = Script::new();
/// let (left, right) = (script.push(Instruction::Null, None), script.push(Instruction::Never, None));
/// let root = script.push(Instruction::Par(left, right), None);
/// script.set_root(root);
/// assert_eq!(aqua_air::print(&script), "(par\n (null)\n (never)\n)\n");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Script {
    instructions: Vec<Instruction>,
    spans: Vec<Option<TextRange>>,
    root: Option<InstructionId>,
}

impl Script {
    /// Creates a script without instructions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an instruction. Its children must have been added before.
    ///
    /// # Panics
    /// Panics if a child is not in this script.
    pub fn push(&mut self, instruction: Instruction, span: Option<TextRange>) -> InstructionId {
        let id =
            InstructionId(u32::try_from(self.instructions.len()).expect("a script has less than 2³² instructions"));
        assert!(
            instruction.children().all(|child| child < id),
            "children are pushed before their parents"
        );
        self.instructions.push(instruction);
        self.spans.push(span);
        id
    }

    /// Sets the instruction that the script starts with.
    pub fn set_root(&mut self, root: InstructionId) {
        debug_assert!(root.index() < self.instructions.len(), "the root is in the script");
        self.root = Some(root);
    }

    /// Returns the instruction that the script starts with.
    pub fn root(&self) -> Option<InstructionId> {
        self.root
    }

    /// Returns the instruction with this id.
    pub fn instruction(&self, id: InstructionId) -> &Instruction {
        &self.instructions[id.index()]
    }

    /// Returns the span of the instruction in the text that the script was parsed from.
    pub fn span(&self, id: InstructionId) -> Option<TextRange> {
        self.spans[id.index()]
    }

    /// Returns the number of instructions, including those that are not reachable from the root.
    pub fn len(&self) -> usize {
        self.instructions.len()
    }

    /// Returns whether the script has no instructions.
    pub fn is_empty(&self) -> bool {
        self.instructions.is_empty()
    }

    /// Iterates over the instructions that are reachable from the root, in pre-order.
    pub fn in_text_order(&self) -> impl Iterator<Item = (InstructionId, &Instruction)> {
        let mut pending: Vec<InstructionId> = self.root.into_iter().collect();
        std::iter::from_fn(move || {
            let id = pending.pop()?;
            let instruction = self.instruction(id);
            pending.extend(instruction.children().rev());
            Some((id, instruction))
        })
    }
}

impl PartialEq for Script {
    /// Compares the trees. Ignores spans, ids and unreachable instructions.
    fn eq(&self, other: &Self) -> bool {
        let (mut left, mut right) = (self.in_text_order(), other.in_text_order());
        loop {
            match (left.next(), right.next()) {
                (None, None) => return true,
                (Some((_, left)), Some((_, right))) if left.eq_without_children(right) => {}
                _ => return false,
            }
        }
    }
}

impl std::ops::Index<InstructionId> for Script {
    type Output = Instruction;

    fn index(&self, id: InstructionId) -> &Instruction {
        self.instruction(id)
    }
}
