//! Which crates of the workspace may use which.

use super::metadata::{Member, Workspace};
use std::fmt::Write as _;

/// The dependencies that `ARCHITECTURE.md` allows. `*` is any.
const MAY_USE: &[(&str, &[&str])] = &[
    ("aqua", &["*"]),
    ("aqua-air", &["aqua-diagnostics"]),
    ("aqua-bench", &["*"]),
    ("aqua-blueprint", &[]),
    (
        "aqua-builtins",
        &[
            "aqua-blueprint",
            "aqua-interface",
            "aqua-keys",
            "aqua-peer",
            "aqua-values",
            "aqua-vm",
        ],
    ),
    (
        "aqua-client",
        &[
            "aqua-keys",
            "aqua-network",
            "aqua-node",
            "aqua-particle",
            "aqua-peer",
            "aqua-services",
            "aqua-values",
            "aqua-vm",
        ],
    ),
    ("aqua-capabilities", &["aqua-diagnostics", "aqua-toml"]),
    (
        "aqua-compiler",
        &["aqua-air", "aqua-diagnostics", "aqua-grammar", "aqua-interface"],
    ),
    ("aqua-component", &["aqua-interface"]),
    (
        "aqua-config",
        &[
            "aqua-diagnostics",
            "aqua-file-storage",
            "aqua-keys",
            "aqua-marine",
            "aqua-modules",
            "aqua-network",
            "aqua-node",
            "aqua-services",
            "aqua-toml",
        ],
    ),
    ("aqua-diagnostics", &[]),
    ("aqua-file-storage", &["aqua-storage"]),
    ("aqua-foreign", &[]),
    ("aqua-grammar", &["aqua-diagnostics"]),
    ("aqua-interface", &["aqua-values"]),
    ("aqua-keys", &[]),
    (
        "aqua-marine",
        &[
            "aqua-capabilities",
            "aqua-diagnostics",
            "aqua-interface",
            "aqua-toml",
            "aqua-values",
        ],
    ),
    ("aqua-modules", &["aqua-blueprint"]),
    ("aqua-network", &["aqua-keys", "aqua-particle"]),
    (
        "aqua-node",
        &[
            "aqua-builtins",
            "aqua-component",
            "aqua-interface",
            "aqua-keys",
            "aqua-marine",
            "aqua-modules",
            "aqua-network",
            "aqua-particle",
            "aqua-peer",
            "aqua-services",
            "aqua-storage",
            "aqua-values",
            "aqua-vm",
        ],
    ),
    ("aqua-particle", &["aqua-keys"]),
    (
        "aqua-peer",
        &[
            "aqua-interface",
            "aqua-keys",
            "aqua-particle",
            "aqua-storage",
            "aqua-values",
            "aqua-vm",
        ],
    ),
    (
        "aqua-project",
        &[
            "aqua-air",
            "aqua-capabilities",
            "aqua-compiler",
            "aqua-component",
            "aqua-diagnostics",
            "aqua-interface",
            "aqua-marine",
            "aqua-stdlib",
            "aqua-toml",
        ],
    ),
    ("aqua-render", &["aqua-diagnostics"]),
    (
        "aqua-services",
        &[
            "aqua-capabilities",
            "aqua-component",
            "aqua-interface",
            "aqua-marine",
            "aqua-storage",
            "aqua-values",
            "aqua-wasi",
        ],
    ),
    (
        "aqua-simulator",
        &[
            "aqua-interface",
            "aqua-keys",
            "aqua-particle",
            "aqua-peer",
            "aqua-storage",
            "aqua-values",
            "aqua-vm",
        ],
    ),
    ("aqua-stdlib", &[]),
    ("aqua-storage", &[]),
    ("aqua-tests", &["*"]),
    ("aqua-toml", &["aqua-diagnostics"]),
    ("aqua-values", &[]),
    ("aqua-vm", &["aqua-air", "aqua-diagnostics", "aqua-keys", "aqua-values"]),
    ("aqua-vm-c", &["aqua-keys", "aqua-vm"]),
    ("aqua-wasi", &[]),
    (
        "aqua-wasm-guest",
        &[
            "aqua-air",
            "aqua-compiler",
            "aqua-keys",
            "aqua-peer",
            "aqua-simulator",
            "aqua-stdlib",
            "aqua-storage",
            "aqua-values",
            "aqua-vm",
        ],
    ),
    ("xtask", &["aqua-foreign"]),
];

/// The crates and the others that they use.
pub(crate) fn table(workspace: &Workspace) -> String {
    let mut table = format!("{:<18} uses\n", "crate");
    for (name, member) in &workspace.members {
        let used: Vec<&str> = used(workspace, member).collect();
        let _ = writeln!(table, "{name:<18} {}", used.join(", "));
    }
    table
}

/// Uses that are not allowed, and crates without an entry.
pub(crate) fn violations(workspace: &Workspace) -> Vec<String> {
    let mut violations = Vec::new();
    for (name, member) in &workspace.members {
        let Some((_, allowed)) = MAY_USE.iter().find(|(user, _)| user == name) else {
            violations.push(format!("{name} is not in the table of allowed uses"));
            continue;
        };
        let is_allowed = |used: &str| allowed.contains(&"*") || allowed.contains(&used);
        let forbidden = used(workspace, member).filter(|used| !is_allowed(used));
        violations.extend(forbidden.map(|used| format!("{name} must not use {used}")));
    }
    violations
}

fn used<'a>(workspace: &'a Workspace, member: &'a Member) -> impl Iterator<Item = &'a str> {
    let dependencies = member.dependencies.iter().map(String::as_str);
    dependencies.filter(|name| workspace.members.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::metadata::workspace;

    #[test]
    fn a_use_outside_the_table_is_a_violation() {
        let members = workspace(&[
            ("aqua-grammar", &["aqua-vm", "logos"]),
            ("aqua-vm", &["aqua-air"]),
            ("new", &[]),
        ]);
        assert_eq!(
            violations(&members),
            [
                "aqua-grammar must not use aqua-vm",
                "new is not in the table of allowed uses"
            ]
        );
    }

    #[test]
    fn uses_in_the_table_are_allowed() {
        let members = workspace(&[
            ("aqua", &["aqua-vm"]),
            ("aqua-air", &[]),
            ("aqua-vm", &["aqua-air", "serde"]),
        ]);
        assert_eq!(violations(&members), Vec::<String>::new());
        assert!(table(&members).contains("aqua-vm            aqua-air\n"));
    }
}
