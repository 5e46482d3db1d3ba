//! Content ids, which identify values within particle data.
//!
//! This machine produces CID version 1 with codec JSON (0x0200) and multihash BLAKE3-256 as base32 text, which starts with
//! `bagaaihra`. Incoming ids may also use SHA2-256 and any multibase. Ids are equal if their texts are equal.

mod produced;

use ecow::EcoString;
use produced::Produced;
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

const VERSION: u64 = 1;
const JSON_CODEC: u64 = 0x0200;
const SHA2_256: u64 = 0x12;
const BLAKE3_256: u64 = 0x1e;
/// Longest digest that a content id may carry.
const MAX_DIGEST: usize = 64;

/// A content id, or any other text in its place. `Display` writes the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Cid(Form);

#[derive(Clone, PartialEq, Eq)]
enum Form {
    Produced(Produced),
    /// A text in another form.
    Other(EcoString),
}

// The tag uses a niche.
const _: () = assert!(size_of::<Cid>() == size_of::<Produced>());

/// The text of an id.
pub(crate) enum CidText<'c> {
    Produced([u8; produced::LENGTH]),
    Other(&'c str),
}

impl CidText<'_> {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Produced(text) => text,
            Self::Other(text) => text.as_bytes(),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Produced(text) => std::str::from_utf8(text).expect("produced ids are ASCII"),
            Self::Other(text) => text,
        }
    }
}

impl Cid {
    /// The id of a JSON text.
    #[must_use]
    pub fn of_json(text: &[u8]) -> Self {
        Self::of_digest(blake3::hash(text).as_bytes())
    }

    /// The id of the JSON text with a BLAKE3 digest.
    pub(crate) fn of_digest(digest: &[u8; 32]) -> Self {
        Self(Form::Produced(Produced::of_digest(digest)))
    }

    /// The id with a text.
    ///
    /// # Errors
    /// The text is not UTF-8.
    pub(crate) fn of_text(text: &[u8]) -> Result<Self, std::str::Utf8Error> {
        Ok(Self(match Produced::of_text(text) {
            Some(produced) => Form::Produced(produced),
            None => Form::Other(std::str::from_utf8(text)?.into()),
        }))
    }

    pub(crate) fn text(&self) -> CidText<'_> {
        match &self.0 {
            Form::Produced(produced) => CidText::Produced(produced.text()),
            Form::Other(text) => CidText::Other(text),
        }
    }

    /// Appends the text.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Form::Produced(produced) => produced.write(out),
            Form::Other(text) => out.extend_from_slice(text.as_bytes()),
        }
    }

    /// The text, if it does not have the form of a produced id.
    pub(crate) fn other_text(&self) -> Option<&str> {
        match &self.0 {
            Form::Produced(_) => None,
            Form::Other(text) => Some(text),
        }
    }

    /// Length of the text in bytes.
    pub(crate) fn length(&self) -> usize {
        match &self.0 {
            Form::Produced(_) => produced::LENGTH,
            Form::Other(text) => text.len(),
        }
    }

    /// A sort key: where the keys of two ids differ and neither is 0, they are ordered as the ids are.
    pub(crate) fn order(&self) -> u64 {
        match &self.0 {
            Form::Produced(produced) => produced.first(),
            Form::Other(_) => 0,
        }
    }

    /// Whether this is the id of those bytes. `false` means that the digest differs.
    ///
    /// # Errors
    /// The text is not a content id, or its codec or hash function is not supported.
    pub(crate) fn verify(&self, bytes: &[u8]) -> Result<bool, CidError> {
        self.verify_hashed(blake3::hash(bytes).as_bytes(), bytes)
    }

    /// Like [`verify`](Self::verify), for bytes whose BLAKE3 digest is known.
    pub(crate) fn verify_hashed(&self, digest: &[u8; 32], bytes: &[u8]) -> Result<bool, CidError> {
        if self.0 == Form::Produced(Produced::of_digest(digest)) {
            return Ok(true);
        }
        verify_other(self.text().as_str(), bytes)
    }
}

