//! Names in generated code: case conversion and unique names.

use std::collections::BTreeSet;

/// A scope in which each name is declared once.
#[derive(Debug, Clone, Default)]
pub(super) struct NameScope {
    names: BTreeSet<String>,
}

impl NameScope {
    /// A scope in which these names can't be declared.
    pub(super) fn with_reserved(names: &[&str]) -> Self {
        Self {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// Declares a name, with underscores appended until it is unique. Returns the declared name.
    pub(super) fn declare(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        while !self.names.insert(free.clone()) {
            free.push('_');
        }
        free
    }
}

/// Converts a name to snake case: `getAllOf` to `get_all_of`.
pub(super) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut previous = '_';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            if previous != '_' && !previous.is_ascii_uppercase() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        } else {
            snake.push(letter);
        }
        previous = letter;
    }
    snake
}

/// Converts the first letter of a name to upper case.
pub(super) fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_converted_and_unique() {
        assert_eq!(snake_case("getAllOf"), "get_all_of");
        assert_eq!(snake_case("dht_addValue2"), "dht_add_value2");
        assert_eq!(capitalised("greet"), "Greet");
        let mut scope = NameScope::with_reserved(&["type"]);
        assert_eq!(
            [scope.declare("type"), scope.declare("type"), scope.declare("other")],
            ["type_", "type__", "other"]
        );
    }
}
