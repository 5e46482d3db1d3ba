//! Errors before the run: codes 1 to 10.

use crate::data::{ArchiveError, Cid, DATA_VERSION, EnvelopeError, INTERPRETER_VERSION, minimum_interpreter_version};
use ecow::EcoString;
use semver::Version;
use std::fmt;

/// Why a step did not begin. The state is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum PreparationError {
    /// 1: the script is not AIR. Carries the report.
    #[error("air can't be parsed:\n{0}")]
    Script(String),
    /// 2: the envelope is valid, its archive is not.
    #[error(
        "an error occurred while data deserialization: Data(Validation({0:?})).\nAquaVM version is \
         {INTERPRETER_VERSION} and it expects {DATA_VERSION} version."
    )]
    Data(ArchiveError),
    /// 3: not an envelope. Carries the decoder's error.
    #[error(
        "an error occurred while envelope deserialization: Envelope({0:?}).\nAquaVM version is {INTERPRETER_VERSION} and \
         it expects {DATA_VERSION} version."
    )]
    Envelope(rmp_serde::decode::Error),
    /// 4: an envelope of which only the versions are readable.
    #[error(
        "an error occurred while data deserialization: Envelope({error:?}).\nAquaVM's version is {INTERPRETER_VERSION} \
         and it expects data of {DATA_VERSION} version.\nSupplied data version is {data}, it's produced by AquaVM of \
         {interpreter} version."
    )]
    EnvelopeWithVersions {
        /// The decoder's error.
        error: rmp_serde::decode::Error,
        /// Version of the data.
        data: Version,
        /// Version of the interpreter that wrote it.
        interpreter: Version,
    },
    /// 5: the bytes of call results are not call results.
    #[error("error occurred while deserialize call results: {0}.")]
    CallResults(CallResultsError),
    /// 6: data of an interpreter that is too old.
    #[error(
        "supplied data was produced by `{0}` version of interpreter, but minimum `{minimum}` version is required",
        minimum = minimum_interpreter_version()
    )]
    InterpreterVersion(Version),
    /// 7: the key of this peer is invalid.
    #[error("malformed keypair format: {0}")]
    KeyPair(KeyError),
    /// 8: content ids of incoming data don't match their values.
    #[error(transparent)]
    CidStore(CidStoreError),
    /// 9: signatures of incoming data are invalid.
    #[error(transparent)]
    Signature(SignatureError),
    /// 10: a size is above its limit.
    #[error(transparent)]
    Size(SizeError),
}

impl PreparationError {
    /// The code of this error.
    #[must_use]
    pub fn code(&self) -> i64 {
        match self {
            Self::Script(_) => 1,
            Self::Data(_) => 2,
            Self::Envelope(_) => 3,
            Self::EnvelopeWithVersions { .. } => 4,
            Self::CallResults(_) => 5,
            Self::InterpreterVersion(_) => 6,
            Self::KeyPair(_) => 7,
            Self::CidStore(_) => 8,
            Self::Signature(_) => 9,
            Self::Size(_) => 10,
        }
    }
}

impl From<EnvelopeError> for PreparationError {
    fn from(EnvelopeError { error, versions }: EnvelopeError) -> Self {
        match versions {
            None => Self::Envelope(error),
            Some(versions) => Self::EnvelopeWithVersions {
                error,
                data: versions.version,
                interpreter: versions.interpreter_version,
            },
        }
    }
}

/// Why bytes are not call results.
#[derive(Debug, thiserror::Error)]
pub enum CallResultsError {
    /// The number of the codec is truncated or too long.
    #[error("VarInt({0:?})")]
    Varint(unsigned_varint::decode::Error),
    /// Not the `MessagePack` codec.
    #[error("Codec({0})")]
    Codec(u64),
    /// Not a map of call results.
    #[error("Format({0:?})")]
    Format(rmp_serde::decode::Error),
}

