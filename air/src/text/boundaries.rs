//! Finds the offsets where a token may begin or end, so that the lexer skips the inside of words and runs of whitespace,
//! which make up most of a script.
//!
//! Classifies 64 bytes at a time into two bit sets, without branching on the bytes.

/// Capacity of the buffer of boundaries found ahead. Positions in it fit into a `u8`.
const CAPACITY: usize = 256;

const BLOCK: usize = 64;

/// Iterates over the boundaries of a text, in order: each byte that is neither whitespace nor a word byte, the first byte of
/// each run of word bytes (ASCII letters, digits, `_` and `-`), and the byte after each run. At the end of the text, it
/// repeats the length of the text.
#[derive(Clone)]
pub(super) struct BoundaryScanner<'a> {
    bytes: &'a [u8],
    /// Offset of the next block.
    block_start: usize,
    /// 1 if the byte before the next block is a word byte, 0 otherwise.
    word_before: u64,
    buffer: [u32; CAPACITY],
    next: u8,
    count: u8,
}

impl<'a> BoundaryScanner<'a> {
    /// Starts at `offset`. The text has at most `u32::MAX` bytes.
    pub(super) fn new(bytes: &'a [u8], offset: usize) -> Self {
        Self {
            bytes,
            block_start: offset,
            word_before: 0,
            buffer: [0; CAPACITY],
            next: 0,
            count: 0,
        }
    }

    /// Returns the next boundary without consuming it.
    #[inline]
    pub(super) fn peek(&mut self) -> usize {
        if self.next >= self.count {
            self.refill();
        }
        self.buffer[usize::from(self.next)] as usize
    }

    /// Consumes the boundary that [`peek`](Self::peek) returned.
    #[inline]
    pub(super) fn advance(&mut self) {
        self.next += 1;
    }

    /// Consumes all boundaries before `offset`.
    pub(super) fn advance_to(&mut self, offset: usize) {
        while self.peek() < offset {
            self.advance();
        }
    }

    /// Refills the buffer with at least one boundary.
    #[inline(never)]
    fn refill(&mut self) {
        let mut count = 0;
        while count < CAPACITY - BLOCK - 1 && self.block_start < self.bytes.len() {
            let rest = &self.bytes[self.block_start..];
            let block = rest.first_chunk().copied().unwrap_or_else(|| {
                let mut block = [b' '; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                block
            });
            let ByteClasses { word, space } = classify(&block);
            let word_edges = word ^ (word << 1 | self.word_before);
            let mut boundaries = word_edges | !(word | space);
            if rest.len() < BLOCK {
                boundaries &= (1 << rest.len()) - 1;
            }
            self.word_before = word >> (BLOCK - 1);
            while boundaries != 0 {
                self.buffer[count] = self.block_start as u32 + boundaries.trailing_zeros();
                count += 1;
                boundaries &= boundaries - 1;
            }
            self.block_start += BLOCK;
        }
        if self.block_start >= self.bytes.len() {
            self.buffer[count] = self.bytes.len() as u32;
            count += 1;
        }
        (self.next, self.count) = (0, count as u8);
    }
}

/// Byte classes of a block, one bit per byte.
#[derive(Debug, PartialEq)]
struct ByteClasses {
    /// ASCII letters, digits, `_` and `-`.
    word: u64,
    /// ASCII whitespace.
    space: u64,
}

#[cfg(target_arch = "x86_64")]
use sse2::classify;
#[cfg(not(target_arch = "x86_64"))]
use swar::classify;

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use super::{BLOCK, ByteClasses};
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
        _mm_sub_epi8,
    };

    #[expect(unsafe_code, reason = "parsing takes 10 % less time than with the portable version")]
    pub(super) fn classify(block: &[u8; BLOCK]) -> ByteClasses {
        // SAFETY: SSE2 is part of the x86-64 baseline, so every processor that can run this code supports it.
        unsafe { classify_sse2(block) }
    }

    #[target_feature(enable = "sse2")]
    fn classify_sse2(block: &[u8; BLOCK]) -> ByteClasses {
        let mut classes = ByteClasses { word: 0, space: 0 };
        for (index, sixteen) in block.as_chunks::<16>().0.iter().enumerate() {
            let (low, high) = (
                u128::from_le_bytes(*sixteen) as i64,
                (u128::from_le_bytes(*sixteen) >> 64) as i64,
            );
            let bytes = _mm_set_epi64x(high, low);
            let is = |byte: u8| _mm_cmpeq_epi8(bytes, splat(byte));
            let letters = is_in(_mm_or_si128(bytes, splat(0x20)), b'a', b'z');
            let others = _mm_or_si128(is_in(bytes, b'0', b'9'), _mm_or_si128(is(b'_'), is(b'-')));
            let word = _mm_or_si128(letters, others);
            let space = _mm_or_si128(is(b' '), is_in(bytes, b'\t', b'\r'));
            let bits = |mask| u64::from(_mm_movemask_epi8(mask) as u16) << (16 * index);
            classes.word |= bits(word);
            classes.space |= bits(space);
        }
        classes
    }

    #[target_feature(enable = "sse2")]
    fn splat(byte: u8) -> __m128i {
        _mm_set1_epi8(byte as i8)
    }

    #[target_feature(enable = "sse2")]
    fn is_in(bytes: __m128i, first: u8, last: u8) -> __m128i {
        let above = _mm_sub_epi8(bytes, splat(first));
        _mm_cmpeq_epi8(_mm_min_epu8(above, splat(last - first)), above)
    }
}

