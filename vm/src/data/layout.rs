//! Sizes, offsets and tags of the archive inside an envelope.
//!
//! The archive is a 32-bit big-endian memory image. Pointers are signed offsets from the pointer's own position, arrays and
//! texts are a pointer and a length, the root is the last [`ROOT`] bytes. The target of a pointer precedes its owner.
//! Reader and writer share these numbers and nothing else.

/// Alignment of everything but texts and byte strings.
pub(super) const ALIGNMENT: usize = 4;

/// Size of the root.
pub(super) const ROOT: usize = 60;
pub(super) const ROOT_TRACE: usize = 0;
pub(super) const ROOT_LAST_CALL_REQUEST_ID: usize = 8;
pub(super) const ROOT_VALUES: usize = 12;
pub(super) const ROOT_TETRAPLETS: usize = 20;
pub(super) const ROOT_CANON_ELEMENTS: usize = 28;
pub(super) const ROOT_CANON_RESULTS: usize = 36;
pub(super) const ROOT_SERVICE_RESULTS: usize = 44;
pub(super) const ROOT_SIGNATURES: usize = 52;

/// Size of a pointer with a length: arrays, texts.
pub(super) const SLICE: usize = 8;

/// Size of a trace state: a tag, padding, 20 bytes.
pub(super) const STATE: usize = 24;
/// Offset of the fields after a tag. Enumerations nest: a call's state begins there, and its sender after its own tag.
pub(super) const PAYLOAD: usize = 4;

pub(super) const STATE_PAR: u8 = 0;
pub(super) const STATE_CALL: u8 = 1;
pub(super) const STATE_FOLD: u8 = 2;
pub(super) const STATE_AP: u8 = 3;
pub(super) const STATE_CANON: u8 = 4;

pub(super) const CALL_REQUEST_SENT_BY: u8 = 0;
pub(super) const CALL_EXECUTED: u8 = 1;
pub(super) const CALL_FAILED: u8 = 2;

pub(super) const SENDER_PEER_ID: u8 = 0;
pub(super) const SENDER_PEER_ID_WITH_CALL_ID: u8 = 1;
/// Offset of the call id after the tag and the pointer of a sender.
pub(super) const SENDER_CALL_ID: usize = 8;

pub(super) const VALUE_SCALAR: u8 = 0;
pub(super) const VALUE_STREAM: u8 = 1;
pub(super) const VALUE_UNUSED: u8 = 2;
/// Offset of the generation after the tag and the content id of a value reference.
pub(super) const VALUE_GENERATION: usize = 12;

pub(super) const CANON_REQUEST_SENT_BY: u8 = 0;
pub(super) const CANON_EXECUTED: u8 = 1;

/// Size of one entry of a fold's lore.
pub(super) const LORE: usize = 12;
pub(super) const LORE_DESCRIPTORS: usize = 4;
/// Size of a descriptor of a range of states.
pub(super) const DESCRIPTOR: usize = 8;

/// Size of an entry of a store: a content id and a pointer.
pub(super) const STORE_ENTRY: usize = 12;
pub(super) const STORE_ENTRY_VALUE: usize = 8;

/// Size of a growable text. Up to [`INLINE`] bytes are inline; the last byte is their number.
pub(super) const STRING: usize = 8;
pub(super) const INLINE: usize = 7;

pub(super) const TETRAPLET: usize = 4 * STRING;
pub(super) const CANON_ELEMENT: usize = 28;
pub(super) const CANON_ELEMENT_TETRAPLET: usize = 8;
pub(super) const CANON_ELEMENT_PROVENANCE: usize = 16;
pub(super) const PROVENANCE_LITERAL: u8 = 0;
pub(super) const PROVENANCE_SERVICE_RESULT: u8 = 1;
pub(super) const PROVENANCE_CANON: u8 = 2;
pub(super) const CANON_RESULT: usize = 16;
pub(super) const CANON_RESULT_VALUES: usize = 8;
pub(super) const SERVICE_RESULT: usize = 24;
pub(super) const SERVICE_RESULT_ARGUMENTS: usize = 8;
pub(super) const SERVICE_RESULT_TETRAPLET: usize = 16;

/// Size of an entry of the signature store: two byte strings.
pub(super) const SIGNATURE_ENTRY: usize = 16;
pub(super) const SIGNATURE_ENTRY_SIGNATURE: usize = 8;
