//! Prints scripts as pseudo-code for human readers.
//!
//! `docs/pseudocode.md` describes the format. It can't be parsed.

use crate::{FailOperand, Instruction, InstructionId, Operand, Script, Variable, VariableKind};
use std::fmt::Write;

/// Maximum indentation level. Scripts nest to any depth, and unbounded indentation would make the output quadratic.
const MAX_INDENT: usize = 40;

/// Prints a script as pseudo-code, with two spaces of indentation per level.
///
/// Sequences are consecutive lines, calls on one peer are grouped under one `on`, and patterns that only route the particle to
/// a peer are printed as `hop`.
///
/// ```
/// let script = aqua_air::parse(r#"
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

/// A pending part of the output.
enum Step {
    Visit(InstructionId, usize),
    Line(String, usize),
}

/// The last line written, for lines that extend it.
#[derive(PartialEq)]
enum Last {
    /// A line under an `on` of this peer at this depth.
    On(String, usize),
    /// A hop at this depth.
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
                self.on(depth, peer, &format!("{target} = canon {source}"));
            }
            Instruction::Ap { source, target } => {
                let operator = assignment_operator(target);
                self.line(depth, &format!("{target} {operator} {source}"));
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
                let (variables, body) = new_variables(self.script, id);
                self.block(&format!("new {variables}:"), body, depth);
            }
            Instruction::Fail(FailOperand::Operand(value)) => self.line(depth, &format!("fail {value}")),
            Instruction::Fail(FailOperand::Code(code, message)) => {
                self.line(depth, &format!("fail {code} \"{message}\""))
            }
            Instruction::Fold {
                iterable,
                iterator,
                body,
                last,
            } => {
                if let Some(last) = last {
                    self.block("at the end:", *last, depth);
                }
                let (keyword, body) = self.loop_form(*body, iterator);
                self.block(&format!("{keyword} {iterator} in {iterable}:"), body, depth);
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

    /// Returns the keyword of a fold, and its body without a final `next` that the keyword implies.
    fn loop_form(&self, body: InstructionId, iterator: &str) -> (&'static str, InstructionId) {
        let is_next =
            |id: InstructionId| matches!(&self.script[id], Instruction::Next { iterator: it } if it == iterator);
        match self.script[body] {
            Instruction::Seq(first, second) if is_next(second) => ("for each", first),
            Instruction::Par(first, second) if is_next(second) => ("for all at once", first),
            _ => ("loop", body),
        }
    }

    fn block(&mut self, heading: &str, body: InstructionId, depth: usize) {
        self.steps.push(Step::Visit(body, depth + 1));
        self.steps.push(Step::Line(heading.to_owned(), depth));
    }

    fn on(&mut self, depth: usize, peer: &Operand, text: &str) {
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
        self.out.extend(std::iter::repeat_n("  ", depth.min(MAX_INDENT)));
        // Texts may have line breaks.
        self.out.extend([&text.replace('\n', "\\n"), "\n"]);
        self.last = Last::Other;
    }
}

/// Formats a call without its peer. Returns `None` for other instructions.
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
        write!(text, "{output} {} ", assignment_operator(output)).ok()?;
    }
    write!(text, "{}.{}(", name(service), name(function)).ok()?;
    for (index, argument) in arguments.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(text, "{separator}{argument}").ok()?;
    }
    text.push(')');
    Some(text)
}

/// Returns the operator between a variable and its new value. Values are appended to streams.
fn assignment_operator(variable: &Variable) -> &'static str {
    match variable.kind {
        VariableKind::Stream | VariableKind::StreamMap => "<<",
        _ => "=",
    }
}

/// Formats the name of a service or function: bare if it is a plain word, in braces if it is a variable, in quotes otherwise.
fn name(operand: &Operand) -> String {
    let is_plain =
        |text: &str| !text.is_empty() && text.chars().all(|char| char.is_alphanumeric() || "-_".contains(char));
    match operand {
        Operand::Literal(text) if is_plain(text) => text.to_string(),
        Operand::Literal(text) => format!("\"{text}\""),
        operand => format!("{{{operand}}}"),
    }
}

/// Returns the branches of nested `par`s.
fn branches(script: &Script, id: InstructionId) -> Vec<InstructionId> {
    let (mut branches, mut pending) = (Vec::new(), vec![id]);
    while let Some(id) = pending.pop() {
        match script[id] {
            Instruction::Par(left, right) => pending.extend([right, left]),
            _ => branches.push(id),
        }
    }
    branches
}

/// Returns the names of directly nested `new`s, and the body of the innermost.
fn new_variables(script: &Script, mut id: InstructionId) -> (String, InstructionId) {
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

/// Returns the peer of an instruction that only routes the particle there: a call of `op.noop` without a result, or a `canon` of
/// a new stream that is not used elsewhere.
pub(crate) fn hop(script: &Script, id: InstructionId) -> Option<String> {
    match &script[id] {
        Instruction::Call {
            peer,
            service: Operand::Literal(service),
            function: Operand::Literal(function),
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
            let is_unused = [(outer, inner), (inner, outer)].contains(&(source, target));
            is_unused.then(|| peer.to_string())
        }
        _ => None,
    }
}
