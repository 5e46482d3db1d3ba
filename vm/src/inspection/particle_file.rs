//! Reads particle data from files: raw bytes, base64, JSON, or a particle in JSON.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use serde_json::Value;

/// Particle data from a file, with the script and particle id if the file has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParticleFile {
    /// The data in its wire form, for [`State::decode`](crate::State::decode).
    pub data: Vec<u8>,
    /// Id of the particle; signatures cover it.
    pub particle_id: Option<String>,
    /// The script.
    pub script: Option<String>,
}

/// Why a file has no particle data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParticleFileError {
    /// None of the formats.
    #[error("this is neither particle data nor its base64, a JSON array of bytes or a particle in JSON")]
    Unknown,
    /// Text that begins like JSON but is not.
    #[error("this is not JSON: {0}")]
    Json(String),
    /// An object without `data`.
    #[error("the object has no field `data`")]
    NoData,
    /// A field that is not bytes.
    #[error("`{0}` is neither base64 nor an array of numbers from 0 to 255")]
    NoBytes(&'static str),
}

impl ParticleFile {
    /// Detects the format and reads the data.
    ///
    /// Formats: the wire form; its base64, optionally quoted; a JSON array of numbers; a JSON object whose `data` is one of
    /// these, with the particle's id as `id` or `particle_id`, also inside of `params`, and its script as `script` or `air`.
    /// Empty input is the data of the default state.
    ///
    /// ```
    /// use aqua_vm::inspection::ParticleFile;
    ///
    /// let file = ParticleFile::read(br#"{"id": "p", "data": "g6d2ZXI="}"#).expect("a particle");
    /// assert_eq!((file.particle_id.as_deref(), &file.data[..]), (Some("p"), &b"\x83\xa7ver"[..]));
    /// ```
    ///
    /// # Errors
    /// The input has none of these formats.
    pub fn read(bytes: &[u8]) -> Result<Self, ParticleFileError> {
        // A MessagePack map is not UTF-8.
        let Ok(text) = std::str::from_utf8(bytes) else {
            return match bytes.first() {
                Some(0x80..=0x8f | 0xde | 0xdf) => Ok(Self::of(bytes.to_vec())),
                _ => Err(ParticleFileError::Unknown),
            };
        };
        let text = text.trim();
        if !text.starts_with(['{', '[', '"']) {
            return base64(text).map(Self::of).ok_or(ParticleFileError::Unknown);
        }
        let json: Value = serde_json::from_str(text).map_err(|error| ParticleFileError::Json(error.to_string()))?;
        let Value::Object(object) = &json else {
            return bytes_of(&json).map(Self::of).ok_or(ParticleFileError::NoBytes("data"));
        };
        let data = object.get("data").ok_or(ParticleFileError::NoData)?;
        let text = |names: &[&str]| {
            let params = object.get("params");
            let found = names.iter().find_map(|name| {
                object
                    .get(*name)
                    .or_else(|| params.and_then(|params| params.get(*name)))
            });
            found.and_then(Value::as_str).map(str::to_owned)
        };
        Ok(Self {
            data: bytes_of(data).ok_or(ParticleFileError::NoBytes("data"))?,
            particle_id: text(&["particle_id", "id"]),
            script: text(&["script", "air"]),
        })
    }

    fn of(data: Vec<u8>) -> Self {
        Self {
            data,
            ..Self::default()
        }
    }
}

fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => base64(text),
        Value::Array(numbers) => numbers
            .iter()
            .map(|number| number.as_u64().and_then(|number| u8::try_from(number).ok()))
            .collect(),
        _ => None,
    }
}

/// Accepts either alphabet, with or without padding and line breaks.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    let text = text.trim_end_matches('=').as_bytes();
    BASE64_NOPAD.decode(text).or_else(|_| BASE64URL_NOPAD.decode(text)).ok()
}
