//! Where something begins or ends in a text: the offsets that the splitting into pieces looks at. It passes over the insides
//! of words and over runs of whitespace, which are most of a script.
//!
//! Sixty-four bytes become two bit sets at a time, without a branch on what they are.

/// Room for edges that are found ahead: as many as a byte can count.
const ROOM: usize = 256;

const BLOCK: usize = 64;

/// Goes through the edges of a text: each byte that is neither whitespace nor part of a plain word, the first byte of each run
/// of plain bytes (ASCII letters, digits, `_` and `-`), the byte behind the last of each, and the end of the text for ever.
#[derive(Clone)]
pub(super) struct Edges<'a> {
    bytes: &'a [u8],
    /// Where the next block begins.
    at: usize,
    /// Whether the byte before the next block is a plain one: 0 or 1.
    plain_before: u64,
    found: [u32; ROOM],
    next: u8,
    count: u8,
}

impl<'a> Edges<'a> {
    /// The edges of a text of at most `u32::MAX` bytes from an offset on.
    pub(super) fn from(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            plain_before: 0,
            found: [0; ROOM],
            next: 0,
            count: 0,
        }
    }

    /// The next edge.
    #[inline]
    pub(super) fn peek(&mut self) -> usize {
        if self.next >= self.count {
            self.refill();
        }
        self.found[usize::from(self.next)] as usize
    }

    /// Passes over the one that was looked at.
    #[inline]
    pub(super) fn pass(&mut self) {
        self.next += 1;
    }

    /// Passes over all edges before an offset.
    pub(super) fn pass_to(&mut self, offset: usize) {
        while self.peek() < offset {
            self.pass();
        }
    }

    /// Finds at least one more.
    #[inline(never)]
    fn refill(&mut self) {
        let mut count = 0;
        while count < ROOM - BLOCK - 1 && self.at < self.bytes.len() {
            let rest = &self.bytes[self.at..];
            let block = rest.first_chunk().copied().unwrap_or_else(|| {
                let mut block = [b' '; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                block
            });
            let Classes { plain, space } = classes(&block);
            let ends_and_beginnings = plain ^ (plain << 1 | self.plain_before);
            let mut edges = ends_and_beginnings | !(plain | space);
            if rest.len() < BLOCK {
                edges &= (1 << rest.len()) - 1;
            }
            self.plain_before = plain >> (BLOCK - 1);
            while edges != 0 {
                self.found[count] = self.at as u32 + edges.trailing_zeros();
                count += 1;
                edges &= edges - 1;
            }
            self.at += BLOCK;
        }
        if self.at >= self.bytes.len() {
            self.found[count] = self.bytes.len() as u32;
            count += 1;
        }
        (self.next, self.count) = (0, count as u8);
    }
}

/// A bit for each byte of a block.
#[derive(Debug, PartialEq)]
struct Classes {
    /// ASCII letters, digits, `_` and `-`.
    plain: u64,
    /// ASCII whitespace.
    space: u64,
}

#[cfg(not(target_arch = "x86_64"))]
use by_eight::classes;
#[cfg(target_arch = "x86_64")]
use by_sixteen::classes;

/// With instructions that each processor of that kind has.
#[cfg(target_arch = "x86_64")]
mod by_sixteen {
    use super::{BLOCK, Classes};
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
        _mm_sub_epi8,
    };

    #[expect(
        unsafe_code,
        reason = "reading takes a tenth less time than with eight bytes at a time"
    )]
    pub(super) fn classes(block: &[u8; BLOCK]) -> Classes {
        // SAFETY: SSE2 is part of x86-64, so every processor that can run this has it.
        unsafe { with_sse2(block) }
    }

    #[target_feature(enable = "sse2")]
    fn with_sse2(block: &[u8; BLOCK]) -> Classes {
        let mut classes = Classes { plain: 0, space: 0 };
        for (place, sixteen) in block.as_chunks::<16>().0.iter().enumerate() {
            let (low, high) = (
                u128::from_le_bytes(*sixteen) as i64,
                (u128::from_le_bytes(*sixteen) >> 64) as i64,
            );
            let bytes = _mm_set_epi64x(high, low);
            let is = |byte: u8| _mm_cmpeq_epi8(bytes, all(byte));
            let letters = is_in(_mm_or_si128(bytes, all(0x20)), b'a', b'z');
            let others = _mm_or_si128(is_in(bytes, b'0', b'9'), _mm_or_si128(is(b'_'), is(b'-')));
            let plain = _mm_or_si128(letters, others);
            let space = _mm_or_si128(is(b' '), is_in(bytes, b'\t', b'\r'));
            let bits = |mask| u64::from(_mm_movemask_epi8(mask) as u16) << (16 * place);
            classes.plain |= bits(plain);
            classes.space |= bits(space);
        }
        classes
    }

    #[target_feature(enable = "sse2")]
    fn all(byte: u8) -> __m128i {
        _mm_set1_epi8(byte as i8)
    }

    #[target_feature(enable = "sse2")]
    fn is_in(bytes: __m128i, first: u8, last: u8) -> __m128i {
        let above = _mm_sub_epi8(bytes, all(first));
        _mm_cmpeq_epi8(_mm_min_epu8(above, all(last - first)), above)
    }
}

