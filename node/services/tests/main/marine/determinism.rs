//! Deterministic services: the same calls on the same files give the same bytes.

use aqua_values::Value;

use super::written::{BYTES, U64, Written};
use super::{Deployed, fixed};

/// Reads clocks and random numbers.
fn measuring() -> Vec<u8> {
    Written::new(
        r#"(func (export "random")
             (drop (call $random (i32.const 64) (i32.const 16)))
             (global.set $pointer (i32.const 64)) (global.set $size (i32.const 16)))
           (func (export "wall") (result i64)
             (drop (call $clock (i32.const 0) (i64.const 1) (i32.const 64)))
             (i64.load (i32.const 64)))
           (func (export "monotonic") (result i64)
             (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 64)))
             (i64.load (i32.const 64)))
           ;; A not-a-number value that depends on the processor without the deterministic profile.
           (func (export "not_a_number") (result i64)
             (i64.reinterpret_f64 (f64.div (f64.const 0) (f64.const 0))))"#,
    )
    .importing(
        r#"(import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
           (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))"#,
    )
    .function("random", &[], Some(BYTES))
    .function("wall", &[], Some(U64))
    .function("monotonic", &[], Some(U64))
    .function("not_a_number", &[], Some(U64))
    .wasm()
}

/// The answers of a service, and the files that it wrote.
type Run = (Vec<Value>, Vec<(String, Vec<u8>)>);

#[tokio::test]
async fn time_and_randomness_come_from_the_call() {
    let mut results = Vec::new();
    for _ in 0..2 {
        let mut service = Deployed::new(&[("guest", &measuring())], |service| service.requests = fixed()).await;
        assert!(
            service.host.reads_call_parameters("sid"),
            "a node gives it the particle"
        );
        service.parameters.particle.timestamp = 1_700_000_000_123;
        let mut values = Vec::new();
        for function in ["random", "random", "wall", "monotonic", "monotonic", "not_a_number"] {
            values.push(service.value(function, json!([])).await);
        }
        service.parameters.particle.id = "another".into();
        values.push(service.value("random", json!([])).await);
        results.push(values);
    }
    assert_eq!(results[0], results[1]);
    let values = &results[0];
    assert_eq!(values[0], values[1], "each call of a particle begins anew");
    assert_ne!(values[0], values[6], "another particle has other numbers");
    assert_eq!(values[2], json!(1_700_000_000_123_000_000_u64));
    assert_eq!(values[5], json!(0x7ff8_0000_0000_0000_u64));
}

#[tokio::test]
async fn other_services_have_real_clocks_and_randomness() {
    let service = Deployed::new(&[("guest", &measuring())], |_| {}).await;
    let random = service.value("random", json!([])).await;
    assert_ne!(service.value("random", json!([])).await, random);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    let wall = service.value("wall", json!([])).await.as_u64().expect("a number");
    assert!(u128::from(wall) >= now.as_nanos());
}

/// The mailbox has the time of the messages, the database depends on the randomness of its modules.
#[tokio::test]
async fn a_spell_leaves_the_same_files() {
    let mut runs: Vec<Run> = Vec::new();
    for _ in 0..2 {
        let modules = [
            ("sqlite3", fluence_spell_distro::SQLITE_WASM),
            ("spell", fluence_spell_distro::SPELL_WASM),
        ];
        let mut spell = Deployed::new(&modules, |service| service.requests = fixed()).await;
        spell.parameters.particle.timestamp = 1_700_000_000_000;
        spell.parameters.particle.id = "spell_sid_1".into();
        let mut values = Vec::new();
        for (function, arguments) in [
            ("push_mailbox", json!(["hi"])),
            ("set_string", json!(["k", "value"])),
            ("store_log", json!(["a line"])),
            ("get_mailbox", json!([])),
            ("get_logs", json!([])),
        ] {
            values.push(spell.value(function, arguments).await);
        }
        let mut files = Vec::new();
        for entry in std::fs::read_dir(spell.folder.path()).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            files.push((name, std::fs::read(&path).expect("a file")));
        }
        files.sort();
        runs.push((values, files));
    }
    assert_eq!(runs[0].0, runs[1].0);
    assert_eq!(runs[0].0[3]["messages"][0]["timestamp"], json!(1_700_000_000));
    assert!(!runs[0].1.is_empty());
    assert!(runs[0].1 == runs[1].1, "the files differ");
}
