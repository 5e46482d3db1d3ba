//! Round trips: printing and parsing, encoding and decoding, assembling and disassembling.

use crate::scripts::any_script;
use aqua_air::{Bytecode, Script, parse, print};
use proptest::prelude::*;

fn assemble(script: &Script) -> Bytecode {
    Bytecode::assemble(script).expect("the script is well-formed")
}

proptest! {
    #[test]
    fn printed_scripts_parse_to_the_same_script(script in any_script()) {
        let text = print(&script);
        let parsed = parse(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&parsed, &script);
        prop_assert_eq!(print(&parsed), text);
    }

    #[test]
    fn disassembly_reverses_assembly(script in any_script()) {
        prop_assert_eq!(&assemble(&script).disassemble(), &script);
    }

    #[test]
    fn decoding_reverses_encoding(script in any_script()) {
        for bytecode in [assemble(&script), aqua_air::Bytecode::parse(&print(&script)).expect("valid")] {
            let bytes = bytecode.encode();
            let decoded = Bytecode::decode(&bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(&decoded, &bytecode);
            prop_assert_eq!(decoded.content_hash(), bytecode.content_hash());
            prop_assert_eq!(decoded.encode(), bytes);
        }
    }

    #[test]
    fn formatting_does_not_change_the_content_hash(script in any_script()) {
        let text = print(&script);
        // Only changes line breaks between instructions, because those in literals are part of the script.
        let spread = text.replace(")\n", ") ; closed\n\t\u{3000}\n");
        let (plain, spread) = (aqua_air::Bytecode::parse(&text).expect("valid"), aqua_air::Bytecode::parse(&spread).expect("valid"));
        prop_assert_eq!(plain.content_hash(), spread.content_hash());
        prop_assert_eq!(plain.content_hash(), assemble(&script).content_hash());
    }

    #[test]
    fn each_operation_has_the_span_of_its_instruction(script in any_script()) {
        let text = print(&script);
        let bytecode = aqua_air::Bytecode::parse(&text).expect("valid");
        for (id, _) in bytecode.in_text_order() {
            let span = bytecode.span(id).expect("read from text");
            let covered = &text[span.start as usize..span.end as usize];
            let canonical = bytecode.canonical_text(id);
            let keyword = canonical.split(' ').next().expect("a keyword");
            prop_assert!(covered.starts_with(&format!("({keyword}")) && covered.ends_with(')'), "{} {}", covered, canonical);
        }
    }
}

#[test]
fn content_hash_depends_on_names() {
    let id = |text: &str| aqua_air::Bytecode::parse(text).expect("valid").content_hash();
    assert_eq!(id("(ap 1 x)"), id("( ap 1\nx ) ; the same"));
    assert_ne!(
        id("(ap 1 x)"),
        id("(ap 1 y)"),
        "error texts quote names, so they are part of the meaning"
    );
}
