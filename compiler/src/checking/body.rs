//! Functions and closures: parameters, locals, captures and return values.

use super::ModuleChecker;
use super::declarations::{already_defined, predefined_again};
use super::mismatch::{Expectation, Subject};
use super::namespace::{Entity, Entry};
use super::scopes::{ScopeKind, Scopes};
use crate::checked::{
    Block, Body, Builtin, Closure, ClosureId, Function, FunctionId, Local, LocalId, LocalKind, Value,
};
use crate::codes;
use crate::typing::{Arrow, Type};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{self, Name};
use ecow::EcoString;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The checker of a top-level function with all its closures.
pub(super) struct BodyChecker<'c, 'a> {
    pub(super) module: &'c mut ModuleChecker<'a>,
    locals: Vec<Local>,
    /// For each local, the number of arrows that enclose its definition.
    levels: Vec<usize>,
    /// Closures by id; `None` while a closure is being checked.
    closures: Vec<Option<Closure>>,
    pub(super) scopes: Scopes,
    /// The function and the closures around the current statement, innermost last.
    arrows: Vec<OpenArrow>,
    /// Words of lines with syntax errors, which may define names: they are not reported as unknown.
    suppressed: BTreeSet<EcoString>,
}

/// An arrow whose body is being checked.
struct OpenArrow {
    results: Vec<Type>,
    /// The declaration of the results; the whole arrow if it has none.
    declared: Span,
    returned: Option<Returned>,
    captures: BTreeSet<LocalId>,
}

struct Returned {
    span: Span,
    values: Vec<Value>,
}

impl ModuleChecker<'_> {
    pub(super) fn function(&mut self, written: &tree::Function) {
        let arrow = Arc::new(self.arrow(&written.arrow));
        let span = written.name.span;
        let ty = self.bounded(Type::Arrow(arrow.clone()), written.arrow.span);
        if ty.is_error() {
            return self.define(&written.name, Entry::broken(span));
        }
        let mut checker = BodyChecker {
            module: self,
            locals: Vec::new(),
            levels: Vec::new(),
            closures: Vec::new(),
            scopes: Scopes::default(),
            arrows: Vec::new(),
            suppressed: BTreeSet::new(),
        };
        let (body, _) = checker.arrow_body(&arrow, &written.arrow, &written.body);
        let (mut locals, closures) = (checker.locals, checker.closures.into_iter().flatten().collect());
        locals.shrink_to_fit();
        let (name, file) = (written.name.text.clone(), self.module.file);
        let function = Function {
            name,
            file,
            name_span: span,
            span: written.span,
            arrow,
            locals,
            closures,
            body,
        };
        let id = self.add_function(function);
        self.define(&written.name, Entry::of_value(Entity::Function(id), span));
    }
}

impl BodyChecker<'_, '_> {
    /// Checks the body of a function or closure. Also returns its captures.
    fn arrow_body(&mut self, arrow: &Arrow, written: &tree::Arrow, block: &tree::Block) -> (Body, BTreeSet<LocalId>) {
        let declared = match (written.results.first(), written.results.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => written.span,
        };
        let results = arrow.results.clone();
        let open = OpenArrow {
            results,
            declared,
            returned: None,
            captures: BTreeSet::new(),
        };
        self.arrows.push(open);
        self.scopes.open(ScopeKind::Names);
        let abilities = written.abilities.iter().map(|path| Name {
            text: path.text(),
            span: path.span,
        });
        let named = written.parameters.iter().map(|parameter| match &parameter.name {
            Some(name) => name.clone(),
            None => Name {
                text: EcoString::new(),
                span: parameter.span,
            },
        });
        let names = abilities
            .map(|name| (name, true))
            .chain(named.map(|name| (name, false)));
        let parameters = names.zip(&arrow.parameters).map(|((name, is_ability), parameter)| {
            self.check_new(&name, is_ability);
            self.add_local(&name, parameter.ty.clone(), LocalKind::Parameter)
        });
        let parameters = parameters.collect();
        let has_errors = block.has_errors();
        let block = self.block(block);
        self.scopes.close();
        let Some(open) = self.arrows.pop() else {
            return (Body::default(), BTreeSet::new());
        };
        if !has_errors {
            self.check_returned(&open);
        }
        let returns = open.returned.map(|returned| returned.values).unwrap_or_default();
        (
            Body {
                parameters,
                block,
                returns,
            },
            open.captures,
        )
    }

    fn check_returned(&mut self, open: &OpenArrow) {
        if open.returned.is_some() || open.results.is_empty() {
            return;
        }
        let count = open.results.len();
        let message = format!("{} declared, but the body returns nothing", counted_is(count, "result"));
        let message = Diagnostic::error(codes::MISSING_RETURN, open.declared, message);
        let values = vec!["value"; count].join(", ");
        self.report(
            message
                .label("declared here")
                .help(format!("add `<- {values}` to the end of the body")),
        );
    }

