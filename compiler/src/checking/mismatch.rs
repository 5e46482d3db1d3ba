//! Type mismatches: checking a value against the expected type, and the messages if it has another one.

use super::body::BodyChecker;
use crate::checked::{Literal, Value, ValueKind};
use crate::codes;
use crate::typing::subtyping::accepts;
use crate::typing::{Arrow, Named, Parameter, Scalar, Type};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree;
use std::fmt::{self, Display};

/// What a value is used as. Formatted only for messages.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    Argument {
        of: &'a str,
        parameter: &'a Parameter,
        index: usize,
    },
    Field {
        of: &'a dyn Display,
        name: &'a str,
    },
    Element {
        of: &'a str,
    },
    ServiceId {
        of: &'a str,
    },
    MapKey,
    KeyOf {
        query: &'a str,
    },
    Returned,
    Condition,
    Peer,
}

impl Display for Subject<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument { of, parameter, index } => match &parameter.name {
                Some(name) => write!(out, "argument `{name}` of `{of}`"),
                None => write!(out, "argument {} of `{of}`", index + 1),
            },
            Self::Field { of, name } => write!(out, "field `{name}` of `{of}`"),
            Self::Element { of } => write!(out, "an element of `{of}`"),
            Self::ServiceId { of } => write!(out, "the id of service `{of}`"),
            Self::MapKey => out.write_str("the key of a stream map"),
            Self::KeyOf { query } => write!(out, "the key of `{query}`"),
            Self::Returned => out.write_str("the return value"),
            Self::Condition => out.write_str("a condition"),
            Self::Peer => out.write_str("the peer after `on`"),
        }
    }
}

/// The type that a value must have.
#[derive(Clone, Copy)]
pub(super) struct Expectation<'a> {
    ty: &'a Type,
    subject: Subject<'a>,
    declared: Option<(Span, &'static str)>,
}

impl<'a> Expectation<'a> {
    pub(super) fn new(ty: &'a Type, subject: Subject<'a>) -> Self {
        Self {
            ty,
            subject,
            declared: None,
        }
    }

    /// Adds the declaration of the type and a label for it.
    pub(super) fn declared(mut self, span: Span, label: &'static str) -> Self {
        self.declared = Some((span, label));
        self
    }
}

impl BodyChecker<'_, '_> {
    /// Evaluates a value and checks its type.
    pub(super) fn expect(&mut self, written: &tree::Expression, expectation: Expectation<'_>) -> Value {
        let value = self.value(written);
        self.check_accepted(&value, written, expectation);
        value
    }

    /// Checks the type of a value; reports a mismatch. Returns whether the type is accepted.
    pub(super) fn check_accepted(
        &mut self,
        value: &Value,
        written: &tree::Expression,
        expectation: Expectation<'_>,
    ) -> bool {
        self.use_guess(value, |guess| accepts(expectation.ty, &guess.ty));
        if accepts(expectation.ty, &value.ty) {
            self.check_range(value, expectation.ty);
            return true;
        }
        let (expected, given) = (expectation.ty, &value.ty);
        let message = format!("{} must be `{expected}`, found `{given}`", expectation.subject);
        let mut message =
            Diagnostic::error(codes::WRONG_TYPE, value.span, message).label(format!("has type `{given}`"));
        if let Some((span, label)) = expectation.declared {
            message = message.secondary(span, label);
        }
        if let Some(reason) = reason(expected, given) {
            message = message.note(reason);
        }
        let message = with_conversion(message, expected, value, written);
        self.report(match (&message.help, &message.fix) {
            (None, None) => message.help(general_help(expected, given)),
            _ => message,
        });
        false
    }

    /// Warns about a literal that is out of the range of the expected type.
    fn check_range(&mut self, value: &Value, expected: &Type) {
        let (ValueKind::Literal(Literal::Number(digits)), Type::Scalar(scalar)) = (&value.kind, expected) else {
            return;
        };
        let Some((least, most)) = range(*scalar) else { return };
        let fits = digits
            .parse::<i128>()
            .is_ok_and(|number| (least..=most).contains(&number));
        if !fits && !digits.contains('.') {
            let message = format!("literal {digits} is out of range for `{}`", scalar.name());
            let message = Diagnostic::warning(codes::OUT_OF_RANGE, value.span, message);
            let message = message.note(format!("the range of `{}` is {least} to {most}", scalar.name()));
            self.report(message.help("use a value in this range, or a wider type"));
        }
    }
}

/// The help for a mismatch without a more specific one.
fn general_help(expected: &Type, given: &Type) -> String {
    match (expected, given) {
        (Type::Scalar(Scalar::String), _) if given.is_data() => {
            "`Debug.stringify(value)` of `std/debug.aqua` converts any value to a string".to_owned()
        }
        _ => format!("use a value of type `{expected}`, or change the expected type to `{given}`"),
    }
}

