//! Each rule about adapters, with an adapter that violates it.

use crate::malformed_modules::{SDK, refused, refused_section};
use crate::{U8, function, named, version, with_sections};
use aqua_marine::{
    AdapterInstruction as Instruction, ExportEntry, IntegerWidth, InterfaceSection, InterfaceType, Module, RecordType,
    ScalarType, SectionBuilder,
};

/// A module whose function `f` has this type and this adapter.
fn with_adapter(ty: aqua_marine::FunctionType, instructions: &[Instruction]) -> InterfaceSection {
    let mut builder = SectionBuilder::new(version());
    builder.record(RecordType {
        name: "R".to_owned(),
        fields: vec![named("a", U8)],
    });
    builder.export("f", ty);
    let mut section = builder.finish();
    section.adapters[0].instructions = instructions.to_vec();
    section
}

#[test]
fn adapters_are_well_typed() {
    let string = InterfaceType::String;
    let one_string = [InterfaceType::String];
    let i32 = InterfaceType::Scalar(ScalarType::I32);
    let (to, from) = (ScalarType::U8, IntegerWidth::I64);
    type Case<'c> = (&'c [InterfaceType], Option<InterfaceType>, &'c [Instruction], &'c str);
    let cases: &[Case<'_>] = &[
        (
            &[],
            None,
            &[Instruction::ArgumentGet(0)],
            "instruction 0 `arg.get 0`: the function has 0 arguments",
        ),
        (
            &[],
            None,
            &[Instruction::CallCore(7)],
            "instruction 0 `call-core 7`: there are 7 functions",
        ),
        (
            &[],
            None,
            &[Instruction::CallCore(u32::MAX)],
            "instruction 0 `call-core 4294967295`: there are 7 functions",
        ),
        (
            &[],
            None,
            &[Instruction::CallCore(4)],
            "instruction 0 `call-core 4`: i32 is missing on the stack",
        ),
        (
            &[],
            None,
            &[Instruction::Swap],
            "instruction 0 `swap2`: an operand is missing on the stack",
        ),
        (
            &[],
            None,
            &[Instruction::PushI32(1), Instruction::Swap],
            "instruction 1 `swap2`: a second operand is missing on the stack",
        ),
        (
            &[],
            None,
            &[Instruction::Duplicate],
            "instruction 0 `dup`: an operand is missing on the stack",
        ),
        (
            &[],
            None,
            &[Instruction::StringLift],
            "instruction 0 `string.lift_memory`: i32 is missing on the stack",
        ),
        (
            &[],
            None,
            &[
                Instruction::PushI32(0),
                Instruction::PushI64(0),
                Instruction::ByteArrayLift,
            ],
            "instruction 2 `byte_array.lift_memory`: the operand is i64 instead of i32",
        ),
        (
            &[],
            None,
            &[Instruction::PushI32(0), Instruction::Lift { to, from }],
            "instruction 1 `u8.from_i64`: the operand is i32 instead of i64",
        ),
        (
            &one_string,
            None,
            &[Instruction::ArgumentGet(0), Instruction::ArrayLower(U8)],
            "instruction 1 `array.lower_memory u8`: the operand is string instead of array(u8)",
        ),
        (
            &one_string,
            None,
            &[Instruction::ArgumentGet(0), Instruction::ByteArraySize],
            "instruction 1 `byte_array.size`: the operand is string instead of byte_array",
        ),
        (
            &[U8.array()],
            None,
            &[Instruction::ArgumentGet(0), Instruction::StringSize],
            "instruction 1 `string.size`: the operand is array(u8) instead of string",
        ),
        (
            &[U8],
            None,
            &[Instruction::ArgumentGet(0), Instruction::RecordLower(6)],
            "instruction 1 `record.lower_memory 6`: the operand is u8 instead of record 6",
        ),
        (
            &[],
            None,
            &[Instruction::PushI32(0), Instruction::RecordLift(5)],
            "instruction 1 `record.lift_memory 5`: the type is not a record",
        ),
        (
            &[],
            None,
            &[
                Instruction::PushI32(0),
                Instruction::PushI32(0),
                Instruction::ArrayLift(InterfaceType::Record(5)),
            ],
            "instruction 2 `array.lift_memory record 5`: the type nests too deep or refers to something that is not a record",
        ),
        (&[], None, &[Instruction::PushI32(0)], "it leaves (i32) instead of ()"),
        (&[], Some(string.clone()), &[], "it leaves () instead of (string)"),
        (
            &[],
            Some(string),
            &[Instruction::PushI64(0)],
            "it leaves (i64) instead of (string)",
        ),
        (
            &[],
            Some(i32),
            &[Instruction::PushI32(0), Instruction::PushI32(0)],
            "it leaves (i32, i32) instead of (i32)",
        ),
    ];
    for (parameters, result, instructions, message) in cases {
        let section = with_adapter(function(parameters, result.clone()), instructions);
        let message = format!("the adapter of function `f` is invalid: {message}");
        refused_section(&section, &message);
    }
}

#[test]
fn adapters_allocate_and_use_memory_only_if_it_is_exported() {
    let mut builder = SectionBuilder::new(version());
    builder.export("f", function(&[U8.array()], None));
    let mut section = builder.finish();
    section.exports = vec![ExportEntry {
        name: "f".to_owned(),
        type_index: 7,
    }];
    section.adapters[0].instructions.truncate(2);
    section.adapters[0].instructions.push(Instruction::CallCore(0));
    let content = section.encode().unwrap();
    let module = |text: &str| with_sections(text, &[(SDK, b"0.14.0"), (InterfaceSection::NAME, &content)]);
    let prefix = "the adapter of function `f` is invalid: instruction 1 `array.lower_memory u8`: ";
    let f = "(func (export \"f\") (param i32 i32))";
    let memory = "(memory (export \"memory\") 1)";
    let allocate = "(func (export \"allocate\") (param i32) (result i32) unreachable)";
    refused(
        &module(&format!("(module {f} {allocate})")),
        &format!("{prefix}the module exports no memory"),
    );
    refused(
        &module(&format!("(module {f} {memory})")),
        &format!("{prefix}the module exports no function `allocate` that takes a size and a type, or a size"),
    );
    // It need not be part of the section.
    assert!(Module::read(&module(&format!("(module {f} {memory} {allocate})"))).is_ok());
}
