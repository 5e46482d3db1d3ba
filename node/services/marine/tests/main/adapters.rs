//! Each instruction of adapters, from the host to the guest and back.

use crate::guest::{PlayedGuest, Trap};
use crate::{PLENTY, U8, U32, file, file_with_allocate, function, json, module, module_of, named, version};
use aqua_marine::{
    AdapterInstruction as Instruction, CoreType, CoreValue, Execution, ExecutionError, FunctionType, GuestError,
    GuestValue, IntegerWidth, InterfaceType, Module, RecordType, Reply, Request, ScalarType, SectionBuilder,
};
use aqua_values::Value;

/// Calls the function `f` of a module.
fn call(module: &Module, guest: &mut PlayedGuest<'_>, arguments: &Value) -> Result<Value, GuestError<Trap>> {
    let function = module.function("f").expect("the function");
    let arguments = module.arguments(function, arguments).expect("arguments of its types");
    let result = guest.run(module.call::<Value>(function, arguments, PLENTY))?;
    Ok(result.unwrap_or_default())
}

/// A module whose function `f` has this adapter.
fn module_with(ty: FunctionType, instructions: &[Instruction]) -> Module {
    let mut builder = SectionBuilder::new(version());
    builder.export("f", ty);
    let mut section = builder.finish();
    section.adapters[0].instructions = instructions.to_vec();
    Module::read(&file(&section)).expect("a module")
}

/// Calls an `f` that returns its argument.
fn echoed(ty: InterfaceType, value: &Value) -> Result<(Value, Vec<CoreValue>), GuestError<Trap>> {
    let module = module_of("f", function(std::slice::from_ref(&ty), Some(ty.clone())));
    let mut guest = PlayedGuest::echo(&module);
    // Floats are core values, which need no memory.
    let result = call(&module, &mut guest, &json!([value]))?;
    Ok((result, guest.state.arguments))
}

#[test]
fn scalars_pass_as_core_values() {
    let cases: &[(ScalarType, Value, CoreValue)] = &[
        (ScalarType::Bool, json!(true), CoreValue::I32(1)),
        (ScalarType::Bool, json!(false), CoreValue::I32(0)),
        (ScalarType::S8, json!(-128), CoreValue::I32(-128)),
        (ScalarType::S16, json!(-32_768), CoreValue::I32(-32_768)),
        (ScalarType::S32, json!(i32::MIN), CoreValue::I32(i32::MIN)),
        (ScalarType::S64, json!(i64::MIN), CoreValue::I64(i64::MIN)),
        (ScalarType::U8, json!(255), CoreValue::I32(255)),
        (ScalarType::U16, json!(65_535), CoreValue::I32(65_535)),
        (ScalarType::U32, json!(u32::MAX), CoreValue::I32(-1)),
        (ScalarType::U64, json!(u64::MAX), CoreValue::I64(-1)),
        (ScalarType::I32, json!(-5), CoreValue::I32(-5)),
        (ScalarType::I64, json!(-5), CoreValue::I64(-5)),
        (ScalarType::F32, json!(1.5), CoreValue::F32(1.5_f32.to_bits())),
        (ScalarType::F64, json!(-0.1), CoreValue::F64((-0.1_f64).to_bits())),
    ];
    for (scalar, value, core) in cases {
        let (result, arguments) = echoed((*scalar).into(), value).expect("it returns");
        assert_eq!((&result, arguments.as_slice()), (value, &[*core][..]), "{scalar}");
    }
}

#[test]
fn results_out_of_range_fail_the_call() {
    for (scalar, core, conversion) in [
        (ScalarType::U8, 256, "u8.from_i32"),
        (ScalarType::U8, -1, "u8.from_i32"),
        (ScalarType::S16, 40_000, "s16.from_i32"),
    ] {
        let module = module_of("f", function(&[], Some(scalar.into())));
        let mut guest = PlayedGuest::new(&module).with_body(move |_, _| Some(CoreValue::I32(core)));
        let error = call(&module, &mut guest, &json!([])).expect_err("out of range");
        assert_eq!(error.to_string(), format!("`{conversion}` failed to cast {core}"));
    }
}

