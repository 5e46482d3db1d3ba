//! What bytecode resolves, and that nothing but its one encoding decodes.

use crate::scripts::any_script;
use aqua_air::{Bytecode, DecodeError, Operation, Output, load};
use proptest::prelude::*;

/// Which scope each operation means that uses one, in the order of the text.
fn scopes(text: &str) -> Vec<usize> {
    let bytecode = load(text).expect("valid");
    let scope = |operation: &Operation| match *operation {
        Operation::Call {
            output: Output::Stream(scope),
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
fn a_stream_means_the_innermost_new_around_its_use() {
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
    let bytecode = load(r#"(seq (ap 1 x) (call "p" ("s" "f") ["s" 1 1.0 x.$.a x.$.a x.$.b] x))"#).expect("valid");
    assert_eq!(bytecode.operands().len(), 7, "{:?}", bytecode.operands());
    assert_eq!(bytecode.variables().len(), 1);
    assert_eq!(bytecode.texts(), ["p", "s", "f", "a", "b"]);
    let lenses: Vec<&str> = bytecode.lenses().iter().map(|lens| lens.text.as_str()).collect();
    assert_eq!(lenses, [".$.a", ".$.b"]);
}

#[test]
fn canonical_texts_are_those_of_the_deployed_interpreters() {
    let text = r#"
        (seq
         (seq
          (seq (ap 1.0 x) (call "p" ("s" x.$[0].a!) [1 1.0 [] true %ttl% :error:.$.message x.length "q"] $s))
          (seq (canon x $s  #$cc) (ap ("k" -5) %m)))
         (xor
          (fold $s i (seq (match i x (call i ("a" "b") [])) (next i)) (null))
          (par (fail 5 "no") (seq (fail %last_error%) (new #cc (mismatch x 2 (fail x.$.[x])))))))"#;
    let bytecode = load(text).expect("valid");
    let texts: Vec<String> = bytecode
        .in_text_order()
        .map(|(id, _)| bytecode.canonical_text(id))
        .collect();
    insta::assert_snapshot!(texts.join("|\n") + "|");
}

#[test]
fn what_a_program_builds_wrongly_is_refused() {
    use aqua_air::{Instruction, Script, Value, Variable};
    let refused = |instruction: Instruction| {
        let mut script = Script::new();
        let root = script.push(instruction, None);
        script.set_root(root);
        Bytecode::assemble(&script).expect_err("not AIR").to_string()
    };
    let ap = |source: Value, target: Variable| Instruction::Ap { source, target };
    let messages = [
        Bytecode::assemble(&Script::new()).expect_err("empty").to_string(),
        refused(ap(Variable::stream("$s").into(), Variable::scalar("x"))),
        refused(ap(Variable::canon_map("#%m").into(), Variable::scalar("x"))),
        refused(ap(Value::EmptyArray, Variable::canon_stream("#x"))),
        refused(ap(Value::EmptyArray, Variable::stream("s"))),
        refused(ap(Value::EmptyArray, Variable::scalar("call"))),
        refused(ap(Value::EmptyArray, Variable::scalar("a b"))),
        refused(ap(Value::literal("say \"x\""), Variable::scalar("x"))),
        refused(ap(Value::Float(f64::NAN), Variable::scalar("x"))),
        refused(ap(Value::Float(0.123_456_789_012), Variable::scalar("x"))),
        refused(ap(
            Variable::scalar("x").with(aqua_air::Lens::Path(vec![])),
            Variable::scalar("x"),
        )),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

proptest! {
    /// One script, one encoding: what decodes from changed bytes encodes to just these bytes.
    #[test]
    fn changed_bytes_are_refused_or_canonical(
        script in any_script(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = Bytecode::assemble(&script).expect("well-formed").encode();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(decoded) = Bytecode::decode(&bytes) {
            prop_assert_eq!(decoded.encode(), bytes);
            let script = decoded.disassemble();
            prop_assert_eq!(aqua_air::read(&aqua_air::print(&script)), Ok(script));
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused(tail in proptest::collection::vec(any::<u8>(), 0..100)) {
        let bytes: Vec<u8> = b"\0air\x01".iter().copied().chain(tail).collect();
        let _ = Bytecode::decode(&bytes);
        prop_assert!(Bytecode::decode(&bytes[1..]).is_err());
    }
}

/// Replaces one run of bytes of the encoding of a small script and says why the result is refused.
fn refused(text: &str, from: &[u8], to: &[u8]) -> DecodeError {
    let bytes = load(text).expect("valid").encode();
    let at = bytes
        .windows(from.len())
        .position(|window| window == from)
        .expect("the bytes are there");
    let changed = [&bytes[..at], to, &bytes[at + from.len()..]].concat();
    Bytecode::decode(&changed).expect_err("changed")
}

#[test]
fn each_law_of_the_format_is_checked() {
    // Names section: one name, scalar, `x`. Operand section: one integer 1. Code: ap to scalar, operand 0, slot 0.
    let ap = "(ap 1 x)";
    assert_eq!(refused(ap, b"\0air", b"\0asm"), DecodeError::NotBytecode);
    assert_eq!(refused(ap, b"\0air\x01", b"\0air\x02"), DecodeError::UnknownVersion(2));
    assert_eq!(
        refused(ap, b"\x02\x04\x01\x00\x01x", b"\x02\x04\x01\x01\x01x"),
        DecodeError::Misplaced("a name")
    );
    assert_eq!(
        refused(ap, b"\x02\x04\x01\x00\x01x", b"\x02\x04\x01\x00\x01\xff"),
        DecodeError::NotText
    );
    assert_eq!(
        refused(ap, b"\x02\x04\x01\x00\x01x", b"\x02\x04\x01\x00\x01 "),
        DecodeError::Misplaced("a name")
    );
    assert_eq!(
        refused(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x03\x0b\x01\x00"),
        DecodeError::OutOfBounds("operands")
    );
    assert_eq!(
        refused(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x04\x0b\x80\x00\x00"),
        DecodeError::NotShortest
    );
    assert_eq!(
        refused(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x04\x0b\x00\x00\x00"),
        DecodeError::LeftOver(1)
    );
    assert_eq!(
        refused(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x01\x00"),
        DecodeError::NotInOrder("names")
    );
    assert_eq!(
        refused(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x02\x0b\x00"),
        DecodeError::Truncated
    );
    assert_eq!(
        refused(ap, b"\x06\x03\x0b\x00\x00", b"\x06\x03\x63\x00\x00"),
        DecodeError::Unknown {
            what: "operation",
            byte: 0x63
        }
    );
    assert_eq!(
        refused(ap, b"\x06\x03\x0b\x00\x00", b"\x09\x03\x0b\x00\x00"),
        DecodeError::Truncated
    );
    // Two uses of a stream in its own scope: the second is made to name the other one.
    let scopes = "(seq (ap 1 $s) (new $s (ap 1 $s)))";
    assert_eq!(
        refused(scopes, b"\x0f\x01\x0c\x00\x01", b"\x0f\x01\x0c\x00\x00"),
        DecodeError::WrongScope
    );
    assert_eq!(
        refused(scopes, b"\x0f\x01\x0c\x00\x01", b"\x0f\x00\x0c\x00\x00"),
        DecodeError::WrongScope
    );
    // A script that breaks a rule for names.
    let next = "(fold [] i (seq (ap 1 j) (next i)))";
    assert!(matches!(
        refused(next, b"\x16\x00", b"\x16\x01"),
        DecodeError::Invalid(_)
    ));
}

/// The bytes in the example of the page about the format are those of its script.
#[test]
fn the_example_of_the_page_is_true() {
    let page = include_str!("../../docs/bytecode.md");
    let example = page.split_once("\n## An example\n").expect("the heading").1;
    let block = |name: &str| {
        let block = example.split_once(&format!("```{name}\n")).expect("a block").1;
        block.split_once("\n```").expect("the end of the block").0
    };
    // The words behind the bytes begin in a column of their own.
    let bytes: Vec<u8> = block("text")
        .lines()
        .flat_map(|line| line[..44].split_whitespace())
        .map(|byte| u8::from_str_radix(byte, 16).expect("two digits"))
        .collect();
    let bytecode = load(block("air")).expect("valid");
    assert_eq!(bytecode.encode(), bytes);
    assert!(example.contains(&format!("these {} bytes", bytes.len())));
    assert!(example.contains(&bytecode.content_id().to_string()));
    assert_eq!(Bytecode::decode(&bytes).as_ref(), Ok(&bytecode));
}
