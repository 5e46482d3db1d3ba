//! Base58 of the multihash of an ed25519 key. It is encoded for every peer of arriving particle data, and a fixed length
//! allows division by groups of digits, which is several times as fast as `bs58`.

/// Length of a multihash of an ed25519 key.
pub(crate) const MULTIHASH: usize = 38;
/// Length of its text.
const TEXT: usize = 52;

const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Digits that one division makes: 58⁵ is the largest power of 58 below 2³².
const GROUP: usize = 5;

/// The text of a multihash that begins with `00 24 08 01 12 20`.
pub(crate) fn encode_ed25519(multihash: &[u8; MULTIHASH]) -> [u8; TEXT] {
    let mut padded = [0; 40];
    padded[2..].copy_from_slice(multihash);
    let mut number: [u32; 10] =
        std::array::from_fn(|limb| u32::from_be_bytes(std::array::from_fn(|byte| padded[4 * limb + byte])));
    // The zero in front is a digit of its own. With this head, the rest always has 51 digits.
    let mut text = [DIGITS[0]; TEXT];
    for group in text[1..].rchunks_mut(GROUP) {
        let base = 58_u64.pow(GROUP as u32);
        let mut rest = number.iter_mut().fold(0, |rest, limb| {
            let dividend = rest << 32 | u64::from(*limb);
            *limb = (dividend / base) as u32;
            dividend % base
        });
        for digit in group.iter_mut().rev() {
            *digit = DIGITS[(rest % 58) as usize];
            rest /= 58;
        }
    }
    text
}