#[test]
fn a_result_is_a_boolean_unless_zero() {
    for (core, expected) in [(0, false), (1, true), (-7, true)] {
        let module = module_of("f", function(&[], Some(ScalarType::Bool.into())));
        let mut guest = PlayedGuest::new(&module).with_body(move |_, _| Some(CoreValue::I32(core)));
        assert_eq!(call(&module, &mut guest, &json!([])), Ok(json!(expected)));
    }
}

#[test]
fn strings_pass_through_memory() {
    for text in ["", "Ada", "Привет", "\0\u{10ffff}"] {
        let (result, arguments) = echoed(InterfaceType::String, &json!(text)).expect("it returns");
        assert_eq!(result, json!(text));
        assert_eq!(arguments[1], CoreValue::I32(text.len() as i32));
    }
}

/// The calls of a guest for one call of `f`, in order, with what it allocates.
#[test]
fn guests_are_called_in_the_order_of_existing_hosts() {
    let module = module_of(
        "f",
        function(&[InterfaceType::String, U32.array()], Some(InterfaceType::String)),
    );
    let mut guest = PlayedGuest::new(&module).with_body(|state, arguments| {
        state.result_pointer = arguments[0].bits() as u32;
        state.result_size = arguments[1].bits() as u32;
        None
    });
    assert_eq!(call(&module, &mut guest, &json!(["abc", [1, 2]])), Ok(json!("abc")));
    assert_eq!(
        guest.state.calls,
        [
            "allocate",
            "allocate",
            "f",
            "get_result_ptr",
            "get_result_size",
            "release_objects"
        ]
    );
    // Sizes are bytes; 3 is the number of u32.
    assert_eq!(guest.state.allocations, [(3, 1), (8, 3)]);
}

#[test]
fn records_are_packed_and_written_after_their_fields() {
    let mut builder = SectionBuilder::new(version());
    let inner = builder.record(RecordType {
        name: "Inner".to_owned(),
        fields: vec![named("text", InterfaceType::String)],
    });
    let outer = builder.record(RecordType {
        name: "Outer".to_owned(),
        fields: vec![
            named("small", U8),
            named("large", ScalarType::U64.into()),
            named("name", InterfaceType::String),
            named("inner", InterfaceType::Record(inner)),
            named("empty", InterfaceType::String),
            named("none", InterfaceType::Record(inner).array()),
        ],
    });
    let ty = InterfaceType::Record(outer);
    builder.export("f", function(std::slice::from_ref(&ty), Some(ty.clone())));
    let module = module(&builder.finish());
    let mut guest = PlayedGuest::echo(&module);
    let value = json!({
        "small": 7, "large": u64::MAX, "name": "ab", "inner": {"text": "xyz"}, "empty": "", "none": [],
    });
    assert_eq!(call(&module, &mut guest, &json!([value])), Ok(value));
    // The name, the text, the inner record, the empty string, the outer record; nothing for the empty array.
    assert_eq!(guest.state.allocations, [(2, 1), (3, 1), (8, 1), (0, 1), (37, 1)]);
    let pointer = guest.state.arguments[0].bits() as usize;
    let mut expected = vec![7];
    expected.extend(u64::MAX.to_le_bytes());
    for word in [16_u32, 2, 21, 0, 0, 0, 0] {
        expected.extend(word.to_le_bytes());
    }
    assert_eq!(guest.state.memory[pointer..pointer + 37], expected);
}

#[test]
fn elements_of_arrays_are_written_after_their_buffer() {
    let ty = InterfaceType::String.array().array();
    let module = module_of("f", function(std::slice::from_ref(&ty), Some(ty.clone())));
    let mut guest = PlayedGuest::echo(&module);
    let value = json!([["a", "bc"], [], ["def"]]);
    assert_eq!(call(&module, &mut guest, &json!([value])), Ok(value));
    assert_eq!(
        guest.state.allocations,
        [(24, 3), (16, 3), (1, 1), (2, 1), (8, 3), (3, 1)],
        "outer buffer, inner buffer, its strings, inner buffer, its string"
    );
}

