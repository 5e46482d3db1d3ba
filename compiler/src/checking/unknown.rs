//! Messages about unknown names.

use super::{ModuleChecker, predefined_names};
use crate::codes;
use aqua_diagnostics::suggestions::suggest_or;
use aqua_diagnostics::{Diagnostic, Span};
use ecow::EcoString;

/// The number of unknown names for which similar names are searched; further ones are reported without suggestions.
const MAX_SUGGESTIONS: usize = 64;

impl ModuleChecker<'_> {
    /// Whether to search for similar names.
    pub(super) fn suggests(&self) -> bool {
        self.reported_names.len() < MAX_SUGGESTIONS
    }

    /// Reports an unknown value, unless it follows from an earlier error. Returns the index of the message. `locals` are names that
    /// may be meant, besides the values of the module.
    pub(super) fn unknown_value(&mut self, name: &str, span: Span, locals: &[EcoString]) -> Option<usize> {
        if self.is_explained(name, span) {
            return None;
        }
        let message = if self.current.as_deref() == Some(name) {
            let message = Diagnostic::error(
                codes::USED_BEFORE_DECLARATION,
                span,
                format!("recursive call of `{name}`"),
            );
            message
                .note("all calls are inlined when a program is compiled, so functions can't be recursive")
                .help("use `for`; `for … rec` iterates over a stream that grows during the iteration")
        } else if let Some(declaration) = self.undeclared.get(name) {
            let message = format!("`{name}` is used before it is declared");
            let message = Diagnostic::error(codes::USED_BEFORE_DECLARATION, span, message);
            message
                .secondary(*declaration, "declared here")
                .help("move the declaration above its first use")
        } else if self.namespace.ty(name).is_some() {
            let message = format!("expected a value, found type `{name}`");
            Diagnostic::error(codes::UNKNOWN_NAME, span, message)
                .help(format!("create a value of the type: `{name}(field = …)`"))
        } else if self.namespace.qualifiers.contains(name) {
            let message = format!("expected a value, found module `{name}`");
            let inside = format!("{name}.");
            let names = self.namespace.iter().filter(|(known, _)| known.starts_with(&inside));
            let names: Vec<&str> = names.map(|(known, _)| known.as_str()).collect();
            Diagnostic::error(codes::UNKNOWN_NAME, span, message).help(format!(
                "it has {}",
                aqua_diagnostics::suggestions::truncated_list(names)
            ))
        } else {
            self.unknown_anywhere(name, span, locals)
        };
        Some(self.report_indexed(message))
    }

    /// The qualified name, if exactly one qualified value has this name.
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
            None => format!("unknown name `{name}`"),
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
            return message.help(format!("a module declares it: write `{qualified}`")).fix(
                format!("write `{qualified}`"),
                span,
                qualified,
            );
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
