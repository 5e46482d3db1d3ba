//! Top-level declarations: data, abilities, services, aliases and constants. Functions are in [`body`](super::body).

use super::namespace::{Clash, Entity, Entry};
use super::{ModuleChecker, literal, predefined, predefined_names};
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
    /// Checks one declaration and makes its name known.
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
            && self.later.get(&name.text) == Some(&name.span)
        {
            self.later.swap_remove(&name.text);
        }
        self.current = None;
    }

    /// Makes a declared name known, or reports that it means something already.
    pub(super) fn define(&mut self, name: &Name, entry: Entry) {
        if let Err(clash) = self.add(name, entry) {
            self.report(already_defined(name, clash.earlier));
        }
    }

    /// The same for a declared type, of which `whole` is the declaration. What another declaration says as well is harmless
    /// in a dependency, and mended by leaving it out.
    fn define_type(&mut self, name: &Name, whole: Span, ty: Type) {
        let Err(clash) = self.add(name, Entry::of_type(ty, name.span)) else {
            return;
        };
        let message = already_defined(name, clash.earlier);
        if !clash.repeats {
            return self.report(message);
        }
        let message = message
            .label("the same again")
            .help("leave this declaration out")
            .fix("leave it out", whole, "");
        self.report(match self.module.is_dependency {
            true => message.as_warning(),
            false => message,
        });
    }

    fn add(&mut self, name: &Name, entry: Entry) -> Result<(), Clash> {
        if predefined_names().any(|predefined| predefined == name.as_str()) {
            let message = format!("`{name}` is predefined and can't be declared again");
            self.report(Diagnostic::error(codes::ALREADY_DEFINED, name.span, message));
            return Ok(());
        }
        self.namespace.add(name.text.clone(), entry)
    }

    /// The fields of data or an ability. `None` when a line was broken: then the whole type is an error type.
    fn fields(&mut self, members: &[Member], only_data: bool) -> Option<IndexMap<EcoString, Type>> {
        let mut fields = IndexMap::with_capacity(members.len());
        let mut places: IndexMap<EcoString, Span> = IndexMap::with_capacity(members.len());
        let mut is_whole = true;
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
                    is_whole = false;
                    continue;
                }
            };
            if let Some(earlier) = places.get(&name.text) {
                self.report(duplicate(name, *earlier));
                continue;
            }
            places.insert(name.text.clone(), name.span);
            fields.insert(name.text.clone(), ty);
        }
        (is_whole && !fields.is_empty()).then_some(fields)
    }

    fn data_field(&mut self, name: &Name, ty: Type, span: Span) -> Type {
        if ty.is_data() {
            return ty;
        }
        let message = Diagnostic::error(codes::NOT_DATA, span, format!("field `{name}` of data can't be `{ty}`"));
        let message = message
            .label("not data")
            .note("streams, abilities and functions are no data");
        self.report(match &ty {
            Type::Stream(element) => message.help(format!("hold its values as an array: `[]{element}`")),
            _ => message.help("declare an `ability` instead of `data`"),
        });
        Type::Error
    }

    fn service(&mut self, service: &tree::Service) {
        let default_id = service.id.as_ref().and_then(|id| self.default_id(id));
        let mut methods: IndexMap<EcoString, Arc<Arrow>> = IndexMap::with_capacity(service.members.len());
        let mut places: IndexMap<EcoString, Span> = IndexMap::with_capacity(service.members.len());
        let mut is_whole = true;
        for member in &service.members {
            let Member::Arrow(method) = member else {
                is_whole = false;
                continue;
            };
            let arrow = self.arrow(&method.arrow);
            if let Some(earlier) = places.get(&method.name.text) {
                self.report(duplicate(&method.name, *earlier));
                continue;
            }
            if arrow.results.len() > 1 {
                let span = method.arrow.results[1].span;
                let message = format!("service method `{}` has {} results", method.name, arrow.results.len());
                let message = Diagnostic::error(codes::MULTIPLE_RESULTS, span, message).label("the second result");
                self.report(message.help("give one `data` value that holds them all"));
            }
            places.insert(method.name.text.clone(), method.name.span);
            methods.insert(method.name.text.clone(), Arc::new(arrow));
        }
        let fields = methods
            .iter()
            .map(|(name, arrow)| (name.clone(), Type::Arrow(arrow.clone())))
            .collect();
        let ty = Type::Service(Arc::new(Named::new(service.name.text.clone(), fields)));
        let ty = if is_whole {
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
            method_spans: places,
        };
        let id = self.add_service(checked);
        let mut entry = Entry::of_type(ty, name_span);
        entry.value = Entry::of_value(Entity::Service(id), name_span).value;
        self.define(&service.name, entry);
    }

    fn default_id(&mut self, id: &tree::Value) -> Option<Value> {
        let value = self.plain_value(id);
        if !accepts(&Type::STRING, &value.ty) {
            let message = format!("the id of a service is a string, not `{}`", value.ty);
            self.report(Diagnostic::error(codes::WRONG_TYPE, id.span, message));
            return Some(Value::missing(id.span));
        }
        Some(value)
    }

    fn constant(&mut self, constant: &tree::Constant) {
        let name = &constant.name;
        let value = self.plain_value(&constant.value);
        if let Some(given) = self.whole.options.constants.get(&name.text) {
            let given = literal(given.clone(), value.span);
            self.check_override(constant, &value, &given);
            let entry = Entry::of_value(Entity::Constant(Box::new(given)), name.span);
            if self.namespace.value(name.as_str()).is_none() {
                self.define(name, entry);
            }
            return;
        }
        let known = self.namespace.value(name.as_str()).cloned();
        match known.as_ref().map(|meaning| (&meaning.what, meaning.declared)) {
            None => self.define(name, Entry::of_value(Entity::Constant(Box::new(value)), name.span)),
            Some((Entity::Constant(earlier), _)) if constant.overridable => {
                self.check_override(constant, &value, earlier);
            }
            Some((Entity::Constant(_), declared)) => {
                let message = format!("constant `{name}` is defined already; this line has no effect");
                let message = Diagnostic::warning(codes::CONSTANT_AGAIN, constant.span, message);
                self.report(message.also(declared, "the first definition counts"));
            }
            Some((Entity::Broken, _)) => {}
            Some((_, declared)) => self.report(already_defined(name, declared)),
        }
    }

    /// A value that overrides a constant must be of a kind with it.
    fn check_override(&mut self, constant: &tree::Constant, own: &Value, given: &Value) {
        if accepts(&own.ty, &given.ty) || accepts(&given.ty, &own.ty) {
            return;
        }
        let message = format!(
            "constant `{}` is given as `{}`, but this default is `{}`",
            constant.name, given.ty, own.ty
        );
        self.report(Diagnostic::error(codes::WRONG_TYPE, constant.value.span, message));
    }

    /// A literal or the name of a constant: all that constants and service ids may be.
    fn plain_value(&mut self, value: &tree::Value) -> Value {
        let span = value.span;
        match &value.kind {
            tree::ValueKind::Literal(written) => super::values::literal_value(written, span),
            tree::ValueKind::Variable(name) => self.constant_named(name, span),
            tree::ValueKind::Chain { head, steps } => match super::chains::dotted(head, steps) {
                Some(name) => self.constant_named(&name, span),
                None => self.not_constant(span),
            },
            tree::ValueKind::Error => Value::missing(span),
            _ => self.not_constant(span),
        }
    }

    fn not_constant(&mut self, span: Span) -> Value {
        let message = "this must be known before the program runs";
        let message = Diagnostic::error(aqua_grammar::codes::CONSTANT_VALUE, span, message);
        self.report(message.help("write a literal, or the name of a constant"));
        Value::missing(span)
    }

    fn constant_named(&mut self, name: &EcoString, span: Span) -> Value {
        if let Some(value) = predefined(name, span) {
            return value;
        }
        match self.namespace.value(name).map(|meaning| &meaning.what) {
            Some(Entity::Constant(value)) => Value {
                span,
                ..(**value).clone()
            },
            Some(Entity::Broken) => Value::missing(span),
            Some(Entity::Function(_) | Entity::Service(_)) => self.not_constant(span),
            None => match self.whole.options.constants.get(name) {
                Some(given) => literal(Literal::clone(given), span),
                None => {
                    self.unknown_value(name, span, &[]);
                    Value::missing(span)
                }
            },
        }
    }
}

/// A name that means something already.
pub(super) fn already_defined(name: &Name, earlier: Span) -> Diagnostic {
    let message = Diagnostic::error(
        codes::ALREADY_DEFINED,
        name.span,
        format!("`{name}` is defined already"),
    );
    message
        .label("a second meaning")
        .also(earlier, "the first is here")
        .help("choose another name: names never change meaning")
}

fn duplicate(name: &Name, earlier: Span) -> Diagnostic {
    let message = Diagnostic::error(codes::DUPLICATE_FIELD, name.span, format!("`{name}` is declared twice"));
    message
        .also(earlier, "first here")
        .help("take one of them out, or give it another name")
}
