//! The arguments of a call from JSON (§4.1 of the Marine format).

use super::from_json::JsonPath;
use super::{ArgumentMismatch, MismatchKind};
use crate::{ExportedFunction, GuestValue, Module, NamedType};
use aqua_values::{Object, Value};

impl Module {
    /// The arguments of a call of `function`: an array with the arguments in order, an object with the arguments by name, `null`
    /// for a function without parameters, or the only argument itself if it is a boolean, a number or a string.
    ///
    /// # Errors
    /// The number of arguments is another one, or an argument is not of the type of its parameter.
    pub fn arguments(&self, function: &ExportedFunction, json: &Value) -> Result<Vec<GuestValue>, ArgumentMismatch> {
        let parameters = &function.ty.parameters;
        match json {
            Value::Array(arguments) => self.positional_arguments(function, arguments),
            Value::Object(arguments) => self.named_arguments(parameters, arguments),
            Value::Null => self.positional_arguments(function, &[]),
            Value::Boolean(_) | Value::Number(_) | Value::String(_) => {
                self.positional_arguments(function, std::slice::from_ref(json))
            }
        }
    }

    /// The arguments of a call of `function` in order.
    ///
    /// # Errors
    /// The number of arguments is another one, or an argument is not of the type of its parameter.
    pub fn positional_arguments(
        &self,
        function: &ExportedFunction,
        arguments: &[Value],
    ) -> Result<Vec<GuestValue>, ArgumentMismatch> {
        let parameters = &function.ty.parameters;
        if arguments.len() != parameters.len() {
            return Err(arity(parameters, arguments.len()));
        }
        let arguments = parameters.iter().zip(arguments);
        arguments
            .map(|(parameter, json)| self.argument(parameter, json))
            .collect()
    }

    fn named_arguments(
        &self,
        parameters: &[NamedType],
        arguments: &Object,
    ) -> Result<Vec<GuestValue>, ArgumentMismatch> {
        let mut values = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            let json = arguments.get(&parameter.name).ok_or_else(|| ArgumentMismatch {
                path: String::new(),
                kind: MismatchKind::Missing(parameter.name.clone()),
            })?;
            values.push(self.argument(parameter, json)?);
        }
        if arguments.len() > parameters.len() {
            return Err(arity(parameters, arguments.len()));
        }
        Ok(values)
    }

    fn argument(&self, parameter: &NamedType, json: &Value) -> Result<GuestValue, ArgumentMismatch> {
        JsonPath::Root(&parameter.name).convert(self.records(), &parameter.ty, json)
    }
}

fn arity(parameters: &[NamedType], found: usize) -> ArgumentMismatch {
    ArgumentMismatch {
        path: String::new(),
        kind: MismatchKind::Arity {
            expected: parameters.len(),
            found,
        },
    }
}
