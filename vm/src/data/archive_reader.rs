//! Reads particle data from an archive.
//!
//! One pass validates and reads. Targets of pointers must precede their owners and are consumed in the order of the
//! traversal, so no byte is read twice; shared targets are read once and then cloned cheaply. So the memory is at most a
//! constant factor of the length of the archive, whatever it contains.

use super::layout as at;
use super::{
    ApResult, CallState, CanonCidAggregate, CanonResultCidAggregate, CanonState, Cid, CidInfo, FoldResult,
    FoldSubTraceLore, ParResult, ParticleData, Provenance, Sender, ServiceResultCidAggregate, Store, SubTraceDesc,
    TraceState, ValueRef,
};
use crate::Tetraplet;
use ecow::EcoString;
use smallvec::SmallVec;

/// Why bytes are not an archive of particle data. Offsets are relative to the start of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Shorter than the root.
    #[error("{0} bytes are fewer than the root takes")]
    TooShort(usize),
    /// The target of a pointer is outside the archive, after its owner, or has another owner.
    #[error("the pointer at {0} leads out of its bounds")]
    PointerOutOfBounds(usize),
    /// A target is not aligned.
    #[error("the target at {0} is misaligned")]
    Misaligned(usize),
    /// Two pointers of different types have the same target.
    #[error("the target at {0} is shared between different types")]
    SharedTypes(usize),
    /// No variant of an enumeration has that tag.
    #[error("unknown tag at {0}")]
    Tag(usize),
    /// A text is not UTF-8.
    #[error("the text at {0} is not UTF-8")]
    Text(usize),
}

type Result<T> = std::result::Result<T, ArchiveError>;

/// Reads an archive.
///
/// # Errors
/// Any of [`ArchiveError`], for bytes that the format does not allow.
pub(crate) fn read_archive(bytes: &[u8]) -> Result<ParticleData> {
    let root = bytes
        .len()
        .checked_sub(at::ROOT)
        .ok_or(ArchiveError::TooShort(bytes.len()))?;
    if !root.is_multiple_of(at::ALIGNMENT) {
        return Err(ArchiveError::Misaligned(root));
    }
    let mut reader = Reader {
        bytes,
        window: Window { start: 0, end: root },
        texts: Targets::default(),
        peer_ids: Targets::default(),
        values: Targets::default(),
        tetraplets: Targets::default(),
        canon_elements: Targets::default(),
        canon_results: Targets::default(),
        service_results: Targets::default(),
        last_peer: EcoString::new(),
    };
    Ok(ParticleData {
        trace: reader.array(root + at::ROOT_TRACE, at::STATE, Reader::state)?,
        last_call_request_id: reader.number(root + at::ROOT_LAST_CALL_REQUEST_ID),
        cid_info: CidInfo {
            value_store: reader.store(root + at::ROOT_VALUES, at::SLICE, |it| &mut it.values, Reader::value)?,
            tetraplet_store: reader.store(
                root + at::ROOT_TETRAPLETS,
                at::TETRAPLET,
                |it| &mut it.tetraplets,
                Reader::tetraplet,
            )?,
            canon_element_store: reader.store(
                root + at::ROOT_CANON_ELEMENTS,
                at::CANON_ELEMENT,
                |it| &mut it.canon_elements,
                Reader::canon_element,
            )?,
            canon_result_store: reader.store(
                root + at::ROOT_CANON_RESULTS,
                at::CANON_RESULT,
                |it| &mut it.canon_results,
                Reader::canon_result,
            )?,
            service_result_store: reader.store(
                root + at::ROOT_SERVICE_RESULTS,
                at::SERVICE_RESULT,
                |it| &mut it.service_results,
                Reader::service_result,
            )?,
        },
        signatures: reader
            .array(root + at::ROOT_SIGNATURES, at::SIGNATURE_ENTRY, |reader, entry| {
                Ok((
                    reader.byte_string(entry)?,
                    reader.byte_string(entry + at::SIGNATURE_ENTRY_SIGNATURE)?,
                ))
            })?
            .into_iter()
            .collect(),
    })
}

/// The part of the archive that targets may still consume.
#[derive(Clone, Copy)]
struct Window {
    start: usize,
    end: usize,
}

/// The shared targets of one type that have been read.
struct Targets<T> {
    /// Their offsets, ascending.
    positions: Vec<usize>,
    targets: Vec<T>,
    /// For each block of the archive, the index of the first target that is not before it.
    first: Vec<usize>,
}

/// Bytes of a block.
const STRETCH: usize = 512;

impl<T> Default for Targets<T> {
    fn default() -> Self {
        Self {
            positions: Vec::new(),
            targets: Vec::new(),
            first: Vec::new(),
        }
    }
}

