//! Encodes and decodes frames, the messages of the protocol `/fluence/particle/2.0.0`.
//!
//! A frame is `unsigned varint length of the body ‖ 81 04 (multicodec MessagePack) ‖ map`. The keys of the map are strings; `action` names
//! the kind of the message. The decoder accepts every form that implementations write (any order of keys, unknown keys, bytes as binary
//! or as an array of numbers) and nothing else; the encoder writes the one form that every implementation reads.
//!
//! The decoder allocates no more than the bytes that it was given.

mod reader;

pub use reader::{Kind, ReadError};

use crate::Particle;
use aqua_keys::{PeerId, Signature};
use reader::Reader;
use rmp::encode as msgpack;
use std::str::FromStr;

/// The largest body that peers of this protocol accept, in bytes.
pub const MAX_BODY: usize = 100 * 1024 * 1024;
/// The largest body that clients in browsers accept, in bytes.
pub const MAX_CLIENT_BODY: usize = 4 * 1024 * 1024;
/// The multicodec number of MessagePack (0x0201) as a varint.
const CODEC: [u8; 2] = [0x81, 0x04];
/// The longest varint of a 32-bit number, in bytes.
const MAX_LENGTH_BYTES: usize = 5;

/// The content of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A particle.
    Particle(Particle),
    /// A request of old implementations, which has no effect.
    Upgrade,
}

/// The fields of a particle's frame, borrowed from wherever they are kept.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// See [`Particle::id`].
    pub id: &'a str,
    /// See [`Particle::init_peer_id`].
    pub init_peer_id: &'a PeerId,
    /// See [`Particle::timestamp`].
    pub timestamp: u64,
    /// See [`Particle::ttl`].
    pub ttl: u32,
    /// See [`Particle::script`].
    pub script: &'a str,
    /// See [`Particle::signature`].
    pub signature: &'a Signature,
    /// See [`Particle::data`].
    pub data: &'a [u8],
}

impl<'a> From<&'a Particle> for Parts<'a> {
    fn from(particle: &'a Particle) -> Self {
        Self {
            id: &particle.id,
            init_peer_id: &particle.init_peer_id,
            timestamp: particle.timestamp,
            ttl: particle.ttl,
            script: &particle.script,
            signature: &particle.signature,
            data: &particle.data,
        }
    }
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The bytes end before the frame does.
    #[error("the frame is truncated")]
    Truncated,
    /// The length is not a minimal varint of at most 32 bits.
    #[error("the frame's length is not a varint of at most 32 bits")]
    BadLength,
    /// The body is longer than the reader allows.
    #[error("the frame's body of {length} bytes exceeds the limit of {limit}")]
    Oversized {
        /// The announced length in bytes.
        length: usize,
        /// The reader's limit in bytes.
        limit: usize,
    },
    /// The body does not start with the codec number of MessagePack.
    #[error("the frame's codec is not MessagePack")]
    WrongCodec,
    /// The body is not a well-formed MessagePack map with string keys.
    #[error("the frame's body is not a valid MessagePack map: {0}")]
    Malformed(#[from] ReadError),
    /// The map does not end where the body does.
    #[error("{0} bytes follow the frame's map")]
    TrailingBytes(usize),
    /// A required field is missing.
    #[error("the field `{0}` is missing")]
    Missing(&'static str),
    /// A field is repeated.
    #[error("the field `{0}` is repeated")]
    Duplicate(&'static str),
    /// The value of a field (first) is not what the field requires (second).
    #[error("the field `{0}` is not {1}")]
    BadField(&'static str, &'static str),
    /// The protocol has no such action.
    #[error("the action is neither `Particle` nor `Upgrade`")]
    UnknownAction,
}

/// Encodes the whole frame of a particle, its length prefix included.
pub fn encode<'a>(particle: impl Into<Parts<'a>>) -> Vec<u8> {
    let parts = particle.into();
    let head = encode_head(&parts);
    let mut buffer = unsigned_varint::encode::usize_buffer();
    let length = unsigned_varint::encode::usize(head.len() + parts.data.len(), &mut buffer);
    let mut frame = Vec::with_capacity(length.len() + head.len() + parts.data.len());
    frame.extend(length);
    frame.extend(head);
    frame.extend(parts.data);
    frame
}

/// The size of a frame's body in bytes, to which limits apply; 0 if `frame` is not a frame.
pub fn body_length(frame: &[u8]) -> usize {
    read_length(frame, usize::MAX)
        .ok()
        .flatten()
        .map_or(0, |(length, _)| length)
}

/// Encodes the body up to the bytes of the data, which are the last field.
fn encode_head(parts: &Parts<'_>) -> Vec<u8> {
    const INFALLIBLE: &str = "writing to memory can't fail";
    let mut out = Vec::with_capacity(256 + parts.script.len());
    out.extend(CODEC);
    msgpack::write_map_len(&mut out, 8).expect(INFALLIBLE);
    let string = |out: &mut Vec<u8>, string: &str| msgpack::write_str(out, string).expect(INFALLIBLE);
    string(&mut out, "action");
    string(&mut out, "Particle");
    string(&mut out, "id");
    string(&mut out, parts.id);
    string(&mut out, "init_peer_id");
    string(&mut out, &parts.init_peer_id.to_string());
    string(&mut out, "timestamp");
    msgpack::write_u64(&mut out, parts.timestamp).expect(INFALLIBLE);
    string(&mut out, "ttl");
    msgpack::write_uint(&mut out, parts.ttl.into()).expect(INFALLIBLE);
    string(&mut out, "script");
    string(&mut out, parts.script);
    string(&mut out, "signature");
    msgpack::write_bin(&mut out, parts.signature.as_bytes()).expect(INFALLIBLE);
    string(&mut out, "data");
    msgpack::write_bin_len(&mut out, u32::try_from(parts.data.len()).unwrap_or(u32::MAX)).expect(INFALLIBLE);
    out
}

/// Decodes the frame at the start of `bytes`. Returns the message and the size of its frame in bytes.
///
/// # Errors
/// Fails if the bytes are not a frame, or its body is larger than `limit`.
pub fn decode(bytes: &[u8], limit: usize) -> Result<(Message, usize), FrameError> {
    let (length, start) = read_length(bytes, limit)?.ok_or(FrameError::Truncated)?;
    let end = start.checked_add(length).ok_or(FrameError::BadLength)?;
    let body = bytes.get(start..end).ok_or(FrameError::Truncated)?;
    Ok((decode_body(body)?, end))
}

/// Reads the length prefix of a frame: `None` if `bytes` end within it, otherwise the length of the body, at most `limit`, and the
/// offset of the body.
///
/// # Errors
/// Fails if the prefix is malformed or the body is larger than `limit`.
pub fn read_length(bytes: &[u8], limit: usize) -> Result<Option<(usize, usize)>, FrameError> {
    let head = &bytes[..bytes.len().min(MAX_LENGTH_BYTES)];
    match unsigned_varint::decode::u32(head) {
        Ok((length, rest)) => {
            let length = usize::try_from(length).map_err(|_| FrameError::BadLength)?;
            if length > limit {
                return Err(FrameError::Oversized { length, limit });
            }
            Ok(Some((length, head.len() - rest.len())))
        }
        Err(unsigned_varint::decode::Error::Insufficient) if bytes.len() < MAX_LENGTH_BYTES => Ok(None),
        Err(_) => Err(FrameError::BadLength),
    }
}

/// Decodes the body of a frame: codec number and map.
///
/// # Errors
/// Fails if the bytes are not a message of the protocol.
pub fn decode_body(body: &[u8]) -> Result<Message, FrameError> {
    let map = match body {
        [first, second, map @ ..] if [*first, *second] == CODEC => map,
        [] | [0x81] => return Err(FrameError::Truncated),
        _ => return Err(FrameError::WrongCodec),
    };
    let mut reader = Reader::new(map);
    let fields = Fields::read(&mut reader)?;
    if reader.remaining() > 0 {
        return Err(FrameError::TrailingBytes(reader.remaining()));
    }
    fields.into_message()
}

/// The fields that were read so far.
#[derive(Default)]
struct Fields<'a> {
    action: Option<&'a str>,
    id: Option<&'a str>,
    init_peer_id: Option<&'a str>,
    timestamp: Option<u64>,
    ttl: Option<u64>,
    script: Option<&'a str>,
    signature: Option<Vec<u8>>,
    data: Option<Vec<u8>>,
}

