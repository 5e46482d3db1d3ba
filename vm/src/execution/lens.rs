//! Applies lenses, which select parts of values.

use super::Machine;
use super::canon_map::{CanonMap, Key};
use super::item::{CanonStream, Resolved};
use super::item_value::ItemValueRef;
use super::origin::Origin;
use crate::Tetraplet;
use crate::failure::{Catchable, ExecutionError, LensError};
use aqua_air::{LensStep, ResolvedLens};
use aqua_values::{Step, Value};

impl Machine<'_> {
    /// Applies a lens to a value.
    pub(super) fn apply_to_value(
        &self,
        value: &Value,
        origin: &Origin,
        lens: &ResolvedLens,
    ) -> Result<Resolved, ExecutionError> {
        let Some(path) = &lens.path else {
            let items = value
                .as_array()
                .ok_or_else(|| Catchable::LengthOfNonArray(value.clone()))?;
            let tetraplet = Tetraplet {
                lens: lens.text.clone(),
                ..Tetraplet::default()
            };
            return Ok(Resolved::one(length(items.len()), origin.with(tetraplet)));
        };
        let part = self.follow(value, path)?;
        Ok(Resolved::one(part, origin.seen_through(&lens.text)))
    }

    /// Applies a lens to the value of an item. Of a long text, only the selected part is parsed.
    pub(super) fn apply_to_item(
        &self,
        value: ItemValueRef<'_>,
        origin: &Origin,
        lens: &ResolvedLens,
    ) -> Result<Resolved, ExecutionError> {
        let part = match (value, &lens.path) {
            (ItemValueRef::Text(_), Some(path)) => {
                let steps: Option<Vec<Step<'_>>> = path.iter().map(|step| self.static_step(*step)).collect();
                steps.and_then(|steps| value.part(&steps))
            }
            _ => None,
        };
        match part {
            Some(part) => Ok(Resolved::one(part, origin.seen_through(&lens.text))),
            None => self.apply_to_value(value.get(), origin, lens),
        }
    }

    /// A step that does not depend on a variable.
    fn static_step(&self, step: LensStep) -> Option<Step<'_>> {
        match step {
            LensStep::Index(index) => Some(Step::Item(index as usize)),
            LensStep::Field(name) => Some(Step::Field(&self.code[name])),
            LensStep::Scalar(_) => None,
        }
    }

    fn follow(&self, value: &Value, path: &[LensStep]) -> Result<Value, ExecutionError> {
        let mut part = value.clone();
        for step in path {
            part = self.step_into(&part, *step)?;
        }
        Ok(part)
    }

    fn step_into(&self, value: &Value, step: LensStep) -> Result<Value, ExecutionError> {
        match step {
            LensStep::Index(index) => Ok(item_at(value, index)?),
            LensStep::Field(name) => Ok(field_of(value, &self.code[name])?),
            LensStep::Scalar(slot) => match self.scalar(slot)?.value.get().clone() {
                Value::String(name) => Ok(field_of(value, &name)?),
                accessor @ Value::Number(_) => Ok(item_at(value, index_from(accessor)?)?),
                accessor => Err(LensError::ScalarAccessor(accessor).into()),
            },
        }
    }

    /// Applies a lens to a canonicalised stream.
    pub(super) fn apply_to_canon_stream(
        &self,
        stream: &CanonStream,
        lens: &ResolvedLens,
    ) -> Result<Resolved, ExecutionError> {
        let Some(path) = &lens.path else {
            let tetraplet = Tetraplet {
                peer_pk: self.current_peer.clone(),
                service_id: lens.text.clone(),
                ..Tetraplet::default()
            };
            return Ok(Resolved::one(length(stream.items.len()), stream.origin.with(tetraplet)));
        };
        let index = match path[0] {
            LensStep::Index(index) => index,
            LensStep::Field(name) => return Err(LensError::FieldOfStream(self.code[name].clone()).into()),
            LensStep::Scalar(slot) => match self.scalar(slot)?.value.get().clone() {
                accessor @ Value::Number(_) => index_from(accessor)?,
                accessor => return Err(LensError::StreamAccessor(accessor).into()),
            },
        };
        let size = stream.items.len();
        let item = stream
            .items
            .get(index as usize)
            .ok_or(LensError::CanonStreamIndex { size, index })?;
        let part = self.follow(item.value.get(), &path[1..])?;
        Ok(Resolved::one(part, item.origin.clone()))
    }

    /// Applies a lens to a canonicalised map.
    pub(super) fn apply_to_canon_map(&self, map: &CanonMap, lens: &ResolvedLens) -> Result<Resolved, ExecutionError> {
        let Some(path) = &lens.path else {
            let tetraplet = Tetraplet {
                peer_pk: self.current_peer.clone(),
                lens: "length".into(),
                ..Tetraplet::default()
            };
            let length = length(map.entries.items.len());
            return Ok(Resolved::one(length, map.entries.origin.with(tetraplet)));
        };
        let key = match path[0] {
            LensStep::Index(index) => Key::Signed(index.into()),
            LensStep::Field(name) => Key::Text(self.code[name].clone()),
            LensStep::Scalar(slot) => {
                if self.is_iterator(slot) {
                    return Err(LensError::MapAccessorIsIterable.into());
                }
                let accessor = self.scalar(slot)?.value.get().clone();
                Key::of(&accessor).ok_or(LensError::MapAccessor(accessor))?
            }
        };
        let positions = map.positions(&key);
        let second = match path.get(1) {
            Some(second) if !positions.is_empty() => second,
            // A key without values gives an empty array, whatever follows in the path.
            _ => {
                let value: Value = map.values(&key)?.into_iter().collect();
                let whole = Tetraplet {
                    lens: lens.text.clone(),
                    ..map.entries.origin.tetraplet()
                };
                return Ok(Resolved::one(value, map.entries.origin.with(whole)));
            }
        };
        let index = match *second {
            LensStep::Index(index) => index,
            LensStep::Field(name) => return Err(LensError::FieldOfStream(self.code[name].clone()).into()),
            LensStep::Scalar(slot) => match self.scalar(slot)?.value.get().clone() {
                accessor @ Value::Number(_) => index_from(accessor)?,
                accessor => return Err(LensError::StreamAccessor(accessor).into()),
            },
        };
        let position = positions.get(index as usize).ok_or(LensError::CanonStreamIndex {
            size: positions.len(),
            index,
        })?;
        let part = self.follow(&map.value_at(*position)?, &path[2..])?;
        let mut tetraplet = map.entries.items[*position].origin.tetraplet();
        for step in &path[2..] {
            tetraplet.lens.push('.');
            tetraplet.lens.push_str(&self.accessor_text(*step));
        }
        Ok(Resolved::one(part, map.entries.origin.with(tetraplet)))
    }

    fn accessor_text(&self, step: LensStep) -> String {
        match step {
            LensStep::Index(index) => format!("[{index}]"),
            LensStep::Scalar(slot) => format!("[{}]", self.code.name(slot)),
            LensStep::Field(name) => self.code[name].to_string(),
        }
    }
}

fn length(len: usize) -> Value {
    u64::try_from(len).unwrap_or(u64::MAX).into()
}

fn item_at(value: &Value, index: u32) -> Result<Value, LensError> {
    let items = value.as_array().ok_or_else(|| LensError::NotArray {
        value: value.clone(),
        index,
    })?;
    items.get(index as usize).cloned().ok_or_else(|| LensError::NoIndex {
        value: value.clone(),
        index,
    })
}

fn field_of(value: &Value, name: &str) -> Result<Value, LensError> {
    let fields = value.as_object().ok_or_else(|| LensError::NotObject {
        value: value.clone(),
        name: name.into(),
    })?;
    fields.get(name).cloned().ok_or_else(|| LensError::NoField {
        value: value.clone(),
        name: name.into(),
    })
}

fn index_from(accessor: Value) -> Result<u32, LensError> {
    let index = accessor
        .as_number()
        .and_then(serde_json::Number::as_u64)
        .and_then(|index| u32::try_from(index).ok());
    index.ok_or(LensError::IndexRange(accessor))
}
