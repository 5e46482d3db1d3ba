//! Parses and assembles all scripts that the published compiler emits for the lowering vectors.

use aqua_air::{Bytecode, print};

#[test]
fn emitted_scripts_are_valid() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/vectors/aqua-lowering.json")).expect("JSON");
    let mut count = 0;
    for vector in vectors.as_array().expect("a list") {
        for (function, air) in vector["functions"].as_object().expect("functions by name") {
            let name = format!("{} of {}", function, vector["name"]);
            let text = air.as_str().expect("AIR text");
            if vector["name"] == "literals" {
                // Contains the greatest `u64`, which no interpreter parses.
                assert!(aqua_air::parse(text).is_err(), "{name}");
                continue;
            }
            let script = aqua_air::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let printed = print(&script);
            assert_eq!(normalised(&printed), normalised(text), "{name}");
            let bytecode = Bytecode::assemble(&script).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(Bytecode::decode(&bytecode.encode()).as_ref(), Ok(&bytecode), "{name}");
            count += 1;
        }
    }
    assert!(count >= 199, "only {count} scripts");
}

/// Normalises whitespace.
fn normalised(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
