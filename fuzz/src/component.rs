//! Fuzzes the reader of components.

use aqua_component::Component;

/// Reads a file and prints its interface.
pub fn run(bytes: &[u8]) {
    let Ok(component) = Component::read(bytes) else { return };
    assert!(component.exports.len() >= component.interface.functions().len());
    let _ = component.interface.declarations("Service", None);
    let _ = component.interface.to_value().to_text(1 << 20);
}
