//! Content ids of modules and blueprints: CIDv1 of SHA-256 (§3.3 of the Marine format, §4.1 of the node).
//!
//! Content of up to 256 KiB has the id of a raw block. Larger content is cut into chunks of 256 KiB, and its id is that of one UnixFS
//! node, however many chunks it links. IPFS importers give the same id for up to 174 chunks (45.6 MB) if they make raw leaves.

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

const CHUNK: usize = 256 << 10;
/// Version 1; the codec; SHA-256 of 32 bytes.
const RAW: [u8; 4] = [1, 0x55, 0x12, 32];
const DAG_PB: [u8; 4] = [1, 0x70, 0x12, 32];
/// Multibase prefix of base32 in lower case.
const BASE32: char = 'b';

/// The content id of bytes. As text it has 59 lower-case letters and digits, so it is safe as a file name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId([u8; 36]);

/// A text that is not the content id of a module or a blueprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid content id: expected a CID of version 1 in base32, of a raw or dag-pb block, with SHA-256")]
pub struct ContentIdError;

impl ContentId {
    /// The content id of a file with these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.len() <= CHUNK {
            Self::raw(bytes)
        } else {
            Self::new(DAG_PB, &unixfs_node(bytes))
        }
    }

    fn raw(block: &[u8]) -> Self {
        Self::new(RAW, block)
    }

    fn new(prefix: [u8; 4], block: &[u8]) -> Self {
        let mut id = [0; 36];
        id[..4].copy_from_slice(&prefix);
        id[4..].copy_from_slice(&Sha256::digest(block));
        Self(id)
    }

    /// The binary form.
    pub fn as_bytes(&self) -> &[u8; 36] {
        &self.0
    }
}

/// The root block of content in several chunks: links to the chunks, then the sizes, in protocol buffers. The order of fields is that
/// of dag-pb, which has links before data.
fn unixfs_node(bytes: &[u8]) -> Vec<u8> {
    let mut node = Vec::new();
    let mut file = Vec::new();
    // Type: file.
    number(&mut file, 1, 2);
    number(&mut file, 3, bytes.len() as u64);
    for chunk in bytes.chunks(CHUNK) {
        let mut link = Vec::new();
        field(&mut link, 1, &ContentId::raw(chunk).0);
        // The name, which is empty but present.
        field(&mut link, 2, &[]);
        number(&mut link, 3, chunk.len() as u64);
        field(&mut node, 2, &link);
        number(&mut file, 4, chunk.len() as u64);
    }
    field(&mut node, 1, &file);
    node
}

/// Appends a field of bytes.
fn field(message: &mut Vec<u8>, tag: u64, bytes: &[u8]) {
    varint(message, tag << 3 | 2);
    varint(message, bytes.len() as u64);
    message.extend_from_slice(bytes);
}

/// Appends a field with a number.
fn number(message: &mut Vec<u8>, tag: u64, number: u64) {
    varint(message, tag << 3);
    varint(message, number);
}

fn varint(message: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        message.push(number as u8 | 0x80);
        number >>= 7;
    }
    message.push(number as u8);
}

impl fmt::Display for ContentId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = BASE32_NOPAD.encode(&self.0).to_ascii_lowercase();
        write!(out, "{BASE32}{text}")
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl FromStr for ContentId {
    type Err = ContentIdError;

    fn from_str(text: &str) -> Result<Self, ContentIdError> {
        let digits = text.strip_prefix(BASE32).ok_or(ContentIdError)?;
        if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(ContentIdError);
        }
        let bytes = BASE32_NOPAD.decode(digits.to_ascii_uppercase().as_bytes());
        let id: [u8; 36] = bytes
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(ContentIdError)?;
        match id.first_chunk() {
            Some(&(RAW | DAG_PB)) => Ok(Self(id)),
            _ => Err(ContentIdError),
        }
    }
}

impl Serialize for ContentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The script id that the spell service of the network returns for this script (§7.2 of the Marine format).
    #[test]
    fn small_content_is_a_raw_block() {
        let id = ContentId::of(b"(null)");
        assert_eq!(
            id.to_string(),
            "bafkreibiotlyad7mvyqiit3ie2ljecziknctzuzmi7qtmktxmib5aiu3cq"
        );
    }

    /// The ids that `ipfs-unixfs-importer` 17.1.1 gives with raw leaves and chunks of 256 KiB. The last file has 174 chunks.
    #[test]
    fn ids_are_those_of_ipfs() {
        let ids = [
            (262_144, "bafkreibruh455iawsviqslif5c7uurdcfdemh22mtnytyzvnzn75kpejxy"),
            (262_145, "bafybeiexg2oqkfnj56l7fcmawswqbijt5shq4b5rg6a546uwpkqqzwjioi"),
            (1_048_577, "bafybeig7rd7v2ygpkiiyu3kzsojmrj3ujtinivk7fxid5p33t6kdewzvsm"),
            (
                45_613_056,
                "bafybeihpe5snhzneq7xs53nivmsopto5lrogo3wjynauqylqeym5a3irbm",
            ),
        ];
        for (length, id) in ids {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            assert_eq!(ContentId::of(&bytes).to_string(), id, "{length} bytes");
        }
    }

    #[test]
    fn the_codec_changes_above_one_chunk() {
        let prefix = |length: usize| ContentId::of(&vec![0; length]).to_string()[..7].to_owned();
        assert_eq!(prefix(CHUNK), "bafkrei");
        assert_eq!(prefix(CHUNK + 1), "bafybei");
    }

    #[test]
    fn other_texts_are_no_ids() {
        let id = ContentId::of(b"x").to_string();
        let others = [
            String::new(),
            "b".to_owned(),
            "../../etc/passwd".to_owned(),
            id[..58].to_owned(),
            format!("{id}a"),
            id.to_ascii_uppercase(),
            format!("b{}", id[1..].to_ascii_uppercase()),
            id.replacen("bafkrei", "bafyrei", 1),
            "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG".to_owned(),
        ];
        for other in others {
            assert_eq!(other.parse::<ContentId>(), Err(ContentIdError), "{other}");
        }
    }

    proptest! {
        #[test]
        fn text_is_unique(bytes in prop::collection::vec(any::<u8>(), 0..100), other in "b[a-z2-7]{58}") {
            let id = ContentId::of(&bytes);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            if let Ok(id) = other.parse::<ContentId>() {
                prop_assert_eq!(id.to_string(), other);
            }
        }
    }
}
