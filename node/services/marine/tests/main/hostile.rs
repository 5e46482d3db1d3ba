//! Guests that return what they like: each ends with an error, without reading outside of the guest or allocating what it announces.

use crate::guest::PlayedGuest;
use crate::{PLENTY, U8, U32, function, json, module, module_of, named, version};
use aqua_marine::{
    CoreValue, ExecutionError, GuestError, GuestValue, InterfaceType, Lifted, Module, RecordType, ScalarType,
    SectionBuilder,
};
use aqua_values::Value;

/// The size of the memory of guests in these tests.
const MEMORY: u32 = 1024;

/// Reads a result of this type that is at a pointer.
fn lifted<R: Lifted>(
    module: &Module,
    memory: &[u8],
    pointer: u32,
    size: u32,
    limit: usize,
) -> Result<R, ExecutionError> {
    let f = module.functions().next().expect("a function");
    let mut guest = PlayedGuest::new(module);
    guest.state.memory = memory.to_vec();
    (guest.state.result_pointer, guest.state.result_size) = (pointer, size);
    match guest.run(module.call::<R>(f, Vec::new(), limit)) {
        Ok(result) => Ok(result.expect("a result")),
        Err(GuestError::Conversion(error)) => Err(error),
        Err(GuestError::Call(trap)) => panic!("{trap}"),
    }
}

fn returning(ty: InterfaceType) -> Module {
    module_of("f", function(&[], Some(ty)))
}

#[track_caller]
fn out_of_bounds(ty: InterfaceType, pointer: u32, size: u32, length: u64) {
    let error =
        lifted::<Value>(&returning(ty), &[0; MEMORY as usize], pointer, size, PLENTY).expect_err("out of bounds");
    let memory = MEMORY as usize;
    assert_eq!(
        error,
        ExecutionError::OutOfBounds {
            pointer,
            length,
            memory
        }
    );
}

#[test]
fn results_are_within_the_memory() {
    let string = || InterfaceType::String;
    out_of_bounds(string(), 0, 1 << 30, 1 << 30);
    out_of_bounds(string(), MEMORY, 1, 1);
    out_of_bounds(string(), MEMORY - 1, 2, 2);
    out_of_bounds(string(), u32::MAX, u32::MAX, u32::MAX.into());
    out_of_bounds(InterfaceType::ByteArray, MEMORY - 1, 2, 2);
    // In 32 bits, the number of elements times their size would be 8.
    out_of_bounds(string().array(), 0, 0x2000_0001, 0x2000_0001 * 8);
    out_of_bounds(
        InterfaceType::Scalar(ScalarType::U64).array(),
        0,
        0x2000_0001,
        0x2000_0001 * 8,
    );
    out_of_bounds(U8.array().array(), MEMORY - 8, 2, 16);
}

#[test]
fn results_at_the_end_of_the_memory_are_read() {
    let mut memory = vec![0; MEMORY as usize];
    memory[MEMORY as usize - 1] = b'x';
    let text = lifted::<Value>(&returning(InterfaceType::String), &memory, MEMORY - 1, 1, PLENTY);
    assert_eq!(text, Ok(json!("x")));
    let bytes = lifted::<Value>(&returning(InterfaceType::ByteArray), &memory, MEMORY - 2, 2, PLENTY);
    assert_eq!(bytes, Ok(json!([0, 120])));
}

#[test]
fn empty_results_are_not_looked_for() {
    for ty in [InterfaceType::ByteArray, InterfaceType::String.array(), U8.array()] {
        let result = lifted::<Value>(&returning(ty), &[], u32::MAX, 0, PLENTY);
        assert_eq!(result, Ok(json!([])));
    }
    let text = lifted::<Value>(&returning(InterfaceType::String), &[], u32::MAX, 0, PLENTY);
    assert_eq!(text, Ok(json!("")));
}

#[test]
fn a_memory_above_two_gigabytes_is_addressed_without_sign() {
    // A pointer above i32::MAX is no negative number.
    out_of_bounds(InterfaceType::String, 0x8000_0000, 4, 4);
}

#[test]
fn strings_are_utf8() {
    let error = lifted::<Value>(&returning(InterfaceType::String), &[0xff; 8], 3, 2, PLENTY);
    assert_eq!(error, Err(ExecutionError::NotUtf8 { pointer: 3 }));
}

fn record_module() -> Module {
    let mut builder = SectionBuilder::new(version());
    let fields = vec![named("id", U32), named("name", InterfaceType::String)];
    let name = "R".to_owned();
    let record = builder.record(RecordType { name, fields });
    builder.export("f", function(&[], Some(InterfaceType::Record(record).array())));
    builder.export("g", function(&[], Some(InterfaceType::Record(record))));
    builder.export("h", function(&[InterfaceType::Record(record)], None));
    module(&builder.finish())
}

