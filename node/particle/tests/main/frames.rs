//! What the codec writes, what it reads from other peers, and what it refuses and why.

use crate::vectors::{bytes, vectors};
use aqua_particle::frame::{self, FrameError, Kind, ReadError};
use aqua_particle::{Message, Particle};
use base64::Engine as _;
use rmp::encode as msgpack;

/// Seed 1…32, id 00000000-0000-4000-8000-000000000001, data 00 01 80 ff, in the form peers send to clients.
const TO_CLIENT: &str = "810488a6616374696f6ea85061727469636c65a26964d92430303030303030302d303030302d343030302d383030302d303030303030303030303031ac696e69745f706565725f6964d934313244334b6f6f574a315473696a48374835463734686641443558697368517a337378726d41745659333747744e643943715966a974696d657374616d70cf0000018bcfe56800a374746ccd1b58a6736372697074a6286e756c6c29a97369676e6174757265c4406bc49c06ffafdb320ae25d091490d3523723621f1bb39e911b42357a22556b810c26333e6f4d990810dddb7dceb41fa8aa77ce1f83bdf71b3ec3786e867e6503a464617461c404000180ff";

/// A frame with another order of keys, ttl 0 and the signature as an array of numbers.
const OTHER_ORDER: &str = "zwKBBIimYWN0aW9uqFBhcnRpY2xlpGRhdGGQomlk2SRkMjA1ZDE0OC00Y2YxLTRlNzYtOGY2ZS1mY2U5ODEwZjVlNmOsaW5pdF9wZWVyX2lk2TQxMkQzS29vV0xMRjdnUUtiNzd4WEhWWm4zS1hhMTR4cDNSQmlBa2JuSzJVQlJwRGFSOEtipnNjcmlwdNk5KGNhbGwgJWluaXRfcGVlcl9pZCUgKCJnZXREYXRhU3J2IiAiLXJlbGF5LSIpIFtdIC1yZWxheS0pqXNpZ25hdHVyZdwAQG/MtlwBTizM4UtycW3M4DzM9RPMtsyYGsyNbcy5Msy/zO/MvHoyzL9nFTV4zNgfzNUWzPDMwk7M08zwzMDMoszcFMyqeRnMyD/M9cyXEcz9zJzM8syNzIHM2czNzLXMnMznCql0aW1lc3RhbXDPAAABi/IqldOjdHRsAA==";

fn null_particle() -> Particle {
    vectors()[1].particle()
}

#[test]
fn writes_the_form_that_clients_read() {
    let particle = Particle {
        data: vec![0, 1, 0x80, 0xff],
        ..null_particle()
    };
    let expected = bytes(TO_CLIENT);
    let frame = frame::encode(&particle);
    assert_eq!(
        frame::read_length(&frame, frame::MAX_BODY),
        Ok(Some((expected.len(), 2)))
    );
    assert_eq!(frame[2..], expected);
    assert_eq!(frame::body_length(&frame), expected.len());
}

#[test]
fn reads_any_order_of_keys() {
    let bytes = base64::engine::general_purpose::STANDARD.decode(OTHER_ORDER).unwrap();
    let (message, used) = frame::decode(&bytes, frame::MAX_BODY).unwrap();
    assert_eq!(used, bytes.len());
    let Message::Particle(particle) = message else {
        panic!("a particle")
    };
    assert_eq!((particle.timestamp, particle.ttl), (1_700_574_959_059, 0));
    assert!(particle.data.is_empty());
}

/// A field's name and what writes its value.
type Field<'a> = (&'a str, &'a dyn Fn(&mut Vec<u8>));

