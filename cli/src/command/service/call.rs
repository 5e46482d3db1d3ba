//! `aqua service call`: calls a function of a service.

use super::call_parameters;
use super::running::{Running, StartOptions};
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_services::CallParameters;
use clap::Args;
use serde_json::json;

/// Call a function of a service
///
/// Starts the service in this process, calls the function and prints its result as a line of JSON. What the service keeps in memory
/// is lost afterwards; `aqua service repl` makes several calls.
#[derive(Debug, Args)]
#[command(after_help = "\
Arguments are JSON. For a parameter of type string, an argument that is not JSON is a string.

Examples:
  aqua service call greeter.wasm greet Ada peer-1
  aqua service call Config.toml get_key_id some_key 12D3KooW...
  aqua service call Config.toml set_root 12D3KooW... 10 --params '{\"particle\": {\"init_peer_id\": \"12D3KooW...\"}}'

Exit codes: 1 if the service can't be started, 2 for invalid arguments, 3 if the configuration has
errors, 4 if the function failed.")]
pub(crate) struct CallOptions {
    #[command(flatten)]
    start: StartOptions,
    /// The function to call
    function: String,
    /// The arguments of the function
    #[arg(value_name = "ARGS", allow_negative_numbers = true)]
    arguments: Vec<String>,
    /// The call parameters that the service sees, as a JSON object; missing fields are empty
    #[arg(long, value_name = "JSON")]
    params: Option<String>,
}

/// Calls the function and prints the result.
pub(crate) fn call(options: &CallOptions, terminal: Terminal) -> Result<(), Failure> {
    let parameters = match &options.params {
        Some(text) => call_parameters::parse(text).map_err(|error| Failure::Usage(format!("--params: {error}")))?,
        None => CallParameters::default(),
    };
    let service = Running::start(&options.start, terminal)?;
    let value = service.call(&options.function, &options.arguments, parameters)?;
    if terminal.is_json() {
        let value = serde_json::Value::from(&value);
        terminal.object(&json!({"kind": "result", "function": options.function, "values": [value]}));
    } else {
        terminal.result(&value.to_string());
    }
    Ok(())
}
