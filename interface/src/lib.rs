//! What a service offers: functions by name, with Aqua types for their parameters and results.
//!
//! An [`Interface`] is independent of what the service is written in. Readers of WebAssembly components and of Marine
//! modules make one; `srv.get_interface`, conversions of values and generated declarations read it.
//!
//! ```
//! use aqua_interface::{Function, Interface, Parameter, Type};
//!
//! let get = Function {
//!     name: "get_key".to_owned(),
//!     parameters: vec![Parameter { name: "id".to_owned(), ty: Type::String }],
//!     result: Some(Type::Option(Box::new(Type::Bytes))),
//! };
//! let interface = Interface::new([get], []);
//! let (_, function) = interface.function("get-key").expect("either spelling is accepted");
//! assert_eq!(function.result.as_ref().map(ToString::to_string).as_deref(), Some("?[]u8"));
//! ```

mod aqua_form;
mod compatible;
mod declarations;
mod describe;
mod types;

pub use declarations::{AmbiguousName, service_name};
pub use types::{Case, Field, Name, Record, Type, Variant};

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::sync::Arc;

/// The functions of one service, and the records with a name that their types use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interface {
    functions: IndexMap<String, Function, FxBuildHasher>,
    records: Vec<RecordDefinition>,
}

/// One function of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The name as Aqua spells it, without `-`: `get_key`, or `acme:kv/api#get_key` where two exported interfaces of a
    /// component have a `get_key`.
    pub name: String,
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// The type of the result; `None` for a function without one. A [`Type::Result`] here means that the function can
    /// fail: the call gives the success value, or fails with the error value.
    pub result: Option<Type>,
}

impl Function {
    /// The type of the value that a successful call gives.
    #[must_use]
    pub fn value(&self) -> Option<&Type> {
        match &self.result {
            Some(Type::Result { ok, .. }) => ok.as_deref(),
            other => other.as_ref(),
        }
    }
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The name as Aqua spells it.
    pub name: String,
    /// The type.
    pub ty: Type,
}

/// A record with a name, as the service declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordDefinition {
    /// The number of the type in the service's own table of types.
    pub id: u64,
    /// The record; it has a name.
    pub record: Arc<Record>,
}

impl Interface {
    /// An interface with these functions and records. Of functions of the same name the last one stays.
    pub fn new(
        functions: impl IntoIterator<Item = Function>,
        records: impl IntoIterator<Item = RecordDefinition>,
    ) -> Self {
        Self {
            functions: functions
                .into_iter()
                .map(|function| (function.name.clone(), function))
                .collect(),
            records: records.into_iter().collect(),
        }
    }

    /// All functions, in the order of the service's exports.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = &Function> {
        self.functions.values()
    }

    /// All records with a name, in the order of their ids.
    #[must_use]
    pub fn records(&self) -> &[RecordDefinition] {
        &self.records
    }

    /// The function of this name and its index among all functions. `-` and `_` in the function's own name are the same.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<(usize, &Function)> {
        // Most names are those of Aqua.
        if let Some((index, _, function)) = self.functions.get_full(name) {
            return Some((index, function));
        }
        let name = match name.rsplit_once('#') {
            Some((interface, function)) => format!("{interface}#{}", function.replace('-', "_")),
            None => name.replace('-', "_"),
        };
        let (index, _, function) = self.functions.get_full(&name)?;
        Some((index, function))
    }
}
