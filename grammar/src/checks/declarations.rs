//! What may stand in which declaration.

use super::{names, statements};
use crate::codes;
use crate::report::Report;
use crate::tree::{Arrow, Constant, Item, Member, Parameter, Value, ValueKind};
use aqua_diagnostics::Diagnostic;

/// Checks one declaration.
pub(super) fn check(item: &mut Item, report: &mut Report) {
    match item {
        Item::Data(data) => {
            names::capital(&data.name, "data", report);
            data.members.iter_mut().for_each(|member| in_data(member, report));
        }
        Item::Ability(ability) => {
            names::capital(&ability.name, "abilities", report);
            ability.members.iter().for_each(|member| in_ability(member, report));
        }
        Item::Service(service) => {
            names::capital(&service.name, "services", report);
            service.members.iter_mut().for_each(|member| in_service(member, report));
        }
        Item::Alias(alias) => names::capital(&alias.name, "types", report),
        Item::Constant(constant) => check_constant(constant, report),
        Item::Function(function) => {
            names::small(&function.name, "functions", report);
            parameters(&function.arrow, report);
            statements::check_body(&mut function.body, report);
        }
        Item::Error(error) => {
            if let Some(body) = &mut error.body {
                statements::check_body(body, report);
            }
        }
    }
}

/// The named parameters of a signature.
pub(super) fn parameters(arrow: &Arrow, report: &mut Report) {
    for Parameter { name, .. } in &arrow.parameters {
        if let Some(name) = name {
            names::small(name, "parameters", report);
        }
    }
}

fn in_data(member: &mut Member, report: &mut Report) {
    match member {
        Member::Field(field) => names::small(&field.name, "fields", report),
        Member::Arrow(method) => {
            let error = Diagnostic::error(codes::WRONG_MEMBER, method.arrow.span, "data can't hold functions");
            report.push(
                error
                    .label("only data can be a field of data")
                    .help("an `ability` can hold functions"),
            );
            *member = Member::Error(method.span);
        }
        Member::Error(_) => {}
    }
}

fn in_ability(member: &Member, report: &mut Report) {
    match member {
        Member::Field(field) => names::small(&field.name, "fields", report),
        Member::Arrow(method) => {
            names::small(&method.name, "functions", report);
            parameters(&method.arrow, report);
            if let Some(unnamed) = method
                .arrow
                .parameters
                .iter()
                .find(|parameter| parameter.name.is_none())
            {
                let name = &method.name;
                let error = Diagnostic::error(codes::WRONG_MEMBER, unnamed.span, "parameters in an ability have names");
                report.push(
                    error
                        .label("which parameter?")
                        .help(format!("write `{name}(a: type) -> type`")),
                );
            }
        }
        Member::Error(_) => {}
    }
}

fn in_service(member: &mut Member, report: &mut Report) {
    match member {
        Member::Field(field) => {
            let name = &field.name;
            let error = Diagnostic::error(codes::WRONG_MEMBER, field.ty.span, "a service has methods only");
            report.push(error.label("this is a field").help(format!(
                "write `{name}() -> type` or `{name}(a: type)`; `data` and `ability` have fields"
            )));
            *member = Member::Error(field.span);
        }
        Member::Arrow(method) => {
            names::small(&method.name, "methods", report);
            parameters(&method.arrow, report);
        }
        Member::Error(_) => {}
    }
}

fn check_constant(constant: &mut Constant, report: &mut Report) {
    names::capitals(&constant.name, "constants", report);
    let Some(found) = computed(&constant.value) else { return };
    let span = constant.value.span;
    let error = Diagnostic::error(
        codes::CONSTANT_VALUE,
        span,
        "a constant is a string, a number, a truth or a name",
    );
    report.push(
        error
            .label(format!("this is {found}"))
            .help("compute it in a function, or write out the result"),
    );
    constant.value = Value {
        span,
        kind: ValueKind::Error,
    };
}

/// What a value is, if a constant can't be it.
fn computed(value: &Value) -> Option<&'static str> {
    match &value.kind {
        ValueKind::Literal(_) | ValueKind::Variable(_) | ValueKind::Error => None,
        ValueKind::Collection { .. } => Some("a collection"),
        ValueKind::Call(_) => Some("a call"),
        ValueKind::Object { .. } => Some("data or an ability"),
        ValueKind::Chain { .. } => Some("a part of another value"),
        ValueKind::Not(_) | ValueKind::Binary { .. } | ValueKind::Group(_) => Some("an expression"),
    }
}
