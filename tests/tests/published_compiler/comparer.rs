//! The comparison distinguishes scripts that differ in one instruction.

use super::vectors::lowering_vectors;
use aqua_air::{FailOperand, Instruction, InstructionId, Operand, Script, Variable, VariableKind};
use aqua_tests::normal_form::normal_form;

#[test]
fn names_nesting_and_copies_do_not_matter() {
    let same = [
        r#"(seq (seq (call "p" ("s" "f") [] x) (ap x.$.a y)) (call "p" ("s" "g") [y.$.b]))"#,
        r#"(seq (call "p" ("s" "f") [] other) (seq (null) (call "p" ("s" "g") [other.$.a.b])))"#,
    ];
    let [left, right] = same.map(|text| normal_form(&aqua_air::parse(text).expect("valid")));
    assert_eq!(left, right);
    let same = [
        r#"(new $a (new #b (canon "p" $a #b)))"#,
        r#"(new $stream (new #$canon (canon "p" $stream #$canon)))"#,
    ];
    let [left, right] = same.map(|text| normal_form(&aqua_air::parse(text).expect("valid")));
    assert_eq!(left, "hop \"p\"\n");
    assert_eq!(left, right);
}

#[test]
fn every_mutation_is_seen() {
    let mut seen = 0;
    for vector in lowering_vectors() {
        for (function, air) in &vector.functions {
            let Ok(script) = aqua_air::parse(air) else {
                assert_eq!(
                    vector.name, "literals",
                    "the only script with a number that AIR does not have"
                );
                continue;
            };
            let original = normal_form(&script);
            for (what, mutant) in mutants(&script) {
                let mutated = normal_form(&mutant);
                assert!(
                    original != mutated,
                    "{} {function}: {what} was not seen in\n{air}",
                    vector.name
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 5_000, "{seen} mutations");
}

/// All scripts that differ in one instruction, with a description of the difference.
fn mutants(script: &Script) -> Vec<(String, Script)> {
    let mut mutants = Vec::new();
    for (id, instruction) in script.in_text_order() {
        for changed in changes(script, instruction) {
            let what = format!("`{}` for `{}`", changed.canonical_text(), instruction.canonical_text());
            mutants.push((what, replaced(script, id, &changed)));
        }
    }
    mutants
}

fn changes(script: &Script, instruction: &Instruction) -> Vec<Instruction> {
    let mut changes = Vec::new();
    match instruction.clone() {
        Instruction::Call {
            peer,
            service,
            function,
            arguments,
            output,
        } => {
            let call = |peer: &Operand, function: &Operand, arguments: Vec<Operand>, output: Option<Variable>| {
                Instruction::Call {
                    peer: peer.clone(),
                    service: service.clone(),
                    function: function.clone(),
                    arguments,
                    output,
                }
            };
            changes.push(call(
                &Operand::literal("nobody"),
                &function,
                arguments.clone(),
                output.clone(),
            ));
            changes.push(call(
                &peer,
                &Operand::literal("else"),
                arguments.clone(),
                output.clone(),
            ));
            changes.push(Instruction::Call {
                peer: peer.clone(),
                service: Operand::literal("another"),
                function: function.clone(),
                arguments: arguments.clone(),
                output: output.clone(),
            });
            if output.is_some() {
                changes.push(call(&peer, &function, arguments.clone(), None));
            }
            let more = arguments.iter().cloned().chain([Operand::Integer(77)]).collect();
            changes.push(call(&peer, &function, more, output.clone()));
            for at in 0..arguments.len() {
                let mut other = arguments.clone();
                other[at] = Operand::literal("mutated");
                changes.push(call(&peer, &function, other, output.clone()));
            }
            changes.push(Instruction::Null);
        }
        Instruction::Canon { source, target, .. } => {
            let peer = Operand::literal("nobody");
            changes.push(Instruction::Canon { peer, source, target });
        }
        Instruction::Seq(left, right) => {
            // Copies are removed, wherever they are.
            if acts(script, left) && acts(script, right) {
                changes.push(Instruction::Par(left, right));
            }
            if both_act(script, left, right) {
                changes.push(Instruction::Seq(right, left));
            }
        }
        Instruction::Par(left, right) => {
            changes.push(Instruction::Xor(left, right));
            if both_act(script, left, right) {
                changes.push(Instruction::Par(right, left));
            }
        }
        Instruction::Xor(left, right) => changes.push(Instruction::Par(left, right)),
        Instruction::Fail(_) => changes.push(Instruction::Fail(FailOperand::Code(1, "mutated".into()))),
        Instruction::Fold {
            iterable,
            iterator,
            body,
            ..
        } => changes.push(Instruction::Fold {
            iterable,
            iterator,
            body,
            last: Some(body),
        }),
        Instruction::Next { .. } => changes.push(Instruction::Null),
        Instruction::Match { left, right, body } => {
            let other = Operand::literal("mutated");
            changes.push(Instruction::Match {
                left: left.clone(),
                right: other,
                body,
            });
            changes.push(Instruction::Mismatch { left, right, body });
        }
        Instruction::Mismatch { left, right, body } => changes.push(Instruction::Match { left, right, body }),
        Instruction::ApMap { key, value, target } => {
            let other = Operand::literal("mutated");
            changes.push(Instruction::ApMap {
                key: other.clone(),
                value,
                target: target.clone(),
            });
            changes.push(Instruction::ApMap {
                key,
                value: other,
                target,
            });
        }
        // Pushes to streams are significant; a copy in a scalar shows where it is used.
        Instruction::Ap { target, .. } if target.kind == VariableKind::Stream => {
            let source = Operand::literal("mutated");
            changes.push(Instruction::Ap { source, target });
            changes.push(Instruction::Null);
        }
        Instruction::Never => changes.push(Instruction::Null),
        Instruction::New { .. } | Instruction::Ap { .. } | Instruction::Null => {}
    }
    changes
}

/// Whether the subtree does more than copy.
fn acts(script: &Script, part: InstructionId) -> bool {
    let mut waiting = vec![part];
    while let Some(id) = waiting.pop() {
        waiting.extend(script[id].children());
        let idle = matches!(
            script[id],
            Instruction::Ap { .. } | Instruction::Seq(..) | Instruction::Par(..) | Instruction::Null
        );
        if !idle {
            return true;
        }
    }
    false
}

/// Whether both children are different calls, so that their order is significant.
fn both_act(script: &Script, left: InstructionId, right: InstructionId) -> bool {
    let call = |id| matches!(script[id], Instruction::Call { .. });
    call(left) && call(right) && script[left] != script[right]
}

/// The script with one instruction replaced.
fn replaced(script: &Script, id: InstructionId, by: &Instruction) -> Script {
    let mut copy = Script::new();
    for index in 0..script.len() {
        let here = InstructionId::new(index as u32);
        let instruction = if here == id { by.clone() } else { script[here].clone() };
        copy.push(instruction, None);
    }
    copy.set_root(script.root().expect("a script that was read has a root"));
    copy
}
