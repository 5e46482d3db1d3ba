//! The workflow of one function: its steps, their order and the `on`s around them.
//!
//! Lowering builds a [`Workflow`]: a tree of [`Step`]s in which every call is inlined and every variable has its final name.
//! Topology then decides which peers the particle visits between the steps, and emission writes both as AIR.

mod locations;

pub use locations::{LocationId, Locations, PeerName, PeerNameId};

use aqua_air::{Operand, Variable};
use aqua_diagnostics::Span;
use ecow::EcoString;

/// A step of a [`Workflow`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(u32);

impl StepId {
    /// Its index in the workflow.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The operation of a step. Calls and canons run on the peer of the nearest enclosing [`Op::On`].
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Calls a service.
    Call {
        /// Service id.
        service: Operand,
        /// Function name.
        function: Operand,
        /// Arguments in order.
        arguments: Vec<Operand>,
        /// The scalar or stream that receives the result.
        output: Option<Variable>,
    },
    /// Canonicalises a stream or a stream map.
    Canon {
        /// Stream or stream map.
        source: Variable,
        /// A canonical stream or map; or a scalar if the source is a map.
        target: Variable,
    },
    /// Copies a value to a scalar or appends it to a stream.
    Ap {
        /// The value to copy.
        source: Operand,
        /// A scalar or a stream.
        target: Variable,
    },
    /// Adds an entry to a stream map.
    ApMap {
        /// A string or an integer.
        key: Operand,
        /// The value of the entry.
        value: Operand,
        /// A stream map.
        target: Variable,
    },
    /// Completes without an effect.
    Null,
    /// Never completes.
    Never,
    /// Rethrows an error.
    Fail(Operand),
    /// Continues the enclosing fold of that iterator with the next item.
    Next(EcoString),
    /// Runs the children in sequence.
    Seq,
    /// Runs the children in parallel; completes when one of them completes.
    Par,
    /// Runs the children in order until one succeeds.
    Xor,
    /// Runs the first child and, if it fails, the second one, which rethrows the error. It handles at most a false condition of the
    /// first child, never an error that leaves an `on` in it.
    Rethrow,
    /// Starts the only child and does not wait for it.
    Detach,
    /// Runs the children in sequence on another peer.
    On {
        /// The peer, the relays to it and the location it is reached from.
        location: LocationId,
        /// How far the particle travels back when the children are done.
        exit: Exit,
        /// Where the source names the peer; `None` where the compiler adds the step.
        peer_span: Option<Span>,
    },
    /// Runs the children in sequence in the scope of a new variable.
    New(Variable),
    /// Runs the children in sequence for the first item; [`Op::Next`] continues with the next one.
    Fold {
        /// The collection.
        iterable: Operand,
        /// The name of the scalar that holds the item.
        iterator: EcoString,
        /// What runs after the last item.
        last: Last,
    },
    /// Runs the children in sequence if two values are equal, or if they differ; fails otherwise.
    Match {
        /// The left operand.
        left: Operand,
        /// The right operand.
        right: Operand,
        /// Whether the operands must be equal (`match`) or differ (`mismatch`).
        equal: bool,
    },
}

/// How far the particle travels back from an [`Op::On`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exit {
    /// As far as the following steps need it.
    #[default]
    AsNeeded,
    /// To the last relay only (`parseq`).
    ToRelay,
}

/// What runs when a fold has no further items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// `(null)`: the fold completes.
    Done,
    /// `(never)`: the fold waits for more items.
    Wait,
}

/// A step and its children.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its operation.
    pub op: Op,
    /// Its children in order.
    pub children: Vec<StepId>,
    /// The source that it was lowered from, if any.
    pub origin: Option<Span>,
}

/// A tree of steps in an arena. Children precede their parents; the last step is the root.
#[derive(Debug, Default)]
pub struct Workflow {
    steps: Vec<Step>,
    origin: Option<Span>,
    locations: Locations,
}

impl Workflow {
    /// An empty workflow.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the origin of the steps that are added from now on. Returns the previous one.
    pub fn set_origin(&mut self, origin: Option<Span>) -> Option<Span> {
        std::mem::replace(&mut self.origin, origin)
    }

    /// Adds a step whose children were added before.
    pub fn add(&mut self, op: Op, children: Vec<StepId>) -> StepId {
        let id = StepId(u32::try_from(self.steps.len()).expect("lowering limits the size of a workflow"));
        debug_assert!(
            children.iter().all(|child| *child < id),
            "children are added before their parents"
        );
        let origin = self.origin;
        self.steps.push(Step { op, children, origin });
        id
    }

    /// The step that contains all others: the last one that was added.
    ///
    /// # Panics
    /// If the workflow is empty.
    pub fn root(&self) -> StepId {
        let last = self.steps.len().checked_sub(1).expect("a workflow has a root");
        StepId(last as u32)
    }

    /// The step of that id.
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.index()]
    }

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are no steps.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The locations that steps refer to.
    pub fn locations(&self) -> &Locations {
        &self.locations
    }

    /// The locations, to add one.
    pub fn locations_mut(&mut self) -> &mut Locations {
        &mut self.locations
    }

    /// The ids of all steps, children before their parents.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = StepId> + use<> {
        (0..self.steps.len()).map(|index| StepId(index as u32))
    }
}
