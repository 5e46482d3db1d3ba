//! Operators: the types of their operands and results.

use super::body::BodyChecker;
use crate::checked::{Operator, Value, ValueKind};
use crate::codes;
use crate::typing::bounds::{comparable, join};
use crate::typing::subtyping::accepts;
use crate::typing::{Scalar, ScalarSet, Type};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{self, BinaryOperator};

impl BodyChecker<'_, '_> {
    pub(super) fn not(&mut self, written: &tree::Expression, span: Span) -> Value {
        let operand = self.value(written);
        self.check_operand(&operand, ScalarSet::BOOL, "!", "a `bool` operand");
        Value {
            kind: ValueKind::Not(Box::new(operand)),
            ty: Type::BOOL,
            span,
        }
    }

    /// Checks a binary operation. Walks along the left operands instead of recursing, because a chain of operators may be long.
    pub(super) fn binary(&mut self, whole: &tree::Expression) -> Value {
        let (mut first, mut operations) = (whole, Vec::new());
        while let tree::ExpressionKind::Binary {
            operator, left, right, ..
        } = &first.kind
        {
            operations.push((*operator, right, first.span));
            first = left;
        }
        let mut value = self.value(first);
        for (operator, right, span) in operations.into_iter().rev() {
            let right = self.value(right);
            value = self.operation(operator, value, right, span);
        }
        value
    }

    fn operation(&mut self, written: BinaryOperator, left: Value, right: Value, span: Span) -> Value {
        let (operator, ty) = match written {
            BinaryOperator::And | BinaryOperator::Or => (logical(written), self.logical(written, &left, &right)),
            BinaryOperator::Equal | BinaryOperator::NotEqual => (equality(written), self.equality(&left, &right, span)),
            BinaryOperator::Less => (Operator::Less, self.ordering(written, &left, &right)),
            BinaryOperator::LessEqual => (Operator::LessOrEqual, self.ordering(written, &left, &right)),
            BinaryOperator::Greater => (Operator::Greater, self.ordering(written, &left, &right)),
            BinaryOperator::GreaterEqual => (Operator::GreaterOrEqual, self.ordering(written, &left, &right)),
            BinaryOperator::Multiply if is_float(&left) || is_float(&right) => {
                (Operator::MultiplyFloat, self.float_product(&left, &right))
            }
            BinaryOperator::Multiply => (Operator::Multiply, self.integers(written, &left, &right, span)),
            BinaryOperator::Add => (Operator::Add, self.integers(written, &left, &right, span)),
            BinaryOperator::Subtract => (Operator::Subtract, self.integers(written, &left, &right, span)),
            BinaryOperator::Divide => (Operator::Divide, self.integers(written, &left, &right, span)),
            BinaryOperator::Remainder => (Operator::Remainder, self.integers(written, &left, &right, span)),
            BinaryOperator::Power => (Operator::Power, self.power(&left, &right, span)),
        };
        Value {
            kind: ValueKind::Binary {
                operator,
                left: Box::new(left),
                right: Box::new(right),
            },
            ty,
            span,
        }
    }

    fn logical(&mut self, operator: BinaryOperator, left: &Value, right: &Value) -> Type {
        self.check_operands(left, right, ScalarSet::BOOL, operator, "`bool` operands");
        Type::BOOL
    }

    fn equality(&mut self, left: &Value, right: &Value, span: Span) -> Type {
        self.use_guess(left, |guess| comparable(&guess.ty, &right.ty));
        self.use_guess(right, |guess| comparable(&left.ty, &guess.ty));
        if !comparable(&left.ty, &right.ty) {
            let message = format!("can't compare `{}` with `{}`", left.ty, right.ty);
            let message = Diagnostic::error(codes::NOT_COMPARABLE, span, message);
            let message = message.secondary(left.span, format!("has type `{}`", left.ty));
            let message = message.secondary(right.span, format!("has type `{}`", right.ty));
            self.report(message.help(
                "compare values of the same type; `Debug.stringify` of `std/debug.aqua` converts a number to a string",
            ));
        }
        Type::BOOL
    }

    fn ordering(&mut self, operator: BinaryOperator, left: &Value, right: &Value) -> Type {
        self.check_operands(left, right, ScalarSet::INTEGER, operator, "integer operands");
        Type::BOOL
    }

