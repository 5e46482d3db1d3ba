//! The published Aqua library is understood as it is.

use aqua_compiler::{Options, check};
use aqua_project::Disk;
use aqua_render::{Colour, terminal};
use aqua_tests::foreign;
use std::path::Path;

#[test]
fn every_module_parses_and_checks() {
    let packages = match foreign::npm_packages() {
        Ok(packages) => packages,
        Err(reason) => return foreign::skip("every_module_parses_and_checks", reason),
    };
    let modules = modules(&packages.join("@fluencelabs/aqua-lib"));
    assert_eq!(modules, ["builtin.aqua", "math.aqua", "subnet.aqua", "workers.aqua"]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let main = folder.path().join("main.aqua");
    let imports = modules
        .iter()
        .map(|module| format!("use \"@fluencelabs/aqua-lib/{module}\" as {}\n", capital(module)));
    let uses = "export identify\n\nfunc identify(peer: string) -> Builtin.Info:\n    on peer:\n        info <- Builtin.Peer.identify()\n    <- info\n";
    let program = format!("aqua Uses\n\n{}\n{uses}", imports.collect::<String>());
    std::fs::write(&main, program).expect("a new file");
    let disk = Disk::new(vec![packages.to_owned()]);
    let entry = disk.entry(&main).expect("the file just written");
    let checked = check(&disk, &entry, &Options::default());
    let messages = terminal(&checked.sources, &checked.diagnostics, Colour::Off);
    assert!(checked.diagnostics.is_empty(), "{messages}");
    assert_eq!(checked.sources.iter().count(), 5);
}

/// The `.aqua` files of a package, sorted.
fn modules(package: &Path) -> Vec<String> {
    let files = std::fs::read_dir(package).expect("an installed package");
    let names = files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".aqua")).collect();
    names.sort();
    names
}

/// `builtin.aqua` as the qualifier `Builtin`.
fn capital(module: &str) -> String {
    let name = module.trim_end_matches(".aqua");
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}
