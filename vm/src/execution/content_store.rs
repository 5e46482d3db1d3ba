//! The content that a run reads and adds, by content id.

use super::append_stores::AppendStores;
use super::item::{ITEM, Item};
use super::item_value::ItemValue;
use super::origin::{ORIGIN, Origin};
use crate::data::{CID, CanonCidAggregate, CanonResultCidAggregate, CidInfo, Provenance, ServiceResultCidAggregate};
use crate::digests::Texts;
use crate::failure::Uncatchable;
use crate::json_text::JsonText;
use crate::{Cid, Tetraplet};
use aqua_values::{TextError, Value};
use ecow::{EcoString, EcoVec};
use rustc_hash::FxHashMap;

/// The merged stores of previous and current data, and the ids that this peer signs.
#[derive(Debug)]
pub(super) struct ContentStore {
    stores: AppendStores,
    /// One entry per trace state, in the order of the trace.
    pub(super) own_cids: Vec<Cid>,
    reading: Reading,
    /// The tetraplet that was added last. It is often added again.
    last_tetraplet: Option<(Tetraplet, Cid)>,
    /// Buffer for a text to hash.
    text: Vec<u8>,
    /// Buffer for texts to hash together.
    texts: Texts,
}

/// Parsed values of the store, and the memory that is left.
#[derive(Debug)]
struct Reading {
    values: FxHashMap<Cid, ItemValue>,
    /// Bytes that the run may still use.
    allowance: u64,
    limit: u64,
    /// Memory of the origins that were made of stored content, in bytes.
    origins: usize,
}

impl Reading {
    fn charge(&mut self, bytes: usize) -> Result<(), Uncatchable> {
        let left = self.allowance.checked_sub(bytes as u64);
        self.allowance = left.ok_or(Uncatchable::RunTooLarge(self.limit))?;
        Ok(())
    }

    /// A value of the store. It is examined once.
    fn value(&mut self, stores: &AppendStores, cid: &Cid) -> Result<ItemValue, Uncatchable> {
        if let Some(value) = self.values.get(cid) {
            return Ok(value.clone());
        }
        let text = stores.values.get(cid);
        let text = text.ok_or_else(|| Uncatchable::not_found("value", cid))?;
        self.charge(Value::parsed_size(text))?;
        let value = match ItemValue::of_canonical(text) {
            Some(value) => value,
            None => match Value::parse(text) {
                Ok(value) => value.into(),
                Err(error) => {
                    let cid = cid.clone();
                    return Err(Uncatchable::MalformedValue { cid, error });
                }
            },
        };
        self.values.insert(cid.clone(), value.clone());
        Ok(value)
    }
}

/// A stored service result.
#[derive(Debug)]
pub(super) struct ServiceResult {
    pub(super) value: ItemValue,
    pub(super) argument_hash: Cid,
    pub(super) tetraplet: Tetraplet,
}

impl ContentStore {
    /// The content of a run that may use `limit` bytes.
    pub(super) fn new(info: CidInfo, limit: u64) -> Self {
        Self {
            stores: AppendStores::new(info),
            own_cids: Vec::new(),
            reading: Reading {
                values: FxHashMap::default(),
                allowance: limit,
                limit,
                origins: 0,
            },
            last_tetraplet: None,
            text: Vec::with_capacity(512),
            texts: Texts::default(),
        }
    }

    /// The stores with the added content, and the ids that this peer signs.
    pub(super) fn finish(self) -> (CidInfo, Vec<Cid>) {
        (self.stores.finish(), self.own_cids)
    }