impl<T> Targets<T> {
    fn push(&mut self, position: usize, target: T) {
        let stretches = position / STRETCH + 1;
        if stretches > self.first.len() {
            self.first.resize(stretches, self.targets.len());
        }
        self.positions.push(position);
        self.targets.push(target);
    }

    fn at(&self, position: usize) -> Option<&T> {
        let first = *self.first.get(position / STRETCH)?;
        let next = self.first.get(position / STRETCH + 1).copied();
        let near = &self.positions[first..next.unwrap_or(self.positions.len())];
        near.binary_search(&position)
            .ok()
            .map(|index| &self.targets[first + index])
    }

    fn last(&self) -> Option<usize> {
        self.positions.last().copied()
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    window: Window,
    texts: Targets<Cid>,
    peer_ids: Targets<EcoString>,
    // Items of stores by their index.
    values: Targets<u32>,
    tetraplets: Targets<u32>,
    canon_elements: Targets<u32>,
    canon_results: Targets<u32>,
    service_results: Targets<u32>,
    /// The peer of the last tetraplet, which is often repeated.
    last_peer: EcoString,
}

impl<'a> Reader<'a> {
    // Fields. Their owner has been claimed, so they are inside the archive.

    fn word(&self, position: usize) -> [u8; 4] {
        let mut word = [0; 4];
        word.copy_from_slice(&self.bytes[position..position + 4]);
        word
    }

    fn number(&self, position: usize) -> u32 {
        u32::from_be_bytes(self.word(position))
    }

    fn length(&self, position: usize) -> usize {
        self.number(position) as usize
    }

    /// The target of the pointer at a position.
    fn target(&self, position: usize) -> Result<usize> {
        self.offset(position, i32::from_be_bytes(self.word(position)))
    }

    fn offset(&self, position: usize, offset: i32) -> Result<usize> {
        position
            .checked_add_signed(offset as isize)
            .filter(|target| *target <= self.bytes.len())
            .ok_or(ArchiveError::PointerOutOfBounds(position))
    }

    // Targets.

    /// Takes `length` bytes at `target` out of the window. Their own targets must be between the start of the window and
    /// them. Pass the result to [`release`](Self::release) afterwards.
    fn claim(&mut self, owner: usize, target: usize, length: Option<usize>, alignment: usize) -> Result<Window> {
        if !target.is_multiple_of(alignment) {
            return Err(ArchiveError::Misaligned(target));
        }
        let end = length.and_then(|length| target.checked_add(length));
        let end = end.filter(|end| self.window.start <= target && *end <= self.window.end);
        let behind = Window {
            start: end.ok_or(ArchiveError::PointerOutOfBounds(owner))?,
            end: self.window.end,
        };
        self.window.end = target;
        Ok(behind)
    }

    fn release(&mut self, behind: Window) {
        self.window = behind;
    }

    fn array<T>(
        &mut self,
        position: usize,
        size: usize,
        read: impl Fn(&mut Self, usize) -> Result<T>,
    ) -> Result<Vec<T>> {
        let (target, length) = (self.target(position)?, self.length(position + 4));
        let behind = self.claim(position, target, length.checked_mul(size), at::ALIGNMENT)?;
        let mut items = Vec::with_capacity(length);
        for index in 0..length {
            items.push(read(self, target + index * size)?);
        }
        self.release(behind);
        Ok(items)
    }

    /// An array of numbers, typically one.
    fn numbers(&mut self, position: usize) -> Result<SmallVec<[u32; 2]>> {
        let (target, length) = (self.target(position)?, self.length(position + 4));
        let behind = self.claim(position, target, length.checked_mul(4), at::ALIGNMENT)?;
        let numbers = (0..length).map(|index| self.number(target + index * 4)).collect();
        self.release(behind);
        Ok(numbers)
    }

    fn byte_string(&mut self, position: usize) -> Result<Box<[u8]>> {
        let (target, length) = (self.target(position)?, self.length(position + 4));
        let behind = self.claim(position, target, Some(length), 1)?;
        self.release(behind);
        Ok(self.bytes[target..target + length].into())
    }

    fn text(&mut self, position: usize, target: usize, length: usize) -> Result<EcoString> {
        let behind = self.claim(position, target, Some(length), 1)?;
        self.release(behind);
        self.utf8(target, length).map(EcoString::from)
    }

    fn utf8(&self, target: usize, length: usize) -> Result<&'a str> {
        std::str::from_utf8(&self.bytes[target..target + length]).map_err(|_| ArchiveError::Text(target))
    }

