//! Sets with long data that no run of a script gives.

use super::official_form::{Ids, official_form};
use super::play::Play;
use super::{DataSet, PARTICLE_ID, Sizes};
use aqua_vm::{ParticleData, TraceState};
use serde_json::{Value, json};

/// 1300 results of services of a few sizes.
pub(super) fn long_data(name: &'static str, official: Sizes) -> DataSet {
    const STATES: usize = 1300;
    const VALUES: usize = 93;
    // Most states name one of the same few values.
    let value_of = |state: usize| match state {
        _ if state < VALUES => state,
        _ if !state.is_multiple_of(4) => state % 7,
        _ => state % VALUES,
    };
    let values: Vec<Value> = (0..VALUES).map(interface).collect();
    let data = written((0..STATES).map(|state| values[value_of(state)].clone()).collect());
    data_set(name, official, official_form(&data, Ids::Copied))
}

/// Ten results of services, each a long list.
pub(super) fn big_values_data(name: &'static str, official: Sizes) -> DataSet {
    let values = (0..10).map(|number| modules(number, 150 + 31 * number)).collect();
    data_set(name, official, official_form(&written(values), Ids::Shared))
}

fn data_set(name: &'static str, official: Sizes, data: Vec<u8>) -> DataSet {
    let play = Play::new("(null)", PARTICLE_ID, &["init"], |_, _| Value::Null);
    DataSet::of(name, Some(official), &play, "init", Vec::new(), data)
}

/// A flat trace with these results of one service of the first peer, and its signature.
fn written(values: Vec<Value>) -> ParticleData {
    let mut air = "(null)".to_owned();
    for number in 0..values.len() {
        air = format!(r#"(par {air} (call %init_peer_id% ("" "") [] v{number}))"#);
    }
    let given = std::cell::RefCell::new(values.into_iter());
    let mut play = Play::new(air, PARTICLE_ID, &["init"], move |_, _| {
        given.borrow_mut().next().expect("as many values as calls")
    });
    play.begin();
    let mut data = play.state("init").data().clone();
    data.trace.retain(|state| !matches!(state, TraceState::Par(_)));
    data
}

/// As a service describes itself.
fn interface(number: usize) -> Value {
    if number.is_multiple_of(9) {
        return json!([]);
    }
    let functions = (0..1 + number * 7 % 23).map(|function| {
        json!({"name": format!("function{function}"), "arguments": [["name", "string"], ["value", "u32"]], "output_types": ["string"]})
    });
    json!({"function_signatures": functions.collect::<Value>(), "record_types": [], "service": number})
}

/// As a peer lists its modules.
pub(super) fn modules(seed: usize, count: usize) -> Value {
    let hash = |number: usize| {
        let words =
            (1..=4_u64).map(|word| format!("{:016x}", (number as u64 + word).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        words.collect::<String>()
    };
    let module = |number| {
        let hash = hash(seed * 1000 + number);
        json!({
            "name": format!("module{number}"),
            "hash": hash,
            "config": {"preopened_files": ["/tmp"], "mapped_dirs": [], "logger_enabled": true, "mem_pages_count": 100},
            "interface": {"function_signatures": [], "record_types": []},
            "dependencies": [format!("hash:{hash}")],
        })
    };
    (0..count).map(module).collect()
}
