//! The policy that decides which requests of a service are granted.

use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use anyhow::anyhow;
use aqua_diagnostics::{Diagnostic, Sources};
use aqua_services::Policy;
use aqua_toml::Document;
use std::path::Path;

/// The table `[policy]` of a file, such as a manifest or the configuration of a node; the default policy without a file. Prints its
/// mistakes.
pub(super) fn read(path: Option<&Path>, terminal: Terminal) -> Result<Policy, Failure> {
    let Some(path) = path else {
        return Ok(Policy::default());
    };
    let name = file::name(path);
    let text = String::from_utf8(file::read(path)?).map_err(|_| anyhow!("{name} is not text"))?;
    let mut sources = Sources::new();
    let document = Document::parse(sources.add(name.as_str(), text.as_str()), &text);
    let mut root = document.root();
    if !root.has("policy") {
        return Err(Failure::System(anyhow!("{name} has no table [policy]")));
    }
    // The other tables are those of a manifest or a node.
    let policy = Policy::read(&mut root);
    let diagnostics = document.finish();
    terminal.diagnostics(&sources, &diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure::Reported);
    }
    Ok(policy.in_folder(path.parent().unwrap_or(Path::new(""))))
}
