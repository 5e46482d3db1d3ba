//! One message of `/fluence/particle/2.0.0` as bytes: a length, a codec number and a MessagePack map.
//!
//! `unsigned varint length of the body ‖ 81 04 (multicodec MessagePack) ‖ map`. Keys of the map are texts; `action` says
//! what the message is. What is read is generous where peers differ (any order of keys, unknown keys, bytes as binary
//! or as an array of numbers) and strict in all else; what is written is the one form that every peer reads.
//!
//! Nothing is allocated before its length has been compared with the bytes that are there.

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
/// A length that fits 32 bits takes at most five varint bytes.
const MAX_LENGTH_BYTES: usize = 5;

/// What one frame carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A particle on its way.
    Particle(Particle),
    /// A request of older peers that nobody sends; to be ignored.
    Upgrade,
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The bytes end before the frame does.
    #[error("the frame is cut off")]
    Truncated,
    /// The length is not a minimal varint of at most 32 bits.
    #[error("the frame's length is not a varint of at most 32 bits")]
    BadLength,
    /// The body is longer than the reader allows.
    #[error("the frame's body of {length} bytes is over the limit of {limit}")]
    Oversized {
        /// The announced length in bytes.
        length: usize,
        /// The reader's limit in bytes.
        limit: usize,
    },
    /// The body does not start with the codec number of MessagePack.
    #[error("the frame's codec is not MessagePack")]
    WrongCodec,
    /// The body is not a well-formed MessagePack map with text keys.
    #[error("the frame's body is not a MessagePack map: {0}")]
    Malformed(#[from] ReadError),
    /// There are bytes behind the map.
    #[error("{0} bytes follow the frame's map")]
    TrailingBytes(usize),
    /// A field that the message needs is missing.
    #[error("the field `{0}` is missing")]
    Missing(&'static str),
    /// A field stands twice.
    #[error("the field `{0}` stands twice")]
    Duplicate(&'static str),
    /// A field's value is not what the field may hold.
    #[error("the field `{0}` does not hold {1}")]
    BadField(&'static str, &'static str),
    /// The action is one that the protocol doesn't have.
    #[error("the action is neither `Particle` nor `Upgrade`")]
    UnknownAction,
}

/// Writes the whole frame of a particle.
pub fn encode(particle: &Particle) -> Vec<u8> {
    let body = encode_body(particle);
    let mut buffer = unsigned_varint::encode::usize_buffer();
    let length = unsigned_varint::encode::usize(body.len(), &mut buffer);
    let mut frame = Vec::with_capacity(length.len() + body.len());
    frame.extend(length);
    frame.extend(body);
    frame
}

/// How many bytes the body of a particle's frame has; what the size limits speak of.
pub fn body_length(frame: &[u8]) -> usize {
    read_length(frame, usize::MAX)
        .ok()
        .flatten()
        .map_or(0, |(length, _)| length)
}

fn encode_body(particle: &Particle) -> Vec<u8> {
    const INFALLIBLE: &str = "writing to memory can't fail";
    let mut out = Vec::with_capacity(256 + particle.script.len() + particle.data.len());
    out.extend(CODEC);
    msgpack::write_map_len(&mut out, 8).expect(INFALLIBLE);
    let text = |out: &mut Vec<u8>, text: &str| msgpack::write_str(out, text).expect(INFALLIBLE);
    text(&mut out, "action");
    text(&mut out, "Particle");
    text(&mut out, "id");
    text(&mut out, &particle.id);
    text(&mut out, "init_peer_id");
    text(&mut out, &particle.init_peer_id.to_string());
    text(&mut out, "timestamp");
    msgpack::write_u64(&mut out, particle.timestamp).expect(INFALLIBLE);
    text(&mut out, "ttl");
    msgpack::write_uint(&mut out, particle.ttl.into()).expect(INFALLIBLE);
    text(&mut out, "script");
    text(&mut out, &particle.script);
    text(&mut out, "signature");
    msgpack::write_bin(&mut out, particle.signature.as_bytes()).expect(INFALLIBLE);
    text(&mut out, "data");
    msgpack::write_bin(&mut out, &particle.data).expect(INFALLIBLE);
    out
}

/// Reads the frame that `bytes` start with. Gives the message and how many bytes it took.
pub fn decode(bytes: &[u8], limit: usize) -> Result<(Message, usize), FrameError> {
    let (length, start) = read_length(bytes, limit)?.ok_or(FrameError::Truncated)?;
    let end = start.checked_add(length).ok_or(FrameError::BadLength)?;
    let body = bytes.get(start..end).ok_or(FrameError::Truncated)?;
    Ok((decode_body(body)?, end))
}

/// Reads a frame's length, for readers that wait for bytes: none while `bytes` end within it, otherwise the body's
/// length, at most `limit`, and where the body starts.
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

/// Reads a frame's body: codec number and map.
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

/// The fields of a message as they were met.
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
            match reader.text()? {
                "action" => set(&mut fields.action, "action", reader.text()?)?,
                "id" => set(&mut fields.id, "id", reader.text()?)?,
                "init_peer_id" => set(&mut fields.init_peer_id, "init_peer_id", reader.text()?)?,
                "timestamp" => set(&mut fields.timestamp, "timestamp", reader.unsigned()?)?,
                "ttl" => set(&mut fields.ttl, "ttl", reader.unsigned()?)?,
                "script" => set(&mut fields.script, "script", reader.text()?)?,
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
