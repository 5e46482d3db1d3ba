//! Fuzzes the AIR parser, printer and assembler.

use crate::parser::check_spans;
use aqua_air::Bytecode;
use aqua_diagnostics::FileId;

/// Parses a text and converts a valid script to all other forms and back.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let script = match aqua_air::parse(text) {
        Ok(script) => script,
        Err(error) => {
            for message in error.diagnostics(FileId(0)) {
                check_spans(text, &message);
            }
            let _ = error.official_report(text);
            return;
        }
    };
    let printed = aqua_air::print(&script);
    assert_eq!(aqua_air::parse(&printed).as_ref(), Ok(&script), "{printed}");

    let bytecode = Bytecode::parse(text).expect("was parsed before");
    for (id, _) in bytecode.in_text_order() {
        let span = bytecode.span(id).expect("parsed from text");
        assert!(text.get(span.start as usize..span.end as usize).is_some());
        let _ = bytecode.canonical_text(id);
    }
    assert_eq!(bytecode.disassemble(), script, "{printed}");
    let encoded = bytecode.encode();
    let decoded = Bytecode::decode(&encoded).expect("encoded above");
    assert_eq!(decoded, bytecode, "{printed}");
    assert_eq!(decoded.content_hash(), bytecode.content_hash(), "{printed}");
}
