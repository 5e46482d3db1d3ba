//! What generated programs contain: all of AIR.

use aqua_air::{Failure, Instruction, Lens, Place, Value, Variable, VariableKind};
use aqua_tests::air_programs;
use std::collections::BTreeSet;

/// Every instruction, and at each place every value that AIR allows there, with lens and without.
#[test]
fn generated_programs_use_all_of_air() {
    let peers: Vec<String> = (0..3).map(|number| format!("peer{number}")).collect();
    let mut seen = BTreeSet::new();
    for seed in 0..2000 {
        let script = aqua_air::read(&air_programs::program(seed, &peers)).expect("generated programs are valid");
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
            see(at(Place::Peer, peer));
            see(at(Place::Function, service));
            see(at(Place::Function, function));
            for argument in arguments {
                see(at(Place::Argument, argument));
            }
            see(format!("call to {:?}", output.as_ref().map(|output| output.kind)));
        }
        Instruction::Canon { peer, source, target } => {
            see(at(Place::Peer, peer));
            see(format!("canon {:?} {:?}", source.kind, target.kind));
        }
        Instruction::Ap { source, target } => {
            see(at(Place::Source, source));
            see(format!("ap to {:?}", target.kind));
        }
        Instruction::ApMap { key, value, .. } => {
            see(at(Place::Key, key));
            see(at(Place::Source, value));
        }
        Instruction::New { variable, .. } => {
            see(format!("new {:?}", variable.kind));
        }
        Instruction::Fail(Failure::Value(value)) => {
            see(at(Place::Failure, value));
        }
        Instruction::Fail(Failure::Code(..)) => {
            see("fail with a number".to_owned());
        }
        Instruction::Fold { iterable, last, .. } => {
            see(at(Place::Iterable, iterable));
            see(format!("fold with last {}", last.is_some()));
        }
        Instruction::Match { left, right, .. } | Instruction::Mismatch { left, right, .. } => {
            see(at(Place::Argument, left));
            see(at(Place::Argument, right));
        }
        Instruction::Seq(..)
        | Instruction::Par(..)
        | Instruction::Xor(..)
        | Instruction::Null
        | Instruction::Never
        | Instruction::Next { .. } => {}
    }
}

fn at(place: Place, value: &Value) -> String {
    let kind = match value {
        Value::InitPeerId => "%init_peer_id%".to_owned(),
        Value::LastError(_) => "%last_error%".to_owned(),
        Value::Error(_) => ":error:".to_owned(),
        Value::Literal(_) => "literal".to_owned(),
        Value::Timestamp => "%timestamp%".to_owned(),
        Value::Ttl => "%ttl%".to_owned(),
        Value::Integer(_) => "integer".to_owned(),
        Value::Float(_) => "float".to_owned(),
        Value::Boolean(_) => "boolean".to_owned(),
        Value::EmptyArray => "[]".to_owned(),
        Value::Variable(variable, _) => format!("{:?}", variable.kind),
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
        Value::InitPeerId,
        Value::literal("text"),
        Value::Timestamp,
        Value::Ttl,
        Value::Integer(1),
        Value::Float(1.5),
        Value::Boolean(true),
        Value::EmptyArray,
    ];
    for lens in lenses {
        values.extend([Value::LastError(lens.clone()), Value::Error(lens.clone())]);
        values.extend(kinds.map(|kind| Value::Variable(Variable::new(kind, "name"), lens.clone())));
    }
    let places = [
        Place::Peer,
        Place::Function,
        Place::Argument,
        Place::Source,
        Place::Key,
        Place::Iterable,
        Place::Failure,
    ];
    let values = places.iter().flat_map(|place| {
        let allowed = values.iter().filter(|value| place.accepts(value));
        allowed.map(|value| at(*place, value)).collect::<Vec<_>>()
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
