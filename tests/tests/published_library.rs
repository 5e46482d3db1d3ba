//! The published Aqua packages are understood as they are.

use aqua_compiler::{Options, check};
use aqua_diagnostics::Severity;
use aqua_project::FileLoader;
use aqua_render::{Colour, terminal};
use aqua_tests::foreign;
use aqua_tests::mended_packages::sources_of;
use std::collections::BTreeMap;

#[test]
fn every_file_compiles_as_a_dependency() {
    let packages = match foreign::npm_packages() {
        Ok(packages) => packages,
        Err(reason) => return foreign::skip("every_file_compiles_as_a_dependency", reason),
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let main = folder.path().join("main.aqua");
    let disk = FileLoader::new(vec![packages.to_owned()]);
    let mut warnings: BTreeMap<String, usize> = BTreeMap::new();
    let files = sources_of(packages);
    for file in &files {
        let program = format!(
            "aqua Main declares *\n\nuse \"{file}\" as Package\nexport nothing\n\nfunc nothing() -> u8:\n    <- 1\n"
        );
        std::fs::write(&main, program).expect("a new file");
        let entry = disk.entry(&main).expect("the file just written");
        let checked = check(&disk, &entry, &Options::default());
        let messages = terminal(&checked.sources, &checked.diagnostics, Colour::Off);
        assert!(!checked.has_errors(), "{file}\n{messages}");
        for message in checked.diagnostics {
            assert_eq!(message.severity, Severity::Warning);
            assert!(message.fix.is_some(), "a warning without a fix\n{messages}");
            *warnings.entry(message.code.to_string()).or_default() += 1;
        }
    }
    println!("{} files compile; warnings: {warnings:?}", files.len());
    assert!(files.len() >= 29, "{files:?}");
    assert!(warnings["E1004"] >= 1 && warnings["E0010"] >= 1 && warnings["E0011"] >= 1);
}
