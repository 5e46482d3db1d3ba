//! Names in Rust, in WIT, and in the bindings that wit-bindgen makes.

use heck::{ToKebabCase as _, ToSnakeCase as _, ToUpperCamelCase as _};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;

/// The words of WIT that are names only after a `%`.
const WIT_KEYWORDS: &[&str] = &[
    "as",
    "async",
    "bool",
    "borrow",
    "char",
    "constructor",
    "enum",
    "error-context",
    "export",
    "f32",
    "f64",
    "flags",
    "from",
    "func",
    "future",
    "import",
    "include",
    "interface",
    "list",
    "map",
    "option",
    "own",
    "package",
    "record",
    "resource",
    "result",
    "s16",
    "s32",
    "s64",
    "s8",
    "static",
    "stream",
    "string",
    "tuple",
    "type",
    "u16",
    "u32",
    "u64",
    "u8",
    "use",
    "variant",
    "with",
    "world",
];

/// The names that wit-bindgen writes with `_` at their end.
const RUST_KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// A name of the module.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    /// As written.
    pub(crate) rust: Ident,
    /// Words with `-` between them, without `%`.
    pub(crate) wit: String,
}

impl Name {
    /// # Errors
    /// If WIT has no name for it.
    pub(crate) fn new(rust: &Ident) -> syn::Result<Self> {
        let wit = rust.unraw().to_string().to_kebab_case();
        let is_word = |word: &str| {
            word.starts_with(|letter: char| letter.is_ascii_lowercase())
                && word
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        };
        if !wit.split('-').all(is_word) {
            return Err(syn::Error::new(
                rust.span(),
                format!(
                    "`{}` can't be a name in an interface: each of its words must begin with a letter of ASCII",
                    rust.unraw()
                ),
            ));
        }
        Ok(Self {
            rust: rust.clone(),
            wit,
        })
    }

    /// The name in a WIT file.
    pub(crate) fn escaped(&self) -> String {
        escaped(&self.wit)
    }

    /// The name that the bindings give to a function or a field.
    pub(crate) fn bound_value(&self) -> Ident {
        bound(&self.wit)
    }

    /// The name that the bindings give to a type or a case.
    pub(crate) fn bound_type(&self) -> Ident {
        Ident::new(&self.wit.to_upper_camel_case(), Span::call_site())
    }
}

/// The name of a module of the bindings, for a name in WIT.
pub(crate) fn bound(wit: &str) -> Ident {
    let mut name = wit.to_snake_case();
    if RUST_KEYWORDS.contains(&name.as_str()) {
        name.push('_');
    }
    Ident::new(&name, Span::call_site())
}

/// A name in a WIT file.
pub(crate) fn escaped(wit: &str) -> String {
    match WIT_KEYWORDS.contains(&wit) {
        true => format!("%{wit}"),
        false => wit.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(rust: &str) -> syn::Result<Name> {
        Name::new(&syn::parse_str(rust).unwrap_or_else(|_| Ident::new_raw(rust, Span::call_site())))
    }

    #[test]
    fn names_are_words_with_hyphens() {
        for (rust, wit, value, ty) in [
            ("word_count", "word-count", "word_count", "WordCount"),
            ("WordCount", "word-count", "word_count", "WordCount"),
            ("HTTPCode", "http-code", "http_code", "HttpCode"),
            ("_unused", "unused", "unused", "Unused"),
            ("sha256", "sha256", "sha256", "Sha256"),
            ("type", "%type", "type_", "Type"),
            ("list", "%list", "list", "List"),
        ] {
            let name = name(rust).expect("a name");
            assert_eq!(
                (
                    name.escaped(),
                    name.bound_value().to_string(),
                    name.bound_type().to_string()
                ),
                (wit.to_owned(), value.to_owned(), ty.to_owned()),
                "{rust}"
            );
        }
    }

    #[test]
    fn other_names_are_errors() {
        for rust in ["größe", "part_2", "__"] {
            assert!(name(rust).is_err(), "{rust}");
        }
    }
}
