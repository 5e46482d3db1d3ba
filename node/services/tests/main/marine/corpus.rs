//! Modules of our own in the shape of the corpus (sequence G): values of every type pass through two modules and come back.

use aqua_values::Value;

use super::{Deployed, PEER};

const EFFECTOR: &[u8] = include_bytes!("../../guests/marine/effector/effector.wasm");
const FACADE: &[u8] = include_bytes!("../../guests/marine/facade/facade.wasm");

async fn corpus() -> Deployed {
    Deployed::new(&[("effector", EFFECTOR), ("facade", FACADE)], |_| {}).await
}

#[tokio::test]
async fn records_of_every_type_pass_through_two_modules() {
    let service = corpus().await;
    let value = json!({
        "truth": false, "s8": 127, "s16": -2, "s32": -3, "s64": i64::MIN, "u8": 255, "u16": 1, "u32": 2, "u64": 3,
        "f32": 0.5, "f64": 9.0, "text": "field", "bytes": [19, 55],
    });
    let changed = json!({
        "truth": true, "s8": -128, "s16": -1, "s32": -2, "s64": i64::MIN + 1, "u8": 0, "u16": 2, "u32": 3, "u64": 4,
        "f32": 1.5, "f64": 10.0, "text": "field!", "bytes": [55, 19],
    });
    let arguments = Value::array([value.clone()]);
    assert_eq!(service.value("pass_scalars", arguments).await, changed);
    let group = |members: [&Value; 2]| {
        Value::object([
            ("name", "all".into()),
            ("members", members.into_iter().cloned().collect()),
        ])
    };
    let passed = service
        .value("pass_group", Value::array([group([&value, &changed])]))
        .await;
    assert_eq!(passed, group([&changed, &value]));
    let empty = json!({"name": "", "members": []});
    assert_eq!(service.value("pass_group", Value::array([empty.clone()])).await, empty);
}

#[tokio::test]
async fn arrays_of_every_type_pass_through_two_modules() {
    let service = corpus().await;
    let record = |text: &str| {
        json!({
            "truth": true, "s8": -1, "s16": -1, "s32": -1, "s64": -1, "u8": 1, "u16": 1, "u32": 1, "u64": 1, "f32": 0.25,
            "f64": 0.25, "text": text, "bytes": [],
        })
    };
    let elements = [
        ("bool", json!([true, false, false])),
        ("s8", json!([i8::MIN, 0, i8::MAX])),
        ("s16", json!([i16::MIN, 0, i16::MAX])),
        ("s32", json!([i32::MIN, 0, i32::MAX])),
        ("s64", json!([i64::MIN, 0, i64::MAX])),
        ("u8", json!([0, 1, u8::MAX])),
        ("u16", json!([0, 1, u16::MAX])),
        ("u32", json!([0, 1, u32::MAX])),
        ("u64", json!([0, 1, u64::MAX])),
        ("f32", json!([-0.5, 0.25, 3.0e9])),
        ("f64", json!([-0.1, 0.1, 1e300])),
        ("string", json!(["a", "", "мир"])),
        ("scalars_list", Value::array(["a", "b", "c"].map(record))),
    ];
    for (name, list) in elements {
        let items = list.as_array().expect("an array").to_vec();
        let reversed: Value = items.iter().rev().cloned().collect();
        for (list, expected) in [(list.clone(), reversed), (json!([]), json!([]))] {
            let passed = service.value(&format!("pass_{name}"), Value::array([list])).await;
            assert_eq!(passed, expected, "{name}");
        }
        let nested = Value::array([list.clone(), json!([]), Value::array([items[0].clone()])]);
        let expected = Value::array([Value::array([items[0].clone()]), json!([]), list]);
        let passed = service.value(&format!("pass_{name}s"), Value::array([nested])).await;
        assert_eq!(passed, expected, "lists of {name}");
    }
}

#[tokio::test]
async fn a_panic_is_an_error_each_time_and_leaves_others_undisturbed() {
    let (service, other) = (corpus().await, corpus().await);
    for _ in 0..3 {
        assert_eq!(
            service.error("failing", json!([])).await,
            "Execution error: module \"facade\", function \"failing\": wasm `unreachable` instruction executed"
        );
        for service in [&service, &other] {
            assert_eq!(service.value("greeting", json!(["John"])).await, json!("Hi, John"));
        }
    }
}

#[tokio::test]
async fn call_parameters_are_a_record() {
    let service = corpus().await;
    let origins = [(0, super::origin(PEER, "op", "identity"))];
    let parameters = service.call_with("call_parameters", json!([]), &origins).await;
    let expected = json!({
        "particle": {
            "id": "particle", "init_peer_id": PEER, "timestamp": 0, "ttl": 0, "script": "", "signature": [], "token": "",
        },
        "service_id": "sid", "service_creator_peer_id": PEER, "host_id": PEER, "worker_id": PEER,
        "tetraplets": [[{"peer_pk": PEER, "service_id": "op", "function_name": "identity", "lens": ""}]],
    });
    assert_eq!(parameters, Ok(expected));
}
