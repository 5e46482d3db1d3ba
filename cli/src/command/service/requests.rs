//! `aqua service inspect` of a configuration: its modules, what it requests, and what a policy grants.

use super::{policy, running};
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_services::{Capabilities, Refusal, Requests};
use serde_json::json;
use std::path::Path;

/// Prints the modules of a configuration and its requests.
pub(super) fn inspect(path: &Path, policy: Option<&Path>, terminal: Terminal) -> Result<(), Failure> {
    let config = running::configuration(path, terminal)?;
    let requests = config.requests.unwrap_or_default();
    let policy = policy::read(policy, terminal)?;
    let (_, refused) = Capabilities::granted(&requests, &policy);
    let modules = config
        .modules
        .iter()
        .map(|module| (module.name.value.as_str(), module.file_name()));
    if terminal.is_json() {
        let modules = modules.map(|(name, file)| json!({"name": name, "file": file}));
        let refused = refused.iter().map(
            |Refusal {
                 request,
                 reason,
                 required,
             }| json!({"request": request, "reason": reason, "required": required}),
        );
        terminal.object(&json!({
            "kind": "configuration",
            "modules": modules.collect::<Vec<_>>(),
            "requests": requests,
            "refused": refused.collect::<Vec<_>>(),
        }));
        return Ok(());
    }
    terminal.result("modules, the last one is called by programs");
    for (name, file) in modules {
        terminal.result(&format!("  {name}: {file}"));
    }
    terminal.result("requests");
    for line in lines(&requests, &refused) {
        terminal.result(&format!("  {line}"));
    }
    Ok(())
}

/// A line for each request.
fn lines(requests: &Requests, refused: &[Refusal]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in requests.names() {
        lines.push(match refused.iter().find(|refusal| refusal.request == name) {
            None => format!("{name}: granted"),
            Some(refusal) if refusal.required => format!("{name}: refused, but required: {}", refusal.reason),
            Some(refusal) => format!("{name}: refused: {}", refusal.reason),
        });
    }
    if let Some(memory) = requests.memory {
        lines.push(format!("memory: {memory}"));
    }
    if let Some(time) = requests.call_ms {
        lines.push(format!("call_ms: {time}"));
    }
    if lines.is_empty() {
        lines.push("none".to_owned());
    }
    lines
}
