//! Embeds `docs/errors/*.md` as a sorted table of codes and pages.

#![allow(clippy::disallowed_methods, reason = "a build script reads and writes files")]

use std::path::Path;
use std::{env, fs};

fn main() {
    let pages = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../../docs/errors");
    println!("cargo::rerun-if-changed={}", pages.display());
    let mut files: Vec<_> = fs::read_dir(&pages)
        .expect("docs/errors is part of the source tree")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|it| it == "md") && !path.ends_with("README.md"))
        .collect();
    files.sort();
    let rows = files.iter().map(|path| {
        let code = path.file_stem().expect("a file name").to_string_lossy();
        let path = path.canonicalize().expect("an existing file");
        println!("cargo::rerun-if-changed={}", path.display());
        format!("    ({code:?}, include_str!({:?})),\n", path.display().to_string())
    });
    let table = format!("const PAGES: &[(&str, &str)] = &[\n{}];\n", rows.collect::<String>());
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("pages.rs");
    fs::write(out, table).expect("a writable build folder");
}
