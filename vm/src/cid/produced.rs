//! The text of a content id in the form that this machine produces.
//!
//! Such a text has a common head, followed by 52 characters. They are stored in words whose order is that of the text, so
//! that ids are compared, hashed and copied without a pointer.

use std::cmp::Ordering;
use std::num::NonZeroU64;

/// A text with the head and length of a produced id, in ASCII.
#[derive(Debug, Clone, Copy, Eq)]
pub(super) struct Produced {
    /// Eight characters each, the first one in the highest byte.
    words: [u64; 6],
    /// The last four, in the highest bytes. The niche at zero holds the tag of other ids.
    last: NonZeroU64,
}

/// The head of every produced id: multibase, version, codec, hash function and length of the digest.
const HEAD: &[u8; 9] = b"bagaaihra";
/// Length of a produced id.
pub(super) const LENGTH: usize = 61;

/// The bits of the last four characters in their word.
const LAST: u64 = 0xffff_ffff << 32;

/// A text without the characters after the head.
const EMPTY: [u8; LENGTH] = {
    let mut text = [0; LENGTH];
    text.split_at_mut(HEAD.len()).0.copy_from_slice(HEAD);
    text
};

impl Produced {
    /// The id for a BLAKE3 digest.
    pub(super) fn of_digest(digest: &[u8; 32]) -> Self {
        let (words, _) = digest.as_chunks();
        let [a, b, c, d] = [words[0], words[1], words[2], words[3]].map(u64::from_be_bytes);
        let forties = [
            a >> 24,
            a << 16 | b >> 48,
            b >> 8,
            b << 32 | c >> 32,
            c << 8 | d >> 56,
            d >> 16,
        ];
        let last = characters(d << 24) & LAST;
        Self {
            words: forties.map(characters),
            last: NonZeroU64::new(last).expect("characters are not zero"),
        }
    }

    /// The id with a text, if the text has the form of a produced id.
    pub(super) fn of_text(text: &[u8]) -> Option<Self> {
        let rest: &[u8; LENGTH - HEAD.len()] = text.strip_prefix(HEAD)?.try_into().ok()?;
        let (eights, last) = rest.as_chunks();
        let mut words = [0; 6];
        for (word, eight) in words.iter_mut().zip(eights) {
            *word = u64::from_be_bytes(*eight);
        }
        let last = u64::from(u32::from_be_bytes(last.try_into().ok()?)) << 32;
        let all = words.iter().fold(last, |all, word| all | word);
        if all & 0x8080_8080_8080_8080 != 0 {
            return None;
        }
        let last = NonZeroU64::new(last)?;
        Some(Self { words, last })
    }

    /// The text.
    pub(super) fn text(&self) -> [u8; LENGTH] {
        let mut text = EMPTY;
        self.write_to(&mut text);
        text
    }

    /// Appends the text.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&EMPTY);
        if let Some(text) = out.last_chunk_mut() {
            self.write_to(text);
        }
    }

    /// Writes the characters after the head.
    fn write_to(&self, text: &mut [u8; LENGTH]) {
        let (eights, last) = text[HEAD.len()..].as_chunks_mut();
        for (eight, word) in eights.iter_mut().zip(self.words) {
            *eight = word.to_be_bytes();
        }
        last.copy_from_slice(&self.last.get().to_be_bytes()[..4]);
    }

    /// The first eight characters after the head as a number.
    pub(super) fn first(&self) -> u64 {
        self.words[0]
    }
}

impl PartialEq for Produced {
    fn eq(&self, other: &Self) -> bool {
        let words = self.words.iter().zip(other.words);
        let last = self.last.get() ^ other.last.get();
        // Without an early exit, so that words are compared together.
        words.fold(last, |all, (left, right)| all | (left ^ right)) == 0
    }
}

impl PartialOrd for Produced {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Produced {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.words[0].cmp(&other.words[0]) {
            Ordering::Equal => (self.words, self.last).cmp(&(other.words, other.last)),
            order => order,
        }
    }
}

/// The eight base32 characters of the lowest forty bits, the first one in the highest byte.
fn characters(bits: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // Two by twenty bits, four by ten, eight by five.
    let twenty = (bits & 0xff_fff0_0000) << 12 | bits & 0xf_ffff;
    let ten = (twenty & 0x000f_fc00_000f_fc00) << 6 | twenty & 0x3ff_0000_03ff;
    let five = (ten & 0x3e0_03e0_03e0_03e0) << 3 | ten & 0x1f_001f_001f_001f;
    // Letters, then digits from 2 on.
    let is_digit = (five + (0x80 - 26) * EACH) >> 7 & EACH;
    five + u64::from(b'a') * EACH - is_digit * u64::from(b'a' + 26 - b'2')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spelled(digest: &[u8; 32]) -> String {
        let bytes = [&[0x01, 0x80, 0x04, 0x1e, 0x20], &digest[..]].concat();
        multibase::encode(multibase::Base::Base32Lower, bytes)
    }

    proptest! {
        #[test]
        fn the_text_is_base32_and_reads_back(digest: [u8; 32]) {
            let id = Produced::of_digest(&digest);
            let text = spelled(&digest);
            prop_assert_eq!(&id.text()[..], text.as_bytes());
            prop_assert_eq!(Produced::of_text(text.as_bytes()), Some(id));
            let mut out = b"before".to_vec();
            id.write(&mut out);
            prop_assert_eq!(out, format!("before{text}").into_bytes());
        }

        #[test]
        fn the_order_is_that_of_texts(left: [u8; 32], same in 0..32_usize, change in 0..=255_u8) {
            let mut right = left;
            right[same] ^= change;
            let order = Produced::of_digest(&left).cmp(&Produced::of_digest(&right));
            prop_assert_eq!(order, spelled(&left).cmp(&spelled(&right)));
        }

        #[test]
        fn another_character_is_another_text(digest: [u8; 32], offset in 0..LENGTH, byte: u8) {
            let mut text = spelled(&digest).into_bytes();
            text[offset] = byte;
            let read = Produced::of_text(&text);
            prop_assert_eq!(read.is_some(), byte.is_ascii() && text.starts_with(HEAD));
            if let Some(id) = read {
                prop_assert_eq!(&id.text()[..], &text);
            }
        }
    }
}
