//! The Wasm file of a service: a component or a Marine module, and its declarations in Aqua.

use aqua_component::Component;
use aqua_interface::{AmbiguousName, Interface, service_name};
use aqua_marine::Module;
use std::path::Path;

/// First bytes of every binary WebAssembly file.
const MAGIC: &[u8] = b"\0asm";
/// The following bytes of a file that holds a core module.
const CORE_MODULE: &[u8] = b"\x01\0\0\0";

/// The file of a service, read.
#[derive(Debug)]
pub enum ServiceFile {
    /// A WebAssembly component.
    Component(Box<Component>),
    /// A Marine module.
    Marine(Box<Module>),
}

/// A file is not that of a service. Holds the reason, as a short phrase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAService(String);

impl ServiceFile {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// The bytes are neither a component nor a Marine module, or one that can't be run.
    pub fn read(bytes: &[u8]) -> Result<Self, NotAService> {
        let Some(version) = bytes.strip_prefix(MAGIC) else {
            return Err(NotAService("it is not a binary WebAssembly file".to_owned()));
        };
        if version.starts_with(CORE_MODULE) {
            let module = Module::read(bytes).map_err(|error| NotAService(error.to_string()))?;
            Ok(Self::Marine(Box::new(module)))
        } else {
            let component = Component::read(bytes).map_err(|error| NotAService(error.to_string()))?;
            Ok(Self::Component(Box::new(component)))
        }
    }

    /// The functions that Aqua programs can call.
    pub fn interface(&self) -> &Interface {
        match self {
            Self::Component(component) => &component.interface,
            Self::Marine(module) => module.interface(),
        }
    }

    /// An Aqua module that declares the service `name`, with `id` as its default id; see [`Interface::declarations`].
    ///
    /// # Errors
    /// Two types of the service have one name.
    pub fn declarations(&self, name: &str, id: Option<&str>) -> Result<String, AmbiguousName> {
        self.interface().declarations(name, id)
    }
}

/// The name in Aqua of the service with this id, or in a file with this stem: `trust-graph` is `TrustGraph`.
#[must_use]
pub fn declared_name(id: &str) -> String {
    let name = service_name(id);
    if is_service_name(&name) {
        name
    } else {
        format!("Service{name}")
    }
}

/// Whether Aqua accepts this name of a service.
#[must_use]
pub fn is_service_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Reads a file and declares the service in it with `id` as its default id.
pub(crate) fn declarations_of(path: &Path, id: &str) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = ServiceFile::read(&bytes).map_err(|error| format!("{} is not a service: {error}", path.display()))?;
    file.declarations(&declared_name(id), Some(id))
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_names_of_services() {
        let names = ["greeter", "trust-graph", "2fast", "π", ""].map(declared_name);
        assert_eq!(names, ["Greeter", "TrustGraph", "Service2fast", "ServiceΠ", "Service"]);
    }

    #[test]
    fn other_files_are_refused() {
        let message = |bytes: &[u8]| ServiceFile::read(bytes).expect_err("no service").to_string();
        assert_eq!(message(b"aqua A\n"), "it is not a binary WebAssembly file");
        assert_eq!(
            message(b"\0asm\x01\0\0\0"),
            "the module has no section `__fluence_sdk_version`: it was not built with a Marine SDK"
        );
    }
}
