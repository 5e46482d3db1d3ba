//! Determines which programs reproduce all states of their data when they are executed over it again.
//!
//! All versions of the interpreter, including this VM, share three properties that prevent this. The lost states are the same in
//! each of them:
//!
//! * A fold over a stream or map processes values in groups: first those that existed when it started, then those that were added
//!   since. If the body appends to the collection, a run over the resulting data finds the added values in generations of that data,
//!   so groups and order differ. Iterations whose states are not found start anew, and the states that a peer has signed in them are
//!   lost: data sent afterwards lacks states that the signature covers, and receivers reject it.
//! * Such a fold swallows the error of a service. When the result arrives, the fold is complete and the instruction after it is
//!   executed; over the resulting data, the fold is not complete, and the states of the following instructions are lost.
//! * A `canon` consumes the next state of the data before it resolves its peer, and an `ap` to a map before it resolves the key. If
//!   resolving fails, the state belonged to a later instruction.

use aqua_air::{Instruction, InstructionId, Operand, Script, Variable, VariableKind};

/// Returns whether a run over the data of the program is guaranteed to reproduce it.
pub fn replays_identically(air: &str) -> bool {
    let script = aqua_air::parse(air).expect("generated programs are valid");
    script.in_text_order().all(|(id, instruction)| match instruction {
        Instruction::Canon { peer, .. } => is_string(&script, peer),
        Instruction::ApMap { key, .. } => matches!(key, Operand::Integer(_)) || is_string(&script, key),
        Instruction::Fold {
            iterable: Operand::Variable(source, None),
            ..
        } if matches!(source.kind, VariableKind::Stream | VariableKind::StreamMap) => {
            !writes(&script, id, source) && !may_fail(&script, id)
        }
        _ => true,
    })
}

/// Returns whether an operand is certainly a string: a literal, or a variable that only literals are copied to.
fn is_string(script: &Script, value: &Operand) -> bool {
    let variable = match value {
        Operand::Literal(_) | Operand::InitPeerId => return true,
        Operand::Variable(variable, None) => variable,
        _ => return false,
    };
    script.in_text_order().all(|(_, instruction)| match instruction {
        Instruction::Ap { source, target } => target != variable || matches!(source, Operand::Literal(_)),
        Instruction::Call { output, .. } => output.as_ref() != Some(variable),
        Instruction::Canon { target, .. } => target != variable,
        Instruction::New { variable: shadowed, .. } => shadowed != variable,
        Instruction::Fold { iterator, .. } => *iterator != variable.name,
        _ => true,
    })
}

/// Returns whether an instruction or one of its descendants appends to the stream or map.
fn writes(script: &Script, id: InstructionId, target: &Variable) -> bool {
    let instruction = script.instruction(id);
    let written = match instruction {
        Instruction::Call { output, .. } => output.as_ref(),
        Instruction::Ap { target, .. } | Instruction::ApMap { target, .. } => Some(target),
        _ => None,
    };
    written == Some(target) || instruction.children().any(|child| writes(script, child, target))
}

/// Returns whether an instruction contains a service call that may fail and whose error is not caught inside of it.
fn may_fail(script: &Script, id: InstructionId) -> bool {
    match script.instruction(id) {
        Instruction::Call { service, function, .. } => !super::services::never_fails(service, function),
        Instruction::Xor(_, caught) => may_fail(script, *caught),
        instruction => instruction.children().any(|child| may_fail(script, child)),
    }
}
