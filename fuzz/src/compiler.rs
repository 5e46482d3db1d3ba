//! Fuzzes the compiler: AIR, generated code and diagnostics.

use crate::parser::check_spans;
use aqua_air::Bytecode;
use aqua_compiler::{InMemory, Options, SourceMap, callers, compile};
use aqua_render::{Colour, json_lines, terminal};

/// Names of the modules of an input. The first one is the main module.
pub const MODULES: [&str; 4] = ["main.aqua", "a.aqua", "b.aqua", "lib/c.aqua"];

/// Compiles modules with several sets of options and checks all outputs.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let sources = MODULES
        .iter()
        .zip(text.splitn(MODULES.len(), '\0'))
        .fold(InMemory::new(), |sources, (name, text)| sources.with(*name, text));
    for options in [
        Options::default(),
        Options {
            relay: false,
            carry_errors: false,
            empty_response: true,
            tracing: true,
            ..Options::default()
        },
    ] {
        let compilation = compile(&sources, MODULES[0], &options);
        for message in &compilation.diagnostics {
            let source = compilation
                .sources
                .get(message.span.file)
                .expect("diagnostics refer to known files");
            check_spans(&source.text, message);
        }
        let _ = terminal(&compilation.sources, &compilation.diagnostics, Colour::Off);
        let _ = json_lines(&compilation.sources, &compilation.diagnostics);
        if compilation.has_errors() {
            return;
        }
        for function in &compilation.functions {
            let bytecode = Bytecode::assemble(&function.script).expect("compiled scripts are well-formed");
            let text = aqua_air::print(&function.script);
            let parsed = Bytecode::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(parsed.content_hash(), bytecode.content_hash(), "{text}");
            let _ = SourceMap::of(function, &compilation.sources);
        }
        let _ = callers::typescript(&compilation, "main.aqua");
        let _ = callers::javascript(&compilation, "main.aqua");
        let _ = callers::rust(&compilation, "main.aqua");
    }
}
