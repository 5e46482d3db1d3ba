//! BLAKE3 of many short texts at once.
//!
//! Most hashed texts of particle data have a few hundred bytes. The blocks of one text depend on each other, so vector
//! instructions can't hash a single text faster. Here a vector holds a word of each of eight texts: the compression
//! function loops over texts, and the compiler vectorises the loop for the available width. Source: the BLAKE3 paper, 2.2
//! to 2.5.

/// Texts that are hashed together. With sixteen, the wider vectors lower the processor's clock, and the signatures that
/// follow lose more than hashing gains.
const LANES: usize = 8;
/// Fewer texts are hashed faster one by one.
const WORTH_IT: usize = 4;
/// Bytes of a block.
const BLOCK: usize = 64;
/// Blocks of a chunk. Longer texts are trees of chunks, whose leaves are hashed together anyway.
const CHUNK: usize = 16;

const IV: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 1 << 1;
const ROOT: u32 = 1 << 3;

/// A word of each text.
type Lanes = [u32; LANES];

/// Concatenated texts.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    /// Adds the text that `write` appends.
    pub(crate) fn push<R>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let result = write(&mut self.bytes);
        self.ends.push(self.bytes.len());
        result
    }

    /// Removes all texts and keeps the capacity.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// The length of all texts in bytes.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// The digest of each.
    pub(crate) fn digests(&self) -> Vec<[u8; 32]> {
        let texts: Vec<&[u8]> = self.iter().collect();
        digests(&texts)
    }
}

/// The digest of each text.
pub(crate) fn digests(texts: &[&[u8]]) -> Vec<[u8; 32]> {
    let mut digests = vec![[0; 32]; texts.len()];
    let mut one_by_one = |indices: &[usize]| {
        for index in indices {
            digests[*index] = *blake3::hash(texts[*index]).as_bytes();
        }
    };
    if texts.len() < WORTH_IT {
        one_by_one(&std::array::from_fn::<_, WORTH_IT, _>(|index| index)[..texts.len()]);
        return digests;
    }
    let mut by_blocks: [Vec<usize>; CHUNK + 1] = Default::default();
    for (index, text) in texts.iter().enumerate() {
        match by_blocks.get_mut(blocks(text)) {
            Some(indices) => indices.push(index),
            None => one_by_one(&[index]),
        }
    }
    let mut together = Vec::new();
    for indices in &by_blocks {
        let (groups, rest) = indices.as_chunks();
        together.extend_from_slice(groups);
        if rest.len() < WORTH_IT {
            one_by_one(rest);
        } else {
            together.push(std::array::from_fn(|lane| rest[lane.min(rest.len() - 1)]));
        }
    }
    let fastest = ways().next().expect("one is for all processors");
    hash_together(texts, &together, fastest, &mut digests);
    digests
}

/// The number of blocks of a text. An empty text has one.
fn blocks(text: &[u8]) -> usize {
    text.len().div_ceil(BLOCK).max(1)
}

/// A function that mixes a block of each text into its chaining value.
type Compress = fn(&mut [Lanes; 8], &[Lanes; 16], &Lanes, u32);

/// The implementations for this processor, the fastest first. All give the same result.
fn ways() -> impl Iterator<Item = Compress> {
    /// `compress` for an instruction set, if the processor supports it.
    #[cfg(target_arch = "x86_64")]
    macro_rules! compress_with {
        ($instructions:tt) => {{
            #[inline(never)]
            #[target_feature(enable = $instructions)]
            fn compiled(chaining: &mut [Lanes; 8], message: &[Lanes; 16], lengths: &Lanes, flags: u32) {
                compress(chaining, message, lengths, flags);
            }
            let way: Compress = |chaining, message, lengths, flags| {
                // SAFETY: the only requirement is that the processor supports the instruction set, which was checked above.
                #[expect(unsafe_code, reason = "arrivals with many ids take a tenth less time")]
                unsafe {
                    compiled(chaining, message, lengths, flags);
                }
            };
            is_x86_feature_detected!($instructions).then_some(way)
        }};
    }
    #[cfg(target_arch = "x86_64")]
    let special = [compress_with!("avx512vl"), compress_with!("avx2")];
    #[cfg(not(target_arch = "x86_64"))]
    let special: [Option<Compress>; 0] = [];

    // A function of its own: inlined in a larger one, the compiler may not vectorise it.
    #[inline(never)]
    fn compiled(chaining: &mut [Lanes; 8], message: &[Lanes; 16], lengths: &Lanes, flags: u32) {
        compress(chaining, message, lengths, flags);
    }
    let general: Compress = compiled;
    special.into_iter().flatten().chain([general])
}

/// Hashes groups of texts with the same number of blocks.
fn hash_together(texts: &[&[u8]], groups: &[[usize; LANES]], compress: Compress, digests: &mut [[u8; 32]]) {
    for group in groups {
        let chaining = hash_group(group.map(|index| texts[index]), compress);
        for (lane, index) in group.iter().enumerate() {
            for (bytes, words) in digests[*index].as_chunks_mut().0.iter_mut().zip(&chaining) {
                *bytes = words[lane].to_le_bytes();
            }
        }
    }
}

/// The digests of texts with the same number of blocks, word by word.
fn hash_group(texts: [&[u8]; LANES], compress: Compress) -> [Lanes; 8] {
    let mut chaining = IV.map(|word| [word; LANES]);
    let mut message = [[0; LANES]; 16];
    let last = blocks(texts[0]) - 1;
    for block in 0..=last {
        let start = block * BLOCK;
        for (lane, text) in texts.iter().enumerate() {
            let rest = &text[start..];
            let mut padded = [0; BLOCK];
            let bytes = rest.first_chunk().unwrap_or_else(|| {
                padded[..rest.len()].copy_from_slice(rest);
                &padded
            });
            for (words, bytes) in message.iter_mut().zip(bytes.as_chunks().0) {
                words[lane] = u32::from_le_bytes(*bytes);
            }
        }
        let lengths = texts.map(|text| (text.len() - start).min(BLOCK) as u32);
        let first = if block == 0 { CHUNK_START } else { 0 };
        let end = if block == last { CHUNK_END | ROOT } else { 0 };
        compress(&mut chaining, &message, &lengths, first | end);
    }
    chaining
}

