//! Operators on constants.
//!
//! A result is exactly what the builtin of the operator or the instruction computes on every peer. Where a builtin fails, there
//! is no result, and the call remains in the script: division by zero, negative exponents, results of more than 64 bits.

use crate::checked::Operator;
use aqua_air::Operand;

/// The result of an operator that a builtin computes; `None` if an operand is not constant or the builtin fails.
pub(super) fn evaluate(operator: Operator, left: &Operand, right: &Operand) -> Option<Operand> {
    if operator == Operator::MultiplyFloat {
        return multiply_floats(float(left)?, float(right)?).map(Operand::Integer);
    }
    let (&Operand::Integer(left), &Operand::Integer(right)) = (left, right) else {
        return None;
    };
    let comparison = match operator {
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        Operator::GreaterOrEqual => left >= right,
        _ => return arithmetic(operator, left, right).map(Operand::Integer),
    };
    Some(Operand::Boolean(comparison))
}

fn arithmetic(operator: Operator, left: i64, right: i64) -> Option<i64> {
    match operator {
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide => left.checked_div(right),
        Operator::Remainder => left.checked_rem(right),
        Operator::Power => left.checked_pow(u32::try_from(right).ok()?),
        _ => None,
    }
}

/// The product of two floats, rounded down; `None` if it has more than 64 bits.
fn multiply_floats(left: f64, right: f64) -> Option<i64> {
    let product = (left * right).floor();
    let fits = product >= i64::MIN as f64 && product < i64::MAX as f64;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the value is an integer in the range of i64"
    )]
    fits.then_some(product as i64)
}

fn float(operand: &Operand) -> Option<f64> {
    match *operand {
        Operand::Float(value) => Some(value),
        Operand::Integer(value) => Some(value as f64),
        _ => None,
    }
}

/// Whether `match` considers two operands equal; `None` if one of them is not constant.
pub(super) fn are_equal(left: &Operand, right: &Operand) -> Option<bool> {
    (is_constant(left) && is_constant(right)).then(|| left == right)
}

fn is_constant(operand: &Operand) -> bool {
    matches!(
        operand,
        Operand::Literal(_) | Operand::Integer(_) | Operand::Float(_) | Operand::Boolean(_) | Operand::EmptyArray
    )
}
