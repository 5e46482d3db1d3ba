//! Scripts for readers: what they do, without what the machine needs.
//!
//! The form is described in `docs/pseudocode.md`. It is for people and can't be read back.

use crate::{Failure, Instruction, InstructionId, Script, Value, Variable, VariableKind};
use std::fmt::Write;

/// Deeper lines are indented like this one: scripts nest as deep as they like.
const DEEPEST: usize = 40;

/// The script as readable pseudo-code, two spaces of indentation a level.
///
/// Sequences are lines below each other, calls of one peer stand below one `on`, and patterns that only bring the particle
/// to a peer are `hop`s.
///
/// ```
/// let script = aqua_air::read(r#"
///     (seq
///      (call "relay" ("op" "noop") [])
///      (xor
///       (call "far" ("greeter" "greet") ["Ada"] text)
///       (call %init_peer_id% ("client" "failed") [:error:.$.message])))"#).expect("valid");
/// assert_eq!(aqua_air::pseudocode(&script), r#"hop "relay"
/// try:
///   on "far":
///     text = greeter.greet("Ada")
/// catch:
///   on %init_peer_id%:
///     client.failed(:error:.$.message)
/// "#);
/// ```
pub fn pseudocode(script: &Script) -> String {
    let mut writer = Writer {
        script,
        out: String::new(),
        last: Last::Other,
        steps: Vec::new(),
    };
    if let Some(root) = script.root() {
        writer.steps.push(Step::Visit(root, 0));
    }
    while let Some(step) = writer.steps.pop() {
        match step {
            Step::Visit(id, depth) => writer.visit(id, depth),
            Step::Line(text, depth) => writer.line(depth, &text),
        }
    }
    writer.out
}

/// What is still to be written.
enum Step {
    Visit(InstructionId, usize),
    Line(String, usize),
}

/// What was written last, for lines that join it.
#[derive(PartialEq)]
enum Last {
    /// Something of that peer, below an `on` of that depth.
    On(String, usize),
    /// A hop of that depth.
    Hop(usize),
    Other,
}

struct Writer<'s> {
    script: &'s Script,
    out: String,
    last: Last,
    steps: Vec<Step>,
}

impl Writer<'_> {
    fn visit(&mut self, id: InstructionId, depth: usize) {
        if let Some(peer) = hop(self.script, id) {
            return self.hop(depth, &peer);
        }
        match &self.script[id] {
            Instruction::Call { peer, .. } => {
                let call = call_text(&self.script[id]).unwrap_or_default();
                self.on(depth, peer, &call);
            }
            Instruction::Canon { peer, source, target } => {
                self.on(depth, peer, &format!("{target} = freeze {source}"));
            }
            Instruction::Ap { source, target } => {
                let sign = sign(target);
                self.line(depth, &format!("{target} {sign} {source}"));
            }
            Instruction::ApMap { key, value, target } => self.line(depth, &format!("{target}[{key}] << {value}")),
            Instruction::Seq(first, second) => {
                self.steps
                    .extend([Step::Visit(*second, depth), Step::Visit(*first, depth)]);
            }
            Instruction::Par(..) => {
                let branches = branches(self.script, id);
                for (nth, branch) in branches.iter().enumerate().rev() {
                    let heading = if nth == 0 { "par:" } else { "and:" };
                    self.block(heading, *branch, depth);
                }
            }
            Instruction::Xor(tried, caught) => {
                self.block("catch:", *caught, depth);
                self.block("try:", *tried, depth);
            }
            Instruction::Null => self.line(depth, "nothing"),
            Instruction::Never => self.line(depth, "wait forever"),
            Instruction::New { .. } => {
                let (variables, body) = fresh(self.script, id);
                self.block(&format!("new {variables}:"), body, depth);
            }
            Instruction::Fail(Failure::Value(value)) => self.line(depth, &format!("fail {value}")),
            Instruction::Fail(Failure::Code(code, message)) => self.line(depth, &format!("fail {code} \"{message}\"")),
            Instruction::Fold {
                iterable,
                iterator,
                body,
                last,
            } => {
                if let Some(last) = last {
                    self.block("at the end:", *last, depth);
                }
                let (how, body) = self.pace(*body, iterator);
                self.block(&format!("{how} {iterator} in {iterable}:"), body, depth);
            }
            Instruction::Next { iterator } => self.line(depth, &format!("next {iterator}")),
            Instruction::Match { left, right, body } => {
                self.block(&format!("when {left} == {right}:"), *body, depth);
            }
            Instruction::Mismatch { left, right, body } => {
                self.block(&format!("when {left} != {right}:"), *body, depth);
            }
        }
    }

    /// How a fold goes on, and what it does for each item.
    fn pace(&self, body: InstructionId, iterator: &str) -> (&'static str, InstructionId) {
        let goes_on =
            |id: InstructionId| matches!(&self.script[id], Instruction::Next { iterator: it } if it == iterator);
        match self.script[body] {
            Instruction::Seq(first, second) if goes_on(second) => ("for each", first),
            Instruction::Par(first, second) if goes_on(second) => ("for all at once", first),
            _ => ("loop", body),
        }
    }

    fn block(&mut self, heading: &str, body: InstructionId, depth: usize) {
        self.steps.push(Step::Visit(body, depth + 1));
        self.steps.push(Step::Line(heading.to_owned(), depth));
    }

    fn on(&mut self, depth: usize, peer: &Value, text: &str) {
        let on = Last::On(peer.to_string(), depth);
        if self.last != on {
            self.line(depth, &format!("on {peer}:"));
        }
        self.line(depth + 1, text);
        self.last = on;
    }

    fn hop(&mut self, depth: usize, peer: &str) {
        if self.last == Last::Hop(depth) {
            self.out.truncate(self.out.len() - 1);
            self.out.extend([", ", peer, "\n"]);
        } else {
            self.line(depth, &format!("hop {peer}"));
            self.last = Last::Hop(depth);
        }
    }

    fn line(&mut self, depth: usize, text: &str) {
        self.out.extend(std::iter::repeat_n("  ", depth.min(DEEPEST)));
        // Texts may have line breaks.
        self.out.extend([&text.replace('\n', "\\n"), "\n"]);
        self.last = Last::Other;
    }
}

