//! Checks the members and names of declarations.

use super::{names, statements};
use crate::codes;
use crate::sink::DiagnosticSink;
use crate::tree::{Arrow, Constant, Expression, ExpressionKind, Item, Member, Parameter};
use aqua_diagnostics::Diagnostic;

pub(super) fn check(item: &mut Item, sink: &mut DiagnosticSink) {
    match item {
        Item::Data(data) => {
            names::check_capitalised(&data.name, "data", sink);
            data.members
                .iter_mut()
                .for_each(|member| check_data_member(member, sink));
        }
        Item::Ability(ability) => {
            names::check_capitalised(&ability.name, "abilities", sink);
            ability
                .members
                .iter()
                .for_each(|member| check_ability_member(member, sink));
        }
        Item::Service(service) => {
            names::check_capitalised(&service.name, "services", sink);
            service
                .members
                .iter_mut()
                .for_each(|member| check_service_member(member, sink));
        }
        Item::Alias(alias) => names::check_capitalised(&alias.name, "types", sink),
        Item::Constant(constant) => check_constant(constant, sink),
        Item::Function(function) => {
            names::check_lowercase(&function.name, "functions", sink);
            check_parameters(&function.arrow, sink);
            statements::check_body(&mut function.body, sink);
        }
        Item::Error(error) => {
            if let Some(body) = &mut error.body {
                statements::check_body(body, sink);
            }
        }
    }
}

/// Checks the names of the parameters of a signature.
pub(super) fn check_parameters(arrow: &Arrow, sink: &mut DiagnosticSink) {
    for Parameter { name, .. } in &arrow.parameters {
        if let Some(name) = name {
            names::check_lowercase(name, "parameters", sink);
        }
    }
}

fn check_data_member(member: &mut Member, sink: &mut DiagnosticSink) {
    match member {
        Member::Field(field) => names::check_lowercase(&field.name, "fields", sink),
        Member::Arrow(method) => {
            let error = Diagnostic::error(codes::INVALID_MEMBER, method.arrow.span, "data can't contain functions");
            sink.push(
                error
                    .label("expected a type other than a function type")
                    .help("use an `ability` for functions"),
            );
            *member = Member::Error(method.span);
        }
        Member::Error(_) => {}
    }
}

fn check_ability_member(member: &Member, sink: &mut DiagnosticSink) {
    match member {
        Member::Field(field) => names::check_lowercase(&field.name, "fields", sink),
        Member::Arrow(method) => {
            names::check_lowercase(&method.name, "functions", sink);
            check_parameters(&method.arrow, sink);
            if let Some(unnamed) = method
                .arrow
                .parameters
                .iter()
                .find(|parameter| parameter.name.is_none())
            {
                let name = &method.name;
                let error = Diagnostic::error(
                    codes::INVALID_MEMBER,
                    unnamed.span,
                    "parameters in an ability must be named",
                );
                sink.push(
                    error
                        .label("missing parameter name")
                        .help(format!("write `{name}(a: type) -> type`")),
                );
            }
        }
        Member::Error(_) => {}
    }
}

fn check_service_member(member: &mut Member, sink: &mut DiagnosticSink) {
    match member {
        Member::Field(field) => {
            let name = &field.name;
            let error = Diagnostic::error(codes::INVALID_MEMBER, field.ty.span, "a service can't have fields");
            sink.push(error.label("this is a field").help(format!(
                "write `{name}() -> type` or `{name}(a: type)`; only `data` and `ability` have fields"
            )));
            *member = Member::Error(field.span);
        }
        Member::Arrow(method) => {
            names::check_lowercase(&method.name, "methods", sink);
            check_parameters(&method.arrow, sink);
        }
        Member::Error(_) => {}
    }
}

fn check_constant(constant: &mut Constant, sink: &mut DiagnosticSink) {
    names::check_uppercase(&constant.name, "constants", sink);
    let Some(found) = describe_invalid_constant(&constant.value) else {
        return;
    };
    let span = constant.value.span;
    let error = Diagnostic::error(codes::INVALID_CONSTANT, span, "a constant must be a literal or a name");
    sink.push(
        error
            .label(format!("this is {found}"))
            .help("compute the value in a function, or write it as a literal"),
    );
    constant.value = Expression {
        span,
        kind: ExpressionKind::Error,
    };
}

/// Describes a value that is not allowed for constants. Returns `None` for allowed values.
fn describe_invalid_constant(value: &Expression) -> Option<&'static str> {
    match &value.kind {
        ExpressionKind::Literal(_) | ExpressionKind::Variable(_) | ExpressionKind::Error => None,
        ExpressionKind::Collection { .. } => Some("a collection"),
        ExpressionKind::Call(_) => Some("a call"),
        ExpressionKind::Object(_) => Some("data or an ability"),
        ExpressionKind::Chain { .. } => Some("an access to a part of a value"),
        ExpressionKind::Not(_) | ExpressionKind::Binary { .. } | ExpressionKind::Group(_) => Some("an expression"),
    }
}
