//! The official VM as a Marine module runs as a service (sequence F of §7.2 of the Marine format).

use std::time::Duration;

use aqua_services::{Call, Config, Engine, Host};
use aqua_tests::foreign;
use aqua_values::Value;

/// Longer than any call takes.
const PLENTY: Duration = Duration::from_secs(600);

#[tokio::test]
async fn the_official_vm_runs_as_a_module() {
    let file = match foreign::official_module() {
        Ok(file) => file,
        Err(reason) => return foreign::skip("the_official_vm_runs_as_a_module", reason),
    };
    let wasm = std::fs::read(file).expect("the module");
    let host = Host::with_engine(Engine::new().expect("this machine runs Wasm"), Config::default());
    host.deploy("air", &wasm).await.expect("a service");
    assert_eq!(host.memory("air").await, Some(10_551_296));
    let interface = host.interface("air").expect("it is deployed");
    let names: Vec<_> = interface.functions().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["invoke", "invoke_tracing", "ast", "to_human_readable_data"]);
    let ast = host
        .call(Call::new("air", "ast", vec![Value::from("(null)")], PLENTY))
        .await;
    assert_eq!(ast, Ok(Value::from(r#"{"Null":null}"#)));
    let error = host
        .call(Call::new("air", "ast", vec![Value::from("(nul")], PLENTY))
        .await;
    assert!(error.is_ok(), "mistakes in scripts are values: {error:?}");
}
