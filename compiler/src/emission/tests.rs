//! Small workflows and the AIR they become.

use super::emit;
use crate::topology::plan;
use crate::workflow::{Exit, Last, Locations, Op, PeerName, StepId, Workflow};
use aqua_air::{Operand, Variable, print};

fn call(workflow: &mut Workflow, function: &str) -> StepId {
    let op = Op::Call {
        service: Operand::literal("op"),
        function: Operand::literal(function),
        arguments: vec![Operand::Integer(1)],
        output: Some(Variable::scalar("ret")),
    };
    workflow.add(op, Vec::new())
}

fn emitted(workflow: &Workflow) -> String {
    print(&emit(workflow, &plan(workflow)).0)
}

#[test]
fn groups_are_balanced_and_sequences_are_flat() {
    let mut workflow = Workflow::new();
    let calls = ["a", "b", "c", "d", "e", "f"].map(|name| call(&mut workflow, name));
    let null = workflow.add(Op::Null, Vec::new());
    let inner = workflow.add(Op::Seq, vec![calls[1], null, calls[2]]);
    let one = workflow.add(Op::Detach, vec![calls[3]]);
    let three = workflow.add(Op::Par, vec![calls[4], null, calls[5]]);
    workflow.add(Op::Seq, vec![calls[0], inner, one, three]);
    insta::assert_snapshot!(emitted(&workflow));
}

#[test]
fn visits_are_canons_and_collections_of_relays_are_folded() {
    let mut workflow = Workflow::new();
    let locations = workflow.locations_mut();
    let home = locations.intern_peer(PeerName::One(Operand::InitPeerId));
    let away = locations.intern_peer(PeerName::One(Operand::scalar("p")));
    let relay = locations.intern_peer(PeerName::One(Operand::literal("12D3")));
    let relays = locations.intern_peer(PeerName::Each(Operand::scalar("rs")));
    let home = locations.nested(Locations::ROOT, home, &[relay]);
    let away = locations.nested(home, away, &[relays]);
    let there = call(&mut workflow, "there");
    let exit = Exit::AsNeeded;
    let on = workflow.add(
        Op::On {
            location: away,
            exit,
            peer_span: None,
        },
        vec![there],
    );
    let back = call(&mut workflow, "back");
    let seq = workflow.add(Op::Seq, vec![on, back]);
    workflow.add(
        Op::On {
            location: home,
            exit,
            peer_span: None,
        },
        vec![seq],
    );
    insta::assert_snapshot!(emitted(&workflow));
}

#[test]
fn groups_with_a_body() {
    let mut workflow = Workflow::new();
    let (left, right, equal) = (Operand::scalar("x"), Operand::Boolean(true), false);
    let body = [call(&mut workflow, "a"), call(&mut workflow, "b")];
    let choice = workflow.add(Op::Match { left, right, equal }, body.to_vec());
    let next = workflow.add(Op::Next("x".into()), Vec::new());
    let either = workflow.add(Op::Xor, vec![choice, next]);
    let fold = Op::Fold {
        iterable: Operand::EmptyArray,
        iterator: "x".into(),
        last: Last::Wait,
    };
    let fold = workflow.add(fold, vec![either]);
    workflow.add(Op::New(Variable::stream("$st")), vec![fold]);
    insta::assert_snapshot!(emitted(&workflow));
}

#[test]
fn nothing_is_null() {
    let mut workflow = Workflow::new();
    workflow.add(Op::Seq, Vec::new());
    assert_eq!(emitted(&workflow), "(null)\n");
}