#[test]
fn arrays_of_scalars_are_allocated_with_the_number_of_their_type() {
    let cases: &[(ScalarType, u32, Value)] = &[
        (ScalarType::Bool, 0, json!([true, false])),
        (ScalarType::U8, 1, json!([0, 255])),
        (ScalarType::U16, 2, json!([0, 65_535])),
        (ScalarType::U32, 3, json!([0, u32::MAX])),
        (ScalarType::U64, 4, json!([0, u64::MAX])),
        (ScalarType::S8, 5, json!([-128, 127])),
        (ScalarType::S16, 6, json!([-32_768, 32_767])),
        (ScalarType::S32, 7, json!([i32::MIN, i32::MAX])),
        (ScalarType::S64, 8, json!([i64::MIN, i64::MAX])),
        (ScalarType::F32, 9, json!([0.5, -1.25])),
        (ScalarType::F64, 10, json!([0.1, 1e300])),
    ];
    for (scalar, tag, value) in cases {
        let ty = InterfaceType::Scalar(*scalar).array();
        let module = module_of("f", function(std::slice::from_ref(&ty), Some(ty.clone())));
        let mut guest = PlayedGuest::echo(&module);
        assert_eq!(
            call(&module, &mut guest, &json!([value])),
            Ok(value.clone()),
            "{scalar}"
        );
        assert_eq!(guest.state.allocations, [(2 * scalar.size(), *tag)], "{scalar}");
        assert_eq!(guest.state.arguments[1], CoreValue::I32(2), "the number of elements");
    }
}

#[test]
fn byte_arrays_and_arrays_of_bytes_are_the_same() {
    for (given, expected) in [
        (InterfaceType::ByteArray, U8.array()),
        (U8.array(), InterfaceType::ByteArray),
        (InterfaceType::ByteArray, InterfaceType::ByteArray),
    ] {
        let ty = function(&[given], Some(expected));
        let module = module_of("f", ty);
        let mut guest = PlayedGuest::echo(&module);
        assert_eq!(call(&module, &mut guest, &json!([[1, 2, 255]])), Ok(json!([1, 2, 255])));
    }
    // The instructions for one accept the other.
    let ty = function(&[U8.array()], Some(InterfaceType::ByteArray));
    let instructions = [
        Instruction::ArgumentGet(0),
        Instruction::ByteArraySize,
        Instruction::PushI32(1),
        Instruction::CallCore(0),
        Instruction::ArgumentGet(0),
        Instruction::ByteArrayLower,
        Instruction::ArrayLift(U8),
    ];
    let module = module_with(ty, &instructions);
    let mut guest = PlayedGuest::new(&module);
    assert_eq!(call(&module, &mut guest, &json!([[5, 6]])), Ok(json!([5, 6])));
}

#[test]
fn infinities_and_not_a_number_are_null_in_json_and_keep_their_bits_between_guests() {
    let bits = 0x7ff8_0000_0000_1234_u64;
    let module = module_of("f", function(&[], Some(ScalarType::F64.into())));
    let f = module.function("f").expect("the function");
    let mut guest = PlayedGuest::new(&module).with_body(move |_, _| Some(CoreValue::F64(bits)));
    assert_eq!(
        guest.run(module.call::<Value>(f, Vec::new(), PLENTY)),
        Ok(Some(Value::Null))
    );
    let value = guest.run(module.call::<GuestValue>(f, Vec::new(), PLENTY));
    assert_eq!(value, Ok(Some(GuestValue::Scalar(bits))));
}

#[test]
fn floats_of_32_bits_are_widened_exactly() {
    let (result, _) = echoed(ScalarType::F32.into(), &json!(0.1)).expect("it returns");
    assert_eq!(result.to_string(), "0.10000000149011612");
}

