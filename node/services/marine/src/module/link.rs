//! Finds the functions of other modules that a module imports.

use super::{ExportedFunction, ForeignImport, Module, interface};
use aqua_interface::{Function, Interface};

/// Why an import can't be linked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// No module of this name is loaded before the importing one.
    #[error("module with name \"{module}\" is missing, which should export `{function}`")]
    NoSuchModule {
        /// The name of the missing module.
        module: String,
        /// The imported function.
        function: String,
    },
    /// The other module has no function of this name.
    #[error("module \"{module}\" has no function `{function}`")]
    NoSuchFunction {
        /// The name of the other module.
        module: String,
        /// The imported function.
        function: String,
    },
    /// The function has another type than the importing module expects.
    #[error("function `{function}` of module \"{module}\" is `{found}`, but is imported as `{expected}`")]
    OtherType {
        /// The name of the other module.
        module: String,
        /// The imported function.
        function: String,
        /// The type that the import declares.
        expected: String,
        /// The type of the function.
        found: String,
    },
}

impl Module {
    /// The function that an import of this module stands for. `find` gives the modules that are loaded already, by name.
    ///
    /// # Errors
    /// There is no such module or function, or it has another type.
    pub fn link<'e>(
        &self,
        import: &ForeignImport,
        find: impl Fn(&str) -> Option<&'e Self>,
    ) -> Result<&'e ExportedFunction, LinkError> {
        let (module, function) = (import.module.clone(), import.name.clone());
        let Some(exporter) = find(&import.module) else {
            return Err(LinkError::NoSuchModule { module, function });
        };
        let Some(found) = exporter.function(&import.name) else {
            return Err(LinkError::NoSuchFunction { module, function });
        };
        if !self.records.is_callable_as(&import.ty, &exporter.records, &found.ty) {
            return Err(LinkError::OtherType {
                module,
                function,
                expected: self.records.describe_function(&import.ty),
                found: exporter.records.describe_function(&found.ty),
            });
        }
        Ok(found)
    }

    /// The index of the function of another service, which is no Marine module, that an import of this module stands for.
    ///
    /// # Errors
    /// There is no such function, or it has another type.
    pub fn link_interface(&self, import: &ForeignImport, exporter: &Interface) -> Result<usize, LinkError> {
        let (module, function) = (import.module.clone(), import.name.clone());
        let Some((index, found)) = exporter.function(&import.name) else {
            return Err(LinkError::NoSuchFunction { module, function });
        };
        if !found.is_callable_as(&interface::imported(import, &self.records)) {
            return Err(LinkError::OtherType {
                module,
                function,
                expected: self.records.describe_function(&import.ty),
                found: describe(found),
            });
        }
        Ok(index)
    }
}

/// A function in a message, as `Records::describe_function` writes it.
fn describe(function: &Function) -> String {
    let parameters = function.parameters.iter();
    let parameters: Vec<_> = parameters
        .map(|parameter| format!("{}: {}", parameter.name, parameter.ty))
        .collect();
    let result = function.result.as_ref().map_or("()".to_owned(), ToString::to_string);
    format!("({}) -> {result}", parameters.join(", "))
}