    /// A growable text, which is inline up to [`at::INLINE`] bytes.
    fn string(&mut self, position: usize) -> Result<EcoString> {
        let last = self.bytes[position + at::INLINE];
        if last & 0x80 == 0 {
            let length = usize::from(last);
            if length > at::INLINE {
                return Err(ArchiveError::Text(position));
            }
            return self.utf8(position, length).map(EcoString::from);
        }
        let length = self.length(position);
        let target = self.offset(position, i32::from_le_bytes(self.word(position + 4)))?;
        self.text(position, target, length)
    }

    // Shared targets. Those before the window have been read.

    fn was_read(&self, target: usize) -> bool {
        // An empty text takes nothing out of the window.
        target < self.window.start || self.texts.last() == Some(target)
    }

    /// The error for a target that was read as another type.
    #[cold]
    fn other_kind(&self, owner: usize, target: usize) -> ArchiveError {
        let is_shared = self.texts.at(target).is_some()
            || self.peer_ids.at(target).is_some()
            || self.values.at(target).is_some()
            || self.tetraplets.at(target).is_some()
            || self.canon_elements.at(target).is_some()
            || self.canon_results.at(target).is_some()
            || self.service_results.at(target).is_some();
        if is_shared {
            ArchiveError::SharedTypes(target)
        } else {
            ArchiveError::PointerOutOfBounds(owner)
        }
    }

    fn cid(&mut self, position: usize) -> Result<Cid> {
        let (target, length) = (self.target(position)?, self.length(position + 4));
        if self.was_read(target) {
            let known = self.texts.at(target).filter(|cid| cid.length() == length);
            return known.cloned().ok_or_else(|| self.other_kind(position, target));
        }
        let behind = self.claim(position, target, Some(length), 1)?;
        self.release(behind);
        let cid = Cid::of_text(&self.bytes[target..target + length]).map_err(|_| ArchiveError::Text(target))?;
        self.texts.push(target, cid.clone());
        Ok(cid)
    }

    fn peer_id(&mut self, position: usize) -> Result<EcoString> {
        let target = self.target(position)?;
        if self.was_read(target) {
            let known = self.peer_ids.at(target).cloned();
            return known.ok_or_else(|| self.other_kind(position, target));
        }
        let behind = self.claim(position, target, Some(at::STRING), at::ALIGNMENT)?;
        let peer = self.string(target)?;
        self.release(behind);
        self.peer_ids.push(target, peer.clone());
        Ok(peer)
    }

    // Items of stores.

    fn value(&mut self, value: usize) -> Result<EcoString> {
        let (target, length) = (self.target(value)?, self.length(value + 4));
        self.text(value, target, length)
    }

    fn tetraplet(&mut self, tetraplet: usize) -> Result<Tetraplet> {
        let peer_pk = self.string(tetraplet)?;
        if peer_pk != self.last_peer {
            self.last_peer = peer_pk;
        }
        Ok(Tetraplet {
            peer_pk: self.last_peer.clone(),
            service_id: self.string(tetraplet + at::STRING)?,
            function_name: self.string(tetraplet + 2 * at::STRING)?,
            lens: self.string(tetraplet + 3 * at::STRING)?,
        })
    }

    fn canon_element(&mut self, element: usize) -> Result<CanonCidAggregate> {
        Ok(CanonCidAggregate {
            value: self.cid(element)?,
            tetraplet: self.cid(element + at::CANON_ELEMENT_TETRAPLET)?,
            provenance: self.provenance(element + at::CANON_ELEMENT_PROVENANCE)?,
        })
    }

    fn provenance(&mut self, position: usize) -> Result<Provenance> {
        match self.bytes[position] {
            at::PROVENANCE_LITERAL => Ok(Provenance::Literal),
            at::PROVENANCE_SERVICE_RESULT => Ok(Provenance::ServiceResult {
                cid: self.cid(position + at::PAYLOAD)?,
            }),
            at::PROVENANCE_CANON => Ok(Provenance::Canon {
                cid: self.cid(position + at::PAYLOAD)?,
            }),
            _ => Err(ArchiveError::Tag(position)),
        }
    }

    fn canon_result(&mut self, result: usize) -> Result<CanonResultCidAggregate> {
        Ok(CanonResultCidAggregate {
            tetraplet: self.cid(result)?,
            values: self
                .array(result + at::CANON_RESULT_VALUES, at::SLICE, Self::cid)?
                .into(),
        })
    }

    fn service_result(&mut self, result: usize) -> Result<ServiceResultCidAggregate> {
        Ok(ServiceResultCidAggregate {
            value_cid: self.cid(result)?,
            argument_hash: self.cid(result + at::SERVICE_RESULT_ARGUMENTS)?,
            tetraplet_cid: self.cid(result + at::SERVICE_RESULT_TETRAPLET)?,
        })
    }

