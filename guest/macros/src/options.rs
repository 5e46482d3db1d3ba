//! The arguments of the attribute: `package = "namespace:name@version"` and `interface = "name"`.

use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token};

/// The arguments that are given.
#[derive(Default)]
pub(crate) struct Options {
    /// The package of the interface.
    pub(crate) package: Option<LitStr>,
    /// The name of the interface.
    pub(crate) interface: Option<LitStr>,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            let option = match name.to_string().as_str() {
                "package" => &mut options.package,
                "interface" => &mut options.interface,
                other => {
                    let message = format!("unknown argument `{other}`; there are `package` and `interface`");
                    return Err(syn::Error::new(name.span(), message));
                }
            };
            if option.is_some() {
                return Err(syn::Error::new(name.span(), format!("`{name}` is given twice")));
            }
            input.parse::<Token![=]>()?;
            let value: LitStr = input.parse()?;
            let is_valid = match name == "package" {
                true => is_package(&value.value()),
                false => is_name(&value.value()),
            };
            if !is_valid {
                let expected = match name == "package" {
                    true => "a package, such as `example:counter` or `example:counter@0.1.0`",
                    false => "lower-case words with `-` between them",
                };
                return Err(syn::Error::new(
                    value.span(),
                    format!("invalid value for `{name}`: expected {expected}"),
                ));
            }
            *option = Some(value);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

fn is_package(text: &str) -> bool {
    let (name, version) = text
        .split_once('@')
        .map_or((text, None), |(name, version)| (name, Some(version)));
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || ".-+".contains(letter);
    name.split_once(':')
        .is_some_and(|(namespace, name)| is_name(namespace) && is_name(name))
        && version.is_none_or(|version| {
            version.split('.').count() >= 3
                && version.chars().all(is_part)
                && version.starts_with(|first: char| first.is_ascii_digit())
        })
}

fn is_name(text: &str) -> bool {
    text.split('-').all(|word| {
        word.starts_with(|letter: char| letter.is_ascii_lowercase())
            && word
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(arguments: &str) -> String {
        syn::parse_str::<Options>(arguments).err().expect(arguments).to_string()
    }

    #[test]
    fn both_arguments_are_optional() {
        let options: Options = syn::parse_str("interface = \"counter\", package = \"a:b@0.1.0\",").expect("options");
        assert_eq!(options.interface.map(|value| value.value()).as_deref(), Some("counter"));
        assert_eq!(options.package.map(|value| value.value()).as_deref(), Some("a:b@0.1.0"));
        assert!(syn::parse_str::<Options>("").is_ok());
    }

    #[test]
    fn mistakes_are_explained() {
        assert_eq!(
            error("name = \"a\""),
            "unknown argument `name`; there are `package` and `interface`"
        );
        assert_eq!(
            error("interface = \"a\", interface = \"b\""),
            "`interface` is given twice"
        );
        assert_eq!(
            error("interface = \"Api\""),
            "invalid value for `interface`: expected lower-case words with `-` between them"
        );
        for package in ["a", "a:b@1", "A:b", "a:b@x.1.2"] {
            assert_eq!(
                error(&format!("package = \"{package}\"")),
                "invalid value for `package`: expected a package, such as `example:counter` or `example:counter@0.1.0`"
            );
        }
    }
}
