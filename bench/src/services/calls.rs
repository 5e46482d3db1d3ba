//! Calls of small functions through the host, against typed calls in wasmtime.

use super::guest;
use super::raw_marine::RawModule;
use super::timing::{BATCH, batch, in_turn, rounded};
use anyhow::{Result, ensure};
use aqua_services::{Call, Config, Engine, Host, ServiceModules};
use aqua_values::Value;
use serde_json::json;
use std::time::Duration;
use tokio::runtime::Runtime;
use wasmtime::Store;
use wasmtime::component::{Component, ComponentType, Lift, Linker, Lower};

/// Longer than any call takes.
const PLENTY: Duration = Duration::from_secs(600);
const RUNS: usize = 1000;
/// A peer id, as the registry expects one.
const PEER: &str = "12D3KooWAKNos2KogexTXhrkMZzFYpLHuWJ4PgoAhurSAv7o5CWA";

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(record)]
struct Person {
    name: String,
    age: u32,
    tags: Vec<String>,
}

/// A service with a host.
pub(super) struct Service<'r> {
    runtime: &'r Runtime,
    host: Host,
}

impl<'r> Service<'r> {
    pub(super) fn new(runtime: &'r Runtime, modules: ServiceModules) -> Result<Self> {
        let host = Host::with_engine(Engine::new()?, Config::default());
        runtime.block_on(host.deploy_modules("service", modules, Config::default()))?;
        Ok(Self { runtime, host })
    }

    pub(super) fn call(&self, function: &str, arguments: &[Value]) -> Result<Value> {
        let call = Call::new("service", function, arguments.to_vec(), PLENTY);
        Ok(self.runtime.block_on(self.host.call(call))?)
    }

    /// Makes a small call [`BATCH`] times, as a task of a peer would.
    fn batch(&self, function: &str, arguments: &[Value]) -> Result<()> {
        self.runtime.block_on(async {
            for _ in 0..BATCH {
                let call = Call::new("service", function, arguments.to_vec(), PLENTY);
                self.host.call(call).await?;
            }
            Ok(())
        })
    }
}

/// The result of an operation of wasmtime.
pub(super) fn alone<T>(result: wasmtime::Result<T>) -> Result<T> {
    result.map_err(|error| anyhow::anyhow!("{error:#}"))
}

pub(super) fn report(runtime: &Runtime, print: &dyn Fn(&str)) -> Result<serde_json::Value> {
    let mut rows = Vec::new();
    let mut row = |what: &str, ours: f64, raw: f64| {
        let (ours, raw) = (ours / BATCH as f64, raw / BATCH as f64);
        print(&format!(
            "{what:<40} {ours:>8.2} us, wasmtime alone {raw:>8.2} us, {:.2}×",
            ours / raw
        ));
        rows.push(json!({"call": what, "ours_us": rounded(ours), "wasmtime_us": rounded(raw)}));
    };
    let wasm = guest::component()?;
    let service = Service::new(runtime, ServiceModules::of_file("guest", &wasm[..]))?;
    let engine = wasmtime::Engine::default();
    let mut store = Store::new(&engine, ());
    let component = alone(Component::from_binary(&engine, &wasm))?;
    let instance = alone(Linker::new(&engine).instantiate(&mut store, &component))?;

    let nothing = alone(instance.get_typed_func::<(), ()>(&mut store, "nothing"))?;
    let [ours, raw] = in_turn(
        RUNS,
        [&mut || service.batch("nothing", &[]), &mut || {
            batch(|| alone(nothing.call(&mut store, ())))
        }],
    )?;
    row("component: () -> ()", ours, raw);

    let text = alone(instance.get_typed_func::<(&str,), (String,)>(&mut store, "text"))?;
    for size in [10, 1 << 10, 64 << 10, 1 << 20] {
        let string = "a".repeat(size);
        let value = Value::from(string.as_str());
        ensure!(
            service.call("text", std::slice::from_ref(&value))? == value,
            "the service gives back its argument"
        );
        let [ours, raw] = in_turn(
            if size > 10_000 { RUNS / 10 } else { RUNS },
            [&mut || service.batch("text", std::slice::from_ref(&value)), &mut || {
                batch(|| alone(text.call(&mut store, (&string,))).map(drop))
            }],
        )?;
        row(&format!("component: string of {size} bytes"), ours, raw);
    }

    let numbers = alone(instance.get_typed_func::<(&[u32],), (Vec<u32>,)>(&mut store, "numbers"))?;
    for count in [10, 1000] {
        let list: Vec<u32> = (0..count).collect();
        let value: Value = list.iter().map(|number| Value::from(*number)).collect();
        let [ours, raw] = in_turn(
            RUNS,
            [
                &mut || service.batch("numbers", std::slice::from_ref(&value)),
                &mut || batch(|| alone(numbers.call(&mut store, (&list,))).map(drop)),
            ],
        )?;
        row(&format!("component: list of {count} u32"), ours, raw);
    }

    let person = alone(instance.get_typed_func::<(Person,), (Person,)>(&mut store, "person"))?;
    let ada = Person {
        name: "Ada".to_owned(),
        age: 36,
        tags: vec!["engine".to_owned(), "notes".to_owned()],
    };
    let value = Value::from(json!({"name": "Ada", "age": 36, "tags": ["engine", "notes"]}));
    let [ours, raw] = in_turn(
        RUNS,
        [
            &mut || service.batch("person", std::slice::from_ref(&value)),
            &mut || batch(|| alone(person.call(&mut store, (ada.clone(),))).map(drop)),
        ],
    )?;
    row("component: record with a list", ours, raw);

    let sqlite = Service::new(
        runtime,
        ServiceModules::of_file("sqlite3", registry_distro::SQLITE_WASM),
    )?;
    let mut raw_sqlite = alone(RawModule::new(registry_distro::SQLITE_WASM))?;
    let [ours, raw] = in_turn(
        RUNS,
        [&mut || sqlite.batch("sqlite3_libversion_number", &[]), &mut || {
            batch(|| alone(raw_sqlite.version()).map(drop))
        }],
    )?;
    row("Marine: sqlite3_libversion_number", ours, raw);

    let folder = tempfile::tempdir()?;
    let registry = Service::new(runtime, super::sqlite::registry(folder.path()))?;
    let arguments = [Value::from("some_key"), Value::from(PEER)];
    let [ours] = in_turn(RUNS, [&mut || registry.batch("get_key_id", &arguments)])?;
    let ours = ours / BATCH as f64;
    print(&format!("{:<40} {ours:>8.2} us", "Marine: registry.get_key_id"));
    rows.push(json!({"call": "Marine: registry.get_key_id", "ours_us": rounded(ours)}));
    Ok(rows.into())
}
