//! `canon`: canonicalises a stream or stream map, as one peer sees it.

use super::Machine;
use super::canon_map::{CanonMap, EntryKey, NO_KEY, entry_value, runs_of_keys};
use super::fold::Source;
use super::invalidation::Invalidation;
use super::item::{self, CanonStream, Item};
use super::origin::{ORIGIN, Origin};
use crate::data::{CanonState, Provenance, TraceState};
use crate::failure::{ExecutionError, Uncatchable};
use crate::{Cid, Tetraplet};
use aqua_air::{OperandId, OperationId, Slot, StreamScopeId};
use aqua_values::Value;
use ecow::EcoString;
use std::collections::BTreeMap;

/// The source and target of a `canon`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Canon {
    Stream { source: StreamScopeId, target: Slot },
    Map { source: StreamScopeId, target: Slot },
    MapToScalar { source: StreamScopeId, target: Slot },
}

impl Machine<'_> {
    pub(super) fn canon(&mut self, id: OperationId, peer: OperandId, canon: Canon) -> Result<(), ExecutionError> {
        let met = self.trace.meet_canon().map_err(|error| self.trace_error(id, error))?;
        let peer = match self.resolve_text(peer) {
            Ok(peer) => peer,
            Err(error) => {
                self.invalidate(Invalidation::NoStateInTrace);
                return if met.is_some() { Err(error) } else { self.join(error) };
            }
        };
        match met {
            Some(CanonState::Executed(cid)) => self.meet_canon_result(canon, peer, cid),
            _ if peer == self.current_peer => self.canonicalise(canon, peer),
            Some(state @ CanonState::RequestSentBy(_)) => {
                self.complete = false;
                self.trace.push(TraceState::Canon(state));
                Ok(())
            }
            None => {
                self.complete = false;
                self.next_peers.insert(peer);
                self.trace
                    .push(TraceState::Canon(CanonState::RequestSentBy(self.current_peer.clone())));
                Ok(())
            }
        }
    }

    /// The data has the canonicalised values.
    fn meet_canon_result(&mut self, canon: Canon, peer: EcoString, cid: Cid) -> Result<(), ExecutionError> {
        let expected = Tetraplet::of_peer(peer);
        let (stored, elements) = self.content.canon_result(&cid)?;
        if expected != stored {
            return Err(Uncatchable::tetraplet_mismatch("canon tetraplet", &expected, &stored).into());
        }
        let items = self.content.canon_elements(&elements, self.trace.position())?;
        self.bind_canon(canon, items, stored, cid)
    }

    /// This peer canonicalises.
    fn canonicalise(&mut self, canon: Canon, peer: EcoString) -> Result<(), ExecutionError> {
        let tetraplet = Tetraplet::of_peer(peer);
        let items: Vec<Item> = match canon {
            Canon::Stream { source, .. } => self.stream_items(Source::Stream(source)),
            Canon::Map { source, .. } => self.stream_items(Source::Map(source)),
            Canon::MapToScalar { source, .. } => {
                let object = first_of_each_key(&self.stream_items(Source::Map(source)))?;
                let origin = Origin::new(tetraplet.clone(), Provenance::Literal);
                vec![Item::new(object, origin, self.trace.position())]
            }
        };
        let cid = self.content.add_canon_result(&items, &tetraplet)?;
        self.bind_canon(canon, items, tetraplet, cid)
    }

    fn bind_canon(
        &mut self,
        canon: Canon,
        items: Vec<Item>,
        tetraplet: Tetraplet,
        cid: Cid,
    ) -> Result<(), ExecutionError> {
        if tetraplet.peer_pk == self.current_peer {
            self.content.own_cids.push(cid.clone());
        }
        self.retain(|| item::slice_size(items.len()) + ORIGIN);
        let state = TraceState::Canon(CanonState::Executed(cid.clone()));
        match canon {
            Canon::Stream { target, .. } => {
                let stream = CanonStream::new(items, tetraplet, cid);
                self.check_write(target);
                self.canon_streams
                    .set(target.index(), self.code.name(target), stream, &self.levels)?;
            }
            Canon::Map { target, .. } => {
                let map = CanonMap::new(CanonStream::new(items, tetraplet, cid))?;
                self.retain(|| map.index_size());
                self.check_write(target);
                self.canon_maps
                    .set(target.index(), self.code.name(target), map, &self.levels)?;
            }
            Canon::MapToScalar { target, .. } => {
                let object = items.into_iter().next().ok_or(Uncatchable::NoValueForScalar)?.value;
                let origin = Origin::new(tetraplet, Provenance::Canon { cid });
                let item = Item::new(object, origin, self.trace.position());
                self.set_scalar(target, item)?;
            }
        }
        self.trace.push(state);
        Ok(())
    }
}

/// An object with the first value of each key. 42 and `42` are the same key.
fn first_of_each_key(entries: &[Item]) -> Result<Value, Uncatchable> {
    let mut fields = BTreeMap::new();
    for (positions, key) in runs_of_keys(entries) {
        let key = key.and_then(EntryKey::into_key).ok_or(NO_KEY)?;
        let value = entry_value(&entries[positions.start])?;
        fields.entry(key.into_name()).or_insert(value);
    }
    Ok(Value::Object(fields.into_iter().collect()))
}
