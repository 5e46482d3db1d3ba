//! Operators: calls of builtins for arithmetic and order, `match` for equality and logic; constants are folded.

use super::Lowered;
use super::steps::{Lowering, Steps};
use super::values::number;
use crate::checked::{Literal, Operator, Value, ValueKind};
use crate::workflow::{Op, StepId};
use aqua_air::{Operand, OperandPosition, Variable};
use aqua_diagnostics::Span;

/// A sum of an integer and a constant. Constants are folded: `1 + a + 2` becomes `a + 3`.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    base: Option<Operand>,
    constant: i128,
}

impl Sum {
    pub(super) fn plus(mut self, constant: i128) -> Self {
        self.constant += constant;
        self
    }
}

impl<'p> Lowering<'p> {
    pub(super) fn binary(
        &mut self,
        whole: &'p Value,
        operator: Operator,
        left: &'p Value,
        right: &'p Value,
        steps: &mut Steps,
    ) -> Lowered<Operand> {
        match operator {
            Operator::Add | Operator::Subtract => {
                let sum = self.sum(whole, steps)?;
                self.sum_operand(sum, whole.span, steps)
            }
            Operator::Multiply | Operator::Divide | Operator::Remainder | Operator::Power => match constant(whole) {
                Some(constant) => self.integer(constant, whole.span),
                None => self.compute(arithmetic(operator), left, right, steps),
            },
            Operator::MultiplyFloat => self.compute(("math", "fmul"), left, right, steps),
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                match (constant(left), constant(right)) {
                    (Some(left), Some(right)) => Ok(Operand::Boolean(compare(operator, left, right))),
                    _ => self.compute(comparison(operator), left, right, steps),
                }
            }
            Operator::Equal => self.equality(left, right, true, steps),
            Operator::NotEqual => self.equality(left, right, false, steps),
            Operator::And => self.logic(left, right, false, steps),
            Operator::Or => self.logic(left, right, true, steps),
        }
    }

    /// Lowers an integer expression to a sum.
    pub(super) fn sum(&mut self, value: &'p Value, steps: &mut Steps) -> Lowered<Sum> {
        if let Some(constant) = constant(value) {
            return Ok(Sum { base: None, constant });
        }
        if let ValueKind::Binary { operator, left, right } = &value.kind {
            match (operator, constant(left), constant(right)) {
                (Operator::Add, None, Some(constant)) => return Ok(self.sum(left, steps)?.plus(constant)),
                (Operator::Add, Some(constant), None) => return Ok(self.sum(right, steps)?.plus(constant)),
                (Operator::Subtract, None, Some(constant)) => return Ok(self.sum(left, steps)?.plus(-constant)),
                (Operator::Add | Operator::Subtract, ..) => return self.sum_of(*operator, left, right, steps),
                _ => {}
            }
        }
        let base = Some(self.operand(value, OperandPosition::Argument, steps)?);
        Ok(Sum { base, constant: 0 })
    }

    /// The sum or difference of two integers, at least one of which is not constant.
    fn sum_of(&mut self, operator: Operator, left: &'p Value, right: &'p Value, steps: &mut Steps) -> Lowered<Sum> {
        let span = left.span;
        let (left, right) = (self.sum(left, steps)?, self.sum(right, steps)?);
        let (operands, constant) = match (left, right) {
            (
                Sum {
                    base: Some(left),
                    constant,
                },
                Sum {
                    base: Some(right),
                    constant: other,
                },
            ) => {
                let constant = if operator == Operator::Add {
                    constant + other
                } else {
                    constant - other
                };
                ([left, right], constant)
            }
            (left, right) => (
                [
                    self.sum_operand(left, span, steps)?,
                    self.sum_operand(right, span, steps)?,
                ],
                0,
            ),
        };
        let base = Some(self.compute_operands(arithmetic(operator), operands.to_vec(), steps));
        Ok(Sum { base, constant })
    }

    /// Computes a sum.
    pub(super) fn sum_operand(&mut self, sum: Sum, span: Span, steps: &mut Steps) -> Lowered<Operand> {
        let Some(base) = sum.base else {
            return self.integer(sum.constant, span);
        };
        if sum.constant == 0 {
            return Ok(base);
        }
        let function = if sum.constant > 0 { "add" } else { "sub" };
        let constant = self.integer(sum.constant.abs(), span)?;
        Ok(self.compute_operands(("math", function), vec![base, constant], steps))
    }

    fn integer(&self, constant: i128, span: Span) -> Lowered<Operand> {
        let text = constant.to_string();
        number(&text).ok_or_else(|| super::values::out_of_range(&text, span))
    }

    /// Calls a builtin on the current peer. The left operand is computed before the right one.
    fn compute(
        &mut self,
        builtin: (&'static str, &'static str),
        left: &'p Value,
        right: &'p Value,
        steps: &mut Steps,
    ) -> Lowered<Operand> {
        let left = self.operand(left, OperandPosition::Argument, steps)?;
        let right = self.operand(right, OperandPosition::Argument, steps)?;
        Ok(self.compute_operands(builtin, vec![left, right], steps))
    }

    fn compute_operands(&mut self, builtin: (&str, &str), operands: Vec<Operand>, steps: &mut Steps) -> Operand {
        let result = self.names.scalar(builtin.1);
        self.call_builtin(builtin, operands, Some(result.clone()), steps);
        result.into()
    }

    /// `==` if `equal`, else `!=`.
    fn equality(&mut self, left: &'p Value, right: &'p Value, equal: bool, steps: &mut Steps) -> Lowered<Operand> {
        let left = self.operand(left, OperandPosition::Argument, steps)?;
        let right = self.operand(right, OperandPosition::Argument, steps)?;
        if is_constant(&left) && is_constant(&right) {
            return Ok(Operand::Boolean((left == right) == equal));
        }
        let result = self.names.scalar(if equal { "eq" } else { "neq" });
        let matching = Op::Match { left, right, equal };
        let step = self.either(matching, Operand::Boolean(true), Operand::Boolean(false), &result);
        steps.push(step);
        Ok(result.into())
    }

    pub(super) fn not(&mut self, of: &'p Value, steps: &mut Steps) -> Lowered<Operand> {
        let operand = match self.operand(of, OperandPosition::Argument, steps)? {
            Operand::Boolean(value) => return Ok(Operand::Boolean(!value)),
            operand => operand,
        };
        let result = self.names.scalar("not");
        let (right, equal) = (Operand::Boolean(true), true);
        let matching = Op::Match {
            left: operand,
            right,
            equal,
        };
        let step = self.either(matching, Operand::Boolean(false), Operand::Boolean(true), &result);
        steps.push(step);
        Ok(result.into())
    }

    /// `&&` stops at `false`, `||` at `true`: the right operand is computed only if the left one does not decide.
    fn logic(&mut self, left: &'p Value, right: &'p Value, stop: bool, steps: &mut Steps) -> Lowered<Operand> {
        let left = match self.operand(left, OperandPosition::Argument, steps)? {
            Operand::Boolean(value) if value == stop => return Ok(Operand::Boolean(stop)),
            Operand::Boolean(_) => return self.operand(right, OperandPosition::Argument, steps),
            left => left,
        };
        let mut other = Steps::new();
        let right = match self.operand(right, OperandPosition::Source, &mut other)? {
            Operand::Boolean(value) if other.is_empty() => {
                return Ok(if value == stop { Operand::Boolean(stop) } else { left });
            }
            right => right,
        };
        let result = self.names.scalar(if stop { "or" } else { "and" });
        self.ap(right, result.clone(), &mut other);
        let mut decided = Steps::new();
        self.ap(left.clone(), result.clone(), &mut decided);
        let (right, equal) = (Operand::Boolean(stop), true);
        let decided = self.add(Op::Match { left, right, equal }, decided);
        let other = self.seq(other);
        steps.push(self.add(Op::Xor, vec![decided, other]));
        Ok(result.into())
    }

    /// Selects one of two values: `matched` if the match succeeds, `otherwise` if not.
    pub(super) fn either(&mut self, matching: Op, matched: Operand, otherwise: Operand, result: &Variable) -> StepId {
        let (mut first, mut second) = (Steps::new(), Steps::new());
        self.ap(matched, result.clone(), &mut first);
        self.ap(otherwise, result.clone(), &mut second);
        let first = self.add(matching, first);
        let second = self.seq(second);
        self.add(Op::Xor, vec![first, second])
    }
}

