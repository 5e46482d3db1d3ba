//! The manifest that a build puts into a module: who wrote it, when and from what.

use semver::Version;

/// The content of the section `__fluence_wasm_module_manifest`. Optional; only shown to people (§1.1 of the Marine format).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleManifest {
    /// The authors.
    pub authors: String,
    /// The version of the module.
    pub version: Version,
    /// What the module is for.
    pub description: String,
    /// Where its source is.
    pub repository: String,
    /// When it was built, in the form of RFC 3339.
    pub build_time: String,
}

/// Why bytes are no manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A field is longer than the rest of the section.
    #[error("field `{field}` of the manifest ends beyond the section, at byte {offset}")]
    UnexpectedEnd {
        /// The field.
        field: &'static str,
        /// The offset of the field in the content of the section.
        offset: usize,
    },
    /// A field is not UTF-8.
    #[error("field `{0}` of the manifest is not UTF-8")]
    NotUtf8(&'static str),
    /// The version is not a semantic version.
    #[error("the version of the manifest is `{0}`, which is not a semantic version")]
    InvalidVersion(String),
    /// Bytes after the last field.
    #[error("{0} bytes follow the manifest")]
    TrailingBytes(usize),
    /// The module has more than one.
    #[error("the module has several manifests")]
    Several,
}

impl ModuleManifest {
    /// The name of the custom section.
    pub const SECTION: &'static str = "__fluence_wasm_module_manifest";

    /// Reads the content of the section: five fields, each with its length in eight bytes before it.
    ///
    /// # Errors
    /// The bytes are malformed.
    pub fn decode(content: &[u8]) -> Result<Self, ManifestError> {
        let mut reader = Reader { content, offset: 0 };
        let authors = reader.field("authors")?;
        let version = reader.field("version")?;
        let manifest = Self {
            authors,
            version: Version::parse(&version).map_err(|_| ManifestError::InvalidVersion(version))?,
            description: reader.field("description")?,
            repository: reader.field("repository")?,
            build_time: reader.field("build time")?,
        };
        match content.len() - reader.offset {
            0 => Ok(manifest),
            trailing => Err(ManifestError::TrailingBytes(trailing)),
        }
    }

    /// Writes the content of the section.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let version = self.version.to_string();
        let fields = [
            &self.authors,
            &version,
            &self.description,
            &self.repository,
            &self.build_time,
        ];
        let mut content = Vec::new();
        for field in fields {
            content.extend_from_slice(&(field.len() as u64).to_le_bytes());
            content.extend_from_slice(field.as_bytes());
        }
        content
    }
}

struct Reader<'c> {
    content: &'c [u8],
    offset: usize,
}

impl Reader<'_> {
    fn field(&mut self, field: &'static str) -> Result<String, ManifestError> {
        let offset = self.offset;
        let end = ManifestError::UnexpectedEnd { field, offset };
        let rest = &self.content[offset..];
        let (length, rest) = rest.split_first_chunk::<8>().ok_or(end.clone())?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok();
        let bytes = length.and_then(|length| rest.get(..length)).ok_or(end)?;
        self.offset += size_of::<u64>() + bytes.len();
        let text = std::str::from_utf8(bytes).map_err(|_| ManifestError::NotUtf8(field))?;
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> ModuleManifest {
        ModuleManifest {
            authors: "Ada <ada@example.org>".to_owned(),
            version: Version::new(1, 2, 3),
            description: "Перевод".to_owned(),
            repository: String::new(),
            build_time: "2022-01-19T09:38:48.263+03:00".to_owned(),
        }
    }

    #[test]
    fn a_manifest_is_read_back() {
        assert_eq!(ModuleManifest::decode(&manifest().encode()), Ok(manifest()));
    }

    #[test]
    fn malformed_manifests_are_refused() {
        let content = manifest().encode();
        for length in 0..content.len() {
            let error = ModuleManifest::decode(&content[..length]).expect_err("a field is cut");
            assert!(matches!(error, ManifestError::UnexpectedEnd { .. }), "{error}");
        }
        let trailing = [content.as_slice(), &[0, 0]].concat();
        assert_eq!(ModuleManifest::decode(&trailing), Err(ManifestError::TrailingBytes(2)));
        assert_eq!(
            ModuleManifest::decode(&[0xff; 9]),
            Err(ManifestError::UnexpectedEnd {
                field: "authors",
                offset: 0
            })
        );
        let mut not_utf8 = content.clone();
        not_utf8[8] = 0xff;
        assert_eq!(
            ModuleManifest::decode(&not_utf8),
            Err(ManifestError::NotUtf8("authors"))
        );
        let mut no_version = content;
        no_version[8 + 21 + 8] = b'x';
        assert_eq!(
            ModuleManifest::decode(&no_version),
            Err(ManifestError::InvalidVersion("x.2.3".to_owned()))
        );
    }
}
