//! The checked program: what checking makes and lowering reads.
//!
//! Names are gone: every use points at what it means. Types are complete: every value knows its own. Lowering may rely on
//! the following whenever checking reported no error.
//!
//! * **Order.** A function only refers to functions with smaller ids, so there is no recursion. Each module has a table of its own.
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
    /// A definition in [`Function::locals`].
    LocalId
    /// A closure in [`Function::closures`].
    ClosureId
}

macro_rules! part_ids {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            /// The number of the part.
            pub part: u32,
            /// The position in its table.
            pub place: u32,
        }
    )*};
}

part_ids! {
    /// A top-level function in [`Part::functions`].
    FunctionId
    /// A service in [`Part::services`].
    ServiceId
}

/// All functions and services that the entry module reaches, and what it exports.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// What the modules declare, imported modules before those that import them.
    pub parts: Vec<Part>,
    /// Functions that the entry module exports, in source order, under their exported names.
    pub exported_functions: IndexMap<EcoString, Export<FunctionId>>,
    /// Services that the entry module exports, in source order, under their exported names.
    pub exported_services: IndexMap<EcoString, Export<ServiceId>>,
}

/// What one module declares.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Functions, callees before callers.
    pub functions: Vec<Function>,
    /// Services.
    pub services: Vec<Service>,
}

impl Program {
    /// All functions, callees before callers.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.parts.iter().flat_map(|part| &part.functions)
    }

    /// All services.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.parts.iter().flat_map(|part| &part.services)
    }

    /// The function of that id.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.parts[id.part as usize].functions[id.place as usize]
    }

    /// The service of that id.
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.parts[id.part as usize].services[id.place as usize]
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
