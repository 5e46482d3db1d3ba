//! Tests of name resolution, of the encoding, and of the decoder with invalid input.

use crate::scripts::any_script;
use aqua_air::{Bytecode, CallOutput, DecodeError, Operation};
use proptest::prelude::*;

/// Returns the scopes that the operations of a script refer to, in the order of the text.
fn scopes(text: &str) -> Vec<usize> {
    let bytecode = Bytecode::parse(text).expect("valid");
    let scope = |operation: &Operation| match *operation {
        Operation::Call {
            output: CallOutput::Stream(scope),
            ..
        }
        | Operation::ApToStream { target: scope, .. }
        | Operation::ApToMap { target: scope, .. }
        | Operation::CanonStream { source: scope, .. }
        | Operation::CanonMap { source: scope, .. }
        | Operation::NewStream { scope, .. }
        | Operation::NewMap { scope, .. }
        | Operation::FoldStream { stream: scope, .. }
        | Operation::FoldMap { map: scope, .. } => Some(scope.index()),
        _ => None,
    };
    bytecode.operations().iter().filter_map(scope).collect()
}

#[test]
fn streams_resolve_to_the_innermost_new() {
    assert_eq!(
        scopes("(seq (ap 1 $s) (seq (new $s (seq (ap 2 $s) (new $s (ap 3 $s)))) (ap 4 $s)))"),
        [0, 1, 1, 2, 2, 0]
    );
    assert_eq!(scopes("(seq (new $s (ap 1 $s)) (new $s (ap 2 $s)))"), [0, 0, 1, 1]);
    assert_eq!(
        scopes("(new $s (seq (ap 1 $t) (seq (ap 1 $s) (ap (1 1) %s))))"),
        [0, 1, 0, 2]
    );
    assert_eq!(
        scopes("(new %m (seq (ap (1 2) %m) (new %m (fold %m i (next i)))))"),
        [0, 0, 1, 1]
    );
}