    /// `<- a, b`.
    pub(super) fn return_values(&mut self, written: &[tree::Expression], span: Span) {
        let Some(open) = self.arrows.last() else { return };
        let (results, declared) = (open.results.clone(), open.declared);
        if let Some(earlier) = &open.returned {
            let message = Diagnostic::error(codes::SECOND_RETURN, span, "second return in this body");
            let message = message.secondary(earlier.span, "first return");
            let message = message.help("push the results to a stream and return its first element: `<- results[0]`");
            for value in written {
                self.value(value);
            }
            return self.report(message);
        }
        if results.is_empty() {
            let message = Diagnostic::error(
                codes::UNDECLARED_RETURN,
                span,
                "unexpected return value: no result is declared",
            );
            let message = message.help("declare the result, such as `-> string`, or remove this line");
            for value in written {
                self.value(value);
            }
            self.report(message.secondary(declared, "declared without `->`"));
            return self.returned(Returned {
                span,
                values: Vec::new(),
            });
        }
        let is_broken = written
            .iter()
            .any(|value| matches!(value.kind, tree::ExpressionKind::Error));
        if results.len() != written.len() && !is_broken {
            let (wanted, given) = (counted_is(results.len(), "result"), counted_is(written.len(), "value"));
            let message = format!("{wanted} declared, but {given} returned");
            let message =
                Diagnostic::error(codes::WRONG_RETURN_COUNT, span, message).secondary(declared, "declared here");
            self.report(message.help("return one value for each type after `->`, separated by commas"));
        }
        let result_type = |index: usize| results.get(index).cloned().unwrap_or(Type::Error);
        let mut values = Vec::with_capacity(written.len());
        for (index, value) in written.iter().enumerate() {
            let ty = result_type(index);
            let expectation = Expectation::new(&ty, Subject::Returned).declared(declared, "declared here");
            values.push(self.expect(value, expectation));
        }
        self.returned(Returned { span, values });
    }

    fn returned(&mut self, returned: Returned) {
        if let Some(open) = self.arrows.last_mut() {
            open.returned = Some(returned);
        }
    }

    /// Suppresses messages about unknown names that are words of a line with a syntax error.
    pub(super) fn suppress_words(&mut self, line: Span) {
        let text = self.module.context.sources.text(line);
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        self.suppressed
            .extend(words.filter(|word| !word.is_empty()).map(EcoString::from));
    }

    /// Whether messages about an unknown name are suppressed, since it may follow from an error that was reported.
    pub(super) fn is_suppressed(&self, name: &str) -> bool {
        self.suppressed.contains(name) || self.module.is_suppressed(name)
    }

    /// `c = (x: T): …`.
    pub(super) fn closure(&mut self, written: &tree::Closure, span: Span) -> Option<ClosureId> {
        self.check_new(&written.name, false);
        let arrow = Arc::new(self.module.arrow(&written.arrow));
        let id = ClosureId(self.closures.len() as u32);
        self.closures.push(None);
        let (body, captured) = self.arrow_body(&arrow, &written.arrow, &written.body);
        let ty = self.module.bounded(Type::Arrow(arrow.clone()), written.arrow.span);
        let local = self.add_local(&written.name, ty, LocalKind::Closure(id));
        let captures = captured.into_iter().collect();
        let closure = Closure {
            local,
            arrow,
            body,
            captures,
            captures_topology: written.func.is_none(),
            span,
        };
        self.closures[id.index()] = Some(closure);
        Some(id)
    }

    /// Runs a check in a new scope.
    pub(super) fn scoped<T>(&mut self, kind: ScopeKind, check: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.open(kind);
        let result = check(self);
        self.scopes.close();
        result
    }

    /// Checks a block in a new scope.
    pub(super) fn scoped_block(&mut self, block: &tree::Block) -> Block {
        self.scoped(ScopeKind::Names, |checker| checker.block(block))
    }

    /// Defines a local. Reports an existing definition of the name, which the new one then shadows.
    pub(super) fn define(&mut self, name: &Name, ty: Type, kind: LocalKind) -> LocalId {
        self.check_new(name, false);
        self.add_local(name, ty, kind)
    }

    fn add_local(&mut self, name: &Name, ty: Type, kind: LocalKind) -> LocalId {
        let id = self.hidden_local(name.text.clone(), name.span, ty, kind);
        if !name.text.is_empty() {
            self.scopes.define(name.text.clone(), id, name.span);
        }
        id
    }

    /// Adds a local that can't be referred to by name.
    pub(super) fn hidden_local(&mut self, name: EcoString, span: Span, ty: Type, kind: LocalKind) -> LocalId {
        self.locals.push(Local { name, ty, kind, span });
        self.levels.push(self.arrows.len());
        LocalId(self.locals.len() as u32 - 1)
    }

    fn check_new(&mut self, name: &Name, is_ability: bool) {
        if let Some((_, earlier)) = self.scopes.get(name.as_str()) {
            return self.report(already_defined(name, earlier));
        }
        if name.as_str() == "nil" || Builtin::ALL.iter().any(|builtin| builtin.name() == name.as_str()) {
            return self.report(predefined_again(name));
        }
        if let Some(known) = self.module.namespace.value(name.as_str())
            && !(is_ability && matches!(known.meaning, Entity::Service(_)))
            && !matches!(known.meaning, Entity::Broken)
        {
            let earlier = known.declared;
            self.report(already_defined(name, earlier));
        }
    }

    /// The local of a name. Records it as a capture of the enclosing closures.
    pub(super) fn find_local(&mut self, name: &str) -> Option<LocalId> {
        let (id, _) = self.scopes.get(name)?;
        self.capture(id);
        Some(id)
    }

    /// Records a local as a capture of the enclosing closures inside of its definition.
    pub(super) fn capture(&mut self, id: LocalId) {
        let level = self.levels[id.index()];
        for open in &mut self.arrows[level..] {
            open.captures.insert(id);
        }
    }

    pub(super) fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.index()]
    }

    pub(super) fn function_of(&self, id: FunctionId) -> &Function {
        self.module.function_of(id)
    }

    pub(super) fn report(&mut self, message: Diagnostic) {
        self.module.report(message);
    }
}

/// `no values`, `1 value`, `2 values`.
pub(super) fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        more => format!("{more} {what}s"),
    }
}

/// `1 value is`, `2 values are`.
pub(super) fn counted_is(count: usize, what: &str) -> String {
    format!("{} {}", counted(count, what), if count == 1 { "is" } else { "are" })
}
