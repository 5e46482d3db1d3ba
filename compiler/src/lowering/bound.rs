//! What names stand for while functions are inlined.

use crate::checked::{Closure, Function, LocalId, Service, ServiceId};
use crate::typing::Arrow;
use crate::workflow::PlaceId;
use aqua_air::{Value, Variable};
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// What a name or a value stands for. Copying one copies a handle: nothing of this exists when the script runs, except the
/// data and streams that it refers to.
#[derive(Debug, Clone)]
pub(super) enum Bound<'p> {
    /// Data: a constant or a variable, perhaps with a lens.
    Data(Value),
    /// A stream.
    Stream(Variable),
    /// A stream map.
    Map(Variable),
    /// Something that can be called.
    Callable(Callable<'p>),
    /// A service at an id.
    Service(ServiceId, Value),
    /// An ability by its fields.
    Ability(Rc<FxHashMap<EcoString, Self>>),
    /// A result of a callback after its first, which nobody will ever deliver.
    Undelivered,
}

/// Something that can be called.
#[derive(Debug, Clone)]
pub(super) enum Callable<'p> {
    /// A top-level function.
    Function(&'p Function),
    /// A method of a service at an id.
    Method {
        /// Whose.
        service: &'p Service,
        /// Service id.
        id: Value,
        /// Method name.
        name: EcoString,
        /// What it takes and gives.
        arrow: Arc<Arrow>,
    },
    /// A closure with what it captured.
    Closure(Rc<Captured<'p>>),
    /// An arrow that the initiator was given as an argument.
    Callback {
        /// The argument's name.
        name: EcoString,
        /// What it takes and gives.
        arrow: Arc<Arrow>,
    },
}

impl Callable<'_> {
    /// What it takes and gives itself, whatever it is used as.
    pub(super) fn arrow(&self) -> &Arc<Arrow> {
        match self {
            Self::Function(function) => &function.arrow,
            Self::Closure(captured) => &captured.closure.arrow,
            Self::Method { arrow, .. } | Self::Callback { arrow, .. } => arrow,
        }
    }
}

/// A closure at the moment of its definition.
#[derive(Debug)]
pub(super) struct Captured<'p> {
    /// The function it is written in.
    pub(super) function: &'p Function,
    /// Its code.
    pub(super) closure: &'p Closure,
    /// What the names it uses stood for.
    pub(super) locals: Vec<(LocalId, Bound<'p>)>,
    /// Where it runs; absent if it runs where it is called.
    pub(super) place: Option<PlaceId>,
}

/// The names of one inlined body.
#[derive(Debug)]
pub(super) struct Frame<'p> {
    /// The function whose locals these are.
    pub(super) function: &'p Function,
    /// What they stand for.
    pub(super) locals: FxHashMap<LocalId, Bound<'p>>,
}

impl<'p> Frame<'p> {
    pub(super) fn new(function: &'p Function) -> Self {
        let locals = FxHashMap::default();
        Self { function, locals }
    }
}
