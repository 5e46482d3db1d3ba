//! Errors before anything runs: the script, the bytes around it, and data that doesn't verify.

use super::Case;
use super::input::{Input, changed, left_by, run};
use aqua_vm::{Cid, ParticleData, Store};
use ecow::EcoString;

pub(super) fn cases() -> Vec<Case> {
    [bytes(), parameters(), stores(), signatures()].concat()
}

fn bytes() -> Vec<Case> {
    let arriving = |data: Vec<u8>| Input { data, ..run("(null)") };
    let known = |prev_data: Vec<u8>| Input {
        prev_data,
        ..run("(null)")
    };
    let results = |call_results: &[u8]| Input {
        call_results: call_results.to_vec(),
        ..run("(null)")
    };
    let whole = changed(left_by("(ap 1 $s)", &[]), |_| {});
    let cut = aqua_vm::State::new(whole).encode();
    vec![
        ("1", run("(seq (null)")),
        ("2", arriving(envelope("0.64.1", &[0xc4, 0]))),
        ("2", arriving(envelope("0.64.1", &[0xc4, 3, 1, 2, 3]))),
        ("2", known(envelope("0.64.1", &[0xc4, 0]))),
        // A text in place of bytes is taken for bytes.
        ("2", arriving(envelope("0.64.1", &[0xa1, b'x']))),
        ("3", arriving(vec![1])),
        ("3", known(vec![1])),
        ("3", arriving(cut[..cut.len() / 2].to_vec())),
        ("3", arriving(envelope("abc", &[0xc4, 0]))),
        ("4", arriving(envelope("0.64.1", &[0xc0]))),
        ("4", known(envelope("0.60.0", &[0xc0]))),
        ("5 varint", results(&[])),
        ("5 varint", results(&[0xff; 12])),
        ("5 codec", results(&[0x80, 0x04, b'{', b'}'])),
        ("5 format", results(&[0x81, 0x04, 0x90])),
        ("6", arriving(envelope("0.60.9", &[0xc4, 0]))),
        ("6", arriving(envelope("0.61.0-rc.1", &[0xc4, 0]))),
    ]
}

/// The `MessagePack` map around an archive; `inner` is encoded already.
fn envelope(interpreter: &str, inner: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x83];
    let mut text = |text: &str| {
        bytes.push(0xa0 | u8::try_from(text.len()).expect("short"));
        bytes.extend(text.as_bytes());
    };
    for part in ["version", "0.17.2", "interpreter_version", interpreter, "inner_data"] {
        text(part);
    }
    bytes.extend(inner);
    bytes
}

fn parameters() -> Vec<Case> {
    let key = |format: u8, length: usize| {
        run("(null)").with(|params| {
            params.key_format = format;
            params.secret_key_bytes.resize(length, 0);
        })
    };
    let limited = |script, data, result| {
        run("(null)").with(|params| {
            params.limits.hard = true;
            params.limits.air_size = script;
            params.limits.particle_size = data;
            params.limits.call_result_size = result;
        })
    };
    let much = 1000;
    vec![
        ("7 format", key(7, 32)),
        ("7 length", key(0, 31)),
        ("7 RSA", key(1, 32)),
        ("7 algorithm", key(2, 32)),
        ("10 script", limited(5, much, much)),
        ("10 data", limited(much, 5, much).meeting(left_by("(ap 1 $s)", &[]))),
        ("10 result", limited(much, much, 5).answered(1, 0, "\"text\"")),
    ]
}

const FROZEN: &str = r#"(seq (call @A ("s" "f") [1] $s) (canon @A $s #s))"#;

fn arrived(change: impl FnOnce(&mut ParticleData)) -> Input {
    run(FROZEN).meeting(changed(left_by(FROZEN, &["\"text\""]), change))
}

fn stores() -> Vec<Case> {
    // Content ids in base 16: version, codec, hash function, length and digest.
    let raw = format!("f01551e20{}", "00".repeat(32));
    let sha2_512 = format!("f0180041340{}", "00".repeat(64));
    let cut = "f0180041e20".to_owned();
    let named = |cid: String| {
        arrived(|data| {
            data.cid_info
                .value_store
                .insert(Cid::from(EcoString::from(cid)), "1".into());
        })
    };
    // The official machine goes through a store in any order: one entry of it is at fault, never two.
    vec![
        (
            "8 value",
            arrived(|data| *first(&mut data.cid_info.value_store) = "2".into()),
        ),
        (
            "8 value",
            arrived(|data| first(&mut data.cid_info.tetraplet_store).lens = "more".into()),
        ),
        (
            "8 value",
            arrived(|data| first(&mut data.cid_info.canon_element_store).tetraplet = Cid::of_json(b"1")),
        ),
        (
            "8 value",
            arrived(|data| {
                let result = first(&mut data.cid_info.canon_result_store);
                result.values.push(Cid::of_json(b"1"));
            }),
        ),
        (
            "8 value",
            arrived(|data| {
                first(&mut data.cid_info.service_result_store).argument_hash = Cid::from(EcoString::from("other"))
            }),
        ),
        ("8 text", named(cut)),
        ("8 codec", named(raw)),
        ("8 hash", named(sha2_512)),
        ("8 reference", arrived(|data| data.cid_info.value_store.clear())),
        ("8 reference", arrived(|data| data.cid_info.tetraplet_store.clear())),
        (
            "8 reference",
            arrived(|data| data.cid_info.service_result_store.clear()),
        ),
        ("8 reference", arrived(|data| data.cid_info.canon_element_store.clear())),
    ]
}

/// The entry with the least content id.
fn first<T>(store: &mut Store<T>) -> &mut T {
    store.values_mut().next().expect("honest runs leave entries")
}

/// Format byte and the compressed generator of the curve.
const SECP256K1: &[u8] = &[
    2, 2, 0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b, 0x07, 0x02, 0x9b,
    0xfc, 0xdb, 0x2d, 0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98,
];

fn signatures() -> Vec<Case> {
    let with_key = |key: &[u8]| {
        let key: Box<[u8]> = key.into();
        move |data: &mut ParticleData| drop(data.signatures.insert(key, vec![0; 65].into()))
    };
    let knowing =
        |change: &dyn Fn(&mut ParticleData)| run(FROZEN).knowing(changed(left_by(FROZEN, &["\"text\""]), change));
    let zero = |data: &mut ParticleData| {
        for signature in data.signatures.values_mut() {
            *signature = vec![0; 65].into();
        }
    };
    let short = |data: &mut ParticleData| {
        for signature in data.signatures.values_mut() {
            *signature = vec![0; 5].into();
        }
    };
    vec![
        ("9 key", arrived(with_key(&[9; 33]))),
        ("9 key", arrived(with_key(&[0; 7]))),
        ("9 key", arrived(with_key(&[1; 33]))),
        ("9 key", arrived(with_key(&[2; 33]))),
        ("9 key", arrived(with_key(SECP256K1))),
        (
            "9 key",
            run(FROZEN).knowing(changed(left_by(FROZEN, &[]), with_key(&[9; 33]))),
        ),
        ("9 peer", arrived(|data| data.signatures.clear())),
        ("9 peer", knowing(&|data| data.signatures.clear())),
        ("9 signature", arrived(zero)),
        ("9 signature", arrived(short)),
        (
            "9 signature",
            arrived(|_| {}).with(|params| params.particle_id = "another".to_owned()),
        ),
        (
            "9 multisets",
            run(FROZEN)
                .knowing(left_by(FROZEN, &["1"]))
                .meeting(left_by(FROZEN, &["2"])),
        ),
    ]
}
