//! A whole script: instructions in one arena, their places in the text beside them.

use crate::Instruction;

/// The number of an instruction in its [`Script`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstructionId(u32);

impl InstructionId {
    /// The instruction with this position in the arena.
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// Its position in the arena.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The bytes of a text that an instruction covers: from its `(` to just after its `)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the opening parenthesis.
    pub left: u32,
    /// Offset just after the closing parenthesis.
    pub right: u32,
}

/// An AIR script: a tree of instructions, stored flat so that any depth costs no recursion.
///
/// Children are pushed before their parents, so every child has a smaller number than its parent, and the root is given
/// last. A script read from text has a span for every instruction, one built by the compiler has none.
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
    spans: Vec<Option<Span>>,
    root: Option<InstructionId>,
}

impl Script {
    /// A script without instructions; it stands for `(null)` until a root is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an instruction, whose children must have been added before, with its place in the text if it has one.
    ///
    /// # Panics
    /// When a child is not in this script yet: a script is a tree by construction.
    pub fn push(&mut self, instruction: Instruction, span: Option<Span>) -> InstructionId {
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

    /// Says which instruction the script starts with.
    pub fn set_root(&mut self, root: InstructionId) {
        debug_assert!(root.index() < self.instructions.len(), "the root is in the script");
        self.root = Some(root);
    }

    /// The first instruction; `None` only for a script that was never filled.
    pub fn root(&self) -> Option<InstructionId> {
        self.root
    }

    /// The instruction with that number.
    pub fn instruction(&self, id: InstructionId) -> &Instruction {
        &self.instructions[id.index()]
    }

    /// Where the instruction stands in the text that the script was read from.
    pub fn span(&self, id: InstructionId) -> Option<Span> {
        self.spans[id.index()]
    }

    /// How many instructions there are, used or not.
    pub fn len(&self) -> usize {
        self.instructions.len()
    }

    /// Whether nothing was pushed yet.
    pub fn is_empty(&self) -> bool {
        self.instructions.is_empty()
    }

    /// Instructions that can be reached from the root, in the order of the text: parents before children.
    pub fn in_text_order(&self) -> impl Iterator<Item = (InstructionId, &Instruction)> {
        let mut waiting: Vec<InstructionId> = self.root.into_iter().collect();
        std::iter::from_fn(move || {
            let id = waiting.pop()?;
            let instruction = self.instruction(id);
            waiting.extend(instruction.children().rev());
            Some((id, instruction))
        })
    }
}

impl PartialEq for Script {
    /// Whether both say the same: spans, numbering and unreachable instructions don't matter.
    fn eq(&self, other: &Self) -> bool {
        let (mut left, mut right) = (self.in_text_order(), other.in_text_order());
        loop {
            match (left.next(), right.next()) {
                (None, None) => return true,
                (Some((_, left)), Some((_, right))) if left.same_without_children(right) => {}
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
