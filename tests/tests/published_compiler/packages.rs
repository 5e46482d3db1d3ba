//! The published packages: every exportable function, and every method in a function of its own, compiled by
//! both compilers. The published one compiles minimally corrected copies.

use super::differences::{ORDERS, Pattern, outcome};
use super::scripts::Agreement;
use aqua_compiler::{Options, compile};
use aqua_project::FileLoader;
use aqua_tests::foreign;
use aqua_tests::mended_packages::{MendedPackages, root_module, sources_of, write};
use aqua_tests::official_compiler::OfficialCompiler;
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::peers;
use serde_json::json;
use std::time::Instant;

/// Functions whose scripts differ intentionally, with the pattern.
const DIFFERENT: &[(&str, Pattern)] = &[("inPeer_connect", Pattern::ParameterCalledId)];

#[test]
fn packages_compile_to_equivalent_scripts() {
    let name = "packages_compile_to_equivalent_scripts";
    let packages = match foreign::npm_packages() {
        Ok(packages) => packages,
        Err(reason) => return foreign::skip(name, reason),
    };
    let mut official = match OfficialCompiler::start() {
        Ok(official) => official,
        Err(reason) => return foreign::skip(name, &reason),
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mended = MendedPackages::copy(packages, &folder.path().join("mended"));
    let mut agreement = Agreement::default();
    let mut times: Vec<(f64, f64, String)> = Vec::new();
    for file in sources_of(packages) {
        let Some(root) = root_module(packages, &file) else {
            continue;
        };
        let ours_at = write(&folder.path().join("ours/main.aqua"), &root);
        let theirs_at = write(
            &folder.path().join("theirs/main.aqua"),
            &mended.renamed(&file, root.clone()),
        );
        let disk = FileLoader::new(vec![packages.to_owned()]);
        let started = Instant::now();
        let entry = disk.entry(&ours_at).expect("the file just written");
        let ours = compile(&disk, &entry, &Options::default());
        let time = started.elapsed().as_secs_f64() * 1000.0;
        let messages = aqua_render::terminal(&ours.sources, &ours.diagnostics, aqua_render::Colour::Off);
        assert!(!ours.has_errors(), "{file}\n{root}\n{messages}");
        let mut theirs = official.compile(&json!({"path": theirs_at, "imports": mended.imports()}));
        assert!(theirs.errors.is_empty(), "{file}\n{root}\n{}", theirs.errors.join("\n"));
        // The published compiler also exports what imported modules export.
        theirs
            .functions
            .retain(|name, _| ours.functions.iter().any(|ours| ours.name == *name));
        assert_eq!(ours.functions.len(), theirs.functions.len(), "{file}");
        if let Some(ours) = ours.functions.iter().find(|ours| ours.name == "inPeer_connect") {
            only_ours_connects(&aqua_air::print(&ours.script), &theirs.functions["inPeer_connect"]);
        }
        agreement.compare(&file, &ours, &theirs.functions);
        times.push((theirs.ms, time, file));
    }
    times.sort_by(|left, right| right.0.total_cmp(&left.0));
    for (theirs, ours, file) in times.iter().take(4) {
        println!("{file}: published {theirs:.0} ms, ours {ours:.1} ms");
    }
    let known: Vec<&str> = DIFFERENT.iter().map(|(name, _)| *name).collect();
    let compared = agreement.compared();
    println!("{compared} functions of packages are compared");
    assert!(compared >= 60);
    agreement.assert_functions(&known);
}

/// The published compiler loses the peer to connect to: it passes the service id to `Peer.connect`.
fn only_ours_connects(ours: &str, theirs: &str) {
    let mut machine = match OfficialVm::start() {
        Ok(machine) => machine,
        Err(reason) => return foreign::skip("only_ours_connects", &reason),
    };
    let mut asked_for = |air: &str, seed: u64| {
        let given = r#"{"peer": "@2", "a0": "@3", "a1": []}"#;
        let history = outcome(air, given, seed, &mut machine);
        assert!(history.failures.is_empty(), "{:?}", history.failures);
        history.arguments("peer", "connect")[0][0].clone()
    };
    for seed in 0..ORDERS {
        assert_eq!(asked_for(ours, seed), json!(peers(4)[3].id));
        assert_eq!(asked_for(theirs, seed), json!("peer"));
    }
}
