//! Fuzzes the reader of Marine modules: files, and `interface-types` sections around which a file is built.

use crate::guest::HostileGuest;
use crate::marine_file::file;
use aqua_marine::{GuestValue, InterfaceSection, Module, SectionBuilder};
use aqua_values::Value;

/// Reads a file and a section.
pub fn run(bytes: &[u8]) {
    if let Ok(module) = Module::read(bytes) {
        call(&module, bytes);
    }
    let section = match InterfaceSection::decode(bytes) {
        Ok(section) => section,
        Err(error) => {
            assert!(error.offset <= bytes.len(), "{error}");
            return;
        }
    };
    if let Ok(encoded) = section.encode() {
        assert_eq!(InterfaceSection::decode(&encoded).as_ref(), Ok(&section));
    }
    if let Ok(module) = Module::read(&file(&section, bytes)) {
        call(&module, bytes);
    }
}

/// Calls all functions and imports with a memory of these bytes, and prints the interface.
fn call(module: &Module, memory: &[u8]) {
    let _ = module.interface().declarations("Service", None);
    let _ = module.interface().to_value().to_text(1 << 20);
    for function in module.functions() {
        let mut guest = HostileGuest::new(module, memory.to_vec(), 8, 2);
        let _ = guest.run(module.call::<Value>(function, Vec::new(), 1 << 16));
        for json in [Value::array([0; 2]), Value::array(["x"])] {
            if let Ok(arguments) = module.arguments(function, &json) {
                let _ = guest.run(module.call::<GuestValue>(function, arguments, 1 << 16));
            }
        }
    }
    for import in module.foreign_imports() {
        let arguments: Vec<_> = import
            .core
            .parameters
            .iter()
            .map(|ty| aqua_marine::CoreValue::from_bits(*ty, 1))
            .collect();
        let _ = HostileGuest::new(module, memory.to_vec(), 8, 2).run(module.call_import(import, &arguments, 1 << 16));
        let _ = module.link(import, |_| Some(module));
    }
}

/// Sections, and files that contain them.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for shape in crate::guest::shapes() {
        let mut builder = SectionBuilder::new(aqua_marine::Module::MIN_INTERFACE_VERSION);
        let ty = shape.ty(&mut builder);
        let function = aqua_marine::FunctionType {
            parameters: vec![aqua_marine::NamedType {
                name: "a".to_owned(),
                ty: ty.clone(),
            }],
            results: vec![ty],
        };
        builder.export("f", function.clone());
        builder.import("other", "f", function);
        let section = builder.finish();
        let content = section.encode().expect("short names and lists");
        seeds.push(file(&section, &content));
        seeds.push(content);
    }
    seeds
}