impl<'a> Fields<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, FrameError> {
        let mut fields = Self::default();
        for _ in 0..reader.map()? {
            match reader.string()? {
                "action" => set(&mut fields.action, "action", reader.string()?)?,
                "id" => set(&mut fields.id, "id", reader.string()?)?,
                "init_peer_id" => set(&mut fields.init_peer_id, "init_peer_id", reader.string()?)?,
                "timestamp" => set(&mut fields.timestamp, "timestamp", reader.unsigned()?)?,
                "ttl" => set(&mut fields.ttl, "ttl", reader.unsigned()?)?,
                "script" => set(&mut fields.script, "script", reader.string()?)?,
                "signature" => set(&mut fields.signature, "signature", reader.bytes()?)?,
                "data" => set(&mut fields.data, "data", reader.bytes()?)?,
                _ => reader.skip()?,
            }
        }
        Ok(fields)
    }

    fn into_message(self) -> Result<Message, FrameError> {
        match need(self.action, "action")? {
            "Particle" => {}
            "Upgrade" => return Ok(Message::Upgrade),
            _ => return Err(FrameError::UnknownAction),
        }
        let init_peer_id = PeerId::from_str(need(self.init_peer_id, "init_peer_id")?)
            .map_err(|_| FrameError::BadField("init_peer_id", "a peer id"))?;
        let ttl = need(self.ttl, "ttl")?
            .try_into()
            .map_err(|_| FrameError::BadField("ttl", "a 32-bit number"))?;
        let signature = <[u8; 64]>::try_from(need(self.signature, "signature")?)
            .map_err(|_| FrameError::BadField("signature", "64 bytes"))?;
        Ok(Message::Particle(Particle {
            id: need(self.id, "id")?.to_owned(),
            init_peer_id,
            timestamp: need(self.timestamp, "timestamp")?,
            ttl,
            script: need(self.script, "script")?.into(),
            signature: Signature::from_bytes(signature),
            data: need(self.data, "data")?,
        }))
    }
}

fn set<T>(field: &mut Option<T>, name: &'static str, value: T) -> Result<(), FrameError> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(FrameError::Duplicate(name)),
    }
}

fn need<T>(field: Option<T>, name: &'static str) -> Result<T, FrameError> {
    field.ok_or(FrameError::Missing(name))
}
