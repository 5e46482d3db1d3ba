//! Which programs come by every state of their data again when they run over it.
//!
//! Machines of all versions share three habits by which the others don't, and what those lose or mistake is the same on each:
//!
//! * A fold over a stream or map takes up values in groups: first those that were there when it began, then those that came
//!   meanwhile. If it writes to what it goes through, a run over its data finds the latter in generations of that data, and
//!   groups and order are others. Iterations whose states aren't found then begin anew, and what a peer has signed in them is
//!   gone: data passed on after that lacks what the signature covers, and whoever gets it refuses it.
//! * Such a fold swallows the error of a service. When the answer comes, the fold is complete all the same and what follows it
//!   runs; over the data that it leaves, the fold is not complete, and the states of what followed are gone.
//! * A `canon` takes the next state from the data before it knows at which peer it freezes, and an `ap` to a map before it
//!   knows the key. If that turns out to be nothing of use, the state was that of an instruction behind it.

use aqua_air::{Instruction, InstructionId, Script, Value, Variable, VariableKind};

/// Whether the program has nothing by which a run over its own data may differ from the run that made them.
pub fn replays_alike(air: &str) -> bool {
    let script = aqua_air::read(air).expect("generated programs are valid");
    script.in_text_order().all(|(id, instruction)| match instruction {
        Instruction::Canon { peer, .. } => is_text(&script, peer),
        Instruction::ApMap { key, .. } => matches!(key, Value::Integer(_)) || is_text(&script, key),
        Instruction::Fold {
            iterable: Value::Variable(source, None),
            ..
        } if matches!(source.kind, VariableKind::Stream | VariableKind::StreamMap) => {
            !writes(&script, id, source) && !lets_services_fail(&script, id)
        }
        _ => true,
    })
}

/// Whether a value can be nothing but a text: it is one, or a variable to which nothing but texts is copied.
fn is_text(script: &Script, value: &Value) -> bool {
    let variable = match value {
        Value::Literal(_) | Value::InitPeerId => return true,
        Value::Variable(variable, None) => variable,
        _ => return false,
    };
    script.in_text_order().all(|(_, instruction)| match instruction {
        Instruction::Ap { source, target } => target != variable || matches!(source, Value::Literal(_)),
        Instruction::Call { output, .. } => output.as_ref() != Some(variable),
        Instruction::Canon { target, .. } => target != variable,
        Instruction::New { variable: hidden, .. } => hidden != variable,
        Instruction::Fold { iterator, .. } => *iterator != variable.name,
        _ => true,
    })
}

/// Whether something in an instruction writes to the stream or map.
fn writes(script: &Script, id: InstructionId, target: &Variable) -> bool {
    let instruction = script.instruction(id);
    let written = match instruction {
        Instruction::Call { output, .. } => output.as_ref(),
        Instruction::Ap { target, .. } | Instruction::ApMap { target, .. } => Some(target),
        _ => None,
    };
    written == Some(target) || instruction.children().any(|child| writes(script, child, target))
}

/// Whether something in an instruction calls a service that may fail, and no `xor` in it catches the error.
fn lets_services_fail(script: &Script, id: InstructionId) -> bool {
    match script.instruction(id) {
        Instruction::Call { service, function, .. } => !super::services::never_fails(service, function),
        Instruction::Xor(_, caught) => lets_services_fail(script, *caught),
        instruction => instruction.children().any(|child| lets_services_fail(script, child)),
    }
}