fn range(scalar: Scalar) -> Option<(i128, i128)> {
    let unsigned = |bits: u32| Some((0, (1i128 << bits) - 1));
    let signed = |bits: u32| Some((-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1));
    match scalar {
        Scalar::U8 => unsigned(8),
        Scalar::U16 => unsigned(16),
        Scalar::U32 => unsigned(32),
        Scalar::U64 => unsigned(64),
        Scalar::I8 => signed(8),
        Scalar::I16 => signed(16),
        Scalar::I32 => signed(32),
        Scalar::I64 => signed(64),
        Scalar::F32 | Scalar::F64 | Scalar::Bool | Scalar::String => None,
    }
}

/// Why a type is not accepted: its first part that does not match.
fn reason(expected: &Type, given: &Type) -> Option<String> {
    match (expected, given) {
        (Type::Data(to), Type::Data(from)) => field_reason(to, from),
        (Type::Ability(to) | Type::Service(to), Type::Ability(from) | Type::Service(from)) => field_reason(to, from),
        (Type::Ability(_), Type::Data(_)) => Some("data is not an ability; create one: `Name(field = …)`".into()),
        (Type::Arrow(to), Type::Arrow(from)) => arrow_reason(to, from),
        (Type::Scalar(to), Type::Scalar(from)) => {
            let narrower = from.accepts(*to);
            narrower.then(|| format!("not every `{}` fits into `{}`", from.name(), to.name()))
        }
        _ => match (expected.element(), given.element()) {
            (Some(to), Some(from)) if !accepts(to, from) => reason(to, from),
            _ => None,
        },
    }
}

fn field_reason(expected: &Named, given: &Named) -> Option<String> {
    expected.fields.iter().find_map(|(name, to)| match given.field(name) {
        None => Some(format!(
            "`{}` has no field `{name}`, which `{}` has",
            given.name, expected.name
        )),
        Some(from) if !accepts(to, from) => Some(format!(
            "field `{name}` is `{from}` in `{}` and `{to}` in `{}`",
            given.name, expected.name
        )),
        Some(_) => None,
    })
}

fn arrow_reason(expected: &Arrow, given: &Arrow) -> Option<String> {
    let (takes, given_count) = (given.parameters.len(), expected.parameters.len());
    if takes > given_count {
        return Some(format!("it takes {takes} arguments, but is called with {given_count}"));
    }
    for (index, (to, from)) in given.parameters.iter().zip(&expected.parameters).enumerate() {
        if !accepts(&to.ty, &from.ty) {
            return Some(format!(
                "its argument {} is `{}`, but it is called with `{}`",
                index + 1,
                to.ty,
                from.ty
            ));
        }
    }
    if given.results.len() < expected.results.len() {
        let (expected, returned) = (expected.results.len(), given.results.len());
        return Some(format!("it returns {returned} results, but {expected} are expected"));
    }
    let mut results = expected.results.iter().zip(&given.results);
    let (to, from) = results.find(|(to, from)| !accepts(to, from))?;
    Some(format!("it returns `{from}` where `{to}` is expected"))
}

/// Adds how to convert the value to the expected type, if there is a way.
fn with_conversion(message: Diagnostic, expected: &Type, value: &Value, written: &tree::Expression) -> Diagnostic {
    let given = &value.ty;
    if let Type::Stream(element) = expected
        && matches!(given, Type::Array(_) | Type::Option(_))
    {
        return message.help(format!(
            "declare a stream (`name: *{element}`) and push the elements to it"
        ));
    }
    if let Some(element) = given.element().filter(|element| accepts(expected, element)) {
        let text = match given {
            Type::Option(_) => {
                format!("take the `{element}` out of the option with `!`, which fails if it is empty")
            }
            Type::Array(_) => "use an element of the array, such as the first: `[0]`".to_owned(),
            _ => "wait for an element of the stream, such as the first: `[0]`".to_owned(),
        };
        return message.help(text);
    }
    let is_operand = !matches!(written.kind, tree::ExpressionKind::Binary { .. });
    let wrapping = match expected {
        Type::Option(element) if accepts(element, given) => Some(("?[", "wrap the value in an option: `?[…]`")),
        Type::Array(element) if accepts(element, given) => Some(("[", "wrap the value in an array: `[…]`")),
        _ => None,
    };
    if let Some((open, help)) = wrapping.filter(|_| is_operand) {
        let fix = message.help(help).fix("wrap the value", value.span.before(), open);
        return fix.fix("", value.span.after(), "]");
    }
    match given.named().and_then(|named| only_field(named, expected)) {
        Some(field) => message.help(format!("did you mean its field `{field}`?")),
        None => message,
    }
}

/// The only field of the expected type.
fn only_field<'a>(named: &'a Named, expected: &Type) -> Option<&'a str> {
    let mut fitting = named
        .fields
        .iter()
        .filter(|(_, ty)| accepts(expected, ty))
        .map(|(name, _)| name.as_str());
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}
