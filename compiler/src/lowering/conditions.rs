//! `if`: distinguishes a false condition from an error in a branch.

use super::Lowered;
use super::steps::{Lowering, Steps};
use crate::checked::{Block, Operator, Value, ValueKind};
use crate::workflow::{Op, StepId};
use aqua_air::{Accessor, Lens, Operand, OperandPosition, Variable};

/// The error codes of `match` and `mismatch` for a false condition.
const NOT_EQUAL: i64 = 10001;
const EQUAL: i64 = 10002;

/// A condition: two operands that must be equal, or must differ.
struct Condition {
    left: Operand,
    right: Operand,
    equal: bool,
}

impl<'p> Lowering<'p> {
    pub(super) fn choose(
        &mut self,
        condition: &'p Value,
        then: &'p Block,
        otherwise: &'p Block,
        steps: &mut Steps,
    ) -> Lowered<()> {
        let condition = self.condition(condition, steps)?;
        let then = self.scoped(|lowering, steps| lowering.block(then, steps))?;
        let otherwise = self.scoped(|lowering, steps| lowering.block(otherwise, steps))?;
        if then.is_empty() && otherwise.is_empty() {
            return Ok(());
        }
        let step = if self.options.carry_errors {
            self.choice(condition, then, otherwise)
        } else {
            let mut alternatives = vec![self.matching(condition, then)];
            if !otherwise.is_empty() {
                alternatives.push(self.seq(otherwise));
            }
            self.add(Op::Xor, alternatives)
        };
        steps.push(step);
        Ok(())
    }

    /// A comparison becomes the condition itself; other conditions are compared with `true`.
    fn condition(&mut self, condition: &'p Value, steps: &mut Steps) -> Lowered<Condition> {
        if let ValueKind::Binary { operator, left, right } = &condition.kind
            && let Operator::Equal | Operator::NotEqual = operator
        {
            let [left, right] = self.pair([left, right], steps)?;
            let equal = *operator == Operator::Equal;
            return Ok(Condition { left, right, equal });
        }
        let left = self.operand(condition, OperandPosition::Argument, steps)?;
        let (right, equal) = (Operand::Boolean(true), true);
        Ok(Condition { left, right, equal })
    }

    /// Two operands that are computed in parallel.
    pub(super) fn pair(&mut self, values: [&'p Value; 2], steps: &mut Steps) -> Lowered<[Operand; 2]> {
        let [mut first, mut second] = [Steps::new(), Steps::new()];
        let left = self.operand(values[0], OperandPosition::Argument, &mut first)?;
        let right = self.operand(values[1], OperandPosition::Argument, &mut second)?;
        self.in_parallel([first, second], steps);
        Ok([left, right])
    }

    fn matching(&mut self, condition: Condition, body: Steps) -> StepId {
        let Condition { left, right, equal } = condition;
        self.add(Op::Match { left, right, equal }, body)
    }

    /// An `if` that checks the error code of its `match`: the other branch runs only if the condition was false; an error in
    /// either branch is rethrown.
    fn choice(&mut self, condition: Condition, then: Steps, otherwise: Steps) -> StepId {
        let false_condition = if condition.equal { NOT_EQUAL } else { EQUAL };
        let error = self.names.scalar("if-error");
        let then = self.matching(condition, then);
        let mut instead = Steps::new();
        self.ap(Operand::Error(None), error.clone(), &mut instead);
        if otherwise.is_empty() {
            let done = self.if_error_is(false_condition, Steps::new());
            let fail = self.add(Op::Fail(error.clone().into()), Steps::new());
            instead.push(self.add(Op::Rethrow, vec![done, fail]));
            let instead = self.seq(instead);
            let choice = self.add(Op::Rethrow, vec![then, instead]);
            return self.add(Op::New(error), vec![choice]);
        }
        let other_error = self.names.scalar("else-error");
        let outcome = self.names.scalar("if-else-error");
        let other = self.if_error_is(false_condition, otherwise);
        let mut failed = Steps::new();
        self.ap(Operand::Error(None), other_error.clone(), &mut failed);
        let pick = self.pick_error(&error, &other_error, &outcome);
        let fail = self.add(Op::Fail(outcome.clone().into()), Steps::new());
        failed.extend([pick, fail]);
        let failed = self.seq(failed);
        instead.push(self.add(Op::Rethrow, vec![other, failed]));
        let instead = self.seq(instead);
        let mut choice = self.add(Op::Rethrow, vec![then, instead]);
        for variable in [error, other_error, outcome] {
            choice = self.add(Op::New(variable), vec![choice]);
        }
        choice
    }

    /// Copies the error of the branch that failed: the first one if the last error is "not equal", the second one otherwise.
    fn pick_error(&mut self, first: &Variable, second: &Variable, outcome: &Variable) -> StepId {
        let (mut of_first, mut of_second) = (Steps::new(), Steps::new());
        self.ap(first.clone().into(), outcome.clone(), &mut of_first);
        self.ap(second.clone().into(), outcome.clone(), &mut of_second);
        let of_first = self.if_error_is(NOT_EQUAL, of_first);
        let of_second = self.seq(of_second);
        self.add(Op::Xor, vec![of_first, of_second])
    }

    fn if_error_is(&mut self, code: i64, body: Steps) -> StepId {
        let lens = Lens::Path(vec![Accessor::Field("error_code".into())]);
        let (left, right, equal) = (Operand::Error(Some(lens)), Operand::Integer(code), true);
        self.matching(Condition { left, right, equal }, body)
    }
}