fn arithmetic(operator: Operator) -> (&'static str, &'static str) {
    let function = match operator {
        Operator::Add => "add",
        Operator::Subtract => "sub",
        Operator::Multiply => "mul",
        Operator::Divide => "div",
        Operator::Remainder => "rem",
        _ => "pow",
    };
    ("math", function)
}

fn comparison(operator: Operator) -> (&'static str, &'static str) {
    let function = match operator {
        Operator::Less => "lt",
        Operator::LessOrEqual => "lte",
        Operator::Greater => "gt",
        _ => "gte",
    };
    ("cmp", function)
}

fn compare(operator: Operator, left: i128, right: i128) -> bool {
    match operator {
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        _ => left >= right,
    }
}

/// Whether an operand can be compared at compile time.
fn is_constant(operand: &Operand) -> bool {
    matches!(
        operand,
        Operand::Literal(_) | Operand::Integer(_) | Operand::Float(_) | Operand::Boolean(_) | Operand::EmptyArray
    )
}

/// The value of a constant integer expression. `None` where the builtin would not compute the same: division by zero, negative
/// exponents, results of more than 64 bits.
fn constant(value: &Value) -> Option<i128> {
    let result = match &value.kind {
        ValueKind::Literal(Literal::Number(text)) => return text.parse::<i64>().ok().map(i128::from),
        ValueKind::Binary { operator, left, right } => {
            let (left, right) = (constant(left)?, constant(right)?);
            match operator {
                Operator::Add => left.checked_add(right),
                Operator::Subtract => left.checked_sub(right),
                Operator::Multiply => left.checked_mul(right),
                Operator::Divide => left.checked_div(right),
                Operator::Remainder => left.checked_rem(right),
                Operator::Power => left.checked_pow(u32::try_from(right).ok()?),
                _ => None,
            }
        }
        _ => None,
    };
    result.filter(|result| i64::try_from(*result).is_ok())
}
