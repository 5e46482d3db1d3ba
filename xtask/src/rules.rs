//! The rules between rooms, checked: who may use whom, what the pure rooms must not know, how long a file may be.

use crate::{files, print};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Which of our crates each crate may use (ARCHITECTURE.md, "Rooms"). `*` is any.
const MAY_USE: &[(&str, &[&str])] = &[
    ("aqua", &["*"]),
    ("aqua-air", &["aqua-diagnostics"]),
    ("aqua-bench", &["*"]),
    ("aqua-compiler", &["aqua-air", "aqua-diagnostics", "aqua-grammar"]),
    ("aqua-diagnostics", &[]),
    ("aqua-grammar", &["aqua-diagnostics"]),
    ("aqua-keys", &[]),
    ("aqua-network", &["aqua-keys", "aqua-particle"]),
    (
        "aqua-node",
        &["aqua-keys", "aqua-network", "aqua-particle", "aqua-services", "aqua-vm"],
    ),
    ("aqua-particle", &["aqua-keys"]),
    (
        "aqua-project",
        &["aqua-air", "aqua-compiler", "aqua-diagnostics", "aqua-stdlib"],
    ),
    ("aqua-render", &["aqua-diagnostics"]),
    ("aqua-services", &[]),
    ("aqua-stdlib", &[]),
    ("aqua-tests", &["*"]),
    ("aqua-vm", &["aqua-air", "aqua-diagnostics", "aqua-keys"]),
    ("aqua-vm-c", &["aqua-keys", "aqua-vm"]),
    ("xtask", &[]),
];

/// Crates that must be pure, and what they must not reach, directly or through others.
const PURE: &[&str] = &[
    "aqua-air",
    "aqua-compiler",
    "aqua-diagnostics",
    "aqua-grammar",
    "aqua-keys",
    "aqua-vm",
    "aqua-vm-c",
];
const IMPURE: &[&str] = &["libp2p", "mio", "rand", "tokio", "wasmtime"];

/// Libraries that stand behind one room each, or that only programs may use.
const BEHIND: &[(&str, &[&str])] = &[
    ("anyhow", &["aqua", "aqua-bench", "aqua-tests", "xtask"]),
    ("codespan-reporting", &["aqua-air", "aqua-render"]),
    ("lalrpop-util", &["aqua-grammar"]),
    ("libp2p", &["aqua-network"]),
    ("wasmtime", &["aqua-services"]),
];

const LONGEST: usize = 800;
const SHOWN: usize = 8;

/// Prints the table of uses and the longest files; fails on a use that is not allowed or a file over 800 lines.
pub(crate) fn check(root: &Path) -> Result<()> {
    let mut faults = uses(root)?;
    faults.extend(lengths(root)?);
    if faults.is_empty() {
        print("rules: kept");
        return Ok(());
    }
    bail!("rules: broken\n  {}", faults.join("\n  "))
}

fn uses(root: &Path) -> Result<Vec<String>> {
    let metadata = metadata(root)?;
    let packages = metadata["packages"].as_array().context("packages")?;
    let members: BTreeSet<&str> = metadata["workspace_members"]
        .as_array()
        .context("members")?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let names: BTreeMap<&str, &str> = packages
        .iter()
        .filter_map(|it| Some((it["id"].as_str()?, it["name"].as_str()?)))
        .collect();
    let ours: BTreeSet<&str> = members.iter().filter_map(|id| names.get(id).copied()).collect();
    let graph = graph(&metadata)?;

    let mut faults = Vec::new();
    print(&format!("{:<18} uses", "crate"));
    for id in members.iter().filter(|id| names.contains_key(*id)) {
        let name = names[id];
        let direct: BTreeSet<&str> = graph
            .get(id)
            .into_iter()
            .flatten()
            .map(|id| names[id])
            .filter(|used| ours.contains(used))
            .collect();
        print(&format!(
            "{name:<18} {}",
            direct.iter().copied().collect::<Vec<_>>().join(", ")
        ));
        match MAY_USE.iter().find(|(room, _)| *room == name) {
            None => faults.push(format!("{name} is not in the table of rooms")),
            Some((_, allowed)) if allowed.contains(&"*") => {}
            Some((_, allowed)) => faults.extend(
                direct
                    .iter()
                    .filter(|used| !allowed.contains(used))
                    .map(|used| format!("{name} must not use {used}")),
            ),
        }
        let behind = |used: &str| {
            BEHIND
                .iter()
                .find(|(library, rooms)| *library == used && !rooms.contains(&name))
        };
        let direct = graph.get(id).into_iter().flatten().filter_map(|id| behind(names[id]));
        faults.extend(direct.map(|(library, rooms)| format!("{name} must not use {library}: {}", rooms.join(", "))));
        if PURE.contains(&name) {
            let reached = reached(&graph, id);
            let impure = reached.iter().map(|id| names[id]).filter(|used| IMPURE.contains(used));
            faults.extend(impure.map(|used| format!("{name} reaches {used}")));
        }
    }
    Ok(faults)
}

fn metadata(root: &Path) -> Result<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(root)
        .output()?;
    ensure!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Package id → ids of what it uses, development and build uses left out.
fn graph(metadata: &Value) -> Result<BTreeMap<&str, Vec<&str>>> {
    let nodes = metadata["resolve"]["nodes"].as_array().context("a resolved graph")?;
    let normal = |dep: &&Value| {
        dep["dep_kinds"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
    };
    Ok(nodes
        .iter()
        .filter_map(|node| {
            let uses = node["deps"]
                .as_array()?
                .iter()
                .filter(normal)
                .filter_map(|dep| dep["pkg"].as_str());
            Some((node["id"].as_str()?, uses.collect()))
        })
        .collect())
}

fn reached<'a>(graph: &BTreeMap<&'a str, Vec<&'a str>>, from: &'a str) -> BTreeSet<&'a str> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(id) = open.pop() {
        open.extend(
            graph
                .get(id)
                .into_iter()
                .flatten()
                .copied()
                .filter(|used| seen.insert(*used)),
        );
    }
    seen
}

fn lengths(root: &Path) -> Result<Vec<String>> {
    let mut lengths = Vec::new();
    for file in files(root, &[".rs", ".lalrpop", ".py", ".sh", ".mjs", ".aqua"])? {
        let text = std::fs::read_to_string(root.join(&file)).with_context(|| file.clone())?;
        lengths.push((text.lines().count(), file));
    }
    lengths.sort_by(|a, b| b.cmp(a));
    print(&format!(
        "\n{} source files, {} lines; the longest:",
        lengths.len(),
        lengths.iter().map(|it| it.0).sum::<usize>()
    ));
    for (lines, file) in lengths.iter().take(SHOWN) {
        print(&format!("{lines:>6} {file}"));
    }
    let over = lengths.iter().filter(|(lines, _)| *lines > LONGEST);
    Ok(over
        .map(|(lines, file)| format!("{file} has {lines} lines, {LONGEST} is the end"))
        .collect())
}