    fn integers(&mut self, operator: BinaryOperator, left: &Value, right: &Value, span: Span) -> Type {
        let fits = self.check_operands(left, right, ScalarSet::INTEGER, operator, "integer operands");
        if fits {
            self.arithmetic_result(left, right, span)
        } else {
            Type::Error
        }
    }

    /// The smallest type that holds both operands; `i64` with a warning if there is none.
    fn arithmetic_result(&mut self, left: &Value, right: &Value, span: Span) -> Type {
        let joined = join(&left.ty, &right.ty);
        if joined.is_error() || joined.scalars().is_some() {
            return joined;
        }
        let message = format!(
            "no integer type holds both `{}` and `{}`; the result is `i64`",
            left.ty, right.ty
        );
        self.report(Diagnostic::warning(codes::UNKNOWN_RESULT_TYPE, span, message));
        Type::Scalar(Scalar::I64)
    }

    fn power(&mut self, left: &Value, right: &Value, span: Span) -> Type {
        let base = self.check_operand(left, ScalarSet::INTEGER, "**", "an integer as its left operand");
        let unsigned: ScalarSet = [Scalar::U8, Scalar::U16, Scalar::U32, Scalar::U64]
            .into_iter()
            .collect();
        let exponent = match right.ty.scalars() {
            Some(set) if ScalarSet::INTEGER.contains_all(set) && !set.intersection(unsigned).is_empty() => true,
            _ => self.check_operand(right, unsigned, "**", "an unsigned integer as its right operand"),
        };
        if base && exponent {
            self.arithmetic_result(left, right, span)
        } else {
            Type::Error
        }
    }

    /// `fmul` multiplies floats and truncates the product to an integer.
    fn float_product(&mut self, left: &Value, right: &Value) -> Type {
        for operand in [left, right] {
            if !accepts(&Type::Scalar(Scalar::F64), &operand.ty) {
                self.wrong_operand(operand, "*", "two floats or two integers");
            }
        }
        Type::Scalar(Scalar::I64)
    }

    /// Whether both operands have allowed types; reports the first that does not.
    fn check_operands(
        &mut self,
        left: &Value,
        right: &Value,
        allowed: ScalarSet,
        operator: BinaryOperator,
        wanted: &str,
    ) -> bool {
        self.check_operand(left, allowed, operator.symbol(), wanted)
            && self.check_operand(right, allowed, operator.symbol(), wanted)
    }

    /// Whether the operand has an allowed type; reports it if it does not.
    fn check_operand(&mut self, operand: &Value, allowed: ScalarSet, symbol: &str, wanted: &str) -> bool {
        let is_allowed = |ty: &Type| ty.scalars().is_some_and(|set| allowed.contains_all(set));
        self.use_guess(operand, |guess| is_allowed(&guess.ty));
        if operand.ty.is_error() {
            return false;
        }
        let fits = is_allowed(&operand.ty);
        if !fits {
            self.wrong_operand(operand, symbol, wanted);
        }
        fits
    }

    fn wrong_operand(&mut self, operand: &Value, symbol: &str, wanted: &str) {
        if operand.ty.is_error() {
            return;
        }
        let message = format!("`{symbol}` expects {wanted}, found `{}`", operand.ty);
        let message = Diagnostic::error(codes::WRONG_OPERAND, operand.span, message);
        let message = message.label(format!("has type `{}`", operand.ty));
        let is_string = accepts(&Type::STRING, &operand.ty);
        self.report(message.help(match symbol {
            "+" if is_string => {
                "concatenate strings with a service, such as `Op.concat_strings(a, b)` of `std/op.aqua`"
            }
            "<" | "<=" | ">" | ">=" => "only integers can be ordered; compare strings with `==` and `!=`",
            "&&" | "||" | "!" => "compare the value to get a `bool`: `value == …`, `value > 0`",
            _ => "operators work on numbers; use a service for other types",
        }));
    }
}

/// Whether a value is a float, which makes `*` a float product.
fn is_float(value: &Value) -> bool {
    value.ty.scalars().is_some_and(|set| ScalarSet::FLOAT.contains_all(set))
}

fn logical(operator: BinaryOperator) -> Operator {
    if operator == BinaryOperator::And {
        Operator::And
    } else {
        Operator::Or
    }
}

fn equality(operator: BinaryOperator) -> Operator {
    if operator == BinaryOperator::Equal {
        Operator::Equal
    } else {
        Operator::NotEqual
    }
}
