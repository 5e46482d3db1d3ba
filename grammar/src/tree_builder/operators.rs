//! Builds binary operations from operands and operators in the order of the text.
//!
//! The grammar has no rule for each level of precedence: a value without operators, by far the most common one, would be reduced
//! once for each level.

use super::TreeBuilder;
use crate::codes;
use crate::tree::{BinaryOperator, Expression, ExpressionKind};
use aqua_diagnostics::Diagnostic;
use std::cmp::Ordering;

/// An operator with its raw token, and its right operand.
pub(crate) type Operation = (u32, BinaryOperator, Expression);

impl TreeBuilder<'_> {
    /// Builds `first operator operand operator operand…`.
    pub(crate) fn operations(&mut self, first: Expression, rest: Vec<Operation>) -> Expression {
        // Operands to the left of an operator that binds less tightly than the next one.
        let mut pending: Vec<(Expression, u32, BinaryOperator)> = Vec::new();
        let mut operand = first;
        for (token, operator, next) in rest {
            while let Some((left, earlier_token, earlier)) =
                pending.pop_if(|(_, _, earlier)| binds_first(*earlier, operator))
            {
                operand = self.operation(left, earlier_token, earlier, operand);
            }
            pending.push((operand, token, operator));
            operand = next;
        }
        while let Some((left, token, operator)) = pending.pop() {
            operand = self.operation(left, token, operator, operand);
        }
        operand
    }

    fn operation(&mut self, left: Expression, token: u32, operator: BinaryOperator, right: Expression) -> Expression {
        if operator.is_comparison() {
            self.comparison(left, token, operator, right)
        } else {
            self.binary(left, token, operator, right)
        }
    }

    fn binary(&self, left: Expression, operator_token: u32, operator: BinaryOperator, right: Expression) -> Expression {
        let operator_span = self.tokens.span(operator_token as usize);
        let span = left.span.to(right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        Expression {
            span,
            kind: ExpressionKind::Binary {
                operator,
                operator_span,
                left,
                right,
            },
        }
    }

    /// Builds a comparison. Reports chains such as `a < b < c`.
    fn comparison(&mut self, left: Expression, token: u32, operator: BinaryOperator, right: Expression) -> Expression {
        if let ExpressionKind::Binary {
            operator: first,
            operator_span,
            right: middle,
            ..
        } = &left.kind
            && first.is_comparison()
        {
            let error = Diagnostic::error(
                codes::COMPARISON_CHAIN,
                self.tokens.span(token as usize),
                "comparisons can't be chained",
            )
            .secondary(*operator_span, "the first comparison")
            .help(format!(
                "write two comparisons joined by `&&`: `… && {} {} …`",
                self.slice(middle.span),
                operator.symbol()
            ));
            self.report(token, error);
            let span = left.span.to(right.span);
            return Expression {
                span,
                kind: ExpressionKind::Error,
            };
        }
        self.binary(left, token, operator, right)
    }
}

/// Returns whether `a earlier b later c` means `(a earlier b) later c`.
fn binds_first(earlier: BinaryOperator, later: BinaryOperator) -> bool {
    match earlier.precedence().cmp(&later.precedence()) {
        Ordering::Greater => true,
        // Only powers associate to the right.
        Ordering::Equal => earlier != BinaryOperator::Power,
        Ordering::Less => false,
    }
}
