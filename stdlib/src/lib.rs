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

/// Returns the import path of the module that declares a name, and the names of the methods of a service or of the fields of
/// data.
pub fn declaration(name: &str) -> Option<(&'static str, Vec<&'static str>)> {
    modules().iter().find_map(|(path, text)| {
        let mut lines = text.lines();
        lines.find(|line| declared_name(line) == Some(name))?;
        let members = lines.take_while(|line| line.starts_with(' '));
        Some((
            *path,
            members.filter_map(|line| first_word(line.trim_start())).collect(),
        ))
    })
}

/// Returns the name that a line in column 0 declares.
fn declared_name(line: &str) -> Option<&str> {
    let (keyword, rest) = line.split_once(' ')?;
    let is_declaration = ["alias", "const", "data", "func", "service"].contains(&keyword);
    is_declaration.then(|| first_word(rest))?
}

/// Returns the word that a text starts with.
fn first_word(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let word = &text[..end.unwrap_or(text.len())];
    (!word.is_empty()).then_some(word)
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
    fn declarations_are_found_with_their_members() {
        let (path, members) = declaration("Op").expect("a service");
        assert_eq!((path, &members[..2]), ("std/op.aqua", &["noop", "identity"][..]));
        let (path, members) = declaration("VmInfo").expect("data");
        assert_eq!(
            (path, members.as_slice()),
            ("std/peer.aqua", &["ip", "forwarded_ports", "default_ssh_port"][..])
        );
        assert_eq!(declaration("PeerId"), Some(("std/peer.aqua", Vec::new())));
        assert_eq!(declaration("noop"), None);
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
