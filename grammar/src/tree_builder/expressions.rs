//! Builds values. Calls and data literals have the same syntax; the case of the name distinguishes them.

use super::TreeBuilder;
use crate::codes;
use crate::tree::{Call, ChainStep, ChainStepKind, Expression, ExpressionKind, FieldInit, Literal, Name, Object};
use aqua_diagnostics::{Diagnostic, Span};
use ecow::{EcoString, eco_format};

/// An argument of a call or a field of a data literal.
#[derive(Debug)]
pub(crate) struct ParsedArgument {
    pub name: Option<Name>,
    pub value: Expression,
}

impl TreeBuilder<'_> {
    pub(crate) fn value(&self, start: u32, end: u32, kind: ExpressionKind) -> Expression {
        Expression {
            span: self.span(start, end),
            kind,
        }
    }

    pub(crate) fn literal(&self, start: u32, end: u32, literal: Literal) -> Expression {
        self.value(start, end, ExpressionKind::Literal(literal))
    }

    /// Builds a variable, or the literals `true` and `false`.
    pub(crate) fn variable(&self, name: Name) -> Expression {
        let kind = match name.text.as_str() {
            "true" => ExpressionKind::Literal(Literal::Bool(true)),
            "false" => ExpressionKind::Literal(Literal::Bool(false)),
            _ => ExpressionKind::Variable(name.text),
        };
        Expression { span: name.span, kind }
    }

    /// Builds a number. Drops leading zeros, which were reported.
    pub(crate) fn number(&self, start: u32, end: u32, float: bool) -> Expression {
        let text = self.text(start);
        let integer_part = text.split('.').next().unwrap_or(text);
        let zeros = integer_part.len() - integer_part.trim_start_matches('0').len();
        let digits = EcoString::from(&text[zeros.min(integer_part.len().saturating_sub(1))..]);
        self.literal(
            start,
            end,
            if float {
                Literal::Float(digits)
            } else {
                Literal::Integer(digits)
            },
        )
    }

    /// Builds a negative number. Reports `-` before anything other than a number.
    pub(crate) fn negative(&mut self, start: u32, end: u32, of: Expression) -> Expression {
        let kind = match of.kind {
            ExpressionKind::Literal(Literal::Integer(digits)) if !digits.starts_with('-') => {
                ExpressionKind::Literal(Literal::Integer(eco_format!("-{digits}")))
            }
            ExpressionKind::Literal(Literal::Float(digits)) if !digits.starts_with('-') => {
                ExpressionKind::Literal(Literal::Float(eco_format!("-{digits}")))
            }
            _ => {
                let minus = self.tokens.span(start as usize);
                let error = Diagnostic::error(
                    codes::UNARY_MINUS,
                    minus,
                    "unary `-` before something other than a number",
                )
                .label("only number literals can be negative")
                .help("subtract from 0: `0 - value`");
                self.report(start, error);
                ExpressionKind::Error
            }
        };
        self.value(start, end, kind)
    }

    /// Builds the call `name(…)`, or the data or ability literal `Name(…)`.
    pub(crate) fn call(
        &mut self,
        start: u32,
        end: u32,
        name: Name,
        abilities: Vec<Expression>,
        arguments: (Span, Vec<ParsedArgument>),
    ) -> Expression {
        let kind = if is_type(&name) {
            let fields = self.fields(&name, &abilities, arguments);
            ExpressionKind::Object(Box::new(Object { name, fields }))
        } else {
            ExpressionKind::Call(Box::new(self.plain_call(name, abilities, arguments)))
        };
        self.value(start, end, kind)
    }

    /// Builds `.name(…)`: a method call, `.copy` with fields, or a literal of a type of a module.
    pub(crate) fn step_call(
        &mut self,
        name: Name,
        abilities: Vec<Expression>,
        arguments: (Span, Vec<ParsedArgument>),
    ) -> ChainStepKind {
        let given = &arguments.1;
        let all_fields = given.iter().all(|one| one.name.is_some() || is_variable(&one.value));
        if is_type(&name) {
            let fields = self.fields(&name, &abilities, arguments);
            ChainStepKind::Object(Box::new(Object { name, fields }))
        } else if name.text == "copy" && abilities.is_empty() && !given.is_empty() && all_fields {
            ChainStepKind::Copy(self.fields(&name, &abilities, arguments))
        } else {
            ChainStepKind::Call(Box::new(self.plain_call(name, abilities, arguments)))
        }
    }

    fn plain_call(
        &mut self,
        function: Name,
        abilities: Vec<Expression>,
        arguments: (Span, Vec<ParsedArgument>),
    ) -> Call {
        let (arguments_span, given) = arguments;
        if let Some(name) = given.iter().find_map(|one| one.name.as_ref()) {
            let error = Diagnostic::error(codes::NAMED_ARGUMENT, name.span, "arguments of a call can't be named")
                .label("named argument")
                .help("pass the values without names, in the order of the parameters");
            self.report_at(error);
        }
        let arguments = given.into_iter().map(|one| one.value).collect();
        Call {
            function,
            abilities,
            arguments,
            arguments_span,
        }
    }

    /// Builds the fields of a data or ability literal.
    fn fields(
        &mut self,
        of: &Name,
        abilities: &[Expression],
        arguments: (Span, Vec<ParsedArgument>),
    ) -> Vec<FieldInit> {
        let (span, given) = arguments;
        if let Some(ability) = abilities.first() {
            let error = Diagnostic::error(
                codes::UNEXPECTED,
                ability.span,
                "only calls can have abilities in braces",
            );
            self.report_at(error.help("pass the ability as a field: `name = value`"));
        }
        if given.is_empty() {
            let error = Diagnostic::error(codes::MISSING_FIELDS, span, format!("missing fields of `{of}`"))
                .label("expected fields")
                .help(format!("write `{of}(field = value)`; only functions, whose names start with a lowercase letter, can be called without arguments"));
            self.report_at(error);
        }
        let unnamed = given.iter().find(|one| {
            one.name.is_none() && !matches!(one.value.kind, ExpressionKind::Variable(_) | ExpressionKind::Error)
        });
        if let Some(unnamed) = unnamed {
            let error = Diagnostic::error(codes::UNNAMED_FIELD, unnamed.value.span, "missing field name")
                .label(format!("expected a named field of `{of}`"))
                .help("write `field = value`, or pass a variable with the same name as the field");
            self.report_at(error);
        }
        given.into_iter().filter_map(field).collect()
    }

    /// Appends a step to a chain.
    pub(crate) fn step(&self, chain: Expression, start: u32, end: u32, kind: ChainStepKind) -> Expression {
        let step = ChainStep {
            span: self.span(start, end),
            kind,
        };
        let span = chain.span.to(step.span);
        let kind = match chain.kind {
            ExpressionKind::Chain { head, mut steps } => {
                steps.push(step);
                ExpressionKind::Chain { head, steps }
            }
            _ => ExpressionKind::Chain {
                head: Box::new(chain),
                steps: vec![step],
            },
        };
        Expression { span, kind }
    }

    /// Builds `[index]`. Reports negative indices.
    pub(crate) fn index(&mut self, index: Expression) -> ChainStepKind {
        if let ExpressionKind::Literal(Literal::Integer(digits)) = &index.kind
            && digits.starts_with('-')
        {
            let error = Diagnostic::error(codes::NEGATIVE_INDEX, index.span, "an index can't be negative")
                .label("indices start at 0")
                .help("the index of the last element is the length minus 1");
            self.report_at(error);
        }
        ChainStepKind::Index(Box::new(index))
    }

    pub(super) fn slice(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

/// Builds a field from a named argument or from a variable with the name of the field.
fn field(given: ParsedArgument) -> Option<FieldInit> {
    let value = given.value;
    if let Some(name) = given.name {
        return Some(FieldInit {
            span: name.span.to(value.span),
            name,
            value,
            is_shorthand: false,
        });
    }
    let ExpressionKind::Variable(text) = &value.kind else {
        return None;
    };
    let name = Name {
        text: text.clone(),
        span: value.span,
    };
    Some(FieldInit {
        span: value.span,
        name,
        value,
        is_shorthand: true,
    })
}

/// Returns whether a name is that of a type, which starts with an uppercase letter.
fn is_type(name: &Name) -> bool {
    name.text.starts_with(|first: char| first.is_uppercase())
}

fn is_variable(value: &Expression) -> bool {
    matches!(value.kind, ExpressionKind::Variable(_))
}
