//! Type annotations: from syntax to types.

use super::ModuleChecker;
use crate::codes;
use crate::typing::{Arrow, Parameter, Scalar, Type};
use aqua_diagnostics::suggestions::suggest_or;
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree;
use ecow::EcoString;
use std::sync::Arc;

/// What to do about an unknown type without a similar name.
const DECLARE_TYPE: &str = "declare it with `data`, `ability` or `alias` above, or import it";

impl ModuleChecker<'_> {
    /// Resolves a type; returns the error type if it is invalid.
    pub(super) fn annotation(&mut self, written: &tree::Type) -> Type {
        let ty = match &written.kind {
            tree::TypeKind::Top => Type::Top,
            tree::TypeKind::Bottom => Type::Bottom,
            tree::TypeKind::Scalar(scalar) => Scalar::from_name(scalar.name()).map_or(Type::Error, Type::Scalar),
            tree::TypeKind::Named(path) => self.named_type(path),
            tree::TypeKind::Array(element) => self.collection("an array", element, Type::array),
            tree::TypeKind::Option(element) => self.collection("an option", element, Type::option),
            tree::TypeKind::Stream(element) => self.collection("a stream", element, Type::stream),
            tree::TypeKind::StreamMap(element) => self.collection("a stream map", element, Type::stream_map),
            tree::TypeKind::Arrow(arrow) => Type::Arrow(Arc::new(self.arrow(arrow))),
            tree::TypeKind::Error => Type::Error,
        };
        self.bounded(ty, written.span)
    }

    fn collection(&mut self, collection: &str, element: &tree::Type, constructor: fn(Type) -> Type) -> Type {
        let inner = self.annotation(element);
        if inner.is_data() {
            return constructor(inner);
        }
        let message = Diagnostic::error(
            codes::NOT_DATA,
            element.span,
            format!("{collection} can't contain `{inner}`"),
        );
        self.report(message.label("not data").note(
            "elements of collections are numbers, strings, booleans, `data`, arrays and options; not streams, abilities or functions",
        ));
        Type::Error
    }

    /// The parameters and results of an arrow. Each ability in braces is a leading parameter with the name of its type.
    pub(super) fn arrow(&mut self, written: &tree::Arrow) -> Arrow {
        let mut parameters = Vec::with_capacity(written.abilities.len() + written.parameters.len());
        for path in &written.abilities {
            let ty = self.ability(path);
            parameters.push(Parameter {
                name: Some(path.text()),
                ty,
            });
        }
        for parameter in &written.parameters {
            let ty = self.annotation(&parameter.ty);
            parameters.push(Parameter {
                name: parameter.name.as_ref().map(|name| name.text.clone()),
                ty,
            });
        }
        let results = written.results.iter().map(|result| self.annotation(result)).collect();
        Arrow { parameters, results }
    }

    fn ability(&mut self, path: &tree::Path) -> Type {
        let ty = self.named_type(path);
        match &ty {
            Type::Ability(_) | Type::Service(_) | Type::Error => ty,
            other => {
                let message = format!("expected an ability in braces, found `{other}`");
                let message = Diagnostic::error(codes::NOT_DATA, path.span, message);
                self.report(message.help("move it to the arguments in parentheses"));
                Type::Error
            }
        }
    }

    /// Resolves the name of a type.
    pub(super) fn named_type(&mut self, path: &tree::Path) -> Type {
        let name = path.text();
        if let Some(ty) = self.namespace.ty(&name) {
            return ty.clone();
        }
        if !self.is_explained(&name, path.span) {
            self.unknown_type(&name, path.span);
        }
        Type::Error
    }

    /// Whether messages about an unknown name are suppressed, since it may follow from an error that was reported.
    pub(super) fn is_suppressed(&self, name: &str) -> bool {
        let has_broken_prefix = |(end, _): (usize, &str)| {
            let entry = self.namespace.get(&name[..end]);
            entry.is_some_and(|entry| matches!(entry.ty.as_ref().map(|it| &it.meaning), Some(Type::Error)))
        };
        let is_incomplete = match name.rsplit_once('.') {
            Some((qualifier, _)) if self.namespace.qualifiers.contains(qualifier) => {
                self.namespace.incomplete_qualifiers.contains(qualifier)
            }
            _ => self.namespace.is_incomplete,
        };
        is_incomplete || name.match_indices('.').any(has_broken_prefix)
    }

    /// Whether a message about an unknown name is unnecessary: it is suppressed, or another message explains it.
    pub(super) fn is_explained(&mut self, name: &str, span: Span) -> bool {
        self.is_suppressed(name) || !self.undeclared.contains_key(name) && self.is_undeclared_import(name, span)
    }

    fn unknown_type(&mut self, name: &str, span: Span) {
        if let Some(declaration) = self.undeclared.get(name) {
            let message = format!("type `{name}` is used before it is declared");
            let message = Diagnostic::error(codes::USED_BEFORE_DECLARATION, span, message);
            let message = message
                .secondary(*declaration, "declared here")
                .help("move the declaration above its first use");
            return self.report(message);
        }
        let message = Diagnostic::error(codes::UNKNOWN_TYPE, span, format!("unknown type `{name}`"));
        if !self.suggests() {
            return self.report(message.label("not found").help(DECLARE_TYPE));
        }
        let types = self
            .namespace
            .iter()
            .filter(|(name, entry)| entry.ty.is_some() && is_type_name(name))
            .map(|(name, _)| name.clone());
        let known: Vec<EcoString> = types
            .chain(Scalar::ALL.into_iter().map(|scalar| scalar.name().into()))
            .collect();
        let known = known.iter().map(EcoString::as_str);
        let message = suggest_or(message.label("not found"), span, name, known, DECLARE_TYPE);
        self.report(message);
    }
}

/// Whether a name, which may be dotted, is written as a type: its last part starts with an uppercase letter.
fn is_type_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.starts_with(|first: char| first.is_ascii_uppercase())
}
