//! Scripts, instructions and operands as text.
//!
//! There are two forms. A *script* is text that reads back as the same script. The *canonical text* of one instruction is
//! what error objects quote; it is part of the protocol, has no children and prints a float `1.0` as `1`.

use crate::{Accessor, Failure, Instruction, InstructionId, Lens, Script, Value, Variable};
use std::fmt::{self, Write};

/// The script as text: an instruction a line, one space of indentation a level, closing parentheses of parents on lines of
/// their own, a line break at the end.
///
/// A script without root prints as nothing.
pub fn print(script: &Script) -> String {
    print_with_places(script).0
}

/// The same, and where each instruction begins: the byte of its opening parenthesis, in order of the text.
pub fn print_with_places(script: &Script) -> (String, Vec<(InstructionId, usize)>) {
    let (text, lines) = lines(script);
    let opening = lines.into_iter().filter(|line| !line.closes);
    (text, opening.map(|line| (line.instruction, line.start)).collect())
}

/// A line of a printed script.
pub(crate) struct Line {
    /// Whose parenthesis it begins with.
    pub(crate) instruction: InstructionId,
    /// Whether that is the closing one.
    pub(crate) closes: bool,
    /// The byte of the parenthesis.
    pub(crate) start: usize,
    /// Just behind the line break.
    pub(crate) end: usize,
}

/// The script as text, and its lines.
pub(crate) fn lines(script: &Script) -> (String, Vec<Line>) {
    let mut out = String::new();
    let mut lines = Vec::new();
    let mut depth = 0;
    let mut steps: Vec<(InstructionId, bool)> = script.root().map(|root| (root, false)).into_iter().collect();
    while let Some((id, closes)) = steps.pop() {
        depth -= usize::from(closes);
        indent(&mut out, depth);
        let start = out.len();
        if !closes {
            let instruction = &script[id];
            out.push('(');
            write_instruction(&mut out, instruction, Form::Script).expect("writing to a string succeeds");
            if instruction.children().next().is_some() {
                depth += 1;
                steps.push((id, true));
                steps.extend(instruction.children().rev().map(|child| (child, false)));
            }
        }
        if closes || script[id].children().next().is_none() {
            out.push(')');
        }
        out.push('\n');
        lines.push(Line {
            instruction: id,
            closes,
            start,
            end: out.len(),
        });
    }
    (out, lines)
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n(' ', depth));
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Script,
    Canonical,
}

impl Instruction {
    /// The instruction without its children, as error objects and trace errors quote it.
    ///
    /// ```
    /// use aqua_air::{Instruction, Value, Variable};
    ///
    /// let (peer, name) = (Value::InitPeerId, Value::literal("f"));
    /// let call = Instruction::Call { peer, service: Value::literal("s"), function: name, arguments: vec![], output: None };
    /// assert_eq!(call.canonical_text(), r#"call %init_peer_id% ("s" "f") [] "#);
    /// ```
    pub fn canonical_text(&self) -> String {
        let mut out = String::new();
        write_instruction(&mut out, self, Form::Canonical).expect("writing to a string succeeds");
        out
    }
}

fn write_instruction(out: &mut String, instruction: &Instruction, form: Form) -> fmt::Result {
    out.push_str(instruction.keyword());
    match instruction {
        Instruction::Call {
            peer,
            service,
            function,
            arguments,
            output,
        } => {
            write_operand(out, peer, form)?;
            out.push_str(" (");
            write_value(out, service, form)?;
            write_operand(out, function, form)?;
            out.push_str(") [");
            for (at, argument) in arguments.iter().enumerate() {
                if at > 0 {
                    out.push(' ');
                }
                write_value(out, argument, form)?;
            }
            out.push(']');
            match (output, form) {
                (Some(output), _) => write!(out, " {output}"),
                (None, Form::Canonical) => out.write_char(' '),
                (None, Form::Script) => Ok(()),
            }
        }
        Instruction::Canon { peer, source, target } => {
            write_operand(out, peer, form)?;
            write!(out, " {source} {target}")
        }
        Instruction::Ap { source, target } => {
            write_operand(out, source, form)?;
            write!(out, " {target}")
        }
        Instruction::ApMap { key, value, target } => {
            out.push_str(" (");
            write_value(out, key, form)?;
            write_operand(out, value, form)?;
            write!(out, ") {target}")
        }
        Instruction::New { variable, .. } => write!(out, " {variable}"),
        Instruction::Fail(Failure::Value(value)) => write_operand(out, value, form),
        Instruction::Fail(Failure::Code(code, message)) => write!(out, " {code} \"{message}\""),
        Instruction::Fold { iterable, iterator, .. } => {
            write_operand(out, iterable, form)?;
            write!(out, " {iterator}")
        }
        Instruction::Next { iterator } => write!(out, " {iterator}"),
        Instruction::Match { left, right, .. } | Instruction::Mismatch { left, right, .. } => {
            write_operand(out, left, form)?;
            write_operand(out, right, form)
        }
        Instruction::Seq(..) | Instruction::Par(..) | Instruction::Xor(..) | Instruction::Null | Instruction::Never => {
            Ok(())
        }
    }
}

fn write_operand(out: &mut String, value: &Value, form: Form) -> fmt::Result {
    out.push(' ');
    write_value(out, value, form)
}

fn write_value(out: &mut impl Write, value: &Value, form: Form) -> fmt::Result {
    match value {
        Value::InitPeerId => out.write_str("%init_peer_id%"),
        Value::LastError(lens) => write_with_lens(out, "%last_error%", lens.as_ref()),
        Value::Error(lens) => write_with_lens(out, ":error:", lens.as_ref()),
        Value::Literal(text) => write!(out, "\"{text}\""),
        Value::Timestamp => out.write_str("%timestamp%"),
        Value::Ttl => out.write_str("%ttl%"),
        Value::Integer(number) => write!(out, "{number}"),
        Value::Float(number) if form == Form::Script => write_float(out, *number),
        Value::Float(number) => write!(out, "{number}"),
        Value::Boolean(value) => write!(out, "{value}"),
        Value::EmptyArray => out.write_str("[]"),
        Value::Variable(variable, lens) => write_with_lens(out, &variable.name, lens.as_ref()),
    }
}

fn write_with_lens(out: &mut impl Write, name: &str, lens: Option<&Lens>) -> fmt::Result {
    out.write_str(name)?;
    lens.map_or(Ok(()), |lens| write!(out, "{lens}"))
}

/// A float keeps its point, or it would read back as a whole number; its text may have at most 11 bytes.
fn write_float(out: &mut impl Write, number: f64) -> fmt::Result {
    let text = number.to_string();
    let rest = match (text.contains('.'), text.len()) {
        (true, _) => "",
        (false, ..=9) => ".0",
        (false, _) => ".",
    };
    write!(out, "{text}{rest}")
}

impl fmt::Display for Value {
    /// The value as a script has it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(out, self, Form::Script)
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)
    }
}

impl fmt::Display for Lens {
    /// The canonical text, as tetraplets quote it: `.length` or `.$.[0].name`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => out.write_str(".length"),
            Self::Path(accessors) => {
                out.write_str(".$")?;
                accessors.iter().try_for_each(|accessor| write!(out, ".{accessor}"))
            }
        }
    }
}

impl fmt::Display for Accessor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(out, "[{index}]"),
            Self::Scalar(name) => write!(out, "[{name}]"),
            Self::Field(name) => out.write_str(name),
        }
    }
}
