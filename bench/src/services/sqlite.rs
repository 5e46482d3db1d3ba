//! Statements of SQLite through the published module, against the module in wasmtime alone.

use super::calls::{Service, alone};
use super::raw_marine::RawModule;
use super::timing::{in_turn, rounded};
use anyhow::{Result, ensure};
use aqua_services::{MappedDir, ModuleDefinition, ServiceModules};
use aqua_values::Value;
use serde_json::json;
use std::path::Path;
use tokio::runtime::Runtime;

const RUNS: usize = 400;
/// Open for reading and writing, and create the database.
const READ_WRITE_CREATE: i32 = 6;
const DATABASE: &str = ":memory:";

/// The registry with its database in a folder.
pub(super) fn registry(folder: &Path) -> ServiceModules {
    let modules = [
        ("sqlite3", registry_distro::SQLITE_WASM),
        ("registry", registry_distro::REGISTRY_WASM),
    ];
    let modules = modules.map(|(name, wasm)| ModuleDefinition {
        mapped_dirs: vec![MappedDir::new("/tmp", folder)],
        ..ModuleDefinition::new(name, wasm)
    });
    ServiceModules {
        modules: modules.into(),
        ..ServiceModules::default()
    }
}

pub(super) fn report(runtime: &Runtime, print: &dyn Fn(&str)) -> Result<serde_json::Value> {
    let service = Service::new(
        runtime,
        ServiceModules::of_file("sqlite3", registry_distro::SQLITE_WASM),
    )?;
    let opened = service.call(
        "sqlite3_open_v2",
        &[DATABASE.into(), READ_WRITE_CREATE.into(), "".into()],
    )?;
    let ours = opened["db_handle"].clone();
    let mut raw = alone(Raw::open())?;
    let mut rows = Vec::new();
    let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)";
    exec(&service, &ours, table)?;
    alone(raw.exec(table))?;
    for size in [1 << 10, 64 << 10, 1 << 20] {
        let text = "a".repeat(size);
        let insert = format!("INSERT INTO t (text) VALUES ('{text}')");
        let select = format!("SELECT '{text}'");
        ensure!(
            query(&service, &ours, &select)? == Value::from(text.as_str()),
            "the text comes back"
        );
        ensure!(alone(raw.query(&select))? == text, "the text comes back");
        let runs = if size > 100_000 { RUNS / 10 } else { RUNS };
        for (what, statement) in [("insert", &insert), ("select", &select)] {
            let is_insert = what == "insert";
            let [mine, alone] = in_turn(
                runs,
                [
                    &mut || match is_insert {
                        true => exec(&service, &ours, statement),
                        false => query(&service, &ours, statement).map(drop),
                    },
                    &mut || match is_insert {
                        true => alone(raw.exec(statement)),
                        false => alone(raw.query(statement)).map(drop),
                    },
                ],
            )?;
            print(&format!(
                "SQLite: {what} of {size:>7} bytes {mine:>10.2} us, wasmtime alone {alone:>10.2} us, {:.2}×",
                mine / alone
            ));
            rows.push(json!({
                "statement": what, "bytes": size, "ours_us": rounded(mine), "wasmtime_us": rounded(alone),
            }));
        }
    }
    Ok(rows.into())
}

fn exec(service: &Service<'_>, database: &Value, sql: &str) -> Result<()> {
    let done = service.call("sqlite3_exec", &[database.clone(), sql.into(), 0.into(), 0.into()])?;
    ensure!(done["ret_code"] == Value::from(0), "{done}");
    Ok(())
}

/// The first column of the first row.
fn query(service: &Service<'_>, database: &Value, sql: &str) -> Result<Value> {
    let prepared = service.call("sqlite3_prepare_v2", &[database.clone(), sql.into()])?;
    let statement = &prepared["stmt_handle"];
    service.call("sqlite3_step", std::slice::from_ref(statement))?;
    let text = service.call("sqlite3_column_text", &[statement.clone(), 0.into()])?;
    service.call("sqlite3_finalize", std::slice::from_ref(statement))?;
    Ok(text)
}

/// A database of the module in wasmtime alone.
struct Raw {
    module: RawModule,
    database: i32,
    exec: wasmtime::TypedFunc<(i32, i32, i32, i32, i32), ()>,
    prepare: wasmtime::TypedFunc<(i32, i32, i32), ()>,
    step: wasmtime::TypedFunc<i32, i32>,
    column_text: wasmtime::TypedFunc<(i32, i32), ()>,
    finalize: wasmtime::TypedFunc<i32, i32>,
}

impl Raw {
    fn open() -> wasmtime::Result<Self> {
        let mut module = RawModule::new(registry_distro::SQLITE_WASM)?;
        let open = module.function::<(i32, i32, i32, i32, i32), ()>("sqlite3_open_v2")?;
        let (name, vfs) = (module.write(DATABASE)?, module.write("")?);
        module.call(&open, (name.0, name.1, READ_WRITE_CREATE, vfs.0, vfs.1))?;
        // The result is a code and the handle.
        let database = module.result_word(4)?;
        module.release()?;
        Ok(Self {
            exec: module.function("sqlite3_exec")?,
            prepare: module.function("sqlite3_prepare_v2")?,
            step: module.function("sqlite3_step")?,
            column_text: module.function("sqlite3_column_text")?,
            finalize: module.function("sqlite3_finalize")?,
            module,
            database,
        })
    }

    fn exec(&mut self, sql: &str) -> wasmtime::Result<()> {
        let (pointer, size) = self.module.write(sql)?;
        self.module.call(&self.exec, (self.database, pointer, size, 0, 0))?;
        if self.module.result_word(0)? != 0 {
            return Err(wasmtime::Error::msg("the statement failed"));
        }
        self.module.release()
    }

    fn query(&mut self, sql: &str) -> wasmtime::Result<String> {
        let (pointer, size) = self.module.write(sql)?;
        self.module.call(&self.prepare, (self.database, pointer, size))?;
        let statement = self.module.result_word(4)?;
        self.module.release()?;
        self.module.call(&self.step, statement)?;
        self.module.call(&self.column_text, (statement, 0))?;
        let text = self.module.text()?;
        self.module.release()?;
        self.module.call(&self.finalize, statement)?;
        Ok(text)
    }
}