/// Portable version: SIMD within a register, eight bytes at a time.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod swar {
    use super::{BLOCK, ByteClasses};

    /// Multiplying by this repeats a byte in each of the eight lanes.
    const EACH: u64 = 0x0101_0101_0101_0101;
    /// The highest bit of each lane, which holds the result of a comparison.
    const HIGH: u64 = 0x80 * EACH;

    pub(super) fn classify(block: &[u8; BLOCK]) -> ByteClasses {
        let mut classes = ByteClasses { word: 0, space: 0 };
        for (index, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let bytes = u64::from_le_bytes(*eight);
            let ascii = bytes & !HIGH;
            // The lanes hold ASCII, so no sum carries into the next lane.
            let is_in = |bytes: u64, first: u8, last: u8| {
                (bytes + (0x80 - u64::from(first)) * EACH) & !(bytes + (0x7f - u64::from(last)) * EACH)
            };
            let letters = is_in(ascii | (0x20 * EACH), b'a', b'z');
            let word = letters | is_in(ascii, b'0', b'9') | is_in(ascii, b'-', b'-') | is_in(ascii, b'_', b'_');
            let space = is_in(ascii, b' ', b' ') | is_in(ascii, b'\t', b'\r');
            let bits = |high: u64| {
                let low = (high & !bytes & HIGH) >> 7;
                (low.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * index)
            };
            classes.word |= bits(word);
            classes.space |= bits(space);
        }
        classes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_word(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
    }

    fn is_space(byte: u8) -> bool {
        matches!(byte, b' ' | b'\t'..=b'\r')
    }

    #[test]
    fn each_byte_is_classified_at_each_position() {
        for byte in 0..=u8::MAX {
            for index in 0..BLOCK {
                let mut block = *b"aZ09_-xQ \t\n\r([)]aZ09_-xQ \t\n\r([)]aZ09_-xQ \t\n\r([)]aZ09_-xQ \t\n\r([)]";
                block[index] = byte;
                let bits = |is: fn(u8) -> bool| {
                    let set = |(index, byte): (usize, &u8)| u64::from(is(*byte)) << index;
                    block.iter().enumerate().map(set).sum()
                };
                let expected = ByteClasses {
                    word: bits(is_word),
                    space: bits(is_space),
                };
                assert_eq!(swar::classify(&block), expected, "{byte} at {index}");
                assert_eq!(classify(&block), expected, "{byte} at {index}");
            }
        }
    }

    proptest! {
        #[test]
        fn boundaries_equal_a_bytewise_scan(text in "[a(\" ]{0,30}[ -~\n\u{e4}]{0,300}", from in 0..300_usize) {
            let bytes = text.as_bytes();
            let from = from.min(bytes.len());
            let mut scanner = BoundaryScanner::new(bytes, from);
            for at in from..bytes.len() {
                let word_before = at > from && is_word(bytes[at - 1]);
                let is_boundary = word_before != is_word(bytes[at]) || !is_word(bytes[at]) && !is_space(bytes[at]);
                if is_boundary {
                    prop_assert_eq!(scanner.peek(), at);
                    scanner.advance();
                }
            }
            for _ in 0..300 {
                prop_assert_eq!(scanner.peek(), bytes.len());
                scanner.advance();
            }
        }
    }
}
