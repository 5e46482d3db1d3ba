//! Names that mean nothing: what can be said about them.

use super::{ModuleChecker, predefined_names};
use crate::codes;
use aqua_diagnostics::suggestions::suggest_or;
use aqua_diagnostics::{Diagnostic, Span};
use ecow::EcoString;

/// For how many unknown names similar ones are looked for: who has more mistakes is told of the others without.
const MOST_SUGGESTIONS: usize = 64;

impl ModuleChecker<'_> {
    /// Whether to look for names that may be meant.
    pub(super) fn suggests(&self) -> bool {
        self.told.len() < MOST_SUGGESTIONS
    }

    /// Reports a name that means no value here, unless that follows from an earlier mistake. `locals` are visible too.
    pub(super) fn unknown_value(&mut self, name: &str, span: Span, locals: &[EcoString]) {
        if self.is_excused(name) {
            return;
        }
        let message = if self.current.as_deref() == Some(name) {
            let message = Diagnostic::error(
                codes::USED_BEFORE_DECLARATION,
                span,
                format!("`{name}` can't call itself"),
            );
            message
                .note("every call is written out when a program is compiled, so there is no recursion")
                .help("repeat with `for`; `for … rec` goes through a stream that grows while it is read")
        } else if let Some(place) = self.later.get(name) {
            let message = format!("`{name}` is used before it is declared");
            let message = Diagnostic::error(codes::USED_BEFORE_DECLARATION, span, message);
            message
                .also(*place, "declared here")
                .help("move the declaration above its first use")
        } else if self.namespace.ty(name).is_some() {
            let message = format!("`{name}` is a type, and a value is wanted here");
            Diagnostic::error(codes::UNKNOWN_NAME, span, message)
                .help(format!("make a value of it: `{name}(field = …)`"))
        } else if self.namespace.qualifiers.contains(name) {
            let message = format!("`{name}` is a module, and a value is wanted here");
            let inside = format!("{name}.");
            let names = self.namespace.iter().filter(|(known, _)| known.starts_with(&inside));
            let names: Vec<&str> = names.map(|(known, _)| known.as_str()).collect();
            Diagnostic::error(codes::UNKNOWN_NAME, span, message)
                .help(format!("it has {}", aqua_diagnostics::suggestions::some(names)))
        } else {
            self.unknown_anywhere(name, span, locals)
        };
        self.report(message);
    }

    /// The only value of this name in a module that is used under a name of its own.
    fn qualified(&self, name: &str) -> Option<EcoString> {
        let inside = |known: &EcoString| known.rsplit_once('.').is_some_and(|(_, last)| last == name);
        let mut found = self
            .namespace
            .iter()
            .filter(|(known, entry)| inside(known) && entry.value.is_some());
        let (first, second) = (found.next(), found.next());
        first.filter(|_| second.is_none()).map(|(known, _)| known.clone())
    }

    fn unknown_anywhere(&self, name: &str, span: Span, locals: &[EcoString]) -> Diagnostic {
        let message = match name
            .rsplit_once('.')
            .filter(|(module, _)| self.namespace.qualifiers.contains(*module))
        {
            Some((module, last)) => format!("module `{module}` has no `{last}`"),
            None => format!("nothing is called `{name}`"),
        };
        let message = Diagnostic::error(codes::UNKNOWN_NAME, span, message).label("not found");
        let values = self
            .namespace
            .iter()
            .filter(|(_, entry)| entry.value.is_some())
            .map(|(name, _)| name.as_str());
        if self.suggests()
            && let Some(qualified) = self.qualified(name)
        {
            return message
                .help(format!("it belongs to a module: write `{qualified}`"))
                .fix(format!("write `{qualified}`"), span, qualified);
        }
        let mut known: Vec<&str> = Vec::new();
        if self.suggests() {
            known.extend(locals.iter().map(EcoString::as_str));
            known.extend(values);
            for name in predefined_names() {
                known.push(name);
            }
        }
        suggest_or(message, span, name, known, "define it above this line, or import it")
    }
}
