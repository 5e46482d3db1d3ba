//! Results in the form that the caller wants.

use super::lift::mismatch;
use super::{Execution, Lifted, Operand, Result};
use crate::{GuestValue, InterfaceType, ScalarType};

impl<R: Lifted> Execution<'_, R> {
    /// The result in the form that the caller wants.
    pub(super) fn result(&mut self) -> Result<Option<R>> {
        let Some(ty) = &self.adapter.result else {
            return Ok(None);
        };
        match self.pop()? {
            Operand::Result(result) => Ok(Some(result)),
            operand => {
                let value = self.value(operand)?;
                self.convert(ty, value).map(Some)
            }
        }
    }

    /// A value that was not built in the form `R` at once.
    fn convert(&mut self, ty: &InterfaceType, value: GuestValue) -> Result<R> {
        match (ty, value) {
            (InterfaceType::Scalar(scalar), GuestValue::Scalar(bits)) => Ok(R::scalar(*scalar, bits)),
            (InterfaceType::String, GuestValue::String(text)) => Ok(R::string(text)),
            (InterfaceType::ByteArray, GuestValue::Packed(bytes)) => self.convert_packed(ScalarType::U8, &bytes),
            (InterfaceType::Array(element), GuestValue::Packed(bytes)) => match element.as_scalar() {
                Some(scalar) => self.convert_packed(scalar, &bytes),
                None => Err(mismatch(ty)),
            },
            (InterfaceType::Array(element), GuestValue::Array(items)) => {
                R::array(items.into_iter().map(|item| self.convert(element, item)))
            }
            (InterfaceType::Record(record), GuestValue::Record(mut fields)) => {
                let layout = self
                    .records
                    .get(*record)
                    .filter(|layout| layout.fields.len() == fields.len());
                let layout = layout.ok_or_else(|| mismatch(ty))?;
                R::record(layout, |index| {
                    let field = std::mem::replace(&mut fields[index], GuestValue::Scalar(0));
                    self.convert(&layout.fields[index].ty, field)
                })
            }
            (ty, _) => Err(mismatch(ty)),
        }
    }

    fn convert_packed(&mut self, scalar: ScalarType, bytes: &[u8]) -> Result<R> {
        self.budget
            .take(R::packed_size(scalar, bytes.len() as u64 / u64::from(scalar.size())))?;
        Ok(R::packed(scalar, bytes))
    }
}
