//! Values that pass to and from services of another kind, as JSON values.

use super::ArgumentMismatch;
use super::from_json::JsonPath;
use crate::{ForeignImport, GuestValue, InterfaceType, Lifted as _, Module, Records};
use aqua_values::Value;

impl Module {
    /// The arguments of a call of the function that this import stands for.
    #[must_use]
    pub fn import_arguments(&self, import: &ForeignImport, arguments: &[GuestValue]) -> Vec<Value> {
        let parameters = import.ty.parameters.iter().zip(arguments);
        parameters
            .map(|(parameter, value)| to_json(self.records(), &parameter.ty, value))
            .collect()
    }

    /// The result of such a call; `None` if the import declares none.
    ///
    /// # Errors
    /// The value is not of the type that the import declares.
    pub fn import_result(&self, import: &ForeignImport, json: &Value) -> Result<Option<GuestValue>, ArgumentMismatch> {
        let ty = import.ty.results.first();
        ty.map(|ty| JsonPath::Root("result").convert(self.records(), ty, json))
            .transpose()
    }
}

/// A value of a module in its JSON form. A value that is not of this type, which adapters don't give, becomes `null`.
fn to_json(records: &Records, ty: &InterfaceType, value: &GuestValue) -> Value {
    match (ty, value) {
        (InterfaceType::Scalar(scalar), GuestValue::Scalar(bits)) => Value::scalar(*scalar, *bits),
        (InterfaceType::String, GuestValue::String(text)) => Value::string(text.clone()),
        (InterfaceType::ByteArray, GuestValue::Packed(bytes)) => Value::packed(crate::ScalarType::U8, bytes),
        (InterfaceType::Array(element), GuestValue::Packed(bytes)) => match element.as_scalar() {
            Some(scalar) => Value::packed(scalar, bytes),
            None => Value::Null,
        },
        (InterfaceType::Array(element), GuestValue::Array(items)) => {
            items.iter().map(|item| to_json(records, element, item)).collect()
        }
        (InterfaceType::Record(index), GuestValue::Record(values)) => {
            let fields = records.get(*index).into_iter().flat_map(|layout| &layout.fields);
            let fields = fields.zip(values);
            Value::object(fields.map(|(field, value)| (field.name.as_str(), to_json(records, &field.ty, value))))
        }
        _ => Value::Null,
    }
}
