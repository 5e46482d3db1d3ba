//! Loading compiled code from disk, with its verification, against compiling it; starting an instance.

use super::MODULES;
use super::timing::{geometric_mean, median, rounded};
use anyhow::{Context as _, Result};
use aqua_services::{
    ArtefactCache, Config, Engine, EngineOptions, Host, LoadEvent, LoadObserver, LoadStage, ServiceModules,
};
use nix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Loads of each module from disk.
const LOADS: usize = 20;
/// Starts of each service.
const STARTS: usize = 50;

/// The times of loads, as the engine reports them.
#[derive(Debug, Default)]
struct Loads(Mutex<Vec<Duration>>);

impl LoadObserver for Loads {
    fn event(&self, event: &LoadEvent) {
        if let LoadStage::Compiled { elapsed } | LoadStage::Restored { elapsed } = event.stage {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(elapsed);
        }
    }
}

pub(super) fn report(runtime: &Runtime, print: &dyn Fn(&str)) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let official = aqua_tests::foreign::official_module().map_err(anyhow::Error::msg)?;
    let official = std::fs::read(official)?;
    let modules = MODULES.into_iter().chain([("air-interpreter", &official[..])]);
    let (mut rows, mut ratios) = (Vec::new(), Vec::new());
    for (name, wasm) in modules {
        // Wall time as the engine reports it, and processor time of all threads.
        let load = || -> Result<[f64; 2]> {
            let loads = Arc::new(Loads::default());
            let engine = Engine::with_options(EngineOptions {
                artefacts: Some(ArtefactCache::new(folder.path().join("code"))),
                observer: loads.clone(),
            })?;
            let cpu = process_cpu()?;
            drop(runtime.block_on(engine.preload([(name, wasm)])));
            let cpu = process_cpu()? - cpu;
            let times = loads.0.lock().unwrap_or_else(PoisonError::into_inner);
            let elapsed = times.first().context("a module that can be loaded")?;
            Ok([elapsed, &cpu].map(|time| time.as_secs_f64() * 1e6))
        };
        let compiled = load()?;
        let (mut walls, mut cpus) = (Vec::new(), Vec::new());
        for _ in 0..LOADS {
            let [wall, cpu] = load()?;
            walls.push(wall);
            cpus.push(cpu);
        }
        let restored = [median(walls), median(cpus)];
        let ratio = [compiled[0] / restored[0], compiled[1] / restored[1]];
        print(&format!(
            "{name:<16} {:>8} bytes: compiled in {:>7.1} ms, loaded in {:>7.1} us, {:>5.0}×; processor time {:>7.1} ms, {:>7.1} us, \
             {:>5.0}×",
            wasm.len(),
            compiled[0] / 1e3,
            restored[0],
            ratio[0],
            compiled[1] / 1e3,
            restored[1],
            ratio[1]
        ));
        rows.push(json!({
            "module": name, "bytes": wasm.len(),
            "compile_us": rounded(compiled[0]), "load_us": rounded(restored[0]), "times": rounded(ratio[0]),
            "compile_cpu_us": rounded(compiled[1]), "load_cpu_us": rounded(restored[1]), "times_cpu": rounded(ratio[1]),
        }));
        ratios.push(ratio);
    }
    let mean = |index: usize| {
        let column: Vec<f64> = ratios.iter().map(|ratio| ratio[index]).collect();
        rounded(geometric_mean(&column))
    };
    let (wall, cpu) = (mean(0), mean(1));
    print(&format!(
        "loading takes {wall}× less than compiling on all processors, and {cpu}× less processor time (geometric means)"
    ));
    Ok(json!({
        "modules": rows, "times_geometric_mean": wall, "times_cpu_geometric_mean": cpu,
        "start_us": starts(runtime, print)?,
    }))
}

/// The processor time that all threads of this process have used.
fn process_cpu() -> Result<Duration> {
    Ok(Duration::from(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?))
}

/// The time to start a service whose code is loaded.
fn starts(runtime: &Runtime, print: &dyn Fn(&str)) -> Result<Value> {
    let engine = Engine::new()?;
    let host = Host::with_engine(engine.clone(), Config::default());
    let mut rows = serde_json::Map::new();
    for (name, wasm) in [
        ("sqlite3", registry_distro::SQLITE_WASM),
        ("component", &super::guest::component()?[..]),
    ] {
        let _preloaded = runtime.block_on(engine.preload([(name, wasm)]));
        let mut times = Vec::new();
        for _ in 0..STARTS {
            let modules = ServiceModules::of_file(name, wasm);
            let start = Instant::now();
            runtime.block_on(host.deploy_modules(name, modules, Config::default()))?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
            host.remove(name);
        }
        let time = rounded(median(times));
        print(&format!(
            "{name:<16} deployed and started in {time} us, its code being loaded"
        ));
        rows.insert(name.to_owned(), time.into());
    }
    Ok(rows.into())
}
