//! The header against the source.

use crate::file;
use std::collections::BTreeSet;

/// Names of functions that stand right before an opening bracket.
fn functions(text: &str, before: &str) -> BTreeSet<String> {
    let starts = text.match_indices(before).map(|(at, _)| &text[at + before.len()..]);
    let names = starts.filter_map(|rest| Some(&rest[..rest.find(|it: char| it != '_' && !it.is_alphanumeric())?]));
    names
        .filter(|name| name.starts_with("aqua_vm_"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_exported_function_is_declared() {
    let read = |path| std::fs::read_to_string(file(path)).expect("a file of this room");
    let header = read("include/aqua_vm.h");
    let (_, declarations) = header.split_once("#ifndef AQUA_VM_H").expect("a guard");
    let types = [
        "uint32_t ",
        "size_t ",
        "int64_t ",
        "char *",
        "void ",
        "AquaVmStatus ",
        "AquaVmBytes ",
    ];
    let declared: BTreeSet<String> = types.iter().flat_map(|it| functions(declarations, it)).collect();
    let sources = std::fs::read_dir(file("src")).expect("sources");
    let exported: BTreeSet<String> = sources
        .flat_map(|source| {
            let text = std::fs::read_to_string(source.expect("an entry").path()).expect("a source");
            functions(&text, "extern \"C\" fn ")
        })
        .collect();
    assert!(exported.len() > 15, "{exported:?}");
    assert_eq!(declared, exported, "declared (left), exported (right)");
}
