//! `ap`: copies a value.

use super::Machine;
use super::canon_map::Key;
use super::fold::Source;
use super::invalidation::Invalidation;
use super::item::{Item, Resolved};
use super::stream::Generation;
use crate::failure::{Catchable, ExecutionError, TraceError};
use crate::memory;
use crate::trace::MetAp;
use aqua_air::{OperandId, OperationId, Slot, StreamScopeId};

impl Machine<'_> {
    pub(super) fn ap_to_scalar(&mut self, source: OperandId, target: Slot) -> Result<(), ExecutionError> {
        let item = match self.resolve(source) {
            Ok(source) => self.as_item(source),
            Err(error) => return self.join(error),
        };
        self.set_scalar(target, item)
    }

    pub(super) fn ap_to_stream(
        &mut self,
        id: OperationId,
        source: OperandId,
        target: StreamScopeId,
    ) -> Result<(), ExecutionError> {
        let item = match self.resolve(source) {
            Ok(source) => self.as_item(source),
            Err(error) => return self.join(error),
        };
        let generation = self.ap_generation().map_err(|error| self.trace_error(id, error))?;
        self.add_to_stream(Source::Stream(target), item, generation)?;
        self.trace.push_ap();
        Ok(())
    }

    pub(super) fn ap_to_map(
        &mut self,
        id: OperationId,
        key: OperandId,
        value: OperandId,
        target: StreamScopeId,
    ) -> Result<(), ExecutionError> {
        let item = match self.resolve(value) {
            Ok(value) => self.as_item(value),
            Err(error) => return self.join(error),
        };
        let generation = self.ap_generation().map_err(|error| self.trace_error(id, error))?;
        let key = match self.value(key) {
            Ok(key) => key,
            Err(error) => {
                self.invalidate(Invalidation::NoStateInTrace);
                return self.join(error);
            }
        };
        if !Key::is(&key) {
            self.invalidate(Invalidation::NoStateInTrace);
            return Err(Catchable::StreamMapKey(self.code.scope_name(target).clone()).into());
        }
        let Item { value, .. } = item;
        let entry = Key::entry(key, value.into_value());
        self.retain(|| memory::ECO + 2 * memory::FIELD);
        let entry = Item {
            value: entry.into(),
            ..item
        };
        self.add_to_stream(Source::Map(target), entry, generation)?;
        self.trace.push_ap();
        Ok(())
    }

    /// A resolved value as made by the next state.
    fn as_item(&self, Resolved { value, origin, .. }: Resolved) -> Item {
        Item::new(value, origin, self.trace.position())
    }

    fn ap_generation(&mut self) -> Result<Generation, TraceError> {
        Ok(match self.trace.meet_ap()? {
            Some(MetAp { generation, from }) => Generation::Known(from, generation),
            None => Generation::New,
        })
    }
}
