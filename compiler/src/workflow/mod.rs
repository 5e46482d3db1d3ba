//! The workflow of one function: what happens, in which order and in which places, before anybody thinks about journeys.
//!
//! [`lowering`](crate::lowering) builds a [`Workflow`]: a tree of [`Step`]s in which every call is already inlined and every
//! variable has its final name. [`topology`](crate::topology) reads it and finds out which peers the particle must visit
//! between the steps; [`emission`](crate::emission) writes both down as AIR.

mod places;

pub use places::{Peer, PeerId, PlaceId, Places};

use aqua_air::{Value, Variable};
use aqua_diagnostics::Span;
use ecow::EcoString;

/// The number of a step in its [`Workflow`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(u32);

impl StepId {
    /// Its position in the arena.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a step does. Calls and canons run on the peer of the nearest enclosing [`Op::On`].
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Asks a service.
    Call {
        /// Service id.
        service: Value,
        /// Function name.
        function: Value,
        /// What it is given.
        arguments: Vec<Value>,
        /// The scalar or stream that takes the result.
        output: Option<Variable>,
    },
    /// Freezes a stream or a stream map.
    Canon {
        /// Stream or stream map.
        source: Variable,
        /// Canonical stream or map, or a scalar for a map.
        target: Variable,
    },
    /// Copies a value into a scalar or appends it to a stream.
    Ap {
        /// What to copy.
        source: Value,
        /// Scalar or stream.
        target: Variable,
    },
    /// Adds an entry to a stream map.
    ApMap {
        /// Text or integer.
        key: Value,
        /// What stands under the key.
        value: Value,
        /// The stream map.
        target: Variable,
    },
    /// Nothing, done.
    Null,
    /// Nothing, never done.
    Never,
    /// Raises an error again.
    Fail(Value),
    /// The body of the enclosing fold with that iterator again, for the next item.
    Next(EcoString),
    /// The children one after the other.
    Seq,
    /// The children at the same time; done when one is done.
    Par,
    /// The next child if the former one failed.
    Xor,
    /// The only child, without waiting for it.
    Detach,
    /// The children one after the other, somewhere else.
    On {
        /// Where; knows the way home.
        place: PlaceId,
        /// How far back the way leads when the children are done.
        exit: Exit,
    },
    /// The children one after the other, with a fresh variable.
    New(Variable),
    /// The children one after the other, for the first item; [`Op::Next`] goes on.
    Fold {
        /// What to go through.
        iterable: Value,
        /// Name of the scalar that holds the item.
        iterator: EcoString,
        /// What runs after the last item.
        last: Last,
    },
    /// The children one after the other, if two values are equal or if they differ; an error otherwise.
    Match {
        /// One side.
        left: Value,
        /// The other side.
        right: Value,
        /// Whether they must be equal (`match`) or differ (`mismatch`).
        equal: bool,
    },
}

/// How far back the way leads from an [`Op::On`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exit {
    /// As far as what follows needs it.
    #[default]
    AsNeeded,
    /// To the last relay, no further (`parseq`).
    ToRelay,
}

/// What runs when a fold has no further item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// `(null)`: the fold is done.
    Done,
    /// `(never)`: the fold waits for more.
    Wait,
}

/// One step with what it contains.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it does.
    pub op: Op,
    /// Its parts, in order.
    pub children: Vec<StepId>,
    /// What it was made of, if it was made of something.
    pub origin: Option<Span>,
}

/// A tree of steps in one arena; children have smaller numbers than their parents, the last step is the root.
#[derive(Debug, Default)]
pub struct Workflow {
    steps: Vec<Step>,
    origin: Option<Span>,
    places: Places,
}

impl Workflow {
    /// A workflow without steps.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what the steps added from now on are made of; gives what it was before.
    pub fn set_origin(&mut self, origin: Option<Span>) -> Option<Span> {
        std::mem::replace(&mut self.origin, origin)
    }

    /// Adds a step that contains steps added before.
    pub fn add(&mut self, op: Op, children: Vec<StepId>) -> StepId {
        let id = StepId(u32::try_from(self.steps.len()).expect("the size of a workflow is limited by lowering"));
        debug_assert!(
            children.iter().all(|child| *child < id),
            "children are added before their parents"
        );
        let origin = self.origin;
        self.steps.push(Step { op, children, origin });
        id
    }

    /// The step with that number.
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.index()]
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is no step yet.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The places that steps refer to.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The places, to add one.
    pub fn places_mut(&mut self) -> &mut Places {
        &mut self.places
    }

    /// The numbers of all steps, children before their parents.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = StepId> + use<> {
        (0..self.steps.len()).map(|index| StepId(index as u32))
    }
}
