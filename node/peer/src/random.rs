//! Random bytes of a peer: a BLAKE3 generator, so that a peer with the same seed makes the same choices.

/// A generator that is ratcheted with each use: its state doesn't tell what it gave before.
pub(crate) struct Generator {
    key: [u8; 32],
}

impl Generator {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self {
            key: blake3::derive_key("aqua-peer random generator v1", &seed),
        }
    }

    /// The next bytes.
    pub(crate) fn next<const N: usize>(&mut self) -> [u8; N] {
        let mut output = blake3::Hasher::new_keyed(&self.key).finalize_xof();
        output.fill(&mut self.key);
        let mut bytes = [0; N];
        output.fill(&mut bytes);
        bytes
    }

    /// A random UUID (RFC 9562, version 4) as text.
    pub(crate) fn uuid(&mut self) -> String {
        let bytes = self.next::<16>();
        let bits = u128::from_be_bytes(bytes);
        let bits = bits & !(0xf << 76) | 4 << 76;
        let bits = bits & !(0b11 << 62) | 0b10 << 62;
        let text = format!("{bits:032x}");
        [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
    }
}

impl std::fmt::Debug for Generator {
    /// The state is secret.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Generator")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_of_version_4() {
        let mut generator = Generator::new([1; 32]);
        let (first, second) = (generator.uuid(), generator.uuid());
        assert_ne!(first, second);
        for id in [&first, &second] {
            assert_eq!(id.len(), 36);
            assert_eq!(&id[14..15], "4");
            assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
        }
        assert_eq!(Generator::new([1; 32]).uuid(), first);
        assert_ne!(Generator::new([2; 32]).uuid(), first);
    }
}
