//! A value in a place that wants a type: the check, and what is said when it fails.

use super::body::BodyChecker;
use crate::checked::{Literal, Value, ValueKind};
use crate::codes;
use crate::typing::subtyping::accepts;
use crate::typing::{Arrow, Named, Scalar, Type};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree;

/// What a place wants.
#[derive(Clone)]
pub(super) struct Wanted<'a> {
    ty: &'a Type,
    /// The place in words, such as ``argument `name` of `greet` ``.
    place: String,
    declared: Option<(Span, &'static str)>,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(ty: &'a Type, place: impl Into<String>) -> Self {
        Self {
            ty,
            place: place.into(),
            declared: None,
        }
    }

    /// Where that is declared, and a few words about it.
    pub(super) fn declared(mut self, span: Span, words: &'static str) -> Self {
        self.declared = Some((span, words));
        self
    }
}

impl BodyChecker<'_, '_> {
    /// The value, which must be of the wanted type.
    pub(super) fn expect(&mut self, written: &tree::Value, wanted: Wanted<'_>) -> Value {
        let value = self.value(written);
        self.check_accepted(&value, written, wanted);
        value
    }

    /// Reports a value whose place wants another type. Whether it is accepted.
    pub(super) fn check_accepted(&mut self, value: &Value, written: &tree::Value, wanted: Wanted<'_>) -> bool {
        if accepts(wanted.ty, &value.ty) {
            self.check_range(value, wanted.ty);
            return true;
        }
        let (expected, given) = (wanted.ty, &value.ty);
        let message = format!("{} must be `{expected}`, not `{given}`", wanted.place);
        let mut message = Diagnostic::error(codes::WRONG_TYPE, value.span, message).label(format!("this is `{given}`"));
        if let Some((span, words)) = wanted.declared {
            message = message.also(span, words);
        }
        if let Some(reason) = reason(expected, given) {
            message = message.note(reason);
        }
        let message = with_conversion(message, expected, value, written);
        self.report(match (&message.help, &message.fix) {
            (None, None) => message.help(way_out(expected, given)),
            _ => message,
        });
        false
    }

    /// Warns of a number that does not fit where it is wanted.
    fn check_range(&mut self, value: &Value, wanted: &Type) {
        let (ValueKind::Literal(Literal::Number(digits)), Type::Scalar(scalar)) = (&value.kind, wanted) else {
            return;
        };
        let Some((least, most)) = range(*scalar) else { return };
        let fits = digits
            .parse::<i128>()
            .is_ok_and(|number| (least..=most).contains(&number));
        if !fits && !digits.contains('.') {
            let message = format!("{digits} does not fit into `{}`", scalar.name());
            let message = Diagnostic::warning(codes::OUT_OF_RANGE, value.span, message);
            let message = message.note(format!("`{}` holds {least} to {most}", scalar.name()));
            self.report(message.help("write a smaller number, or widen the type that is wanted"));
        }
    }
}

/// What to do about a value of one type where another is wanted, when nothing more special is known.
fn way_out(expected: &Type, given: &Type) -> String {
    match (expected, given) {
        (Type::Scalar(Scalar::String), _) if given.is_data() => {
            "`Debug.stringify(value)` of `std/debug.aqua` makes a text of any value".to_owned()
        }
        _ => format!("give a value of type `{expected}`, or change the type that is wanted to `{given}`"),
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

/// Why a type with parts is not accepted: the first part that disagrees.
fn reason(expected: &Type, given: &Type) -> Option<String> {
    match (expected, given) {
        (Type::Data(to), Type::Data(from)) => field_reason(to, from),
        (Type::Ability(to) | Type::Service(to), Type::Ability(from) | Type::Service(from)) => field_reason(to, from),
        (Type::Ability(_), Type::Data(_)) => {
            Some("data can't stand for an ability; make one: `Name(field = …)`".into())
        }
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
    let (wants, gets) = (given.parameters.len(), expected.parameters.len());
    if wants > gets {
        return Some(format!("it takes {wants} arguments and would get {gets}"));
    }
    for (at, (to, from)) in given.parameters.iter().zip(&expected.parameters).enumerate() {
        if !accepts(&to.ty, &from.ty) {
            return Some(format!(
                "its argument {} is `{}`, and it would get `{}`",
                at + 1,
                to.ty,
                from.ty
            ));
        }
    }
    if given.results.len() < expected.results.len() {
        let (wanted, gives) = (expected.results.len(), given.results.len());
        return Some(format!("it gives {gives} results, and {wanted} are wanted"));
    }
    let mut results = expected.results.iter().zip(&given.results);
    let (to, from) = results.find(|(to, from)| !accepts(to, from))?;
    Some(format!("it gives `{from}` where `{to}` is wanted"))
}

/// Says how to make what is wanted of what is given, where there is a way.
fn with_conversion(message: Diagnostic, expected: &Type, value: &Value, written: &tree::Value) -> Diagnostic {
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
                format!("take the `{element}` out of the option with `!`; that fails when there is none")
            }
            Type::Array(_) => format!("take one `{element}` out of the array, such as the first with `[0]`"),
            _ => format!("wait for one `{element}` of the stream, such as the first with `[0]`"),
        };
        return message.help(text);
    }
    let is_operand = !matches!(written.kind, tree::ValueKind::Binary { .. });
    let wrapping = match expected {
        Type::Option(element) if accepts(element, given) => Some(("?[", "wrap it into an option: `?[…]`")),
        Type::Array(element) if accepts(element, given) => Some(("[", "make an array of it: `[…]`")),
        _ => None,
    };
    if let Some((open, words)) = wrapping.filter(|_| is_operand) {
        let fix = message.help(words).fix("wrap the value", value.span.before(), open);
        return fix.fix("", value.span.after(), "]");
    }
    match given.named().and_then(|named| only_field(named, expected)) {
        Some(field) => message.help(format!("did you mean its field `{field}`?")),
        None => message,
    }
}

/// The name of the field that is of the wanted type, if just one is.
fn only_field<'a>(named: &'a Named, wanted: &Type) -> Option<&'a str> {
    let mut fitting = named
        .fields
        .iter()
        .filter(|(_, ty)| accepts(wanted, ty))
        .map(|(name, _)| name.as_str());
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}
