//! SHA-512 for signatures: a signed list of ids is long, and hashing it is most of what a signature costs.

use ring::digest::{Context, SHA512};
use sha2::digest::consts::U64;
use sha2::digest::{FixedOutput, HashMarker, Output, OutputSizeUser, Update};

/// The hash function with the traits that signatures ask for.
#[derive(Clone)]
pub(crate) struct Sha512(Context);

impl Default for Sha512 {
    fn default() -> Self {
        Self(Context::new(&SHA512))
    }
}

impl HashMarker for Sha512 {}

impl OutputSizeUser for Sha512 {
    type OutputSize = U64;
}

impl Update for Sha512 {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
}

impl FixedOutput for Sha512 {
    fn finalize_into(self, out: &mut Output<Self>) {
        out.copy_from_slice(self.0.finish().as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_function_of_that_name() {
        let text: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for length in [0, 1, 111, 112, 127, 128, 129, 1000] {
            let mut parts = Sha512::default();
            parts.update(&text[..length / 2]);
            parts.update(&text[length / 2..length]);
            assert_eq!(
                parts.finalize_fixed(),
                <sha2::Sha512 as sha2::Digest>::digest(&text[..length])
            );
        }
    }
}