    /// A store of items of a fixed size, each with a shared pointer.
    fn store<T: Clone>(
        &mut self,
        position: usize,
        size: usize,
        kind: fn(&mut Self) -> &mut Targets<u32>,
        read: fn(&mut Self, usize) -> Result<T>,
    ) -> Result<Store<T>> {
        let (target, length) = (self.target(position)?, self.length(position + 4));
        let behind = self.claim(position, target, length.checked_mul(at::STORE_ENTRY), at::ALIGNMENT)?;
        let mut entries: Vec<(Cid, T)> = Vec::with_capacity(length);
        for index in 0..length {
            let entry = target + index * at::STORE_ENTRY;
            let cid = self.cid(entry)?;
            let owner = entry + at::STORE_ENTRY_VALUE;
            let target = self.target(owner)?;
            let item = if self.was_read(target) {
                let known = kind(self).at(target).copied();
                let known = known.ok_or_else(|| self.other_kind(owner, target))?;
                entries[known as usize].1.clone()
            } else {
                let behind = self.claim(owner, target, Some(size), at::ALIGNMENT)?;
                let item = read(self, target)?;
                self.release(behind);
                kind(self).push(target, index as u32);
                item
            };
            entries.push((cid, item));
        }
        self.release(behind);
        Ok(entries.into_iter().collect())
    }

    // The trace.

    fn state(&mut self, position: usize) -> Result<TraceState> {
        let payload = position + at::PAYLOAD;
        match self.bytes[position] {
            at::STATE_PAR => Ok(TraceState::Par(ParResult {
                left_size: self.number(payload),
                right_size: self.number(payload + 4),
            })),
            at::STATE_CALL => self.call(payload).map(TraceState::Call),
            at::STATE_FOLD => {
                let lore = self.array(payload, at::LORE, Self::lore)?;
                Ok(TraceState::Fold(FoldResult { lore }))
            }
            at::STATE_AP => {
                let res_generations = self.numbers(payload)?;
                Ok(TraceState::Ap(ApResult { res_generations }))
            }
            at::STATE_CANON => self.canon(payload).map(TraceState::Canon),
            _ => Err(ArchiveError::Tag(position)),
        }
    }

    fn call(&mut self, position: usize) -> Result<CallState> {
        let payload = position + at::PAYLOAD;
        match self.bytes[position] {
            at::CALL_REQUEST_SENT_BY => self.sender(payload).map(CallState::RequestSentBy),
            at::CALL_EXECUTED => self.value_ref(payload).map(CallState::Executed),
            at::CALL_FAILED => self.cid(payload).map(CallState::Failed),
            _ => Err(ArchiveError::Tag(position)),
        }
    }

    fn sender(&mut self, position: usize) -> Result<Sender> {
        let payload = position + at::PAYLOAD;
        match self.bytes[position] {
            at::SENDER_PEER_ID => self.peer_id(payload).map(Sender::PeerId),
            at::SENDER_PEER_ID_WITH_CALL_ID => Ok(Sender::PeerIdWithCallId {
                peer_id: self.peer_id(payload)?,
                call_id: self.number(position + at::SENDER_CALL_ID),
            }),
            _ => Err(ArchiveError::Tag(position)),
        }
    }

    fn value_ref(&mut self, position: usize) -> Result<ValueRef> {
        let payload = position + at::PAYLOAD;
        match self.bytes[position] {
            at::VALUE_SCALAR => self.cid(payload).map(ValueRef::Scalar),
            at::VALUE_STREAM => Ok(ValueRef::Stream {
                cid: self.cid(payload)?,
                generation: self.number(position + at::VALUE_GENERATION),
            }),
            at::VALUE_UNUSED => self.cid(payload).map(ValueRef::Unused),
            _ => Err(ArchiveError::Tag(position)),
        }
    }

    fn canon(&mut self, position: usize) -> Result<CanonState> {
        let payload = position + at::PAYLOAD;
        match self.bytes[position] {
            at::CANON_REQUEST_SENT_BY => self.peer_id(payload).map(CanonState::RequestSentBy),
            at::CANON_EXECUTED => self.cid(payload).map(CanonState::Executed),
            _ => Err(ArchiveError::Tag(position)),
        }
    }

    fn lore(&mut self, position: usize) -> Result<FoldSubTraceLore> {
        Ok(FoldSubTraceLore {
            value_pos: self.number(position),
            subtraces_desc: self.array(position + at::LORE_DESCRIPTORS, at::DESCRIPTOR, |reader, descriptor| {
                let (begin_pos, subtrace_len) = (reader.number(descriptor), reader.number(descriptor + 4));
                Ok(SubTraceDesc {
                    begin_pos,
                    subtrace_len,
                })
            })?,
        })
    }
}
