//! Printing and reading, encoding and decoding, assembling and disassembling lose nothing.

use crate::scripts::any_script;
use aqua_air::{Bytecode, Script, print, read};
use proptest::prelude::*;

fn assemble(script: &Script) -> Bytecode {
    Bytecode::assemble(script).expect("the script is well-formed")
}

proptest! {
    #[test]
    fn printed_scripts_read_back(script in any_script()) {
        let text = print(&script);
        let read = read(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&read, &script);
        prop_assert_eq!(print(&read), text);
    }

    #[test]
    fn bytecode_says_what_the_script_says(script in any_script()) {
        prop_assert_eq!(&assemble(&script).disassemble(), &script);
    }

    #[test]
    fn encoded_bytecode_decodes(script in any_script()) {
        for bytecode in [assemble(&script), aqua_air::load(&print(&script)).expect("valid")] {
            let bytes = bytecode.encode();
            let decoded = Bytecode::decode(&bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(&decoded, &bytecode);
            prop_assert_eq!(decoded.content_id(), bytecode.content_id());
            prop_assert_eq!(decoded.encode(), bytes);
        }
    }

    #[test]
    fn layout_does_not_change_the_content_id(script in any_script()) {
        let text = print(&script);
        // Line breaks inside of literals are part of the script: change only those between instructions.
        let spread = text.replace(")\n", ") ; closed\n\t\u{3000}\n");
        let (plain, spread) = (aqua_air::load(&text).expect("valid"), aqua_air::load(&spread).expect("valid"));
        prop_assert_eq!(plain.content_id(), spread.content_id());
        prop_assert_eq!(plain.content_id(), assemble(&script).content_id());
    }

    #[test]
    fn every_operation_has_the_place_of_its_instruction(script in any_script()) {
        let text = print(&script);
        let bytecode = aqua_air::load(&text).expect("valid");
        for (id, _) in bytecode.in_text_order() {
            let span = bytecode.span(id).expect("read from text");
            let covered = &text[span.left as usize..span.right as usize];
            let canonical = bytecode.canonical_text(id);
            let keyword = canonical.split(' ').next().expect("a keyword");
            prop_assert!(covered.starts_with(&format!("({keyword}")) && covered.ends_with(')'), "{} {}", covered, canonical);
        }
    }
}

#[test]
fn different_names_are_different_contents() {
    let id = |text: &str| aqua_air::load(text).expect("valid").content_id();
    assert_eq!(id("(ap 1 x)"), id("( ap 1\nx ) ; the same"));
    assert_ne!(
        id("(ap 1 x)"),
        id("(ap 1 y)"),
        "error texts quote names, so they are part of the meaning"
    );
}
