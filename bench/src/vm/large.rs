//! Sets of a hundred megabytes.

use super::arrival::{InBytes, arrive, known};
use super::counterparts::Counterparts;
use super::sets::params;
use super::timing::{self, Cost, Samples, geometric_mean, rounded};
use anyhow::{Context as _, Result, anyhow};
use aqua_tests::vm_datasets::DataSet;
use aqua_vm::Program;
use serde_json::{Value, json};

/// The approximate size of a set in bytes.
const BYTES: usize = 100_000_000;
/// Rounds, each with a run of each VM; the best one counts.
const TURNS: usize = 3;

/// An arrival and a run from bytes to bytes. The official client is not measured: its memory is too small.
pub(super) fn large(counterparts: &mut Counterparts, say: &dyn Fn(&str)) -> Result<Value> {
    let (mut rows, mut means) = (Vec::new(), [Vec::new(), Vec::new()]);
    for name in DataSet::large_names() {
        let set = DataSet::large(name, BYTES).context("a large set")?;
        let [arrival, bytes, native] = costs(&set, counterparts)?;
        let times = [arrival, bytes].map(|ours| native.cpu_us / ours.cpu_us);
        say(&format!(
            "{name:<34} {:>9.1} ms arrival ({:.2}×) {:>9.1} ms bytes to bytes ({:.2}×) {:>9.1} ms native",
            arrival.cpu_us / 1e3,
            times[0],
            bytes.cpu_us / 1e3,
            times[1],
            native.cpu_us / 1e3
        ));
        for (mean, times) in means.iter_mut().zip(times) {
            mean.push(times);
        }
        rows.push(json!({
            "set": name,
            "input_bytes": set.air.len() + set.prev_data.len() + set.data.len()
                + set.call_results.values().map(|result| result.result.len()).sum::<usize>(),
            "arrival": arrival.to_json(),
            "bytes_to_bytes": bytes.to_json(),
            "official_native": native.to_json(),
            "arrival_times_native": rounded(times[0]),
            "bytes_to_bytes_times_native": rounded(times[1]),
        }));
    }
    let [arrival, bytes] = means.map(|mean| geometric_mean(&mean));
    say(&format!(
        "large sets: arrival {arrival:.2}×, bytes to bytes {bytes:.2}× the official native machine (geometric means)"
    ));
    Ok(json!({
        "sets": rows,
        "geometric_mean_arrival_times_native": rounded(arrival),
        "geometric_mean_bytes_to_bytes_times_native": rounded(bytes),
    }))
}

/// An arrival, a run from bytes to bytes, and a run of the official VM.
fn costs(set: &DataSet, counterparts: &mut Counterparts) -> Result<[Cost; 3]> {
    let (program, params, in_bytes) = (Program::from_air(&set.air)?, params(set), InBytes::of(set));
    let mut samples = <[Samples; 3]>::default();
    for _ in 0..TURNS {
        let arrival = |known| arrive(set, &program, known, &params);
        samples[0].extend(timing::single(&|| known(set), &arrival)?);
        samples[1].extend(timing::single(&|| (), &|()| in_bytes.run())?);
        let timed = counterparts.native().timed(&set.invocation(), 1);
        let timed = timed.map_err(|error| anyhow!("{}: {error}", set.name))?;
        samples[2].extend(Samples::new(timed.cpu_ns, timed.wall_ns));
    }
    Ok(samples.map(Samples::cost))
}
