//! Operators: calls of builtins for arithmetic and order, `match` for equality and logic. Operands are constants or variables
//! of the script once all calls are inlined; operations on constants are folded.

use super::Lowered;
use super::constants;
use super::steps::{Lowering, Steps, grow_stack};
use crate::checked::{Operator, Value, ValueKind};
use crate::workflow::{Op, StepId};
use aqua_air::{Operand, OperandPosition, Variable};

/// A sum of an operand, if any, and a constant. Constants are collected: `1 + a + 2` becomes `a + 3`.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    base: Option<Operand>,
    constant: i64,
}

impl Sum {
    pub(super) const fn constant(constant: i64) -> Self {
        Self { base: None, constant }
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
                Ok(self.sum_operand(sum, steps))
            }
            Operator::Equal => self.equality(left, right, true, steps),
            Operator::NotEqual => self.equality(left, right, false, steps),
            Operator::And => self.logic(left, right, false, steps),
            Operator::Or => self.logic(left, right, true, steps),
            _ => {
                let left = self.operand(left, OperandPosition::Argument, steps)?;
                let right = self.operand(right, OperandPosition::Argument, steps)?;
                let constant = constants::evaluate(operator, &left, &right);
                Ok(constant.unwrap_or_else(|| self.call_operator(builtin(operator), [left, right], steps)))
            }
        }
    }

    /// Lowers an integer expression to a sum.
    pub(super) fn sum(&mut self, value: &'p Value, steps: &mut Steps) -> Lowered<Sum> {
        grow_stack(|| match &value.kind {
            ValueKind::Binary {
                operator: operator @ (Operator::Add | Operator::Subtract),
                left,
                right,
            } => {
                let (left, right) = (self.sum(left, steps)?, self.sum(right, steps)?);
                Ok(self.combine(*operator, left, right, steps))
            }
            _ => Ok(match self.operand(value, OperandPosition::Argument, steps)? {
                Operand::Integer(constant) => Sum::constant(constant),
                operand => Sum {
                    base: Some(operand),
                    constant: 0,
                },
            }),
        })
    }

    /// The sum or difference of two sums.
    pub(super) fn combine(&mut self, operator: Operator, left: Sum, right: Sum, steps: &mut Steps) -> Sum {
        let constant = match operator {
            Operator::Add => left.constant.checked_add(right.constant),
            // As the builtin does: the smallest integer can't be subtracted.
            _ => right
                .constant
                .checked_neg()
                .and_then(|negated| left.constant.checked_add(negated)),
        };
        let (base, constant) = match (left, right, constant) {
            (Sum { base, .. }, Sum { base: None, .. }, Some(constant)) => (base, constant),
            (Sum { base: None, .. }, Sum { base, .. }, Some(constant)) if operator == Operator::Add => (base, constant),
            (Sum { base: Some(left), .. }, Sum { base: Some(right), .. }, Some(constant)) => {
                let base = self.call_operator(builtin(operator), [left, right], steps);
                (Some(base), constant)
            }
            // A constant minus a variable, or constants whose sum has more than 64 bits.
            (left, right, _) => {
                let operands = [self.sum_operand(left, steps), self.sum_operand(right, steps)];
                (Some(self.call_operator(builtin(operator), operands, steps)), 0)
            }
        };
        Sum { base, constant }
    }

    /// Computes a sum.
    pub(super) fn sum_operand(&mut self, sum: Sum, steps: &mut Steps) -> Operand {
        let constant = sum.constant;
        match (sum.base, constant.checked_neg()) {
            (None, _) => Operand::Integer(constant),
            (Some(base), _) if constant == 0 => base,
            (Some(base), Some(negated)) if constant < 0 => {
                self.call_operator(("math", "sub"), [base, Operand::Integer(negated)], steps)
            }
            (Some(base), _) => self.call_operator(("math", "add"), [base, Operand::Integer(constant)], steps),
        }
    }

    /// Calls a builtin on the current peer.
    fn call_operator(
        &mut self,
        builtin: (&'static str, &'static str),
        operands: [Operand; 2],
        steps: &mut Steps,
    ) -> Operand {
        let result = self.names.scalar(builtin.1);
        self.call_builtin(builtin, operands.into(), Some(result.clone()), steps);
        result.into()
    }

    /// `==` if `equal`, else `!=`.
    fn equality(&mut self, left: &'p Value, right: &'p Value, equal: bool, steps: &mut Steps) -> Lowered<Operand> {
        let left = self.operand(left, OperandPosition::Argument, steps)?;
        let right = self.operand(right, OperandPosition::Argument, steps)?;
        if let Some(are_equal) = constants::are_equal(&left, &right) {
            return Ok(Operand::Boolean(are_equal == equal));
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

/// The service and the function that compute an operator.
fn builtin(operator: Operator) -> (&'static str, &'static str) {
    match operator {
        Operator::Add => ("math", "add"),
        Operator::Subtract => ("math", "sub"),
        Operator::Multiply => ("math", "mul"),
        Operator::MultiplyFloat => ("math", "fmul"),
        Operator::Divide => ("math", "div"),
        Operator::Remainder => ("math", "rem"),
        Operator::Power => ("math", "pow"),
        Operator::Less => ("cmp", "lt"),
        Operator::LessOrEqual => ("cmp", "lte"),
        Operator::Greater => ("cmp", "gt"),
        Operator::GreaterOrEqual => ("cmp", "gte"),
        Operator::Equal | Operator::NotEqual | Operator::And | Operator::Or => {
            unreachable!("{operator:?} is computed by instructions")
        }
    }
}