    /// Charges the run for memory.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), Uncatchable> {
        self.reading.charge(bytes)
    }

    /// Memory of the values and origins that were made of stored content, in bytes.
    pub(super) fn parsed(&self) -> usize {
        self.reading.origins + self.reading.values.values().map(ItemValue::size).sum::<usize>()
    }

    /// Bytes that were charged.
    pub(super) fn charged(&self) -> u64 {
        self.reading.limit - self.reading.allowance
    }

    // Reading.

    fn tetraplet(&self, cid: &Cid) -> Result<Tetraplet, Uncatchable> {
        self.stores
            .tetraplets
            .get(cid)
            .cloned()
            .ok_or_else(|| Uncatchable::not_found("tetraplet", cid))
    }

    pub(super) fn service_result(&mut self, cid: &Cid) -> Result<ServiceResult, Uncatchable> {
        let stored = self.stores.service_results.get(cid);
        let stored = stored.ok_or_else(|| Uncatchable::not_found("service result aggregate", cid))?;
        Ok(ServiceResult {
            value: self.reading.value(&self.stores, &stored.value_cid)?,
            argument_hash: stored.argument_hash.clone(),
            tetraplet: self.tetraplet(&stored.tetraplet_cid)?,
        })
    }

    /// The tetraplet of a canonicalised stream, and the ids of its elements.
    pub(super) fn canon_result(&self, cid: &Cid) -> Result<(Tetraplet, EcoVec<Cid>), Uncatchable> {
        let stored = self.stores.canon_results.get(cid);
        let stored = stored.ok_or_else(|| Uncatchable::not_found("canon result aggregate", cid))?;
        Ok((self.tetraplet(&stored.tetraplet)?, stored.values.clone()))
    }

    pub(super) fn canon_elements(&mut self, cids: &[Cid], position: usize) -> Result<Vec<Item>, Uncatchable> {
        self.charge(cids.len() * (CID + ITEM))?;
        // Adjacent elements often have the same origin.
        let mut last: Option<(&Cid, &Provenance, Origin)> = None;
        let mut items = Vec::with_capacity(cids.len());
        for cid in cids {
            let stored = self.stores.canon_elements.get(cid);
            let stored = stored.ok_or_else(|| Uncatchable::not_found("canon aggregate", cid))?;
            let value = self.reading.value(&self.stores, &stored.value)?;
            let origin = match &last {
                Some((tetraplet, provenance, origin))
                    if **tetraplet == stored.tetraplet && **provenance == stored.provenance =>
                {
                    origin.clone()
                }
                _ => {
                    self.reading.origins += ORIGIN;
                    let tetraplet = self.tetraplet(&stored.tetraplet)?;
                    Origin::new(tetraplet, stored.provenance.clone()).proved_part()
                }
            };
            last = Some((&stored.tetraplet, &stored.provenance, origin.clone()));
            items.push(Item::new(value, origin, position));
        }
        Ok(items)
    }

    // Adding.

    /// Bytes that the run may still use; no text may be longer.
    pub(super) fn allowance(&self) -> usize {
        usize::try_from(self.reading.allowance).unwrap_or(usize::MAX)
    }

    /// An empty buffer for a text. Pass it to [`keep_buffer`](Self::keep_buffer) or [`give_back`](Self::give_back).
    pub(super) fn take_buffer(&mut self) -> Vec<u8> {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        text
    }

    pub(super) fn give_back(&mut self, buffer: Vec<u8>) {
        self.text = buffer;
    }

    /// Keeps a text until the next one is written, and charges for it.
    pub(super) fn keep_buffer(&mut self, text: Vec<u8>, written: Result<(), TextError>) -> Result<(), Uncatchable> {
        self.text = text;
        self.charge_text(written, self.text.len())
    }

    fn charge_text(&mut self, written: Result<(), TextError>, length: usize) -> Result<(), Uncatchable> {
        written.map_err(|error| match error {
            TextError::TooDeep => Uncatchable::ValueTooDeep,
            TextError::TooLong => Uncatchable::RunTooLarge(self.reading.limit),
        })?;
        self.charge(length)
    }

    /// The id of the text that was kept last.
    pub(super) fn buffer_id(&self) -> Cid {
        Cid::of_json(&self.text)
    }

    /// The id of a value.
    pub(super) fn identify(&mut self, value: &ItemValue) -> Result<Cid, Uncatchable> {
        if let Some((text, cid)) = value.identified() {
            self.charge(text.len())?;
            return Ok(cid.clone());
        }
        let mut text = self.take_buffer();
        let written = value.write_text(&mut text, self.allowance());
        self.keep_buffer(text, written)?;
        Ok(self.buffer_id())
    }

    fn add_value(&mut self, value: &ItemValue) -> Result<Cid, Uncatchable> {
        let cid = self.identify(value)?;
        let text = &self.text;
        self.stores.values.add(&cid, || match value.identified() {
            Some((text, _)) => text.clone(),
            None => json(text),
        });
        Ok(cid)
    }

    /// The id of an item that is hashed as JSON.
    fn hash(&mut self, item: &impl JsonText) -> Cid {
        self.text.clear();
        item.write_json(&mut self.text);
        Cid::of_json(&self.text)
    }

    fn add_tetraplet(&mut self, tetraplet: &Tetraplet) -> Cid {
        if let Some((last, cid)) = &self.last_tetraplet
            && last == tetraplet
        {
            return cid.clone();
        }
        let cid = self.hash(tetraplet);
        self.stores.tetraplets.add(&cid, || tetraplet.clone());
        self.last_tetraplet = Some((tetraplet.clone(), cid.clone()));
        cid
    }

    pub(super) fn add_service_result(
        &mut self,
        value: &ItemValue,
        argument_hash: &Cid,
        tetraplet: &Tetraplet,
    ) -> Result<Cid, Uncatchable> {
        let value_cid = self.add_value(value)?;
        let tetraplet_cid = self.add_tetraplet(tetraplet);
        let result = ServiceResultCidAggregate {
            value_cid,
            argument_hash: argument_hash.clone(),
            tetraplet_cid,
        };
        let cid = self.hash(&result);
        self.stores.service_results.add(&cid, || result);
        Ok(cid)
    }

    pub(super) fn add_canon_result(&mut self, items: &[Item], tetraplet: &Tetraplet) -> Result<Cid, Uncatchable> {
        self.stores.values.reserve(items.len());
        self.stores.tetraplets.reserve(items.len());
        self.stores.canon_elements.reserve(items.len());
        let mut values = EcoVec::with_capacity(items.len());
        for items in items.chunks(AT_ONCE) {
            values.extend(self.add_canon_elements(items)?);
        }
        let result = CanonResultCidAggregate {
            tetraplet: self.add_tetraplet(tetraplet),
            values,
        };
        let cid = self.hash(&result);
        self.stores.canon_results.add(&cid, || result);
        Ok(cid)
    }

    fn add_canon_elements(&mut self, items: &[Item]) -> Result<Vec<Cid>, Uncatchable> {
        let values = self.add_values(items)?;
        let tetraplets = self.add_origins(items);
        let elements = items.iter().zip(values).zip(tetraplets);
        let elements = elements.map(|((item, value), tetraplet)| CanonCidAggregate {
            value,
            tetraplet,
            provenance: item.origin.provenance().clone(),
        });
        let elements: Vec<CanonCidAggregate> = elements.collect();
        let cids = self.hash_all(&elements);
        for (cid, element) in cids.iter().zip(elements) {
            self.stores.canon_elements.add(cid, || element);
        }
        Ok(cids)
    }

    fn add_values(&mut self, items: &[Item]) -> Result<Vec<Cid>, Uncatchable> {
        let mut texts = std::mem::take(&mut self.texts);
        texts.clear();
        for item in items {
            let start = texts.size();
            let limit = start.saturating_add(self.allowance());
            let written = texts.push(|out| item.value.write_text(out, limit));
            self.charge_text(written, texts.size() - start)?;
        }
        let cids: Vec<Cid> = texts.digests().iter().map(Cid::of_digest).collect();
        for (cid, text) in cids.iter().zip(texts.iter()) {
            self.stores.values.add(cid, || json(text));
        }
        self.texts = texts;
        Ok(cids)
    }

    /// The ids of items that are hashed as JSON.
    fn hash_all(&mut self, items: &[impl JsonText]) -> Vec<Cid> {
        self.texts.clear();
        for item in items {
            self.texts.push(|out| item.write_json(out));
        }
        self.texts.digests().iter().map(Cid::of_digest).collect()
    }

    /// Adds the tetraplets of origins. Adjacent items often have the same one.
    fn add_origins(&mut self, items: &[Item]) -> Vec<Cid> {
        let groups: Vec<&[Item]> = items
            .chunk_by(|left, right| left.origin.as_ref().is(right.origin.as_ref()))
            .collect();
        let tetraplets: Vec<Tetraplet> = groups.iter().map(|items| items[0].origin.tetraplet()).collect();
        let cids = self.hash_all(&tetraplets);
        for (cid, tetraplet) in cids.iter().zip(tetraplets) {
            self.stores.tetraplets.add(cid, || tetraplet);
        }
        let cids = groups.iter().zip(cids);
        cids.flat_map(|(items, cid)| std::iter::repeat_n(cid, items.len()))
            .collect()
    }
}

/// Elements that are hashed at once.
const AT_ONCE: usize = 256;

/// A text that was written as JSON.
fn json(text: &[u8]) -> EcoString {
    std::str::from_utf8(text).expect("JSON is UTF-8").into()
}
