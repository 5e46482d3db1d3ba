//! The service host with well-behaved and hostile guests.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

/// A value, written as JSON.
macro_rules! json {
    ($($json:tt)+) => { aqua_values::Value::from(serde_json::json!($($json)+)) };
}

mod component;
mod conversions;
mod deployment;
mod greeter;
mod hostile;
mod marine;

use std::path::{Path, PathBuf};
use std::time::Duration;

use aqua_services::{Call, CallError, Config, DeployError, Host};
use aqua_values::Value;

/// Longer than any call of these tests takes, also on a busy machine.
const PLENTY: Duration = Duration::from_secs(600);

/// Limits that a test exceeds soon.
fn tight() -> Config {
    Config {
        memory: 8 << 20,
        table_elements: 1 << 16,
        call_time: Config::TICK * 5,
        answer: 1 << 20,
        ..Config::default()
    }
}

/// Limits that allow one program or none.
fn allowing(program: Option<&PathBuf>) -> Config {
    let mut limits = Config::default();
    limits.system.programs.extend(program.cloned());
    limits
}

/// The component of `tests/guests/NAME.wat` in its binary form.
fn guest(name: &str) -> Vec<u8> {
    wat::parse_file(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/guests/{name}.wat")))
        .expect("the guest is well-formed")
}

/// A host with these limits and the service `guest`, compiled from this text.
async fn host_of(text: &str, config: Config) -> Host {
    try_host_of(text, config).await.expect("the guest can be deployed")
}

async fn try_host_of(text: &str, config: Config) -> Result<Host, DeployError> {
    let host = Host::new(config)?;
    host.deploy("guest", &wat::parse_str(text).expect("the guest is well-formed"))
        .await?;
    Ok(host)
}

async fn call(host: &Host, function: &str, arguments: Value) -> Result<Value, CallError> {
    let Value::Array(arguments) = arguments else {
        panic!("arguments are an array")
    };
    host.call(Call::new("guest", function, arguments.to_vec(), PLENTY))
        .await
}
