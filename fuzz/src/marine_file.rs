//! Core modules around `interface-types` sections.

use aqua_marine::{CoreType, FunctionType, InterfaceSection, InterfaceType, ScalarType, TypeEntry};

/// The core type `i32`.
const I32: u8 = 0x7f;

/// A module with this section, whose exports have the types that the section says.
pub(crate) fn file(section: &InterfaceSection, content: &[u8]) -> Vec<u8> {
    let count = section.exports.len();
    let (mut types, mut functions, mut exports, mut code) =
        (leb128(count), leb128(count), leb128(count + 1), leb128(count));
    for (index, export) in section.exports.iter().enumerate() {
        let none = FunctionType::default();
        let ty = match section.types.get(export.type_index as usize) {
            Some(TypeEntry::Function(ty)) => ty,
            _ => &none,
        };
        types.push(0x60);
        let mut parameters: Vec<u8> = ty.parameters.iter().flat_map(|parameter| core(&parameter.ty)).collect();
        let results: Vec<u8> = ty
            .results
            .iter()
            .filter(|ty| ty.as_scalar().is_some())
            .flat_map(core)
            .collect();
        if export.name == "allocate" && parameters == [I32] {
            // The type of the elements is not declared.
            parameters.push(I32);
        }
        for list in [parameters, results] {
            types.extend(leb128(list.len()));
            types.extend(list);
        }
        functions.extend(leb128(index));
        exports.extend(leb128(export.name.len()));
        exports.extend(export.name.as_bytes());
        exports.push(0);
        exports.extend(leb128(index));
        // No locals; unreachable.
        code.extend([3, 0, 0, 0x0b]);
    }
    exports.extend([1, b'm', 2, 0]);
    let mut file = b"\0asm\x01\0\0\0".to_vec();
    for (id, body) in [(1, types), (3, functions), (5, vec![1, 0, 1]), (7, exports), (10, code)] {
        file.push(id);
        file.extend(leb128(body.len()));
        file.extend(body);
    }
    for (name, content) in [
        ("__fluence_sdk_version", &b"0.14.0"[..]),
        (InterfaceSection::NAME, content),
    ] {
        let body = [&leb128(name.len()), name.as_bytes(), content].concat();
        file.push(0);
        file.extend(leb128(body.len()));
        file.extend(body);
    }
    file
}

/// The core types that pass a value.
fn core(ty: &InterfaceType) -> Vec<u8> {
    match (CoreType::of(ty), ty) {
        (Some(CoreType::F32), _) => vec![0x7d],
        (Some(CoreType::F64), _) => vec![0x7c],
        (_, InterfaceType::Scalar(ScalarType::S64 | ScalarType::U64 | ScalarType::I64)) => vec![0x7e],
        (_, InterfaceType::Scalar(_) | InterfaceType::Record(_)) => vec![I32],
        _ => vec![I32, I32],
    }
}

fn leb128(number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = number;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}
