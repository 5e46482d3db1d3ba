//! Bindings of locals while functions are inlined.

use super::steps::Site;
use crate::checked::{Closure, Function, LocalId, Service, ServiceId};
use crate::typing::Arrow;
use aqua_air::{Operand, Variable};
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The binding of a local or a value: a cheap handle that exists at compile time only. The data and streams that it refers to
/// exist at run time.
#[derive(Debug, Clone)]
pub(super) enum Binding<'p> {
    /// Data: a constant, or a variable with an optional lens.
    Data(Operand),
    /// A stream.
    Stream(Variable),
    /// A stream map.
    Map(Variable),
    /// A callable.
    Callable(Callable<'p>),
    /// A service with its id.
    Service(ServiceId, Operand),
    /// The fields of an ability.
    Ability(Rc<FxHashMap<EcoString, Self>>),
    /// A result of a callback after the first, which is never returned.
    MissingResult,
}

/// A value that can be called.
#[derive(Debug, Clone)]
pub(super) enum Callable<'p> {
    /// A top-level function.
    Function(&'p Function),
    /// A method of a service.
    Method {
        /// The service.
        service: &'p Service,
        /// The service id.
        id: Operand,
        /// The name of the method.
        name: EcoString,
        /// Its signature.
        arrow: Arc<Arrow>,
    },
    /// A closure with its captured bindings.
    Closure(Rc<Captured<'p>>),
    /// A callback: an arrow that the exported function takes as an argument.
    Callback {
        /// The name of the argument.
        name: EcoString,
        /// Its signature.
        arrow: Arc<Arrow>,
    },
}

impl Callable<'_> {
    /// Its own signature; the type it is used as may differ.
    pub(super) fn arrow(&self) -> &Arc<Arrow> {
        match self {
            Self::Function(function) => &function.arrow,
            Self::Closure(captured) => &captured.closure.arrow,
            Self::Method { arrow, .. } | Self::Callback { arrow, .. } => arrow,
        }
    }
}

/// A closure with its captured bindings.
#[derive(Debug)]
pub(super) struct Captured<'p> {
    /// The function that contains it.
    pub(super) function: &'p Function,
    /// The closure.
    pub(super) closure: &'p Closure,
    /// The bindings of the locals that it captures, at its definition.
    pub(super) locals: Vec<(LocalId, Binding<'p>)>,
    /// Where it runs; `None` if it runs where it is called.
    pub(super) site: Option<Site>,
}

/// The bindings of one inlined body.
#[derive(Debug)]
pub(super) struct Frame<'p> {
    /// The function that contains the body.
    pub(super) function: &'p Function,
    /// The bindings of its locals.
    pub(super) locals: FxHashMap<LocalId, Binding<'p>>,
}

impl<'p> Frame<'p> {
    pub(super) fn new(function: &'p Function) -> Self {
        let locals = FxHashMap::default();
        Self { function, locals }
    }
}
