//! The official VM as a Marine module in our host, and our VM, on the data sets: from bytes to bytes.

use super::calls::Service;
use super::timing::{geometric_mean, in_turn, rounded};
use crate::vm::arrival::InBytes;
use anyhow::{Result, ensure};
use aqua_services::ServiceModules;
use aqua_tests::vm_datasets::DataSet;
use aqua_values::Value;
use aqua_vm::flat;
use serde_json::json;
use tokio::runtime::Runtime;

const RUNS: usize = 20;
/// No limit.
const UNLIMITED: u64 = u64::MAX;

pub(super) fn report(runtime: &Runtime, print: &dyn Fn(&str)) -> Result<serde_json::Value> {
    let wasm = aqua_tests::foreign::official_module().map_err(anyhow::Error::msg)?;
    let service = Service::new(runtime, ServiceModules::of_file("air", std::fs::read(wasm)?))?;
    let (mut rows, mut ratios) = (Vec::new(), Vec::new());
    for set in DataSet::all() {
        let arguments = arguments(&set);
        let outcome = service.call("invoke", &arguments)?;
        ensure!(
            outcome["ret_code"] == Value::from(0),
            "{}: {}",
            set.name,
            outcome["error_message"]
        );
        let in_bytes = InBytes::of(&set);
        let next: Value = in_bytes
            .run()
            .next_peer_pks
            .iter()
            .map(|peer| Value::from(peer.as_str()))
            .collect();
        ensure!(
            outcome["next_peer_pks"] == next,
            "{}: both send to the same peers",
            set.name
        );
        let [ours, official] = in_turn(
            RUNS,
            [
                &mut || {
                    std::hint::black_box(in_bytes.run());
                    Ok(())
                },
                &mut || service.call("invoke", &arguments).map(drop),
            ],
        )?;
        let ratio = official / ours;
        print(&format!(
            "{:<28} ours {ours:>10.1} us, module {official:>10.1} us, {ratio:>6.1}×",
            set.name
        ));
        rows.push(json!({"set": set.name, "ours_us": rounded(ours), "module_us": rounded(official)}));
        ratios.push(ratio);
    }
    let mean = rounded(geometric_mean(&ratios));
    print(&format!(
        "our VM takes {mean}× less than the official one as a module (geometric mean)"
    ));
    Ok(json!({"sets": rows, "times_geometric_mean": mean}))
}

fn arguments(set: &DataSet) -> [Value; 5] {
    let bytes = |bytes: &[u8]| -> Value { bytes.iter().map(|byte| Value::from(*byte)).collect() };
    let parameters = Value::from(json!({
        "init_peer_id": set.particle.init_peer_id.to_string(),
        "current_peer_id": set.current_peer_id.to_string(),
        "timestamp": set.particle.timestamp,
        "ttl": set.particle.ttl,
        "key_format": 0,
        "secret_key_bytes": set.seed,
        "particle_id": set.particle.id.to_string(),
        "air_size_limit": UNLIMITED,
        "particle_size_limit": UNLIMITED,
        "call_result_size_limit": UNLIMITED,
        "hard_limit_enabled": false,
    }));
    [
        Value::from(set.air.as_str()),
        bytes(&set.prev_data),
        bytes(&set.data),
        parameters,
        bytes(&flat::encode_call_results(&set.call_results)),
    ]
}