/// A call without its peer; none for other instructions.
pub(crate) fn call_text(instruction: &Instruction) -> Option<String> {
    let Instruction::Call {
        service,
        function,
        arguments,
        output,
        ..
    } = instruction
    else {
        return None;
    };
    let mut text = String::new();
    if let Some(output) = output {
        write!(text, "{output} {} ", sign(output)).ok()?;
    }
    write!(text, "{}.{}(", name(service), name(function)).ok()?;
    for (at, argument) in arguments.iter().enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        write!(text, "{separator}{argument}").ok()?;
    }
    text.push(')');
    Some(text)
}

/// What stands between a variable and the value that it gets: streams grow.
fn sign(variable: &Variable) -> &'static str {
    match variable.kind {
        VariableKind::Stream | VariableKind::StreamMap => "<<",
        _ => "=",
    }
}

/// Names of services and functions without quotes where that can be told from a variable, which gets braces.
fn name(value: &Value) -> String {
    let is_plain =
        |text: &str| !text.is_empty() && text.chars().all(|char| char.is_alphanumeric() || "-_".contains(char));
    match value {
        Value::Literal(text) if is_plain(text) => text.to_string(),
        Value::Literal(text) => format!("\"{text}\""),
        value => format!("{{{value}}}"),
    }
}

/// All sides of nested `par`s.
fn branches(script: &Script, id: InstructionId) -> Vec<InstructionId> {
    let (mut branches, mut waiting) = (Vec::new(), vec![id]);
    while let Some(id) = waiting.pop() {
        match script[id] {
            Instruction::Par(left, right) => waiting.extend([right, left]),
            _ => branches.push(id),
        }
    }
    branches
}

/// The names of nested `new`s, and what is inside of all of them.
fn fresh(script: &Script, mut id: InstructionId) -> (String, InstructionId) {
    let mut names = String::new();
    while let Instruction::New { variable, body } = &script[id] {
        if hop(script, id).is_some() {
            break;
        }
        let separator = if names.is_empty() { "" } else { ", " };
        names.extend([separator, &variable.name]);
        id = *body;
    }
    (names, id)
}

/// The peer to which an instruction brings the particle, if it does nothing else: a call of `op.noop` whose result goes
/// nowhere, or a canonical form of a fresh stream that nobody sees.
pub(crate) fn hop(script: &Script, id: InstructionId) -> Option<String> {
    match &script[id] {
        Instruction::Call {
            peer,
            service: Value::Literal(service),
            function: Value::Literal(function),
            output: None,
            ..
        } if service == "op" && function == "noop" => Some(peer.to_string()),
        Instruction::New { variable: outer, body } => {
            let Instruction::New { variable: inner, body } = &script[*body] else {
                return None;
            };
            let Instruction::Canon { peer, source, target } = &script[*body] else {
                return None;
            };
            let unseen = [(outer, inner), (inner, outer)].contains(&(source, target));
            unseen.then(|| peer.to_string())
        }
        _ => None,
    }
}
