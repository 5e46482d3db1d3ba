//! Both backends on the same inputs. `verify_data` must decide like the reference on all of them.

use super::{aws_lc, dalek};
use crate::{Signature, verify_data};
use proptest::prelude::*;

/// Checks one input; gives the verdict.
fn verdict(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let reference = dalek::verify(key, message, signature);
    let fast = aws_lc::verify(key, message, signature);
    assert!(reference || !fast, "{key:?} {message:?} {signature:?}");
    let data = verify_data(key, message, &Signature::from_bytes(*signature));
    assert_eq!(data, reference, "{key:?} {message:?} {signature:?}");
    reference
}

/// Adds the order of the group to the scalar of a signature, which gives an encoding that is not canonical.
fn with_long_scalar(signature: &[u8; 64]) -> [u8; 64] {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut long = *signature;
    let mut carry = 0;
    for (byte, added) in long[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(added) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    long
}

proptest! {
    #[test]
    fn both_sign_alike(seed: [u8; 32], message: Vec<u8>) {
        let (fast, reference) = (aws_lc::SigningKey::from_seed(&seed), dalek::SigningKey::from_seed(&seed));
        prop_assert_eq!(fast.public_key(), reference.public_key());
        prop_assert_eq!(fast.sign(&message), reference.sign(&message));
    }

    #[test]
    fn both_decide_alike_on_changed_signatures(
        seed: [u8; 32],
        message: [u8; 20],
        position in 0..116_usize,
        change: u8,
    ) {
        let key = aws_lc::SigningKey::from_seed(&seed);
        let signature = key.sign(&message);
        let mut all = [&key.public_key()[..], &message, &signature].concat();
        all[position] ^= change;
        let (public, changed) = (all[..32].try_into().expect("32 bytes"), all[52..].try_into().expect("64 bytes"));
        prop_assert_eq!(verdict(&public, &all[32..52], &changed), change == 0);
        prop_assert!(!verdict(&key.public_key(), &message, &with_long_scalar(&signature)));
    }

    #[test]
    fn both_decide_alike_on_arbitrary_bytes(key: [u8; 32], message: Vec<u8>, signature: [[u8; 32]; 2]) {
        verdict(&key, &message, &signature.concat().try_into().expect("64 bytes"));
    }
}

/// Points of small order and encodings that are not canonical, where implementations differ.
fn odd_points() -> Vec<[u8; 32]> {
    // y = 0, 1, p − 1, p, p + 1, …
    let first_bytes = [0, 1, 2, 0xeb, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xff];
    let small = first_bytes.map(|first: u8| {
        let mut bytes = if first < 3 { [0; 32] } else { [0xff; 32] };
        bytes[0] = first;
        bytes[31] &= 0x7f;
        bytes
    });
    let order_8 = [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ];
    let order_8 = order_8.map(|text| {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).expect("hex");
        bytes.try_into().expect("32 bytes")
    });
    let signs = |point: [u8; 32]| {
        let mut other = point;
        other[31] |= 0x80;
        [point, other]
    };
    small.into_iter().chain(order_8).flat_map(signs).collect()
}

#[test]
fn both_decide_alike_on_odd_points() {
    let points = odd_points();
    let (mut accepted, mut refused, mut second_opinions) = (0, 0, 0);
    for (key, commitment) in points
        .iter()
        .flat_map(|key| points.iter().map(move |other| (key, other)))
    {
        for message in 0..16_u8 {
            let signature = [*commitment, [0; 32]].concat().try_into().expect("64 bytes");
            if verdict(key, &[message], &signature) {
                accepted += 1;
                second_opinions += u32::from(!aws_lc::verify(key, &[message], &signature));
            } else {
                refused += 1;
            }
        }
    }
    assert!(accepted > 50 && refused > 50, "{accepted} accepted, {refused} refused");
    assert!(second_opinions > 0, "AWS-LC refuses nothing that the rule accepts");
}

/// With a key of small order, the strict rule refuses what the rule of particle data accepts.
#[test]
fn the_two_verifications_differ() {
    let identity = odd_points()[2];
    let signature = Signature::from_bytes([identity, [0; 32]].concat().try_into().expect("64 bytes"));
    assert!(verify_data(&identity, b"any", &signature));
    let key = crate::PublicKey::from_bytes(&identity).expect("a point");
    assert!(!key.verify_strict(b"any", &signature));
}
