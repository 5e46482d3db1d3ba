//! Resolves operands.

use super::Machine;
use super::item::{Item, ItemRef, Resolved};
use super::origin::Origin;
use crate::Tetraplet;
use crate::data::Provenance;
use crate::failure::{Catchable, ExecutionError};
use aqua_air::{LensId, OperandId, ResolvedOperand, Slot};
use aqua_values::Value;
use ecow::{EcoString, EcoVec};

impl Machine<'_> {
    /// The value of an operand with its origin.
    pub(super) fn resolve(&self, operand: OperandId) -> Result<Resolved, ExecutionError> {
        let literal = |value: Value| Ok(Resolved::one(value, self.literal.clone()));
        match self.code[operand] {
            ResolvedOperand::InitPeerId => literal(self.init_peer.clone().into()),
            ResolvedOperand::Timestamp => literal(self.params.timestamp.into()),
            ResolvedOperand::Ttl => literal(u64::from(self.params.ttl).into()),
            ResolvedOperand::EmptyArray => literal(Value::Array(EcoVec::new())),
            ResolvedOperand::Boolean(boolean) => literal(boolean.into()),
            ResolvedOperand::Integer(number) => literal(number.into()),
            ResolvedOperand::Float(bits) => literal(f64::from_bits(bits).into()),
            ResolvedOperand::String(text) => literal(self.code[text].clone().into()),
            ResolvedOperand::LastError(lens) => {
                let last = &self.errors.last;
                self.error_value(&last.object, last.tetraplet.as_ref(), lens)
            }
            ResolvedOperand::Error(lens) => {
                let handled = &self.errors.handled;
                self.error_value(&handled.object, handled.tetraplet.as_ref(), lens)
            }
            ResolvedOperand::Scalar(slot, lens) => {
                let ItemRef { value, origin, .. } = self.scalar(slot)?;
                let origin = origin.to_origin();
                match lens {
                    None => Ok(Resolved::one(value.to_owned(), origin)),
                    Some(lens) => self.apply_to_item(value, &origin, &self.code[lens]),
                }
            }
            ResolvedOperand::CanonStream(slot, lens) => {
                let stream = self
                    .canon_streams
                    .get(slot.index(), self.code.name(slot), &self.levels)?;
                match lens {
                    None => Ok(Resolved {
                        value: stream.as_value().into(),
                        origin: stream.origin.clone(),
                        elements: Some(stream.items.clone()),
                    }),
                    Some(lens) => self.apply_to_canon_stream(stream, &self.code[lens]),
                }
            }
            ResolvedOperand::CanonMap(slot, lens) => {
                let map = self.canon_maps.get(slot.index(), self.code.name(slot), &self.levels)?;
                match lens {
                    None => Ok(Resolved {
                        value: map.as_value()?.into(),
                        origin: map.entries.origin.clone(),
                        elements: Some(map.entries.items.clone()),
                    }),
                    Some(lens) => self.apply_to_canon_map(map, &self.code[lens]),
                }
            }
        }
    }

    /// The value of an operand alone.
    pub(super) fn value(&self, operand: OperandId) -> Result<Value, ExecutionError> {
        match self.code[operand] {
            ResolvedOperand::String(text) => Ok(self.code[text].clone().into()),
            ResolvedOperand::Scalar(slot, None) => Ok(self.scalar(slot)?.value.get().clone()),
            _ => Ok(self.resolve(operand)?.value.into_value()),
        }
    }

    fn error_value(
        &self,
        object: &Value,
        tetraplet: Option<&Tetraplet>,
        lens: Option<LensId>,
    ) -> Result<Resolved, ExecutionError> {
        let origin = match tetraplet {
            Some(tetraplet) => Origin::new(tetraplet.clone(), Provenance::Literal),
            None => self.literal.clone(),
        };
        let value = match lens {
            None => object.clone().into(),
            // The tetraplet is that of the error, not of the part.
            Some(lens) => self.apply_to_value(object, &origin, &self.code[lens])?.value,
        };
        Ok(Resolved::one(value, origin))
    }

    /// The scalar or, without one, the item of the fold with that iterator.
    pub(super) fn scalar(&self, slot: Slot) -> Result<ItemRef<'_>, Catchable> {
        match self.scalars.find(slot.index(), &self.levels) {
            Some(value) => value
                .map(Item::as_ref)
                .ok_or_else(|| Catchable::NotInitializedAfterNew(self.code.name(slot).clone())),
            None => {
                let fold = self.iterators.get(slot.index());
                fold.map(|fold| fold.item())
                    .ok_or_else(|| Catchable::VariableNotFound(self.code.name(slot).clone()))
            }
        }
    }

    pub(super) fn is_iterator(&self, slot: Slot) -> bool {
        self.iterators.get(slot.index()).is_some()
    }

    /// A part of a call triplet, which must be a string.
    pub(super) fn resolve_text(&self, operand: OperandId) -> Result<EcoString, ExecutionError> {
        let value = match self.code[operand] {
            ResolvedOperand::String(text) => return Ok(self.code[text].clone()),
            ResolvedOperand::Scalar(slot, None) => match self.scalar(slot)?.value.get() {
                Value::String(text) => return Ok(text.clone()),
                value => value.clone(),
            },
            _ => match self.resolve(operand)?.value.into_value() {
                Value::String(text) => return Ok(text),
                value => value,
            },
        };
        Err(Catchable::NonStringTriplet {
            name: self.operand_name(operand),
            value,
        }
        .into())
    }

    /// The name in an operand, without its lens.
    pub(super) fn operand_name(&self, operand: OperandId) -> EcoString {
        match self.code[operand] {
            ResolvedOperand::Scalar(slot, _)
            | ResolvedOperand::CanonStream(slot, _)
            | ResolvedOperand::CanonMap(slot, _) => self.code.name(slot).clone(),
            _ => EcoString::new(),
        }
    }
}
