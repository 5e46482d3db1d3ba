//! Literals of data and abilities, and `.copy`.

use super::body::BodyChecker;
use super::mismatch::{Expectation, Subject};
use crate::checked::{NamedValue, Value, ValueKind};
use crate::codes;
use crate::typing::{Named, Type};
use aqua_diagnostics::suggestions::suggest;
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{FieldInit, Name, Path};
use ecow::EcoString;
use indexmap::IndexMap;
use rustc_hash::FxHashSet;
use std::sync::Arc;

impl BodyChecker<'_, '_> {
    /// `Type(field = value, …)`; the name may be dotted.
    pub(super) fn record(&mut self, name: &EcoString, name_span: Span, fields: &[FieldInit], span: Span) -> Value {
        let path = Path {
            names: vec![Name {
                text: name.clone(),
                span: name_span,
            }],
            span: name_span,
        };
        let ty = self.module.named_type(&path);
        let named = match &ty {
            Type::Data(named) | Type::Ability(named) => named.clone(),
            other => {
                for field in fields {
                    self.value(&field.value);
                }
                if other.is_error() {
                    self.module.use_guessed_record(name_span);
                } else {
                    let message = format!("`{name}` is neither `data` nor an ability");
                    let message = Diagnostic::error(codes::NOT_A_RECORD, name_span, message);
                    self.report(message.help("declare `data` with these fields"));
                }
                return Value::missing(span);
            }
        };
        let is_data = matches!(ty, Type::Data(_));
        let given = self.named_values(fields, name, &named, is_data);
        let set: FxHashSet<&EcoString> = given.iter().map(|value| &value.name).collect();
        let missing = named.fields.iter().filter(|(field, _)| !set.contains(field));
        let missing: Vec<String> = missing.map(|(field, ty)| format!("`{field}: {ty}`")).collect();
        if !missing.is_empty() {
            let noun = if missing.len() == 1 { "field" } else { "fields" };
            let message = format!("missing {noun} {} of `{name}`", missing.join(", "));
            let example = missing[0].trim_matches('`').split(':').next().unwrap_or_default();
            let message = Diagnostic::error(codes::MISSING_FIELD, span, message);
            self.report(message.help(format!("set every field: `{example} = …`")));
            return Value {
                kind: ValueKind::Missing,
                ty,
                span,
            };
        }
        // No declared field is missing, so with as many fields the type is the declared one.
        let ty = match given.len() == named.fields.len() {
            true => ty,
            false => {
                let own = Arc::new(Named::new(named.name.clone(), field_types(&named, &given)));
                let own = if is_data { Type::Data(own) } else { Type::Ability(own) };
                self.module.bounded(own, span)
            }
        };
        let kind = match is_data {
            true => ValueKind::Data(given),
            false => ValueKind::Ability(given),
        };
        Value { kind, ty, span }
    }

    fn named_values(&mut self, fields: &[FieldInit], type_name: &str, named: &Named, is_data: bool) -> Vec<NamedValue> {
        let mut given = IndexMap::with_capacity(fields.len());
        for field in fields {
            let name = &field.name;
            let value = match named.field(name.as_str()) {
                Some(ty) => self.expect(
                    &field.value,
                    Expectation::new(
                        ty,
                        Subject::Field {
                            of: &type_name,
                            name: name.as_str(),
                        },
                    ),
                ),
                None => {
                    let value = self.value(&field.value);
                    self.unexpected_field(name, type_name, named, &value, is_data, fields);
                    value
                }
            };
            self.set_field(&mut given, name, value);
        }
        given.into_values().collect()
    }

    /// Adds a field, or reports that it is already set.
    fn set_field(&mut self, given: &mut IndexMap<EcoString, NamedValue>, name: &Name, value: Value) {
        if let Some(earlier) = given.get(&name.text) {
            let message = format!("field `{name}` is set twice");
            let message = Diagnostic::error(codes::DUPLICATE_FIELD, name.span, message);
            let message = message.secondary(earlier.name_span, "first set here");
            return self.report(message.help("remove one of them"));
        }
        let field = NamedValue {
            name: name.text.clone(),
            name_span: name.span,
            value,
        };
        given.insert(name.text.clone(), field);
    }

    fn unexpected_field(
        &mut self,
        name: &Name,
        type_name: &str,
        named: &Named,
        value: &Value,
        is_data: bool,
        given: &[FieldInit],
    ) {
        if is_data && !value.ty.is_data() && !matches!(value.ty, Type::Stream(_)) {
            let message = format!("field `{name}` of data can't be `{}`", value.ty);
            let message = Diagnostic::error(codes::NOT_DATA, value.span, message).label("not data");
            return self.report(message.help("use an `ability` for fields that are functions"));
        }
        let message = format!("`{type_name}` has no field `{name}`, so it can't be read");
        let message = Diagnostic::warning(codes::UNEXPECTED_FIELD, name.span, message);
        let given: FxHashSet<&str> = given.iter().map(|other| other.name.as_str()).collect();
        let known = named.fields.keys().map(EcoString::as_str);
        let known = known.filter(|field| !given.contains(field));
        self.report(suggest(message, name.span, name.as_str(), known));
    }

    /// `value.copy(field = value, …)`.
    pub(super) fn copy(&mut self, of: Value, fields: &[FieldInit], step_span: Span, span: Span) -> Value {
        let Type::Data(named) = &of.ty else {
            for field in fields {
                self.value(&field.value);
            }
            if !of.ty.is_error() {
                let message = format!("`{}` has no `.copy`", of.ty);
                let message = Diagnostic::error(codes::NOT_A_RECORD, step_span, message);
                let message = message.note("only `data` has `.copy`");
                self.report(message.help("create a new value with all fields"));
            }
            return Value::missing(span);
        };
        let named = named.clone();
        let mut given = IndexMap::with_capacity(fields.len());
        for field in fields {
            let name = &field.name;
            let Some(ty) = named.field(name.as_str()) else {
                self.value(&field.value);
                let known: Vec<EcoString> = named.fields.keys().cloned().collect();
                let message = format!("`{}` has no field `{name}`", of.ty);
                self.unknown_member(codes::UNKNOWN_FIELD, message, name, &known);
                continue;
            };
            let value = self.expect(
                &field.value,
                Expectation::new(
                    ty,
                    Subject::Field {
                        of: &of.ty,
                        name: name.as_str(),
                    },
                ),
            );
            self.set_field(&mut given, name, value);
        }
        let ty = of.ty.clone();
        Value {
            kind: ValueKind::Copy {
                of: Box::new(of),
                fields: given.into_values().collect(),
            },
            ty,
            span,
        }
    }
}

/// The types of given fields: the declared type of declared fields, the type of the value of unexpected ones.
fn field_types(named: &Named, given: &[NamedValue]) -> IndexMap<EcoString, Type> {
    let ty = |field: &NamedValue| match (named.field(&field.name), &field.value.ty) {
        (Some(declared), _) => declared.clone(),
        (None, Type::Stream(element)) => Type::Array(element.clone()),
        (None, other) => other.clone(),
    };
    given.iter().map(|field| (field.name.clone(), ty(field))).collect()
}
