//! What generated programs contain: all of AIR.

use aqua_air::{FailOperand, Instruction, Lens, Operand, OperandPosition, Variable, VariableKind};
use aqua_tests::air_programs;
use std::collections::BTreeSet;

/// Every instruction, and at each place every value that AIR allows there, with lens and without.
#[test]
fn generated_programs_use_all_of_air() {
    let peers: Vec<String> = (0..3).map(|number| format!("peer{number}")).collect();
    let mut seen = BTreeSet::new();
    for seed in 0..2000 {
        let script = aqua_air::parse(&air_programs::program(seed, &peers)).expect("generated programs are valid");
        for (_, instruction) in script.in_text_order() {
            note(instruction, &mut seen);
        }
    }
    let expected = expected();
    let missing: Vec<&String> = expected.difference(&seen).collect();
    assert!(missing.is_empty(), "never generated: {missing:#?}");
}

fn note(instruction: &Instruction, seen: &mut BTreeSet<String>) {
    let mut see = |text: String| seen.insert(text);
    see(instruction.keyword().to_owned());
    match instruction {
        Instruction::Call {
            peer,
            service,
            function,
            arguments,
            output,
        } => {
            see(at(OperandPosition::Peer, peer));
            see(at(OperandPosition::Function, service));
            see(at(OperandPosition::Function, function));
            for argument in arguments {
                see(at(OperandPosition::Argument, argument));
            }
            see(format!("call to {:?}", output.as_ref().map(|output| output.kind)));
        }
        Instruction::Canon { peer, source, target } => {
            see(at(OperandPosition::Peer, peer));
            see(format!("canon {:?} {:?}", source.kind, target.kind));
        }
        Instruction::Ap { source, target } => {
            see(at(OperandPosition::Source, source));
            see(format!("ap to {:?}", target.kind));
        }
        Instruction::ApMap { key, value, .. } => {
            see(at(OperandPosition::Key, key));
            see(at(OperandPosition::Source, value));
        }
        Instruction::New { variable, .. } => {
            see(format!("new {:?}", variable.kind));
        }
        Instruction::Fail(FailOperand::Operand(value)) => {
            see(at(OperandPosition::Fail, value));
        }
        Instruction::Fail(FailOperand::Code(..)) => {
            see("fail with a number".to_owned());
        }
        Instruction::Fold { iterable, last, .. } => {
            see(at(OperandPosition::Iterable, iterable));
            see(format!("fold with last {}", last.is_some()));
        }
        Instruction::Match { left, right, .. } | Instruction::Mismatch { left, right, .. } => {
            see(at(OperandPosition::Argument, left));
            see(at(OperandPosition::Argument, right));
        }
        Instruction::Seq(..)
        | Instruction::Par(..)
        | Instruction::Xor(..)
        | Instruction::Null
        | Instruction::Never
        | Instruction::Next { .. } => {}
    }
}

fn at(place: OperandPosition, value: &Operand) -> String {
    let kind = match value {
        Operand::InitPeerId => "%init_peer_id%".to_owned(),
        Operand::LastError(_) => "%last_error%".to_owned(),
        Operand::Error(_) => ":error:".to_owned(),
        Operand::Literal(_) => "literal".to_owned(),
        Operand::Timestamp => "%timestamp%".to_owned(),
        Operand::Ttl => "%ttl%".to_owned(),
        Operand::Integer(_) => "integer".to_owned(),
        Operand::Float(_) => "float".to_owned(),
        Operand::Boolean(_) => "boolean".to_owned(),
        Operand::EmptyArray => "[]".to_owned(),
        Operand::Variable(variable, _) => format!("{:?}", variable.kind),
    };
    let lens = match value.lens() {
        None => "",
        Some(Lens::Length) => " with length",
        Some(Lens::Path(_)) => " with path",
    };
    format!("{place:?}: {kind}{lens}")
}

fn expected() -> BTreeSet<String> {
    use VariableKind::{CanonMap, CanonStream, Scalar, Stream, StreamMap};
    let kinds = [Scalar, Stream, StreamMap, CanonStream, CanonMap];
    let lenses = [
        None,
        Some(Lens::Length),
        Some(Lens::Path(vec![aqua_air::Accessor::Index(0)])),
    ];
    let mut values = vec![
        Operand::InitPeerId,
        Operand::literal("text"),
        Operand::Timestamp,
        Operand::Ttl,
        Operand::Integer(1),
        Operand::Float(1.5),
        Operand::Boolean(true),
        Operand::EmptyArray,
    ];
    for lens in lenses {
        values.extend([Operand::LastError(lens.clone()), Operand::Error(lens.clone())]);
        values.extend(kinds.map(|kind| Operand::Variable(Variable::new(kind, "name"), lens.clone())));
    }
    let values = OperandPosition::ALL.into_iter().flat_map(|place| {
        let allowed = values.iter().filter(|value| place.accepts(value));
        allowed.map(|value| at(place, value)).collect::<Vec<_>>()
    });
    let keywords = [
        "call",
        "canon",
        "ap",
        "seq",
        "par",
        "xor",
        "null",
        "never",
        "new",
        "fail",
        "fold",
        "next",
        "match",
        "mismatch",
        "fail with a number",
        "fold with last true",
        "fold with last false",
    ];
    values
        .chain(keywords.map(str::to_owned))
        .chain(kinds.map(|kind| format!("new {kind:?}")))
        .chain([None, Some(Scalar), Some(Stream)].map(|kind| format!("call to {kind:?}")))
        .chain([Scalar, Stream].map(|kind| format!("ap to {kind:?}")))
        .chain(
            [(Stream, CanonStream), (StreamMap, CanonMap), (StreamMap, Scalar)]
                .map(|(from, to)| format!("canon {from:?} {to:?}")),
        )
        .collect()
}
