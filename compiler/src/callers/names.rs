//! Names that mean something else in the language of the caller.

use std::collections::BTreeSet;

/// Names that are taken in one scope.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    names: BTreeSet<String>,
}

impl Taken {
    /// A scope in which these are taken from the start.
    pub(super) fn with(names: &[&str]) -> Self {
        Self {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// Takes the name, or the nearest free one: with underscores at its end.
    pub(super) fn take(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        while !self.names.insert(free.clone()) {
            free.push('_');
        }
        free
    }
}

/// A name in the way of Rust's functions: `getAllOf` is `get_all_of`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut former = '_';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            if former != '_' && !former.is_ascii_uppercase() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        } else {
            snake.push(letter);
        }
        former = letter;
    }
    snake
}

/// A name with a capital first letter.
pub(super) fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_turned_and_kept_apart() {
        assert_eq!(snake("getAllOf"), "get_all_of");
        assert_eq!(snake("dht_addValue2"), "dht_add_value2");
        assert_eq!(capitalised("greet"), "Greet");
        let mut taken = Taken::with(&["type"]);
        assert_eq!(
            [taken.take("type"), taken.take("type"), taken.take("other")],
            ["type_", "type__", "other"]
        );
    }
}
