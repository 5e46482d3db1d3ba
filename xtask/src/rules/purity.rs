//! Pure crates: what they compute depends on their input only, and they compile for `wasm32-unknown-unknown`.

use super::metadata::Workspace;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The pure crates, also those of the architecture that are not there yet.
pub(crate) const PURE: &[&str] = &[
    "aqua-air",
    "aqua-blueprint",
    "aqua-builtins",
    "aqua-capabilities",
    "aqua-compiler",
    "aqua-component",
    "aqua-diagnostics",
    "aqua-grammar",
    "aqua-interface",
    "aqua-keys",
    "aqua-marine",
    "aqua-particle",
    "aqua-peer",
    "aqua-simulator",
    "aqua-toml",
    "aqua-values",
    "aqua-vm",
    "aqua-vm-c",
];

/// Packages that bring a clock, randomness, threads, sockets or files, with all whose names go on after a `-`.
const IMPURE: &[&str] = &[
    "fastrand",
    "getrandom",
    "libp2p",
    "mio",
    "notify",
    "rand",
    "rayon",
    "redb",
    "socket2",
    "tokio",
    "wasmtime",
    "web-time",
];

/// The pure crates that the workspace has.
pub(crate) fn pure_members(workspace: &Workspace) -> impl Iterator<Item = &'static str> {
    PURE.iter()
        .copied()
        .filter(|name| workspace.members.contains_key(*name))
}

/// Impure packages among those that a pure crate depends on, directly or not.
pub(crate) fn violations(name: &str, packages: &BTreeSet<String>) -> Vec<String> {
    let impure = packages.iter().filter(|package| is_impure(package));
    impure
        .map(|package| format!("{name} is pure, but depends on {package}"))
        .collect()
}

fn is_impure(package: &str) -> bool {
    IMPURE.iter().any(|name| {
        let rest = package.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

/// The pure crates and how many packages each depends on.
pub(crate) fn table(trees: &[(&str, BTreeSet<String>)]) -> String {
    let mut table = format!("{:<18} depends on\n", "pure crate");
    for (name, packages) in trees {
        // The tree begins with the crate itself.
        let _ = writeln!(table, "{name:<18} {} packages", packages.len().saturating_sub(1));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn impure_packages_are_violations() {
        let tree = packages(&["aqua-peer", "tokio", "libp2p-identity", "getrandom", "serde"]);
        assert_eq!(
            violations("aqua-peer", &tree),
            [
                "aqua-peer is pure, but depends on getrandom",
                "aqua-peer is pure, but depends on libp2p-identity",
                "aqua-peer is pure, but depends on tokio",
            ]
        );
    }

    #[test]
    fn names_that_begin_alike_are_no_violation() {
        let tree = packages(&["aqua-peer", "tokiox", "randomize", "rand_core", "miow"]);
        assert_eq!(violations("aqua-peer", &tree), Vec::<String>::new());
    }
}
