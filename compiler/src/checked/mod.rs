//! The checked program: the output of checking and the input of lints and lowering.
//!
//! Names are resolved to ids and every value has its type. If checking reported no error, the following holds:
//!
//! * **Order.** A function refers to earlier functions of its module and to functions of imported modules only, so there is no
//!   recursion. Each module has a table of its own.
//! * **Locals.** A [`LocalId`] is one definition in one top-level function, including its closures; nothing is defined twice. A
//!   local is defined before it is used, in textual order. Abilities in braces are leading parameters.
//! * **Constants** are replaced by their values, transitively.
//! * **Service ids.** A method call has the current id of the service: the default id, or a read of the hidden local
//!   ([`LocalKind::ServiceId`]) that the assignment `S "id"` defined. The assignment itself is a [`StatementKind::Assign`].
//! * **Normal forms.** `a[i]` and `a!` are [`ValueKind::Index`] on arrays and options and [`ValueKind::Gate`] on streams
//!   (`!` is index 0). Short named arguments are written out. An `if` always has both branches, the second possibly empty.
//!   `par` chains are one [`StatementKind::Par`] with at least two branches. `try`, `catch` and `otherwise` are
//!   one [`StatementKind::Try`]; without `catch` it has one recovery with an empty body. Results of a body are in
//!   [`Body::returns`] and are evaluated after its last statement.
//! * **Conversions** are implicit: a value may have any type that is accepted where it is used. Where a stream is used as an array
//!   or an option (arguments, returned values, fields, elements, operands), lowering canonicalises it.
//! * **Absent.** [`Type::Error`] and [`ValueKind::Missing`] don't occur.
//!
//! Every node has its source span.

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

/// The prefix of names that are deliberately unused: they are not reported.
pub(crate) const UNUSED_PREFIX: &str = "unused";

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// Its index in the table.
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
            /// Index in [`Program::parts`]: the file of the module.
            pub part: u32,
            /// Index in the table of the part.
            pub index: u32,
        }
    )*};
}

part_ids! {
    /// A top-level function in [`Part::functions`].
    FunctionId
    /// A service in [`Part::services`].
    ServiceId
}

/// All functions and services of a program, and the exports of its entry module.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The declarations of each module, by [`FileId`]. Empty for files that could not be read.
    pub parts: Vec<Part>,
    /// Functions that the entry module exports, in source order, under their exported names.
    pub exported_functions: IndexMap<EcoString, Export<FunctionId>>,
    /// Services that the entry module exports, in source order, under their exported names.
    pub exported_services: IndexMap<EcoString, Export<ServiceId>>,
}

/// The declarations of one module.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Functions, callees before callers.
    pub functions: Vec<Function>,
    /// Services.
    pub services: Vec<Service>,
}

impl Program {
    /// Sets the declarations of a module. Returns those that they replace.
    pub(crate) fn set_part(&mut self, part: u32, declarations: Part) -> Part {
        let index = part as usize;
        if self.parts.len() <= index {
            self.parts.resize_with(index + 1, Part::default);
        }
        std::mem::replace(&mut self.parts[index], declarations)
    }

    /// All functions.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.parts.iter().flat_map(|part| &part.functions)
    }

    /// All services.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.parts.iter().flat_map(|part| &part.services)
    }

    /// The function of that id.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.parts[id.part as usize].functions[id.index as usize]
    }

    /// The service of that id.
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.parts[id.part as usize].services[id.index as usize]
    }
}

/// One item of an `export` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export<Id> {
    /// The exported function or service.
    pub id: Id,
    /// The item in the header.
    pub span: Span,
}

/// A top-level function.
#[derive(Debug, Clone)]
pub struct Function {
    /// The declared name.
    pub name: EcoString,
    /// The file that declares it.
    pub file: FileId,
    /// The span of its name in the declaration.
    pub name_span: Span,
    /// The span of the declaration.
    pub span: Span,
    /// Its parameters and results.
    pub arrow: Arc<Arrow>,
    /// Its locals by [`LocalId`], in order of definition.
    pub locals: Vec<Local>,
    /// Its closures by [`ClosureId`]; an inner closure after the one that contains it.
    pub closures: Vec<Closure>,
    /// Its body.
    pub body: Body,
}

impl Function {
    /// Drops everything that callers don't refer to: all but the signature and the parameters.
    pub(crate) fn drop_body(&mut self) {
        self.locals.truncate(self.body.parameters.len());
        self.locals.shrink_to_fit();
        self.closures = Vec::new();
        self.body.block = Block::default();
        self.body.returns = Vec::new();
    }

    /// The local of that id.
    pub fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.index()]
    }

    /// The closure of that id.
    pub fn closure(&self, id: ClosureId) -> &Closure {
        &self.closures[id.index()]
    }
}

/// The body of a function or a closure.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// One local per parameter of the arrow, in order.
    pub parameters: Vec<LocalId>,
    /// Its statements.
    pub block: Block,
    /// One value per result of the arrow, evaluated after the last statement. A stream may be returned as an array or option.
    pub returns: Vec<Value>,
}

/// A name defined inside a function.
#[derive(Debug, Clone)]
pub struct Local {
    /// The source name; for a hidden local, a descriptive name.
    pub name: EcoString,
    /// Its type.
    pub ty: Type,
    /// The construct that defines it.
    pub kind: LocalKind,
    /// The span of its definition.
    pub span: Span,
}

/// The construct that defines a local.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalKind {
    /// A parameter of the function or of a closure.
    Parameter,
    /// `x = value`: an alias, nothing is copied.
    Assigned,
    /// `x <- f()`.
    Result,
    /// `s: *T` or `m: %T`: a new stream or stream map.
    Stream,
    /// The item, key or value of `for` or `parseq`.
    LoopVariable,
    /// `catch e:`, of type [`Type::error_value`].
    CaughtError,
    /// `c = (x: T): …`.
    Closure(ClosureId),
    /// `S "id"`: a hidden local that holds the id.
    ServiceId(ServiceId),
}

/// A function inside a function.
#[derive(Debug, Clone)]
pub struct Closure {
    /// The local that holds it.
    pub local: LocalId,
    /// Its parameters and results.
    pub arrow: Arc<Arrow>,
    /// Its body.
    pub body: Body,
    /// The locals of enclosing bodies that it or one of its closures uses, in order of id.
    pub captures: Vec<LocalId>,
    /// Whether it runs on the peer where it is defined (`c = (…)`), not where it is called (`c = func (…)`).
    pub captures_topology: bool,
    /// The span of the closure.
    pub span: Span,
}

/// A service declaration.
#[derive(Debug, Clone)]
pub struct Service {
    /// The declared name.
    pub name: EcoString,
    /// The file that declares it.
    pub file: FileId,
    /// The span of its name in the declaration.
    pub name_span: Span,
    /// The id that is used unless another one is assigned.
    pub default_id: Option<Value>,
    /// Its methods in order of declaration; each has at most one result.
    pub methods: IndexMap<EcoString, Arc<Arrow>>,
    /// The span of each method's name in its declaration.
    pub method_spans: IndexMap<EcoString, Span>,
}

impl Service {
    /// Whether calls of both are the same: the name, the methods and the default id.
    pub(crate) fn is_interchangeable(&self, other: &Self) -> bool {
        // Values don't implement `Eq`; the debug output of their kind is complete.
        let id = |service: &Self| service.default_id.as_ref().map(|id| format!("{:?}", id.kind));
        self.name == other.name && self.methods == other.methods && id(self) == id(other)
    }
}
