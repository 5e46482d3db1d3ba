//! Top-level declarations: data, abilities, services, aliases and constants. Functions are in [`body`](super::body).

use super::namespace::{Conflict, Entity, Entry};
use super::{FxIndexMap, ModuleChecker, literal, predefined, predefined_names};
use crate::checked::{Literal, Service, Value};
use crate::codes;
use crate::typing::subtyping::accepts;
use crate::typing::{Arrow, Named, Type};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{self, Item, Member, Name};
use ecow::EcoString;
use indexmap::IndexMap;
use std::sync::Arc;

impl ModuleChecker<'_> {
    /// Checks one declaration and defines its name.
    pub(super) fn item(&mut self, item: &Item) {
        if let Some(name) = item.name() {
            self.current = Some(name.text.clone());
        }
        match item {
            Item::Data(data) => {
                let fields = self.fields(&data.members, true);
                let ty = fields.map_or(Type::Error, |fields| {
                    Type::Data(Arc::new(Named::new(data.name.text.clone(), fields)))
                });
                let ty = self.bounded(ty, data.name.span);
                self.define_type(&data.name, data.span, ty);
            }
            Item::Ability(ability) => {
                let fields = self.fields(&ability.members, false);
                let ty = fields.map_or(Type::Error, |fields| {
                    Type::Ability(Arc::new(Named::new(ability.name.text.clone(), fields)))
                });
                let ty = self.bounded(ty, ability.name.span);
                self.define_type(&ability.name, ability.span, ty);
            }
            Item::Service(service) => self.service(service),
            Item::Alias(alias) => {
                let ty = self.annotation(&alias.ty);
                self.define_type(&alias.name, alias.span, ty);
            }
            Item::Constant(constant) => self.constant(constant),
            Item::Function(function) => self.function(function),
            Item::Error(broken) => match &broken.name {
                Some(name) => {
                    self.namespace.add_broken(name.text.clone(), name.span);
                }
                None => self.namespace.is_incomplete = true,
            },
        }
        if let Some(name) = item.name()
            && self.undeclared.get(&name.text) == Some(&name.span)
        {
            self.undeclared.swap_remove(&name.text);
        }
        self.current = None;
    }

    /// Defines a declared name, or reports that it is already defined.
    pub(super) fn define(&mut self, name: &Name, entry: Entry) {
        if let Err(conflict) = self.add(name, entry) {
            self.report(already_defined(name, conflict.earlier));
        }
    }

    /// Defines a declared type. A duplicate of an equal declaration can be removed; in a dependency it is only a warning.
    fn define_type(&mut self, name: &Name, declaration: Span, ty: Type) {
        let Err(conflict) = self.add(name, Entry::of_type(ty, name.span)) else {
            return;
        };
        let message = already_defined(name, conflict.earlier);
        if !conflict.is_duplicate {
            return self.report(message);
        }
        let message = message
            .label("equal to the first definition")
            .help("remove this declaration")
            .fix("remove the declaration", declaration, "");
        self.report(match self.module.is_dependency {
            true => message.as_warning(),
            false => message,
        });
    }

    fn add(&mut self, name: &Name, entry: Entry) -> Result<(), Conflict> {
        if predefined_names().any(|predefined| predefined == name.as_str()) {
            self.report(predefined_again(name));
            return Ok(());
        }
        self.namespace.add(name.text.clone(), entry)
    }

    /// The fields of `data` or an ability. `None` if a line has a syntax error: the type becomes the error type.
    fn fields(&mut self, members: &[Member], only_data: bool) -> Option<IndexMap<EcoString, Type>> {
        let mut fields = IndexMap::with_capacity(members.len());
        let mut spans: FxIndexMap<EcoString, Span> = FxIndexMap::default();
        let mut is_complete = true;
        for member in members {
            let (name, ty) = match member {
                Member::Field(field) => {
                    let ty = self.annotation(&field.ty);
                    (
                        &field.name,
                        if only_data {
                            self.data_field(&field.name, ty, field.ty.span)
                        } else {
                            ty
                        },
                    )
                }
                Member::Arrow(method) => (&method.name, Type::Arrow(Arc::new(self.arrow(&method.arrow)))),
                Member::Error(_) => {
                    is_complete = false;
                    continue;
                }
            };
            if let Some(earlier) = spans.get(&name.text) {
                self.report(duplicate(name, *earlier));
                continue;
            }
            spans.insert(name.text.clone(), name.span);
            fields.insert(name.text.clone(), ty);
        }
        (is_complete && !fields.is_empty()).then_some(fields)
    }

    fn data_field(&mut self, name: &Name, ty: Type, span: Span) -> Type {
        if ty.is_data() {
            return ty;
        }
        let message = Diagnostic::error(codes::NOT_DATA, span, format!("field `{name}` of data can't be `{ty}`"));
        let message = message
            .label("not data")
            .note("streams, abilities and functions are not data");
        self.report(match &ty {
            Type::Stream(element) => message.help(format!("use an array: `[]{element}`")),
            _ => message.help("declare an `ability` instead of `data`"),
        });
        Type::Error
    }

    fn service(&mut self, service: &tree::Service) {
        let default_id = service.id.as_ref().and_then(|id| self.default_id(id));
        let mut methods: IndexMap<EcoString, Arc<Arrow>> = IndexMap::with_capacity(service.members.len());
        let mut spans: IndexMap<EcoString, Span> = IndexMap::with_capacity(service.members.len());
        let mut is_complete = true;
        for member in &service.members {
            let Member::Arrow(method) = member else {
                is_complete = false;
                continue;
            };
            let arrow = self.arrow(&method.arrow);
            if let Some(earlier) = spans.get(&method.name.text) {
                self.report(duplicate(&method.name, *earlier));
                continue;
            }
            if arrow.results.len() > 1 {
                let span = method.arrow.results[1].span;
                let message = format!("service method `{}` has {} results", method.name, arrow.results.len());
                let message = Diagnostic::error(codes::MULTIPLE_RESULTS, span, message).label("second result");
                self.report(message.help("return one `data` value with all results"));
            }
            spans.insert(method.name.text.clone(), method.name.span);
            methods.insert(method.name.text.clone(), Arc::new(arrow));
        }
        let fields = methods
            .iter()
            .map(|(name, arrow)| (name.clone(), Type::Arrow(arrow.clone())))
            .collect();
        let ty = Type::Service(Arc::new(Named::new(service.name.text.clone(), fields)));
        let ty = if is_complete {
            self.bounded(ty, service.name.span)
        } else {
            Type::Error
        };
        if ty.is_error() {
            return self.define(&service.name, Entry::broken(service.name.span));
        }
        let (name, name_span, file) = (service.name.text.clone(), service.name.span, self.module.file);
        let checked = Service {
            name,
            file,
            name_span,
            default_id,
            methods,
            method_spans: spans,
        };
        let id = self.add_service(checked);
        let mut entry = Entry::of_type(ty, name_span);
        entry.value = Entry::of_value(Entity::Service(id), name_span).value;
        self.define(&service.name, entry);
    }

    fn default_id(&mut self, id: &tree::Expression) -> Option<Value> {
        let value = self.constant_value(id);
        if !accepts(&Type::STRING, &value.ty) {
            let message = format!("the id of a service must be `string`, found `{}`", value.ty);
            self.report(Diagnostic::error(codes::WRONG_TYPE, id.span, message));
            return Some(Value::missing(id.span));
        }
        Some(value)
    }

    fn constant(&mut self, constant: &tree::Constant) {
        let name = &constant.name;
        let value = self.constant_value(&constant.value);
        if let Some(given) = self.context.options.constants.get(&name.text) {
            let given = literal(given.clone(), value.span);
            self.check_override(constant, &value, &given);
            let entry = Entry::of_value(Entity::Constant(Box::new(given)), name.span);
            if self.namespace.value(name.as_str()).is_none() {
                self.define(name, entry);
            }
            return;
        }
        let known = self.namespace.value(name.as_str()).cloned();
        match known.as_ref().map(|it| (&it.meaning, it.declared)) {
            None => self.define(name, Entry::of_value(Entity::Constant(Box::new(value)), name.span)),
            Some((Entity::Constant(earlier), _)) if constant.overridable => {
                self.check_override(constant, &value, earlier);
            }
            Some((Entity::Constant(_), declared)) => {
                let message = format!("constant `{name}` is already defined: this line has no effect");
                let message = Diagnostic::warning(codes::CONSTANT_REDEFINED, constant.span, message);
                self.report(message.secondary(declared, "first definition"));
            }
            Some((Entity::Broken, _)) => {}
            Some((_, declared)) => self.report(already_defined(name, declared)),
        }
    }

    /// Reports a constant that is overridden with a value of an incompatible type.
    fn check_override(&mut self, constant: &tree::Constant, own: &Value, given: &Value) {
        if accepts(&own.ty, &given.ty) || accepts(&given.ty, &own.ty) {
            return;
        }
        let message = format!(
            "constant `{}` is set to a value of type `{}`, but its default has type `{}`",
            constant.name, given.ty, own.ty
        );
        self.report(Diagnostic::error(codes::WRONG_TYPE, constant.value.span, message));
    }

    /// A constant expression: a literal or the name of a constant.
    fn constant_value(&mut self, value: &tree::Expression) -> Value {
        let span = value.span;
        match &value.kind {
            tree::ExpressionKind::Literal(written) => super::values::literal_value(written, span),
            tree::ExpressionKind::Variable(name) => self.constant_named(name, span),
            tree::ExpressionKind::Chain { head, steps } => match super::chains::dotted(head, steps) {
                Some(name) => self.constant_named(&name, span),
                None => self.not_constant(span),
            },
            tree::ExpressionKind::Error => Value::missing(span),
            _ => self.not_constant(span),
        }
    }

    fn not_constant(&mut self, span: Span) -> Value {
        let message = "expected a constant expression";
        let message = Diagnostic::error(aqua_grammar::codes::INVALID_CONSTANT, span, message);
        self.report(message.help("use a literal or the name of a constant"));
        Value::missing(span)
    }

    fn constant_named(&mut self, name: &EcoString, span: Span) -> Value {
        if let Some(value) = predefined(name, span) {
            return value;
        }
        match self.namespace.value(name).map(|it| &it.meaning) {
            Some(Entity::Constant(value)) => Value {
                span,
                ..(**value).clone()
            },
            Some(Entity::Broken) => Value::missing(span),
            Some(Entity::Function(_) | Entity::Service(_)) => self.not_constant(span),
            None => match self.context.options.constants.get(name) {
                Some(given) => literal(Literal::clone(given), span),
                None => {
                    self.unknown_value(name, span, &[]);
                    Value::missing(span)
                }
            },
        }
    }
}

/// The message about a definition of a predefined name.
pub(super) fn predefined_again(name: &Name) -> Diagnostic {
    let message = format!("can't redefine the predefined name `{name}`");
    Diagnostic::error(codes::ALREADY_DEFINED, name.span, message).help(format!(
        "remove this definition, since every program has `{name}`, or choose another name"
    ))
}

/// The message about a second definition of a name.
pub(super) fn already_defined(name: &Name, earlier: Span) -> Diagnostic {
    let message = Diagnostic::error(
        codes::ALREADY_DEFINED,
        name.span,
        format!("`{name}` is already defined"),
    );
    message
        .label("second definition")
        .secondary(earlier, "first definition")
        .help("choose another name: a name can't be redefined")
}

fn duplicate(name: &Name, earlier: Span) -> Diagnostic {
    let message = Diagnostic::error(codes::DUPLICATE_FIELD, name.span, format!("`{name}` is declared twice"));
    message
        .secondary(earlier, "first declaration")
        .help("remove or rename one of them")
}
