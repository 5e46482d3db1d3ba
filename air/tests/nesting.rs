//! Scripts are untrusted input: deep nesting must not overflow the stack.

use aqua_air::{Bytecode, Instruction, Script, print};

const DEPTH: usize = 100_000;

#[test]
fn deep_scripts_are_parsed_and_encoded() {
    for (open, close) in [
        ("(seq (null) ", ")"),
        ("(seq ", " (null))"),
        ("(new $s ", ")"),
        ("(match 1 1 ", ")"),
    ] {
        let text = format!("{}(null){}", open.repeat(DEPTH), close.repeat(DEPTH));
        let bytecode = aqua_air::Bytecode::parse(&text).expect("valid");
        assert_eq!(bytecode.depth() as usize, DEPTH + 1);
        let decoded = Bytecode::decode(&bytecode.encode()).expect("valid");
        assert!(decoded == bytecode);
        assert!(aqua_air::parse(&text).expect("valid") == decoded.disassemble());
    }
}

/// The indentation is bounded: each line of the output has a bounded length.
#[test]
fn deep_scripts_are_formatted_in_linear_space() {
    let text = format!("{}(null){}", "(seq ".repeat(DEPTH), " (null))".repeat(DEPTH));
    let formatted = aqua_air::format(&text).expect("valid");
    assert!(formatted.len() < 80 * (3 * DEPTH + 1), "{} bytes", formatted.len());
    assert_eq!(aqua_air::format(&formatted).expect("valid"), formatted);
    let bytecode = Bytecode::parse(&text).expect("valid");
    assert!(bytecode.listing().len() < 200 * (2 * DEPTH + 1));
}

#[test]
fn deep_scripts_are_printed() {
    let mut script = Script::new();
    let mut root = script.push(Instruction::Null, None);
    for _ in 0..DEPTH {
        let left = script.push(Instruction::Never, None);
        root = script.push(Instruction::Xor(left, root), None);
    }
    script.set_root(root);
    assert!(aqua_air::parse(&print(&script)).expect("valid") == script);
}

#[test]
fn incomplete_deep_scripts_are_rejected() {
    assert!(aqua_air::parse(&"(seq ".repeat(DEPTH)).is_err());
    assert!(aqua_air::parse(&"(".repeat(DEPTH)).is_err());
    assert!(aqua_air::parse(&"[".repeat(DEPTH)).is_err());
}
