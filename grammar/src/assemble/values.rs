//! Values: calls and literals of data look alike until their names are looked at.

use super::Assembler;
use crate::codes;
use crate::tree::{Argument as Field, BinaryOperator, Call, Literal, Name, Step, StepKind, Value, ValueKind};
use aqua_diagnostics::{Diagnostic, Span};
use ecow::{EcoString, eco_format};

/// What stands between parentheses, before it is known whether they are of a call or of a literal of data.
#[derive(Debug)]
pub(crate) struct Argument {
    pub name: Option<Name>,
    pub value: Value,
}

impl Assembler<'_> {
    pub(crate) fn value(&self, start: u32, end: u32, kind: ValueKind) -> Value {
        Value {
            span: self.span(start, end),
            kind,
        }
    }

    pub(crate) fn literal(&self, start: u32, end: u32, literal: Literal) -> Value {
        self.value(start, end, ValueKind::Literal(literal))
    }

    /// A name alone; `true` and `false` are literals.
    pub(crate) fn variable(&self, name: Name) -> Value {
        let kind = match name.text.as_str() {
            "true" => ValueKind::Literal(Literal::Bool(true)),
            "false" => ValueKind::Literal(Literal::Bool(false)),
            _ => ValueKind::Variable(name.text),
        };
        Value { span: name.span, kind }
    }

    /// A number; zeros in front were reported and go.
    pub(crate) fn number(&self, start: u32, end: u32, float: bool) -> Value {
        let text = self.text(start);
        let whole = text.split('.').next().unwrap_or(text);
        let zeros = whole.len() - whole.trim_start_matches('0').len();
        let digits = EcoString::from(&text[zeros.min(whole.len().saturating_sub(1))..]);
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

    /// `-` before a number is part of it; before anything else it means nothing.
    pub(crate) fn negative(&mut self, start: u32, end: u32, of: Value) -> Value {
        let kind = match of.kind {
            ValueKind::Literal(Literal::Integer(digits)) if !digits.starts_with('-') => {
                ValueKind::Literal(Literal::Integer(eco_format!("-{digits}")))
            }
            ValueKind::Literal(Literal::Float(digits)) if !digits.starts_with('-') => {
                ValueKind::Literal(Literal::Float(eco_format!("-{digits}")))
            }
            _ => {
                let minus = self.tokens.span(start as usize);
                let error = Diagnostic::error(codes::UNARY_MINUS, minus, "`-` has nothing to subtract from")
                    .label("only a number can have a sign")
                    .fix("subtract from 0", minus, "0 - ");
                self.give(start, error);
                ValueKind::Error
            }
        };
        self.value(start, end, kind)
    }

    pub(crate) fn binary(&self, left: Value, operator_token: u32, operator: BinaryOperator, right: Value) -> Value {
        let operator_span = self.tokens.span(operator_token as usize);
        let span = left.span.to(right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        Value {
            span,
            kind: ValueKind::Binary {
                operator,
                operator_span,
                left,
                right,
            },
        }
    }

    /// A comparison. `a < b < c` compares a truth with a number.
    pub(crate) fn comparison(&mut self, left: Value, token: u32, operator: BinaryOperator, right: Value) -> Value {
        if let ValueKind::Binary {
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
            .also(*operator_span, "the first comparison")
            .help(format!(
                "compare twice and join with `&&`: `… && {} {} …`",
                self.slice(middle.span),
                operator.symbol()
            ));
            self.give(token, error);
            let span = left.span.to(right.span);
            return Value {
                span,
                kind: ValueKind::Error,
            };
        }
        self.binary(left, token, operator, right)
    }

    /// `name(…)`, or `Name(…)`, which makes data or an ability.
    pub(crate) fn call(
        &mut self,
        start: u32,
        end: u32,
        name: Name,
        abilities: Vec<Value>,
        arguments: (Span, Vec<Argument>),
    ) -> Value {
        let kind = if is_type(&name) {
            let fields = self.fields(&name, &abilities, arguments);
            ValueKind::Object { name, fields }
        } else {
            ValueKind::Call(Box::new(self.plain_call(name, abilities, arguments)))
        };
        self.value(start, end, kind)
    }

    /// `.name(…)`: a method, `.copy` with fields, or a type of a module.
    pub(crate) fn step_call(
        &mut self,
        name: Name,
        abilities: Vec<Value>,
        arguments: (Span, Vec<Argument>),
    ) -> StepKind {
        let given = &arguments.1;
        let all_fields = given.iter().all(|one| one.name.is_some() || is_variable(&one.value));
        if is_type(&name) {
            let fields = self.fields(&name, &abilities, arguments);
            StepKind::Object { name, fields }
        } else if name.text == "copy" && abilities.is_empty() && !given.is_empty() && all_fields {
            StepKind::Copy(self.fields(&name, &abilities, arguments))
        } else {
            StepKind::Call(self.plain_call(name, abilities, arguments))
        }
    }

    fn plain_call(&mut self, function: Name, abilities: Vec<Value>, arguments: (Span, Vec<Argument>)) -> Call {
        let (arguments_span, given) = arguments;
        if let Some(name) = given.iter().find_map(|one| one.name.as_ref()) {
            let error = Diagnostic::error(codes::NAMED_ARGUMENT, name.span, "arguments of a call have no names")
                .label("named here")
                .help("give the values alone, in the order of the parameters");
            self.give_at(error);
        }
        let arguments = given.into_iter().map(|one| one.value).collect();
        Call {
            function,
            abilities,
            arguments,
            arguments_span,
        }
    }

    /// The fields of a literal of data or an ability.
    fn fields(&mut self, of: &Name, abilities: &[Value], arguments: (Span, Vec<Argument>)) -> Vec<Field> {
        let (span, given) = arguments;
        if let Some(ability) = abilities.first() {
            let error = Diagnostic::error(codes::UNEXPECTED, ability.span, "only calls take abilities in braces");
            self.give_at(error.help("give an ability as a field: `name = value`"));
        }
        if given.is_empty() {
            let error = Diagnostic::error(codes::NO_FIELDS, span, format!("`{of}` needs its fields here"))
                .label("no fields")
                .help(format!("write `{of}(field = value)`; only functions, which begin with a small letter, are called without anything"));
            self.give_at(error);
        }
        let unnamed = given
            .iter()
            .find(|one| one.name.is_none() && !matches!(one.value.kind, ValueKind::Variable(_) | ValueKind::Error));
        if let Some(unnamed) = unnamed {
            let error = Diagnostic::error(codes::UNNAMED_FIELD, unnamed.value.span, "this value has no name")
                .label(format!("which field of `{of}` is this?"))
                .help("write `field = value`; a variable that is called like the field may stand alone");
            self.give_at(error);
        }
        given.into_iter().filter_map(field).collect()
    }

    /// A head or chain with one more step.
    pub(crate) fn step(&self, chain: Value, start: u32, end: u32, kind: StepKind) -> Value {
        let step = Step {
            span: self.span(start, end),
            kind,
        };
        let span = chain.span.to(step.span);
        let kind = match chain.kind {
            ValueKind::Chain { head, mut steps } => {
                steps.push(step);
                ValueKind::Chain { head, steps }
            }
            _ => ValueKind::Chain {
                head: Box::new(chain),
                steps: vec![step],
            },
        };
        Value { span, kind }
    }

    /// `[index]`.
    pub(crate) fn index(&mut self, index: Value) -> StepKind {
        if let ValueKind::Literal(Literal::Integer(digits)) = &index.kind
            && digits.starts_with('-')
        {
            let error = Diagnostic::error(codes::NEGATIVE_INDEX, index.span, "an index can't be negative")
                .label("indexes count from 0 at the beginning")
                .help("for the last element, index with the length less 1");
            self.give_at(error);
        }
        StepKind::Index(Box::new(index))
    }

    fn slice(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

/// A field as given: named, or a variable that is called like it.
fn field(given: Argument) -> Option<Field> {
    let value = given.value;
    if let Some(name) = given.name {
        return Some(Field {
            span: name.span.to(value.span),
            name,
            value,
            short: false,
        });
    }
    let ValueKind::Variable(text) = &value.kind else {
        return None;
    };
    let name = Name {
        text: text.clone(),
        span: value.span,
    };
    Some(Field {
        span: value.span,
        name,
        value,
        short: true,
    })
}

/// Whether a name is of a type: it begins with a capital letter.
fn is_type(name: &Name) -> bool {
    name.text.starts_with(|first: char| first.is_uppercase())
}

fn is_variable(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Variable(_))
}
