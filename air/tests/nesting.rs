//! Scripts come from strangers: depth costs memory in proportion to the text, never stack.

use aqua_air::{Bytecode, Instruction, Script, print};

const DEPTH: usize = 100_000;

#[test]
fn deep_scripts_pass_through_every_stage() {
    for (open, close) in [
        ("(seq (null) ", ")"),
        ("(seq ", " (null))"),
        ("(new $s ", ")"),
        ("(match 1 1 ", ")"),
    ] {
        let text = format!("{}(null){}", open.repeat(DEPTH), close.repeat(DEPTH));
        let bytecode = aqua_air::load(&text).expect("valid");
        assert_eq!(bytecode.depth() as usize, DEPTH + 1);
        let decoded = Bytecode::decode(&bytecode.encode()).expect("valid");
        assert!(decoded == bytecode);
        assert!(aqua_air::read(&text).expect("valid") == decoded.disassemble());
    }
}

#[test]
fn deep_scripts_print() {
    let mut script = Script::new();
    let mut root = script.push(Instruction::Null, None);
    for _ in 0..2000 {
        let left = script.push(Instruction::Never, None);
        root = script.push(Instruction::Xor(left, root), None);
    }
    script.set_root(root);
    assert!(aqua_air::read(&print(&script)).expect("valid") == script);
}

#[test]
fn unfinished_deep_scripts_are_refused() {
    assert!(aqua_air::read(&"(seq ".repeat(DEPTH)).is_err());
    assert!(aqua_air::read(&"(".repeat(DEPTH)).is_err());
    assert!(aqua_air::read(&"[".repeat(DEPTH)).is_err());
}
