//! The Aqua standard library: declarations of the builtin services, embedded as text.
//!
//! Programs import these modules as `std/NAME.aqua`; files on disk can't shadow them. Each module declares one service and the
//! types it uses. `std/builtin.aqua` imports all others.
//!
//! ```
//! let text = aqua_stdlib::module("std/kademlia.aqua").expect("embedded");
//! assert!(text.contains("service Kademlia(\"kad\"):"));
//! ```

/// The prefix of the import paths of standard modules.
pub const PREFIX: &str = "std/";

macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        &[$((concat!("std/", $name, ".aqua"), include_str!(concat!("../std/", $name, ".aqua")))),*]
    };
}

/// Returns all modules as pairs of import path and text, sorted by path.
pub const fn modules() -> &'static [(&'static str, &'static str)] {
    embed![
        "array", "builtin", "cmp", "console", "debug", "dist", "json", "kademlia", "math", "op", "peer", "sig",
        "spell", "srv", "stat", "subnet", "vault", "worker",
    ]
}

/// Returns the text of the module with an import path such as `std/peer.aqua`.
pub fn module(path: &str) -> Option<&'static str> {
    let index = modules().binary_search_by_key(&path, |(name, _)| name).ok()?;
    Some(modules()[index].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_sorted_and_found() {
        assert!(modules().is_sorted_by_key(|(name, _)| name));
        for (name, text) in modules() {
            assert_eq!(module(name), Some(*text));
        }
        assert_eq!(module("std/nothing.aqua"), None);
    }

    #[test]
    fn all_files_are_embedded() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/std")).expect("the folder `std`");
        let mut files: Vec<String> = folder
            .map(|entry| format!("{PREFIX}{}", entry.expect("an entry").file_name().to_string_lossy()))
            .collect();
        files.sort();
        let embedded: Vec<&str> = modules().iter().map(|(name, _)| *name).collect();
        assert_eq!(files, embedded);
    }

    #[test]
    fn builtin_imports_every_other_module() {
        let all = module("std/builtin.aqua").expect("embedded");
        for (name, _) in modules().iter().filter(|(name, _)| *name != "std/builtin.aqua") {
            assert!(all.contains(&format!("import \"{name}\"\n")), "{name} is missing");
        }
    }

    #[test]
    fn every_module_opens_with_a_comment_and_a_header() {
        for (name, text) in modules() {
            let header = text.lines().find(|line| !line.starts_with("--"));
            assert!(text.starts_with("-- "), "{name} begins without a comment");
            assert!(
                header.is_some_and(|line| line.starts_with("aqua Std.")),
                "{name} has no header"
            );
        }
    }
}