/// Why bytes are not a supported key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Unknown format byte.
    #[error("invalid key data: Invalid type prefix")]
    Format,
    /// Not 32 bytes.
    #[error("invalid key data: Failed to decode, invalid length: could not convert slice to array")]
    Length,
    /// 32 bytes that are not a point of the curve.
    #[error("invalid key data: Failed to decode with ed25519: signature error: Cannot decompress Edwards point")]
    Point,
    /// Not a secp256k1 key.
    #[error("invalid key data: Failed to decode with secp256k1")]
    Secp256k1,
    /// RSA key pairs can't be read.
    #[error("invalid key data: RSA keypair decoding is not supported yet")]
    RsaPair,
    /// A known algorithm other than Ed25519.
    #[error("signature algorithm {0} not whitelisted")]
    Algorithm(&'static str),
}

/// Why content ids of incoming data don't match their values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CidStoreError {
    /// The digest differs.
    #[error("Value mismatch in the {store:?} store for CID {cid:?}")]
    Mismatch {
        /// Type name of the store's values, as the official interpreter prints it.
        store: &'static str,
        /// The id.
        cid: EcoString,
    },
    /// A key of a store is not a content id.
    #[error(transparent)]
    Cid(crate::cid::CidError),
    /// An aggregate refers to a missing entry.
    #[error("Reference CID {cid:?} from type {from:?} to {to:?} was not found")]
    Reference {
        /// The missing id.
        cid: EcoString,
        /// Type name of the aggregate.
        from: &'static str,
        /// Type name of the missing entry.
        to: &'static str,
    },
}

/// Why signatures of incoming data are invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A public key that does not decode.
    #[error("malformed key: {key:?}: {error}")]
    MalformedKey {
        /// The key in base58.
        key: String,
        /// The decoder's error.
        error: KeyError,
    },
    /// A peer of the trace has no signature.
    #[error("peer_id doens't match any available public key: {0:?}")]
    UnknownPeer(EcoString),
    /// A signature that does not cover the peer's values.
    #[error("signature mismatch for {peer:?}: {error}, values: CIDS: {cids:?}")]
    Mismatch {
        /// The peer.
        peer: String,
        /// The verifier's error.
        error: String,
        /// The ids that the signature must cover.
        cids: Vec<String>,
    },
    /// The lists of ids of one peer in both data do not contain each other.
    #[error("inconsistent CID multisets on merge for peer {peer:?}, prev: {larger:?}, current: {smaller:?}")]
    Inconsistent {
        /// The peer.
        peer: String,
        /// The longer list.
        larger: Vec<String>,
        /// The shorter one.
        smaller: Vec<String>,
    },
}

/// Which size is above its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeError {
    /// The script's text.
    Script {
        /// Its length in bytes.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// The incoming data.
    Particle {
        /// Its length in bytes.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// A service result.
    CallResult {
        /// The limit.
        limit: u64,
    },
}

impl std::error::Error for SizeError {}

impl fmt::Display for SizeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, limit) = match self {
            Self::Script { size, limit } => (format!("air size: {size} bytes"), limit),
            Self::Particle { size, limit } => (format!("Current_data particle size: {size} bytes"), limit),
            Self::CallResult { limit } => ("Call result size".to_owned(), limit),
        };
        write!(formatter, "{what} is bigger than the limit allowed: {limit} bytes")
    }
}

/// Type names that the official interpreter prints in errors about stores.
pub(crate) mod type_names {
    pub(crate) const VALUE: &str = "air_interpreter_data::raw_value::RawValue";
    pub(crate) const TETRAPLET: &str = "marine_call_parameters::SecurityTetraplet";
    pub(crate) const CANON_ELEMENT: &str = "air_interpreter_data::executed_state::CanonCidAggregate";
    pub(crate) const CANON_RESULT: &str = "air_interpreter_data::executed_state::CanonResultCidAggregate";
    pub(crate) const SERVICE_RESULT: &str = "air_interpreter_data::executed_state::ServiceResultCidAggregate";
}

impl CidStoreError {
    pub(crate) fn mismatch(store: &'static str, cid: &Cid) -> Self {
        Self::Mismatch {
            store,
            cid: cid.to_string().into(),
        }
    }
}