#[test]
fn stack_instructions_do_what_they_say() {
    let i64 = InterfaceType::Scalar(ScalarType::I64);
    let s64 = InterfaceType::Scalar(ScalarType::S64);
    // dup and swap2 on values and on core values.
    let ty = function(&[InterfaceType::String, s64], Some(InterfaceType::String));
    let instructions = [
        Instruction::ArgumentGet(0),
        Instruction::Duplicate,
        Instruction::StringSize,
        Instruction::PushI32(1),
        Instruction::CallCore(0),
        Instruction::Swap,
        Instruction::StringLower,
        Instruction::StringLift,
        Instruction::ArgumentGet(1),
        Instruction::Lower {
            to: IntegerWidth::I64,
            from: ScalarType::S64,
        },
        Instruction::Duplicate,
        Instruction::CallCore(6),
    ];
    let mut builder = SectionBuilder::new(version());
    builder.export("f", ty);
    let mut section = builder.finish();
    section.adapters[0].instructions = instructions.to_vec();
    // The core function takes two i64.
    let aqua_marine::TypeEntry::Function(core) = &mut section.types[7] else {
        panic!("a function")
    };
    *core = function(&[i64.clone(), i64], None);
    let module = module(&section);
    let mut guest = PlayedGuest::new(&module);
    assert_eq!(call(&module, &mut guest, &json!(["text", -3])), Ok(json!("text")));
    assert_eq!(guest.state.arguments, [CoreValue::I64(-3), CoreValue::I64(-3)]);
    assert_eq!(guest.state.allocations, [(4, 1)]);
}

#[test]
fn an_argument_that_is_used_twice_is_there_twice() {
    let ty = function(&[U32.array()], Some(U32.array()));
    let instructions = [
        Instruction::ArgumentGet(0),
        Instruction::ArrayLower(U32),
        Instruction::CallCore(4),
        Instruction::CallCore(5),
        Instruction::ArgumentGet(0),
    ];
    let module = module_with(ty, &instructions);
    let mut guest = PlayedGuest::new(&module);
    assert_eq!(call(&module, &mut guest, &json!([[1, 2, 3]])), Ok(json!([1, 2, 3])));
    assert_eq!((guest.state.result_pointer, guest.state.result_size), (16, 3));
}

#[test]
fn memory_may_grow_whenever_the_guest_is_called() {
    let ty = InterfaceType::String.array();
    let module = module_of("f", function(std::slice::from_ref(&ty), Some(ty.clone())));
    let mut guest = PlayedGuest::echo(&module);
    guest.state.memory.truncate(16);
    guest.state.grows = true;
    let value = json!(["a", "b", "c".repeat(5000)]);
    assert_eq!(call(&module, &mut guest, &json!([value])), Ok(value));
}

#[test]
fn an_allocate_with_one_parameter_gets_the_size_only() {
    let mut builder = SectionBuilder::new(version());
    builder.export("f", function(&[U32.array()], Some(U32.array())));
    let bytes = file_with_allocate(&builder.finish(), "i32");
    let module = Module::read(&bytes).expect("a module");
    let mut guest = PlayedGuest::echo(&module);
    assert_eq!(call(&module, &mut guest, &json!([[1]])), Ok(json!([1])));
    assert_eq!(guest.state.allocations, [(4, 0)]);
}

/// The path of a value from one module to another and back: what the code of the first passes, the second gets.
#[test]
fn imports_read_arguments_and_write_results() {
    let cases: &[(InterfaceType, Value)] = &[
        (ScalarType::Bool.into(), json!(true)),
        (ScalarType::U32.into(), json!(u32::MAX)),
        (ScalarType::S64.into(), json!(i64::MIN)),
        (ScalarType::F32.into(), json!(0.5)),
        (InterfaceType::String, json!("текст")),
        (InterfaceType::ByteArray, json!([0, 128, 255])),
        (InterfaceType::String.array(), json!(["", "a"])),
        (InterfaceType::Record(6), json!({"id": 5, "tags": [["x"], []]})),
    ];
    for (ty, value) in cases {
        let mut builder = SectionBuilder::new(version());
        builder.record(RecordType {
            name: "Item".to_owned(),
            fields: vec![named("id", U32), named("tags", InterfaceType::String.array().array())],
        });
        builder.export("f", function(std::slice::from_ref(ty), None));
        builder.export("get", function(&[], Some(ty.clone())));
        builder.import("other", "g", function(std::slice::from_ref(ty), Some(ty.clone())));
        let module = module(&builder.finish());
        let mut seen = Vec::new();
        let mut guest = PlayedGuest::new(&module).with_foreign(|import, arguments| {
            assert_eq!(import, 0);
            seen.push(arguments.clone());
            arguments.into_iter().next()
        });

        call(&module, &mut guest, &json!([value])).expect("it returns");
        let core = guest.state.arguments.clone();
        let import = &module.foreign_imports()[0];
        let types: Vec<CoreType> = core.iter().map(|value| value.ty()).collect();
        assert_eq!(import.core.parameters, types, "{ty}");
        guest.state.calls.clear();
        let result = guest
            .run(module.call_import(import, &core, PLENTY))
            .expect("it returns");
        let result = import.core_result(result);
        let is_released = guest.state.calls.first().is_some_and(|name| name == "release_objects");
        assert_eq!(is_released, ty.as_scalar().is_none(), "{ty}");

        let mut guest_of_result = PlayedGuest::new(&module).with_body(move |_, _| result);
        guest_of_result.state = guest.state.clone();
        let get = module.function("get").expect("the function");
        let got = guest_of_result.run(module.call::<Value>(get, Vec::new(), PLENTY));
        assert_eq!(got, Ok(Some(value.clone())), "{ty}");
        drop(guest);
        let f = module.function("f").expect("the function");
        assert_eq!(seen, [module.arguments(f, &json!([value])).expect("arguments")], "{ty}");
    }
}