#[test]
fn pointers_in_memory_are_checked_as_well() {
    let module = record_module();
    let mut memory = vec![0; MEMORY as usize];
    // Two elements; the second one points behind the memory.
    memory[0..4].copy_from_slice(&16_u32.to_le_bytes());
    memory[4..8].copy_from_slice(&(MEMORY - 11).to_le_bytes());
    let error = lifted::<Value>(&module, &memory, 0, 2, PLENTY).expect_err("out of bounds");
    let (pointer, memory) = (MEMORY - 11, MEMORY as usize);
    assert_eq!(
        error,
        ExecutionError::OutOfBounds {
            pointer,
            length: 12,
            memory
        }
    );
}

/// All elements of an array can be the same long string, so that the result is many times larger than the memory.
#[test]
fn the_size_of_results_is_limited() {
    let ty = InterfaceType::String.array();
    let module = returning(ty);
    let count = 1000_u32;
    let mut memory = Vec::new();
    for _ in 0..count {
        memory.extend((count * 8).to_le_bytes());
        memory.extend(50_000_u32.to_le_bytes());
    }
    memory.resize(memory.len() + 50_000, b'x');
    let limit = 1 << 20;
    let too_large = ExecutionError::TooLarge { limit };
    assert_eq!(
        lifted::<Value>(&module, &memory, 0, count, limit),
        Err(too_large.clone())
    );
    assert_eq!(lifted::<GuestValue>(&module, &memory, 0, count, limit), Err(too_large));
    assert!(lifted::<Value>(&module, &memory, 0, 10, limit).is_ok());
}

#[test]
fn the_form_of_the_result_counts() {
    let module = returning(U8.array());
    let memory = [7; 1000];
    let limit = 1000;
    assert!(
        lifted::<GuestValue>(&module, &memory, 0, 1000, limit).is_ok(),
        "one byte each"
    );
    let error = lifted::<Value>(&module, &memory, 0, 1000, limit);
    assert_eq!(error, Err(ExecutionError::TooLarge { limit }), "one value each");
    assert!(lifted::<Value>(&module, &memory, 0, 41, limit).is_ok());
}

#[test]
fn nested_arrays_are_bounded_by_their_own_element_size() {
    // Cells of nested arrays take 8 bytes, whatever their elements take.
    let module = returning(U8.array().array());
    let mut memory = vec![0; 16];
    memory[8..12].copy_from_slice(&0_u32.to_le_bytes());
    memory[12..16].copy_from_slice(&2_u32.to_le_bytes());
    assert_eq!(lifted::<Value>(&module, &memory, 0, 2, PLENTY), Ok(json!([[], [0, 0]])));
    assert!(lifted::<Value>(&module, &memory, 1, 2, PLENTY).is_err());
}

#[test]
fn allocated_memory_is_within_the_guest() {
    let module = record_module();
    let h = module.function("h").expect("the function");
    for pointer in [MEMORY - 1, MEMORY, u32::MAX] {
        let mut guest = PlayedGuest::new(&module);
        guest.state.pointer = Some(pointer);
        let arguments = module
            .arguments(h, &json!([{"id": 1, "name": "abc"}]))
            .expect("arguments");
        let error = guest
            .run(module.call::<Value>(h, arguments, PLENTY))
            .expect_err("out of bounds");
        let (length, memory) = (3, MEMORY as usize);
        let expected = ExecutionError::OutOfBounds {
            pointer,
            length,
            memory,
        };
        assert_eq!(error, GuestError::Conversion(expected));
        assert!(guest.state.memory.iter().all(|byte| *byte == 0), "nothing is written");
    }
}

#[test]
fn arrays_do_not_reach_beyond_the_memory_while_they_are_written() {
    let ty = InterfaceType::String.array();
    let module = module_of("f", function(&[ty], None));
    let f = module.function("f").expect("the function");
    let mut guest = PlayedGuest::new(&module);
    guest.state.pointer = Some(MEMORY - 8);
    let arguments = module.arguments(f, &json!([["a", "b"]])).expect("arguments");
    let error = guest
        .run(module.call::<Value>(f, arguments, PLENTY))
        .expect_err("out of bounds");
    assert!(error.to_string().starts_with("16 bytes at 1016 are outside"), "{error}");
    assert_eq!(guest.state.allocations.len(), 1, "the elements are not written");
}

#[test]
fn imports_check_what_their_code_passes() {
    let mut builder = SectionBuilder::new(version());
    builder.import("other", "g", function(&[InterfaceType::String.array()], None));
    let module = module(&builder.finish());
    let import = &module.foreign_imports()[0];
    let mut guest = PlayedGuest::new(&module).with_foreign(|_, _| panic!("it is not called"));
    for words in [[0, -1], [-1, 1], [i32::MIN, i32::MIN]] {
        let words = words.map(CoreValue::I32);
        let error = guest
            .run(module.call_import(import, &words, PLENTY))
            .expect_err("out of bounds");
        assert!(
            matches!(error, GuestError::Conversion(ExecutionError::OutOfBounds { .. })),
            "{error}"
        );
    }
    let error = guest
        .run(module.call_import(import, &[CoreValue::I32(0)], PLENTY))
        .expect_err("one word");
    assert!(
        matches!(error, GuestError::Conversion(ExecutionError::Arity { .. })),
        "{error}"
    );
}
