//! The verdicts of the published compiler on programs of several modules, and the standard library.

use aqua_compiler::{InMemory, Options, check};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Programs on which we and the published compiler disagree, with the reason and the section of the Aqua language
/// specification that says so.
pub(crate) const DIFFERENT: &[(&str, &str, &str)] = &[(
    "mod-expdot",
    "names of used modules can be exported since 0.14.11",
    "§0, dotted names in `export`",
)];

#[derive(Deserialize)]
struct Vector {
    name: String,
    files: BTreeMap<String, String>,
    entry: String,
    accepted: bool,
}

#[test]
fn verdicts_agree() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/aqua-modules.json");
    let text = std::fs::read_to_string(path).expect("the vectors");
    let vectors: Vec<Vector> = serde_json::from_str(&text).expect("the vectors");
    assert_eq!(vectors.len(), 26);
    let mut differing = Vec::new();
    for vector in &vectors {
        let mut loader = InMemory::new()
            .with_folders("", ["lib".to_owned()])
            .with_folders("@x/", ["lib/@x".to_owned()]);
        for (path, text) in &vector.files {
            loader = loader.with(path, text.as_str());
        }
        let checked = check(&loader, &vector.entry, &Options::default());
        if checked.has_errors() == vector.accepted {
            println!(
                "{}",
                aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off)
            );
            differing.push(vector.name.as_str());
        }
    }
    assert_eq!(differing, DIFFERENT.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
}

/// A duplicate of an equal declaration is a warning in a dependency and an error in the user's own files. The
/// fix removes it.
#[test]
fn duplicate_types_in_a_dependency_are_warnings() {
    let ids = "aqua Ids declares *\n\nalias Id: string\n";
    let program = |again: &str| {
        format!(
            "aqua Main declares *\n\nimport \"ids.aqua\"\nexport f\n\nalias Id: {again}\n\nfunc f(id: Id) -> Id:\n    <- id\n"
        )
    };
    let compiled = |folder: &str, again: &str| {
        let loader = InMemory::new().with_folders("", ["lib".to_owned()]);
        let loader = loader
            .with(format!("{folder}ids.aqua"), ids)
            .with(format!("{folder}main.aqua"), program(again));
        check(&loader, &format!("{folder}main.aqua"), &Options::default())
    };
    assert!(compiled("lib/", "u8").has_errors());
    assert!(compiled("", "string").has_errors());
    let checked = compiled("lib/", "string");
    assert!(!checked.has_errors());
    let [message] = checked.diagnostics.as_slice() else {
        panic!("{:?}", checked.diagnostics)
    };
    let text = checked.sources.get(message.span.file).expect("a file").text.clone();
    let fix = message.fix.as_ref().expect("a fix");
    let fixed = fix.apply(message.span.file, &text).expect("it fits");
    assert!(!fixed.contains("alias"));
    let loader = InMemory::new().with("ids.aqua", ids).with("main.aqua", fixed);
    assert!(check(&loader, "main.aqua", &Options::default()).diagnostics.is_empty());
}
