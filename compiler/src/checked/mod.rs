//! The checked program: what checking makes and lowering reads.
//!
//! Names are gone: every use points at what it means. Types are complete: every value knows its own. Lowering may rely on
//! the following whenever checking reported no error.
//!
//! * **Order.** A function only refers to functions with smaller ids, so there is no recursion. All modules share one table.
//! * **Locals.** A [`LocalId`] names one definition in one top-level function, closures inside it included; nothing is
//!   defined twice. A local is defined before it is used, in textual order. Abilities in braces are ordinary leading
//!   parameters.
//! * **Constants** are replaced by their values; a constant that stands for another one, or for a predefined one, too.
//! * **Service ids.** A method call carries the id in effect at its place: the service's default, or a read of the hidden
//!   local ([`LocalKind::ServiceId`]) that the assignment `S "id"` defined. The assignment itself is a
//!   [`StatementKind::Assign`].
//! * **Normal forms.** `a[i]` and `a!` are [`ValueKind::Index`] on arrays and options and [`ValueKind::Gate`] on streams
//!   (`!` is index 0). Short named arguments are written out. An `if` always has both branches, the second possibly empty.
//!   `par` chains are one [`StatementKind::Par`] with at least two branches. `try`, `catch` and `otherwise` are
//!   one [`StatementKind::Try`]; without `catch` it has one recovery with an empty body. Results of a body are in
//!   [`Body::returns`] and are evaluated after its last statement.
//! * **Conversions** are not written out: a value may be of any type that the place accepts. Where a stream stands for an
//!   array or an option (arguments, returned values, fields, elements, operands), lowering canonicalises it.
//! * **Absent.** [`Type::Error`] and [`ValueKind::Missing`] don't occur.
//!
//! Every node has the span it was written at, for source maps and traces.

mod statement;
mod value;

pub use statement::{Block, Iteration, LoopVariable, Recovery, Statement, StatementKind, Target};
pub use value::{
    Builtin, Call, Callee, CollectionKind, Literal, MapQuery, Method, NamedValue, Operator, Value, ValueKind,
};

use crate::typing::{Arrow, Type};
use aqua_diagnostics::{FileId, Span};
use ecow::EcoString;
use indexmap::IndexMap;
use std::sync::Arc;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the table.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A top-level function in [`Program::functions`].
    FunctionId
    /// A service in [`Program::services`].
    ServiceId
    /// A definition in [`Function::locals`].
    LocalId
    /// A closure in [`Function::closures`].
    ClosureId
}

/// All functions and services that the entry module reaches, and what it exports.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Functions of all modules, callees before callers.
    pub functions: Vec<Function>,
    /// Services of all modules.
    pub services: Vec<Service>,
    /// Functions that the entry module exports, in source order, under their exported names.
    pub exported_functions: IndexMap<EcoString, Export<FunctionId>>,
    /// Services that the entry module exports, in source order, under their exported names.
    pub exported_services: IndexMap<EcoString, Export<ServiceId>>,
}

impl Program {
    /// The function of that id.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }

    /// The service of that id.
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.services[id.index()]
    }
}

/// One item of an `export` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export<Id> {
    /// What is exported.
    pub id: Id,
    /// The item in the header.
    pub span: Span,
}

/// A top-level function.
#[derive(Debug, Clone)]
pub struct Function {
    /// The declared name.
    pub name: EcoString,
    /// The file it stands in.
    pub file: FileId,
    /// Where its name is declared.
    pub name_span: Span,
    /// The whole declaration.
    pub span: Span,
    /// What it takes and gives.
    pub arrow: Arc<Arrow>,
    /// Every definition inside, by [`LocalId`], in order of definition.
    pub locals: Vec<Local>,
    /// Every closure inside, by [`ClosureId`]; an inner one after the one it stands in.
    pub closures: Vec<Closure>,
    /// What it does.
    pub body: Body,
}

impl Function {
    /// The definition of that id.
    pub fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.index()]
    }

    /// The closure of that id.
    pub fn closure(&self, id: ClosureId) -> &Closure {
        &self.closures[id.index()]
    }
}

/// What a function or a closure does.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// One local per parameter of the arrow, in order.
    pub parameters: Vec<LocalId>,
    /// What is executed.
    pub block: Block,
    /// One value per result of the arrow, evaluated after the last statement. A stream may stand for an array or option.
    pub returns: Vec<Value>,
}

/// A name defined inside a function.
#[derive(Debug, Clone)]
pub struct Local {
    /// The name as written; for a hidden local, a name that explains it.
    pub name: EcoString,
    /// Its type.
    pub ty: Type,
    /// What defines it.
    pub kind: LocalKind,
    /// Where.
    pub span: Span,
}

/// What defines a local.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalKind {
    /// A parameter of the function or of a closure.
    Parameter,
    /// `x = value`, an alias: nothing is copied.
    Assigned,
    /// `x <- f()`.
    Result,
    /// `s: *T` or `m: %T`, a new stream or stream map.
    Stream,
    /// The item, key or value of `for` or `parseq`.
    LoopVariable,
    /// `catch e:`, of type [`Type::error_value`].
    CaughtError,
    /// `c = (x: T): …`.
    Closure(ClosureId),
    /// `S "id"`: hidden, holds the id.
    ServiceId(ServiceId),
}

/// A function inside a function.
#[derive(Debug, Clone)]
pub struct Closure {
    /// The local that holds it.
    pub local: LocalId,
    /// What it takes and gives.
    pub arrow: Arc<Arrow>,
    /// What it does.
    pub body: Body,
    /// Locals of the surrounding bodies that it (or a closure inside it) uses, in order of id.
    pub captures: Vec<LocalId>,
    /// Whether it runs where it was defined (`c = (…)`) or where it is called (`c = func (…)`).
    pub captures_topology: bool,
    /// The whole closure.
    pub span: Span,
}

/// A service that peers answer.
#[derive(Debug, Clone)]
pub struct Service {
    /// The declared name.
    pub name: EcoString,
    /// The file it stands in.
    pub file: FileId,
    /// Where its name is declared.
    pub name_span: Span,
    /// The id that its methods are called at unless an assignment says otherwise.
    pub default_id: Option<Value>,
    /// Its methods in order of declaration; each has at most one result.
    pub methods: IndexMap<EcoString, Arc<Arrow>>,
    /// Where the name of each method is declared.
    pub method_spans: IndexMap<EcoString, Span>,
}
