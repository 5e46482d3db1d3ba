//! Source maps and the origins of instructions.

use crate::mutations::sources;
use aqua_air::{Instruction, Operand};
use aqua_compiler::{InMemory, Options, SourceMap, compile};

/// Services that the compiler calls; they don't occur in sources.
const OWN: &[&str] = &[
    "getDataSrv",
    "callbackSrv",
    "errorHandlingSrv",
    "tracingSrv",
    "op",
    "math",
    "cmp",
    "array",
    "json",
];

#[test]
fn the_origin_of_a_method_call_names_the_method() {
    let mut calls = 0;
    for source in sources() {
        let sources = InMemory::new().with("main.aqua", source.as_str());
        let compilation = compile(&sources, "main.aqua", &Options::default());
        for function in &compilation.functions {
            for (id, _) in aqua_air::print_with_offsets(&function.script).1 {
                let instruction = &function.script[id];
                let Instruction::Call {
                    service,
                    function: Operand::Literal(method),
                    ..
                } = instruction
                else {
                    continue;
                };
                let written = |name: &str| source.contains(&format!("\"{name}\""));
                match service {
                    Operand::Literal(name) if !OWN.contains(&name.as_str()) || written(name.as_str()) => {}
                    _ => continue,
                }
                let origin = function
                    .origins
                    .get(&id)
                    .unwrap_or_else(|| panic!("{source}: {instruction:?}"));
                let text = compilation.sources.text(*origin);
                // Operators are methods; a method that is passed as a value is called by another name.
                let named = text.contains(method.as_str());
                let indirect =
                    source.contains(&format!(".{method}")) || text.contains(['+', '-', '*', '/', '%', '<', '>', '=']);
                assert!(named || indirect, "{source}: the origin of `{method}` is {text:?}");
                calls += usize::from(named);
            }
        }
    }
    assert!(calls > 150, "only {calls} calls checked");
}

#[test]
fn mappings_have_positions_in_both_texts() {
    let program = "aqua M\n\nexport f\n\nservice S(\"s\"):\n    g(x: u8) -> u8\n\nfunc twice(x: u8) -> u8:\n    y <- S.g(x)\n    <- y\n\nfunc f(peer: string) -> u8:\n    on peer:\n        z <- twice(1)\n    <- z\n";
    let compilation = compile(
        &InMemory::new().with("main.aqua", program),
        "main.aqua",
        &Options::default(),
    );
    let function = &compilation.functions[0];
    let map = SourceMap::of(function, &compilation.sources);
    let script = aqua_air::print(&function.script);
    let lines: Vec<&str> = script.lines().collect();
    let shown: String = map
        .mappings
        .iter()
        .map(|mapping| {
            let instruction = &lines[mapping.line as usize - 1][mapping.column as usize - 1..];
            let (start, end) = (mapping.start, mapping.end);
            format!(
                "{instruction}\n    {}:{}-{}:{}\n",
                start.line, start.column, end.line, end.column
            )
        })
        .collect();
    insta::assert_snapshot!(format!("{program}\n{shown}"));
}