/// Verifies ids that are wrong, or have another multibase or hash function.
#[cold]
fn verify_other(text: &str, bytes: &[u8]) -> Result<bool, CidError> {
    let (codec, hash, digest) = parse(text)?;
    if codec != JSON_CODEC {
        return Err(CidError::Codec(codec));
    }
    match hash {
        SHA2_256 => Ok(digest == <sha2::Sha256 as sha2::Digest>::digest(bytes)[..]),
        BLAKE3_256 => Ok(digest == blake3::hash(bytes).as_bytes()[..]),
        hash => Err(CidError::Hash(hash)),
    }
}

/// Codec, hash function and digest.
fn parse(text: &str) -> Result<(u64, u64, Vec<u8>), CidError> {
    // Older forms have a path before the id.
    let text = text.rsplit_once("/ipfs/").map_or(text, |(_, id)| id);
    if text.len() < 2 {
        return Err(CidError::TooShort);
    }
    let bytes = if text.len() == 46 && text.starts_with("Qm") {
        bs58::decode(text).into_vec().map_err(|_| CidError::Malformed)?
    } else {
        multibase::decode(text).map_err(|_| CidError::Malformed)?.1
    };
    let (version, rest) = varint(&bytes)?;
    let (codec, rest) = varint(rest)?;
    if (version, codec) == (SHA2_256, 32) {
        // Version 0 is a bare SHA2-256 multihash of another codec.
        return if rest.len() >= 32 {
            Err(CidError::Codec(0x70))
        } else {
            Err(CidError::Truncated)
        };
    }
    match version {
        VERSION => {}
        0 => return Err(CidError::ExplicitVersion0),
        _ => return Err(CidError::Version),
    }
    let (hash, rest) = varint(rest).map_err(|_| CidError::Malformed)?;
    let (length, rest) = varint(rest).map_err(|_| CidError::Malformed)?;
    let length = usize::try_from(length)
        .ok()
        .filter(|length| *length <= MAX_DIGEST)
        .ok_or(CidError::Malformed)?;
    let digest = rest.get(..length).ok_or(CidError::Malformed)?;
    Ok((codec, hash, digest.to_vec()))
}

fn varint(bytes: &[u8]) -> Result<(u64, &[u8]), CidError> {
    unsigned_varint::decode::u64(bytes).map_err(|error| match error {
        unsigned_varint::decode::Error::Insufficient => CidError::Truncated,
        _ => CidError::Varint,
    })
}

impl From<EcoString> for Cid {
    fn from(text: EcoString) -> Self {
        Self(match Produced::of_text(text.as_bytes()) {
            Some(produced) => Form::Produced(produced),
            None => Form::Other(text),
        })
    }
}

impl Serialize for Cid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text().as_str())
    }
}

impl PartialOrd for Cid {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cid {
    /// Compares the texts.
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Produced(left), Form::Produced(right)) => left.cmp(right),
            _ => self.text().as_bytes().cmp(other.text().as_bytes()),
        }
    }
}

impl Hash for Cid {
    /// Hashes a part of the id, which is as good as random.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Form::Produced(produced) => produced.first().hash(state),
            Form::Other(text) => text.hash(state),
        }
    }
}

impl fmt::Display for Cid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text().as_str())
    }
}

impl fmt::Debug for Cid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Error texts quote ids in this form.
        formatter.debug_tuple("CID").field(&self.text().as_str()).finish()
    }
}

