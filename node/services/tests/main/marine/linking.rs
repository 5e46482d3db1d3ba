//! Which lists of modules can be deployed, and the errors for the others.

use aqua_services::{Config, ModuleDefinition, ServiceModules};

use super::host;
use super::written::{TEXT, U32, Written};

/// A module that exports `double`.
fn doubling() -> Vec<u8> {
    Written::new(r#"(func (export "double") (param i32) (result i32) (i32.mul (i32.const 2) (local.get 0)))"#)
        .function("double", &[U32], Some(U32))
        .wasm()
}

/// A module that calls `double` of the module `numbers`.
fn quadrupling() -> Vec<u8> {
    Written::new(r#"(func (export "quadruple") (param i32) (result i32) (call $double (call $double (local.get 0))))"#)
        .importing(r#"(import "numbers" "double" (func $double (param i32) (result i32)))"#)
        .foreign("numbers", "double", &[U32], Some(U32))
        .function("quadruple", &[U32], Some(U32))
        .wasm()
}

fn modules(modules: &[(&str, Vec<u8>)]) -> ServiceModules {
    let modules = modules
        .iter()
        .map(|(name, wasm)| ModuleDefinition::new(*name, wasm.clone()));
    ServiceModules {
        modules: modules.collect(),
        ..ServiceModules::default()
    }
}

async fn refusal(definition: ServiceModules) -> String {
    let deployed = host().deploy_modules("sid", definition, Config::default()).await;
    deployed.expect_err("the service can't be deployed").to_string()
}

#[tokio::test]
async fn modules_call_those_before_them() {
    let service = super::Deployed::new(&[("numbers", &doubling()), ("facade", &quadrupling())], |_| {}).await;
    assert_eq!(service.value("quadruple", json!([5])).await, json!(20));
    let interface = service.host.interface("sid").expect("it is deployed");
    let names: Vec<_> = interface.functions().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["quadruple"], "the functions of the facade");
    assert!(!service.host.reads_call_parameters("sid"));
}

#[tokio::test]
async fn wrong_lists_are_refused() {
    assert_eq!(refusal(modules(&[])).await, "service 'sid' has no modules");
    assert_eq!(
        refusal(modules(&[("a", doubling()), ("a", doubling())])).await,
        "service 'sid' has two modules 'a'"
    );
    assert_eq!(
        refusal(modules(&[("facade", quadrupling()), ("numbers", doubling())])).await,
        "service 'sid': module 'facade' can't be linked: module with name \"numbers\" is missing, which should export `double`"
    );
    let other = Written::new(r#"(func (export "double") (param i32 i32))"#).function("double", &[TEXT], None);
    assert_eq!(
        refusal(modules(&[("numbers", other.wasm()), ("facade", quadrupling())])).await,
        "service 'sid': module 'facade' can't be linked: function `double` of module \"numbers\" is `(a0: string) -> ()`, but is \
         imported as `(a0: u32) -> u32`"
    );
    let unknown = Written::new("").importing(r#"(import "__marine_host_api_v9" "get_call_parameters" (func))"#);
    assert_eq!(
        refusal(modules(&[("a", unknown.wasm())])).await,
        "service 'sid' imports '__marine_host_api_v9.get_call_parameters', which this peer doesn't offer to services"
    );
    let unknown = Written::new("").importing(r#"(import "env" "time" (func))"#);
    assert_eq!(
        refusal(modules(&[("a", unknown.wasm())])).await,
        "service 'sid' imports 'env.time', which this peer doesn't offer to services"
    );
    let mistyped = Written::new("").importing(r#"(import "host" "log_utf8_string" (func (param i64)))"#);
    let error = refusal(modules(&[("a", mistyped.wasm())])).await;
    assert!(
        error.starts_with("service 'sid': module 'a' can't be linked: incompatible import type"),
        "{error}"
    );
}

#[tokio::test]
async fn other_core_modules_are_refused() {
    let wasm = wat::parse_str("(module)").expect("a module");
    assert_eq!(
        refusal(modules(&[("a", wasm)])).await,
        "service 'sid': module 'a' is no Marine module: the module has no section `__fluence_sdk_version`: it was not built with a \
         Marine SDK; other core modules must be made components, with `wasm-tools component new`"
    );
}

/// `_initialize` runs before `_start`; an exit without an error is a start.
#[tokio::test]
async fn entry_points_run_once() {
    let start = |code: i32| {
        Written::new(&format!(
            r#"(global $steps (mut i32) (i32.const 0))
               (func $step (param i32)
                 (global.set $steps (i32.add (i32.mul (global.get $steps) (i32.const 10)) (local.get 0))))
               (func (export "_start") (call $step (i32.const 2)) (call $exit (i32.const {code})))
               (func (export "_initialize") (call $step (i32.const 1)))
               (func (export "steps") (result i32) (global.get $steps))"#
        ))
        .importing(r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#)
        .function("steps", &[], Some(U32))
        .wasm()
    };
    let service = super::Deployed::new(&[("a", &start(0))], |_| {}).await;
    assert_eq!(service.value("steps", json!([])).await, json!(12));
    assert_eq!(
        refusal(modules(&[("a", start(3))])).await,
        "service 'sid' fails to start: Execution error: module \"a\", function \"init\": the module ended with exit code 3"
    );
}
