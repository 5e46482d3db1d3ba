//! Services in which components and Marine modules call each other.

use aqua_services::{Config, MappedDir, ModuleDefinition, ServiceModules};

use crate::marine::written::{TEXT, U32, Written};
use crate::marine::{Deployed, host};

/// The component of `examples/key-value`, which calls the Marine module `sqlite3`.
const KEY_VALUE: &[u8] = include_bytes!("../../../../../examples/key-value/key-value.wasm");
/// The component of the quickstart.
const GREETER: &[u8] = include_bytes!("../../../../../examples/quickstart/greeter/greeter.wasm");
/// A component with the functions `add`, `top` and `find`.
const WORD_COUNTER: &[u8] = include_bytes!("../../../../../examples/word-counter/rust/word-counter.wasm");

#[tokio::test]
async fn a_component_calls_a_marine_module() {
    let modules = [("sqlite3", registry_distro::SQLITE_WASM), ("key-value", KEY_VALUE)];
    let service = Deployed::new(&modules, |_| {}).await;
    for (key, value) in [("a", "1"), ("b", "мир"), ("a", "2")] {
        assert_eq!(service.value("put", json!([key, value])).await, json!(null));
    }
    assert_eq!(service.value("get", json!(["a"])).await, json!(["2"]));
    assert_eq!(service.value("get", json!(["c"])).await, json!([]));
    let all = json!([{"key": "a", "value": "2"}, {"key": "b", "value": "мир"}]);
    assert_eq!(service.value("list", json!([""])).await, all);
    assert_eq!(service.value("remove", json!(["a"])).await, json!(true));
    assert_eq!(service.value("remove", json!(["a"])).await, json!(false));

    // The database is a file of the service's folder.
    let again = service.host.clone();
    assert!(again.remove("sid"));
    let mut definition = ServiceModules {
        modules: modules.map(|(name, wasm)| ModuleDefinition::new(name, wasm)).into(),
        ..ServiceModules::default()
    };
    let folder = service.folder.path().to_owned();
    definition.modules[0]
        .mapped_dirs
        .push(MappedDir::new("/storage", folder));
    again
        .deploy_modules("sid", definition, Config::default())
        .await
        .expect("a service");
    assert_eq!(
        service.value("list", json!([""])).await,
        json!([{"key": "b", "value": "мир"}])
    );
}

/// A Marine module that greets by name.
fn welcoming() -> Vec<u8> {
    Written::new(
        r#"(func (export "welcome") (param $pointer i32) (param $size i32)
             (call $greet (local.get $pointer) (local.get $size) (local.get $pointer) (local.get $size)))"#,
    )
    .importing(r#"(import "greeter" "greet" (func $greet (param i32 i32 i32 i32)))"#)
    .foreign("greeter", "greet", &[TEXT, TEXT], Some(TEXT))
    .function("welcome", &[TEXT], Some(TEXT))
    .wasm()
}

#[tokio::test]
async fn a_marine_module_calls_a_component() {
    let service = Deployed::new(&[("greeter", GREETER), ("facade", &welcoming())], |_| {}).await;
    assert_eq!(
        service.value("welcome", json!(["Анна"])).await,
        json!("Hello, Анна, from Анна")
    );
    let interface = service.host.interface("sid").expect("it is deployed");
    assert_eq!(interface.functions().len(), 1, "the functions of the facade");
}

/// The error of a module that is called ends the call, and names the module.
#[tokio::test]
async fn errors_name_the_module_in_which_they_happen() {
    let trapping = wat::parse_str(
        r#"(component
             (core module $m (func (export "f") (param i32) (result i32) unreachable))
             (core instance $i (instantiate $m))
             (func (export "double") (param "number" u32) (result u32) (canon lift (core func $i "f"))))"#,
    );
    let facade = Written::new(r#"(func (export "run") (result i32) (call $double (i32.const 1)))"#)
        .importing(r#"(import "inner" "double" (func $double (param i32) (result i32)))"#)
        .foreign("inner", "double", &[U32], Some(U32))
        .function("run", &[], Some(U32))
        .wasm();
    let trapping = trapping.expect("a component");
    let service = Deployed::new(&[("inner", &trapping), ("facade", &facade)], |_| {}).await;
    for _ in 0..2 {
        assert_eq!(
            service.error("run", json!([])).await,
            "Execution error: module \"inner\", function \"run\": wasm `unreachable` instruction executed"
        );
    }
}

/// A Marine module that counts the words of a text twice.
fn twice() -> Written {
    Written::new(
        r#"(func (export "twice") (param $pointer i32) (param $size i32)
             (call $add (local.get $pointer) (local.get $size))
             (call $add (local.get $pointer) (local.get $size)))"#,
    )
    .importing(r#"(import "counter" "add" (func $add (param i32 i32)))"#)
    .function("twice", &[TEXT], None)
}

#[tokio::test]
async fn types_that_differ_are_refused() {
    let modules = |importer: Vec<u8>| ServiceModules {
        modules: vec![
            ModuleDefinition::new("counter", WORD_COUNTER),
            ModuleDefinition::new("facade", importer),
        ],
        ..ServiceModules::default()
    };
    let refusal = async |definition: ServiceModules| {
        let deployed = host().deploy_modules("sid", definition, Config::default()).await;
        deployed.expect_err("it can't be linked").to_string()
    };
    let other = twice().foreign("counter", "add", &[TEXT], None);
    assert_eq!(
        refusal(modules(other.wasm())).await,
        "service 'sid': module 'facade' can't be linked: function `add` of module \"counter\" is \
         `(text: string) -> u32 or the error string`, but is imported as `(a0: string) -> ()`"
    );
    let missing = twice().foreign("counter", "subtract", &[TEXT], None);
    assert_eq!(
        refusal(modules(missing.wasm())).await,
        "service 'sid': module 'facade' can't be linked: module \"counter\" has no function `subtract`"
    );
    // A component whose Marine module is missing, or is another one.
    let alone = ServiceModules::of_file("key-value", KEY_VALUE);
    assert_eq!(
        refusal(alone).await,
        "service 'sid' imports 'marine:sqlite3/api', which this peer doesn't offer to services"
    );
    let numbers = Written::new(r#"(func (export "double") (param i32) (result i32) (local.get 0))"#);
    let numbers = numbers.function("double", &[U32], Some(U32)).wasm();
    let wrong = ServiceModules {
        modules: vec![
            ModuleDefinition::new("sqlite3", numbers),
            ModuleDefinition::new("key-value", KEY_VALUE),
        ],
        ..ServiceModules::default()
    };
    assert_eq!(
        refusal(wrong).await,
        "service 'sid': module 'key-value' can't be linked: `sqlite3-open-v2` of `marine:sqlite3/api`: there is no such function \
         in module \"sqlite3\""
    );
}
