//! Names of records and variants in Aqua, where types of all interfaces share one namespace.
//!
//! A name begins with a capital: `user-key` becomes `UserKey`. If another type has the name already, the name of the interface
//! comes before it (`StoreUserKey`), and after that a number follows.

use crate::outline::TypeName;
use std::collections::BTreeSet;

/// The names given so far.
#[derive(Default)]
pub(crate) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// A name for a type that no other type has. Valid components have names for all records and variants.
    pub(crate) fn give(&mut self, ty: Option<TypeName<'_>>) -> String {
        let name = capitalised(ty.map_or("record", |ty| ty.name));
        let interface = ty.and_then(|ty| ty.interface).map_or("", last_part);
        let qualified = capitalised(interface) + &name;
        let numbered = (2..).map(|number| format!("{qualified}{number}"));
        let candidates = [name, qualified.clone()].into_iter().chain(numbered);
        let mut free = candidates.filter(|name| !self.taken.contains(name));
        let name = free.next().unwrap_or_default();
        self.taken.insert(name.clone());
        name
    }
}

/// `store` of `acme:kv/store@1.0.0`.
fn last_part(interface: &str) -> &str {
    let name = interface.split('@').next().unwrap_or_default();
    name.rsplit('/').next().unwrap_or_default()
}

/// `user-key` as `UserKey`.
fn capitalised(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_with_capitals() {
        let names = ["key", "user-key", "HTTP-status", "a-1"].map(capitalised);
        assert_eq!(names, ["Key", "UserKey", "HTTPStatus", "A1"]);
    }

    #[test]
    fn names_are_unique() {
        let mut names = Names::default();
        let key = |interface| Some(TypeName { interface, name: "key" });
        let given = [
            key(Some("acme:kv/store@1.0.0")),
            key(Some("acme:kv/old-store@1.0.0")),
            key(None),
            key(None),
        ]
        .map(|ty| names.give(ty));
        assert_eq!(given, ["Key", "OldStoreKey", "Key2", "Key3"]);
    }
}