/// Why a text is not a supported content id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CidError {
    /// Fewer than two characters.
    #[error("Input too short")]
    TooShort,
    /// Neither a multibase text nor a multihash.
    #[error("Failed to parse multihash")]
    Malformed,
    /// The bytes end early.
    #[error("failed to fill whole buffer")]
    Truncated,
    /// A number is malformed.
    #[error("Failed to decode unsigned varint format")]
    Varint,
    /// Neither version 0 nor 1.
    #[error("Unrecognized CID version")]
    Version,
    /// Version 0 in the form of version 1.
    #[error("CIDv0 cannot be specified in CIDv1 format")]
    ExplicitVersion0,
    /// Not JSON.
    #[error("unsupported CID codec: {0}")]
    Codec(u64),
    /// Neither SHA2-256 nor BLAKE3-256.
    #[error("unsupported multihash code: {0}")]
    Hash(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_known_values() {
        for (json, id) in [
            (
                "\"test\"",
                "bagaaihrarcyykpv4oj7zwdbepczyfthxya4og7s2rwvrzolm5kg2eu5dz3xa",
            ),
            ("1", "bagaaihra2y55tkbgv6i4d7vdoglfuzhbd3ra6e7ennpvfrmzaejwmbntusdq"),
            (
                "[1,2,3]",
                "bagaaihram6sitn77tquub77n2jzjgttrlwkverv44pv3gns6qghm6hx6d36a",
            ),
            (
                "{\"key\":42}",
                "bagaaihracpzxhsrpviexa7k6glwdhyh3a4kvy6j7qlcqokzqbs3q424cmxyq",
            ),
        ] {
            assert_eq!(Cid::of_json(json.as_bytes()).to_string(), id, "{json}");
        }
    }

    #[test]
    fn ids_are_ordered_as_texts() {
        let head = "bagaaihra";
        let long = |text: &str| format!("{head}{text}{}", "a".repeat(52 - text.len()));
        let mut texts = vec![
            "b".to_owned(),
            "z".to_owned(),
            head.to_owned(),
            format!("{head}zz"),
            "bagaaiera".to_owned(),
        ];
        texts.extend(["a", "2", "77", "zzzzzzzz2", "zzzzzzzza", "\u{e4}\0"].map(long));
        texts.extend(["1", "2", "3"].map(|json| Cid::of_json(json.as_bytes()).to_string()));
        for left in &texts {
            for right in &texts {
                let [a, b] = [left, right].map(|text| Cid::from(EcoString::from(text)));
                assert_eq!(a.cmp(&b), left.cmp(right), "{left} {right}");
                assert_eq!(a == b, left == right, "{left} {right}");
            }
        }
    }

    #[test]
    fn other_spellings_and_hashes_verify() {
        let bytes = b"[1,2,3]";
        let mut blake = vec![0x01, 0x80, 0x04, 0x1e, 0x20];
        blake.extend_from_slice(blake3::hash(bytes).as_bytes());
        let mut sha = vec![0x01, 0x80, 0x04, 0x12, 0x20];
        sha.extend_from_slice(&<sha2::Sha256 as sha2::Digest>::digest(bytes));
        for (raw, base) in [
            (&blake, multibase::Base::Base58Btc),
            (&sha, multibase::Base::Base32Lower),
        ] {
            let cid = Cid::from(EcoString::from(multibase::encode(base, raw)));
            assert_eq!(cid.verify(bytes), Ok(true), "{cid}");
            assert_eq!(cid.verify(b"[1,2,4]"), Ok(false), "{cid}");
        }
    }

    #[test]
    fn texts_that_are_no_ids_say_why() {
        let cases = [
            ("", CidError::TooShort),
            ("some text", CidError::Malformed),
            ("b", CidError::TooShort),
        ];
        for (text, error) in cases {
            assert_eq!(Cid::from(EcoString::from(text)).verify(b"1"), Err(error), "{text}");
        }
        let raw_codec = multibase::encode(
            multibase::Base::Base32Lower,
            [&[0x01, 0x55, 0x1e, 0x20][..], &[0; 32]].concat(),
        );
        assert_eq!(
            Cid::from(EcoString::from(raw_codec)).verify(b"1"),
            Err(CidError::Codec(0x55))
        );
    }
}