#[test]
fn traps_end_the_execution() {
    let module = module_of("trap", function(&[InterfaceType::String], None));
    let trap = module.function("trap").expect("the function");
    let arguments = module.arguments(trap, &json!(["x"])).expect("arguments");
    let mut guest = PlayedGuest::new(&module);
    let result = guest.run(module.call::<Value>(trap, arguments, PLENTY));
    assert_eq!(result, Err(GuestError::Call(Trap("unreachable"))));
}

#[test]
fn replies_answer_requests() {
    let module = module_of("f", function(&[], Some(U32)));
    let f = module.function("f").expect("the function");
    let start = || -> Execution<'_, Value> { module.call(f, Vec::new(), PLENTY) };
    let memory = &mut [0; 16][..];
    let unexpected = Err(ExecutionError::UnexpectedReply);

    assert_eq!(start().resume(Reply::Core(None), memory), unexpected);
    let wrong = [
        Reply::Start,
        Reply::Core(None),
        Reply::Core(Some(CoreValue::I64(0))),
        Reply::Foreign(None),
        Reply::Foreign(Some(GuestValue::Scalar(0))),
    ];
    for reply in wrong {
        let mut execution = start();
        let request = execution.resume(Reply::Start, memory);
        let arguments: &[CoreValue] = &[];
        assert_eq!(request, Ok(Request::Call { function: 6, arguments }));
        assert_eq!(execution.resume(reply, memory), unexpected);
    }
    let mut execution = start();
    execution.resume(Reply::Start, memory).expect("a request");
    let done = execution.resume(Reply::Core(Some(CoreValue::I32(5))), memory);
    assert_eq!(done, Ok(Request::Return(Some(json!(5)))));
    assert_eq!(execution.resume(Reply::Start, memory), unexpected, "it has ended");
}

#[test]
fn values_of_other_types_are_refused() {
    let string = InterfaceType::String;
    let module = module_of("f", function(&[string.clone().array(), ScalarType::F64.into()], None));
    let f = module.function("f").expect("the function");
    let run = |arguments: Vec<GuestValue>| {
        let mut guest = PlayedGuest::new(&module);
        guest.run(module.call::<Value>(f, arguments, PLENTY))
    };
    let (scalar, text) = (GuestValue::Scalar(0), GuestValue::String("x".into()));
    let mismatch = |expected| Err(GuestError::Conversion(ExecutionError::Mismatch { expected }));
    assert_eq!(
        run(vec![text.clone(), scalar.clone()]),
        mismatch(string.clone().array())
    );
    assert_eq!(
        run(vec![GuestValue::Array(vec![scalar.clone()]), scalar.clone()]),
        mismatch(string.clone())
    );
    assert_eq!(run(vec![GuestValue::Packed(vec![1]), scalar.clone()]), mismatch(string));
    assert_eq!(
        run(vec![GuestValue::Array(vec![text.clone()]), text]),
        mismatch(ScalarType::F64.into())
    );
    let arity = ExecutionError::Arity { expected: 2, found: 1 };
    assert_eq!(run(vec![scalar]), Err(GuestError::Conversion(arity)));
}
