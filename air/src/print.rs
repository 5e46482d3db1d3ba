//! Prints scripts, instructions and operands.
//!
//! There are two forms. The text of a *script* parses back to the same script. The *canonical text* of an instruction is quoted
//! by error objects and is part of the protocol; it omits the children and prints the float `1.0` as `1`.

use crate::{Accessor, FailOperand, Instruction, InstructionId, Lens, Operand, Script, Variable};
use std::fmt::{self, Write};

/// Maximum indentation, in spaces. Scripts nest to any depth, and unbounded indentation would make the output quadratic.
pub(crate) const MAX_INDENT: usize = 64;

/// Prints a script: one instruction per line, one space of indentation per level up to 64 levels, closing parentheses of parents
/// on lines of their own, and a final line break.
///
/// Returns an empty string for a script without a root.
pub fn print(script: &Script) -> String {
    print_with_offsets(script).0
}

/// Like [`print()`], and returns the byte offset of the opening parenthesis of each instruction, in the order of the text.
pub fn print_with_offsets(script: &Script) -> (String, Vec<(InstructionId, usize)>) {
    let (text, lines) = lines(script);
    let opening = lines.into_iter().filter(|line| !line.closes);
    (text, opening.map(|line| (line.instruction, line.start)).collect())
}

/// A line of a printed script. It starts with an opening or a closing parenthesis.
pub(crate) struct Line {
    /// The instruction of the parenthesis.
    pub(crate) instruction: InstructionId,
    /// Whether the parenthesis is the closing one.
    pub(crate) closes: bool,
    /// Byte offset of the parenthesis.
    pub(crate) start: usize,
    /// Byte offset after the line break.
    pub(crate) end: usize,
}

/// Prints a script and returns its lines.
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
    out.extend(std::iter::repeat_n(' ', depth.min(MAX_INDENT)));
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Script,
    Canonical,
}

impl Instruction {
    /// Prints the instruction without its children, as error objects and trace errors quote it.
    ///
    /// ```
    /// use aqua_air::{Instruction, Operand, Variable};
    ///
    /// let (peer, name) = (Operand::InitPeerId, Operand::literal("f"));
    /// let call = Instruction::Call { peer, service: Operand::literal("s"), function: name, arguments: vec![], output: None };
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
            write_spaced(out, peer, form)?;
            out.push_str(" (");
            write_operand(out, service, form)?;
            write_spaced(out, function, form)?;
            out.push_str(") [");
            for (index, argument) in arguments.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                write_operand(out, argument, form)?;
            }
            out.push(']');
            match (output, form) {
                (Some(output), _) => write!(out, " {output}"),
                (None, Form::Canonical) => out.write_char(' '),
                (None, Form::Script) => Ok(()),
            }
        }
        Instruction::Canon { peer, source, target } => {
            write_spaced(out, peer, form)?;
            write!(out, " {source} {target}")
        }
        Instruction::Ap { source, target } => {
            write_spaced(out, source, form)?;
            write!(out, " {target}")
        }
        Instruction::ApMap { key, value, target } => {
            out.push_str(" (");
            write_operand(out, key, form)?;
            write_spaced(out, value, form)?;
            write!(out, ") {target}")
        }
        Instruction::New { variable, .. } => write!(out, " {variable}"),
        Instruction::Fail(FailOperand::Operand(value)) => write_spaced(out, value, form),
        Instruction::Fail(FailOperand::Code(code, message)) => write!(out, " {code} \"{message}\""),
        Instruction::Fold { iterable, iterator, .. } => {
            write_spaced(out, iterable, form)?;
            write!(out, " {iterator}")
        }
        Instruction::Next { iterator } => write!(out, " {iterator}"),
        Instruction::Match { left, right, .. } | Instruction::Mismatch { left, right, .. } => {
            write_spaced(out, left, form)?;
            write_spaced(out, right, form)
        }
        Instruction::Seq(..) | Instruction::Par(..) | Instruction::Xor(..) | Instruction::Null | Instruction::Never => {
            Ok(())
        }
    }
}

fn write_spaced(out: &mut String, value: &Operand, form: Form) -> fmt::Result {
    out.push(' ');
    write_operand(out, value, form)
}

fn write_operand(out: &mut impl Write, value: &Operand, form: Form) -> fmt::Result {
    match value {
        Operand::InitPeerId => out.write_str("%init_peer_id%"),
        Operand::LastError(lens) => write_with_lens(out, "%last_error%", lens.as_ref()),
        Operand::Error(lens) => write_with_lens(out, ":error:", lens.as_ref()),
        Operand::Literal(text) => write!(out, "\"{text}\""),
        Operand::Timestamp => out.write_str("%timestamp%"),
        Operand::Ttl => out.write_str("%ttl%"),
        Operand::Integer(number) => write!(out, "{number}"),
        Operand::Float(number) if form == Form::Script => write_float(out, *number),
        Operand::Float(number) => write!(out, "{number}"),
        Operand::Boolean(value) => write!(out, "{value}"),
        Operand::EmptyArray => out.write_str("[]"),
        Operand::Variable(variable, lens) => write_with_lens(out, &variable.name, lens.as_ref()),
    }
}

fn write_with_lens(out: &mut impl Write, name: &str, lens: Option<&Lens>) -> fmt::Result {
    out.write_str(name)?;
    lens.map_or(Ok(()), |lens| write!(out, "{lens}"))
}

/// Writes a float with a decimal point, because it would parse as an integer without one. The text has at most 11 bytes.
fn write_float(out: &mut impl Write, number: f64) -> fmt::Result {
    let text = number.to_string();
    let suffix = match (text.contains('.'), text.len()) {
        (true, _) => "",
        (false, ..=9) => ".0",
        (false, _) => ".",
    };
    write!(out, "{text}{suffix}")
}

impl fmt::Display for Operand {
    /// Writes the operand as in a script.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_operand(out, self, Form::Script)
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)
    }
}

impl fmt::Display for Lens {
    /// Writes the canonical text, as tetraplets quote it: `.length` or `.$.[0].name`.
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