/// Mixes a block of each text into its chaining value.
#[inline(always)]
fn compress(chaining: &mut [Lanes; 8], message: &[Lanes; 16], lengths: &Lanes, flags: u32) {
    let [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = message;
    let [c0, c1, c2, c3, c4, c5, c6, c7] = chaining;
    // Unrolled, because a loop prevents vectorisation.
    for i in 0..LANES {
        let mut words = [
            m0[i], m1[i], m2[i], m3[i], m4[i], m5[i], m6[i], m7[i], m8[i], m9[i], m10[i], m11[i], m12[i], m13[i],
            m14[i], m15[i],
        ];
        let mut state = [
            c0[i], c1[i], c2[i], c3[i], c4[i], c5[i], c6[i], c7[i], IV[0], IV[1], IV[2], IV[3], 0, 0, lengths[i], flags,
        ];
        round(&mut state, &words);
        words = permuted(&words);
        round(&mut state, &words);
        words = permuted(&words);
        round(&mut state, &words);
        words = permuted(&words);
        round(&mut state, &words);
        words = permuted(&words);
        round(&mut state, &words);
        words = permuted(&words);
        round(&mut state, &words);
        words = permuted(&words);
        round(&mut state, &words);
        let [s0, s1, s2, s3, s4, s5, s6, s7, t0, t1, t2, t3, t4, t5, t6, t7] = state;
        (c0[i], c1[i], c2[i], c3[i]) = (s0 ^ t0, s1 ^ t1, s2 ^ t2, s3 ^ t3);
        (c4[i], c5[i], c6[i], c7[i]) = (s4 ^ t4, s5 ^ t5, s6 ^ t6, s7 ^ t7);
    }
}

#[inline(always)]
fn round(state: &mut [u32; 16], words: &[u32; 16]) {
    mix(state, [0, 4, 8, 12], words[0], words[1]);
    mix(state, [1, 5, 9, 13], words[2], words[3]);
    mix(state, [2, 6, 10, 14], words[4], words[5]);
    mix(state, [3, 7, 11, 15], words[6], words[7]);
    mix(state, [0, 5, 10, 15], words[8], words[9]);
    mix(state, [1, 6, 11, 12], words[10], words[11]);
    mix(state, [2, 7, 8, 13], words[12], words[13]);
    mix(state, [3, 4, 9, 14], words[14], words[15]);
}

#[inline(always)]
fn mix(state: &mut [u32; 16], [a, b, c, d]: [usize; 4], first: u32, second: u32) {
    state[a] = state[a].wrapping_add(state[b]).wrapping_add(first);
    state[d] = (state[d] ^ state[a]).rotate_right(16);
    state[c] = state[c].wrapping_add(state[d]);
    state[b] = (state[b] ^ state[c]).rotate_right(12);
    state[a] = state[a].wrapping_add(state[b]).wrapping_add(second);
    state[d] = (state[d] ^ state[a]).rotate_right(8);
    state[c] = state[c].wrapping_add(state[d]);
    state[b] = (state[b] ^ state[c]).rotate_right(7);
}

/// The words of a block in the order of the next round.
#[inline(always)]
fn permuted(m: &[u32; 16]) -> [u32; 16] {
    [
        m[2], m[6], m[3], m[10], m[7], m[0], m[4], m[13], m[1], m[11], m[12], m[5], m[9], m[14], m[15], m[8],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one_by_one(texts: &[&[u8]]) -> Vec<[u8; 32]> {
        texts.iter().map(|text| *blake3::hash(text).as_bytes()).collect()
    }

    proptest! {
        #[test]
        fn together_or_one_by_one_gives_the_same(lengths in proptest::collection::vec(0..1_300_usize, 0..200), seed: u8) {
            let bytes: Vec<u8> = (0..1_500_u32).map(|index| ((index * index) >> 3) as u8 ^ seed).collect();
            let texts: Vec<&[u8]> = lengths.iter().map(|length| &bytes[length % 97..][..*length]).collect();
            prop_assert_eq!(digests(&texts), one_by_one(&texts));
        }
    }

    /// All implementations that this processor supports.
    #[test]
    fn each_way_of_hashing_together_gives_the_same() {
        let bytes: Vec<u8> = (0..2_000_u32).map(|index| (index % 251) as u8).collect();
        for length in 0..=CHUNK * BLOCK {
            let least = length.saturating_sub(1) / BLOCK * BLOCK;
            let texts: Vec<&[u8]> = (0..LANES)
                .map(|lane| &bytes[lane..][..length.max(1) - (length.max(1) - least - 1).min(lane)])
                .collect();
            let group = [std::array::from_fn(|lane| lane)];
            for compress in ways() {
                let mut together = vec![[0; 32]; LANES];
                hash_together(&texts, &group, compress, &mut together);
                assert_eq!(together, one_by_one(&texts), "{length}");
            }
        }
    }

    #[test]
    fn texts_are_what_was_pushed() {
        let mut texts = Texts::default();
        for text in ["", "a", "", "bcd"] {
            texts.push(|out| out.extend_from_slice(text.as_bytes()));
        }
        assert!(texts.iter().eq([&b""[..], b"a", b"", b"bcd"]));
        assert_eq!(texts.size(), 4);
    }
}