/// The map of the null particle, written field by field so that a test can change one.
fn map(fields: &[Field<'_>]) -> Vec<u8> {
    let mut body = vec![0x81, 0x04];
    msgpack::write_map_len(&mut body, fields.len() as u32).unwrap();
    for (name, value) in fields {
        msgpack::write_str(&mut body, name).unwrap();
        value(&mut body);
    }
    body
}

fn text(value: &'static str) -> impl Fn(&mut Vec<u8>) {
    move |out| msgpack::write_str(out, value).unwrap()
}

fn with(change: Option<Field<'_>>, without: &str) -> Vec<u8> {
    let particle = null_particle();
    let peer = particle.init_peer_id.to_string();
    let fields: [Field<'_>; 8] = [
        ("action", &text("Particle")),
        ("id", &|out| msgpack::write_str(out, &particle.id).unwrap()),
        ("init_peer_id", &|out| msgpack::write_str(out, &peer).unwrap()),
        ("timestamp", &|out| msgpack::write_u64(out, particle.timestamp).unwrap()),
        ("ttl", &|out| msgpack::write_u16(out, 7000).map(|_| ()).unwrap()),
        ("script", &text("(null)")),
        ("signature", &|out| {
            msgpack::write_bin(out, particle.signature.as_bytes()).unwrap()
        }),
        ("data", &|out| msgpack::write_bin(out, &[]).unwrap()),
    ];
    let kept = fields
        .into_iter()
        .filter(|(name, _)| *name != without)
        .chain(change)
        .collect::<Vec<_>>();
    map(&kept)
}

#[test]
fn ignores_unknown_fields_of_any_shape() {
    let nested = |out: &mut Vec<u8>| {
        out.extend([
            0x93, 0xc0, 0x82, 0xa1, b'k', 0xca, 0, 0, 0, 0, 0x01, 0xd4, 0, 7, 0xc7, 2, 1, 9, 9,
        ]);
    };
    assert_eq!(
        frame::decode_body(&with(Some(("extra", &nested)), "")),
        Ok(Message::Particle(null_particle()))
    );
}

#[test]
fn accepts_and_ignores_upgrade() {
    assert_eq!(
        frame::decode_body(&map(&[("action", &text("Upgrade"))])),
        Ok(Message::Upgrade)
    );
}

#[test]
fn refuses_with_a_reason() {
    let body = |change: Field<'_>| frame::decode_body(&with(Some(change), change.0));
    let malformed = |error| Err(FrameError::Malformed(error));

    assert_eq!(
        frame::decode_body(&with(None, "script")),
        Err(FrameError::Missing("script"))
    );
    assert_eq!(
        frame::decode_body(&with(Some(("id", &text("x"))), "")),
        Err(FrameError::Duplicate("id"))
    );
    assert_eq!(body(("action", &text("Delete"))), Err(FrameError::UnknownAction));
    assert_eq!(
        body(("init_peer_id", &text("l0l"))),
        Err(FrameError::BadField("init_peer_id", "a peer id"))
    );
    assert_eq!(
        body(("timestamp", &text("now"))),
        malformed(ReadError::Expected(Kind::Unsigned))
    );
    assert_eq!(
        body(("timestamp", &|out| out.push(0xff))),
        malformed(ReadError::Expected(Kind::Unsigned))
    );
    assert_eq!(
        body(("ttl", &|out| msgpack::write_u64(out, 1 << 32).unwrap())),
        Err(FrameError::BadField("ttl", "a 32-bit number"))
    );
    assert_eq!(
        body(("signature", &|out| msgpack::write_bin(out, &[0; 63]).unwrap())),
        Err(FrameError::BadField("signature", "64 bytes"))
    );
    assert_eq!(
        body(("data", &|out| out.extend([0x91, 0xcd, 1, 0]))),
        malformed(ReadError::Expected(Kind::Bytes))
    );
    assert_eq!(
        body(("data", &|out| out.extend([0xdd, 0xff, 0xff, 0xff, 0xff]))),
        malformed(ReadError::End)
    );
    assert_eq!(
        body(("data", &|out| out.extend([0xc6, 0xff, 0xff, 0xff, 0xff]))),
        malformed(ReadError::End)
    );
    assert_eq!(
        body(("script", &|out| out.extend([0xa1, 0xff]))),
        malformed(ReadError::NotUtf8)
    );
    assert_eq!(
        frame::decode_body(&[0x81, 0x04, 0x90]),
        malformed(ReadError::Expected(Kind::Map))
    );
    assert_eq!(
        frame::decode_body(&[0x81, 0x04, 0x81, 0x01, 0x01]),
        malformed(ReadError::Expected(Kind::String))
    );
    assert_eq!(
        frame::decode_body(&[0x80, 0x04, b'{', b'}']),
        Err(FrameError::WrongCodec)
    );
    assert_eq!(frame::decode_body(b"{}"), Err(FrameError::WrongCodec));
    assert_eq!(frame::decode_body(&[0x81]), Err(FrameError::Truncated));

    let mut trailing = with(None, "");
    trailing.push(0xc0);
    assert_eq!(frame::decode_body(&trailing), Err(FrameError::TrailingBytes(1)));
}

#[test]
fn a_deeply_nested_unknown_field_costs_no_stack() {
    let nested = |out: &mut Vec<u8>| {
        out.extend(std::iter::repeat_n(0x91, 1_000_000));
        out.push(0xc0);
    };
    assert!(matches!(
        frame::decode_body(&with(Some(("extra", &nested)), "")),
        Ok(Message::Particle(_))
    ));
    let bomb = |out: &mut Vec<u8>| out.extend(std::iter::repeat_n([0xdf, 0xff, 0xff, 0xff, 0xff], 1000).flatten());
    let refused = frame::decode_body(&with(Some(("extra", &bomb)), ""));
    assert_eq!(refused, Err(FrameError::Malformed(ReadError::End)));
}

#[test]
fn lengths_are_minimal_bounded_and_checked_before_the_body_is_there() {
    let limit = 1000;
    assert_eq!(frame::read_length(&[], limit), Ok(None));
    assert_eq!(frame::read_length(&[0x80], limit), Ok(None));
    assert_eq!(frame::read_length(&[0xe8, 0x07], limit), Ok(Some((1000, 2))));
    assert_eq!(
        frame::read_length(&[0xe9, 0x07], limit),
        Err(FrameError::Oversized { length: 1001, limit })
    );
    assert_eq!(frame::read_length(&[0x80, 0x00], limit), Err(FrameError::BadLength));
    assert_eq!(frame::read_length(&[0xff; 5], limit), Err(FrameError::BadLength));
    assert_eq!(frame::read_length(&[0xff; 64], limit), Err(FrameError::BadLength));
    assert_eq!(frame::decode(&[0x05, 0x81], limit), Err(FrameError::Truncated));
}