#[test]
fn equal_operands_and_names_are_stored_once() {
    let bytecode =
        Bytecode::parse(r#"(seq (ap 1 x) (call "p" ("s" "f") ["s" 1 1.0 x.$.a x.$.a x.$.b] x))"#).expect("valid");
    assert_eq!(bytecode.operands().len(), 7, "{:?}", bytecode.operands());
    assert_eq!(bytecode.variables().len(), 1);
    assert_eq!(bytecode.strings(), ["p", "s", "f", "a", "b"]);
    let lenses: Vec<&str> = bytecode.lenses().iter().map(|lens| lens.text.as_str()).collect();
    assert_eq!(lenses, [".$.a", ".$.b"]);
}

#[test]
fn canonical_texts_match_the_deployed_interpreters() {
    let text = r#"
        (seq
         (seq
          (seq (ap 1.0 x) (call "p" ("s" x.$[0].a!) [1 1.0 [] true %ttl% :error:.$.message x.length "q"] $s))
          (seq (canon x $s  #$cc) (ap ("k" -5) %m)))
         (xor
          (fold $s i (seq (match i x (call i ("a" "b") [])) (next i)) (null))
          (par (fail 5 "no") (seq (fail %last_error%) (new #cc (mismatch x 2 (fail x.$.[x])))))))"#;
    let bytecode = Bytecode::parse(text).expect("valid");
    let texts: Vec<String> = bytecode
        .in_text_order()
        .map(|(id, _)| bytecode.canonical_text(id))
        .collect();
    insta::assert_snapshot!(texts.join("|\n") + "|");
}

#[test]
fn invalid_scripts_are_rejected_by_the_assembler() {
    use aqua_air::{Instruction, Operand, Script, Variable};
    let rejected = |instruction: Instruction| {
        let mut script = Script::new();
        let root = script.push(instruction, None);
        script.set_root(root);
        Bytecode::assemble(&script).expect_err("not AIR").to_string()
    };
    let ap = |source: Operand, target: Variable| Instruction::Ap { source, target };
    let messages = [
        Bytecode::assemble(&Script::new()).expect_err("empty").to_string(),
        rejected(ap(Variable::stream("$s").into(), Variable::scalar("x"))),
        rejected(ap(Variable::canon_map("#%m").into(), Variable::scalar("x"))),
        rejected(ap(Operand::EmptyArray, Variable::canon_stream("#x"))),
        rejected(ap(Operand::EmptyArray, Variable::stream("s"))),
        rejected(ap(Operand::EmptyArray, Variable::scalar("call"))),
        rejected(ap(Operand::EmptyArray, Variable::scalar("a b"))),
        rejected(ap(Operand::literal("say \"x\""), Variable::scalar("x"))),
        rejected(ap(Operand::Float(f64::NAN), Variable::scalar("x"))),
        rejected(ap(Operand::Float(0.123_456_789_012), Variable::scalar("x"))),
        rejected(ap(
            Variable::scalar("x").with_lens(aqua_air::Lens::Path(vec![])),
            Variable::scalar("x"),
        )),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

proptest! {
    /// Each script has one encoding, so mutated bytes that decode encode to the same bytes.
    #[test]
    fn mutated_bytes_are_rejected_or_canonical(
        script in any_script(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = Bytecode::assemble(&script).expect("well-formed").encode();
        for (index, byte) in changes {
            let offset = index.index(bytes.len());
            bytes[offset] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(decoded) = Bytecode::decode(&bytes) {
            prop_assert_eq!(decoded.encode(), bytes);
            let script = decoded.disassemble();
            prop_assert_eq!(aqua_air::parse(&aqua_air::print(&script)), Ok(script));
        }
    }

    #[test]
    fn arbitrary_bytes_are_rejected(tail in proptest::collection::vec(any::<u8>(), 0..100)) {
        let bytes: Vec<u8> = b"\0air\x01".iter().copied().chain(tail).collect();
        let _ = Bytecode::decode(&bytes);
        prop_assert!(Bytecode::decode(&bytes[1..]).is_err());
    }
}

/// Replaces some bytes in the encoding of a script and returns the error of the decoder.
fn decode_error(text: &str, from: &[u8], to: &[u8]) -> DecodeError {
    let bytes = Bytecode::parse(text).expect("valid").encode();
    let offset = bytes
        .windows(from.len())
        .position(|window| window == from)
        .expect("the bytes are there");
    let changed = [&bytes[..offset], to, &bytes[offset + from.len()..]].concat();
    Bytecode::decode(&changed).expect_err("changed")
}

#[test]
fn each_rule_of_the_format_is_checked() {
    // Names section: one name, scalar, `x`. Operand section: one integer 1. Code: ap to scalar, operand 0, slot 0.
    let ap = "(ap 1 x)";
    assert_eq!(decode_error(ap, b"\0air", b"\0asm"), DecodeError::NotBytecode);
    assert_eq!(
        decode_error(ap, b"\0air\x01", b"\0air\x02"),
        DecodeError::UnsupportedVersion(2)
    );
    assert_eq!(
        decode_error(ap, b"\x02\x04\x01\x00\x01x", b"\x02\x04\x01\x01\x01x"),
        DecodeError::Misplaced("a name")
    );
    assert_eq!(
        decode_error(ap, b"\x02\x04\x01\x00\x01x", b"\x02\x04\x01\x00\x01\xff"),
        DecodeError::InvalidUtf8
    );
    assert_eq!(
        decode_error(ap, b"\x02\x04\x01\x00\x01x", b"\x02\x04\x01\x00\x01 "),
        DecodeError::Misplaced("a name")
    );
    assert_eq!(
        decode_error(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x03\x0b\x01\x00"),
        DecodeError::OutOfBounds("operands")
    );
    assert_eq!(
        decode_error(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x04\x0b\x80\x00\x00"),
        DecodeError::NonMinimalInteger
    );
    assert_eq!(
        decode_error(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x04\x0b\x00\x00\x00"),
        DecodeError::TrailingBytes(1)
    );
    assert_eq!(
        decode_error(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x01\x00"),
        DecodeError::NotInOrder("names")
    );
    assert_eq!(
        decode_error(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x02\x0b\x00"),
        DecodeError::Truncated
    );
    assert_eq!(
        decode_error(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x03\x63\x00\x00"),
        DecodeError::Unknown {
            what: "operation",
            byte: 0x63
        }
    );
    assert_eq!(
        decode_error(ap, b"\x06\x03\x0b\x00\x00", b"\x09\x03\x0b\x00\x00"),
        DecodeError::Truncated
    );
    // Two streams with the same name: the use of the second is changed to the scope of the first.
    let scopes = "(seq (ap 1 $s) (new $s (ap 1 $s)))";
    assert_eq!(
        decode_error(scopes, b"\x0f\x01\x0c\x00\x01", b"\x0f\x01\x0c\x00\x00"),
        DecodeError::WrongScope
    );
    assert_eq!(
        decode_error(scopes, b"\x0f\x01\x0c\x00\x01", b"\x0f\x00\x0c\x00\x00"),
        DecodeError::WrongScope
    );
    // A script that violates a rule for names.
    let next = "(fold [] i (seq (ap 1 j) (next i)))";
    assert!(matches!(
        decode_error(next, b"\x16\x00", b"\x16\x01"),
        DecodeError::Invalid(_)
    ));
}

/// Checks the example in `docs/bytecode.md`.
#[test]
fn documented_example_is_correct() {
    let page = include_str!("../../docs/bytecode.md");
    let example = page.split_once("\n## An example\n").expect("the heading").1;
    let block = |name: &str| {
        let block = example.split_once(&format!("```{name}\n")).expect("a block").1;
        block.split_once("\n```").expect("the end of the block").0
    };
    // The comments start in column 44.
    let bytes: Vec<u8> = block("text")
        .lines()
        .flat_map(|line| line[..44].split_whitespace())
        .map(|byte| u8::from_str_radix(byte, 16).expect("two digits"))
        .collect();
    let bytecode = Bytecode::parse(block("air")).expect("valid");
    assert_eq!(bytecode.encode(), bytes);
    assert!(example.contains(&format!("these {} bytes", bytes.len())));
    assert!(example.contains(&bytecode.content_hash().to_string()));
    assert_eq!(Bytecode::decode(&bytes).as_ref(), Ok(&bytecode));
}
