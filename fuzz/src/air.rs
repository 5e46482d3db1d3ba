//! AIR text to scripts and bytecode.

use crate::parser::points_into;
use aqua_air::Bytecode;
use aqua_diagnostics::FileId;

/// Reads a text, and takes a valid script through all its forms and back.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let script = match aqua_air::read(text) {
        Ok(script) => script,
        Err(error) => {
            for message in error.diagnostics(FileId(0)) {
                points_into(text, &message);
            }
            let _ = error.official_report(text);
            return;
        }
    };
    let printed = aqua_air::print(&script);
    assert_eq!(aqua_air::read(&printed).as_ref(), Ok(&script), "{printed}");

    let bytecode = aqua_air::load(text).expect("just read");
    for (id, _) in bytecode.in_text_order() {
        let span = bytecode.span(id).expect("read from a text");
        assert!(text.get(span.left as usize..span.right as usize).is_some());
        let _ = bytecode.canonical_text(id);
    }
    assert_eq!(bytecode.disassemble(), script, "{printed}");
    let encoded = bytecode.encode();
    let decoded = Bytecode::decode(&encoded).expect("own bytes");
    assert_eq!(decoded, bytecode, "{printed}");
    assert_eq!(decoded.content_id(), bytecode.content_id(), "{printed}");
}
