//! Libraries that only some crates may use: each is wrapped by one crate, or for programs only.

use super::metadata::Workspace;

/// A library and the crates that may depend on it.
const USERS: &[(&str, &[&str])] = &[
    ("anyhow", &["aqua", "aqua-bench", "aqua-tests", "xtask"]),
    ("aws-lc-rs", &["aqua-keys"]),
    ("codespan-reporting", &["aqua-air", "aqua-render"]),
    ("lalrpop-util", &["aqua-grammar"]),
    ("libp2p", &["aqua-network"]),
    ("redb", &["aqua-file-storage"]),
    ("wasmtime", &["aqua-bench", "aqua-services", "aqua-tests", "aqua-wasi"]),
    ("wasmtime-wasi", &["aqua-bench", "aqua-services", "aqua-wasi"]),
];

/// Dependencies of crates that may not have them.
pub(crate) fn violations(workspace: &Workspace) -> Vec<String> {
    let mut violations = Vec::new();
    for (name, member) in &workspace.members {
        let forbidden = USERS
            .iter()
            .filter(|(library, users)| member.dependencies.contains(*library) && !users.contains(&name.as_str()));
        violations.extend(
            forbidden.map(|(library, users)| format!("{name} must not use {library}, only {} may", users.join(", "))),
        );
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::metadata::workspace;

    #[test]
    fn a_wrapped_library_is_a_violation_elsewhere() {
        let members = workspace(&[("aqua-node", &["libp2p"]), ("aqua-network", &["libp2p", "tokio"])]);
        assert_eq!(
            violations(&members),
            ["aqua-node must not use libp2p, only aqua-network may"]
        );
    }

    #[test]
    fn other_libraries_are_free() {
        let members = workspace(&[("aqua-node", &["tokio"])]);
        assert_eq!(violations(&members), Vec::<String>::new());
    }
}