/// With what each processor has.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod by_eight {
    use super::{BLOCK, Classes};

    /// A byte in each of eight.
    const EACH: u64 = 0x0101_0101_0101_0101;
    /// The highest bit of each of eight bytes, where answers stand.
    const HIGH: u64 = 0x80 * EACH;

    pub(super) fn classes(block: &[u8; BLOCK]) -> Classes {
        let mut classes = Classes { plain: 0, space: 0 };
        for (place, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let bytes = u64::from_le_bytes(*eight);
            let ascii = bytes & !HIGH;
            // Whether an ASCII byte is one of these: no sum goes over into the next byte.
            let is_in = |bytes: u64, first: u8, last: u8| {
                (bytes + (0x80 - u64::from(first)) * EACH) & !(bytes + (0x7f - u64::from(last)) * EACH)
            };
            let letters = is_in(ascii | (0x20 * EACH), b'a', b'z');
            let plain = letters | is_in(ascii, b'0', b'9') | is_in(ascii, b'-', b'-') | is_in(ascii, b'_', b'_');
            let space = is_in(ascii, b' ', b' ') | is_in(ascii, b'\t', b'\r');
            let bits = |high: u64| {
                let low = (high & !bytes & HIGH) >> 7;
                (low.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * place)
            };
            classes.plain |= bits(plain);
            classes.space |= bits(space);
        }
        classes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_plain(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
    }

    fn is_space(byte: u8) -> bool {
        matches!(byte, b' ' | b'\t'..=b'\r')
    }

    #[test]
    fn each_byte_has_its_class_in_each_place() {
        for byte in 0..=u8::MAX {
            for place in 0..BLOCK {
                let mut block = *b"aZ09_-xQ \t\n\r([)]aZ09_-xQ \t\n\r([)]aZ09_-xQ \t\n\r([)]aZ09_-xQ \t\n\r([)]";
                block[place] = byte;
                let bits = |is: fn(u8) -> bool| {
                    let set = |(place, byte): (usize, &u8)| u64::from(is(*byte)) << place;
                    block.iter().enumerate().map(set).sum()
                };
                let one_by_one = Classes {
                    plain: bits(is_plain),
                    space: bits(is_space),
                };
                assert_eq!(by_eight::classes(&block), one_by_one, "{byte} at {place}");
                assert_eq!(classes(&block), one_by_one, "{byte} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn edges_are_those_seen_one_by_one(text in "[a(\" ]{0,30}[ -~\n\u{e4}]{0,300}", from in 0..300_usize) {
            let bytes = text.as_bytes();
            let from = from.min(bytes.len());
            let mut edges = Edges::from(bytes, from);
            for at in from..bytes.len() {
                let plain_before = at > from && is_plain(bytes[at - 1]);
                let is_edge = plain_before != is_plain(bytes[at]) || !is_plain(bytes[at]) && !is_space(bytes[at]);
                if is_edge {
                    prop_assert_eq!(edges.peek(), at);
                    edges.pass();
                }
            }
            for _ in 0..300 {
                prop_assert_eq!(edges.peek(), bytes.len());
                edges.pass();
            }
        }
    }
}
