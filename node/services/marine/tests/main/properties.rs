//! Laws over random sections, types and values.

use crate::guest::PlayedGuest;
use crate::{PLENTY, function, module, named, version};
use aqua_marine::{
    AdapterEntry, AdapterInstruction as Instruction, ExportEntry, FunctionType, GuestValue, Implementation,
    ImportEntry, IntegerWidth, InterfaceSection, InterfaceType, Module, NamedType, RecordType, ScalarType,
    SectionBuilder, TypeEntry,
};
use aqua_values::Value;
use proptest::prelude::*;

const SCALARS: [ScalarType; 13] = [
    ScalarType::Bool,
    ScalarType::S8,
    ScalarType::S16,
    ScalarType::S32,
    ScalarType::S64,
    ScalarType::U8,
    ScalarType::U16,
    ScalarType::U32,
    ScalarType::U64,
    ScalarType::F32,
    ScalarType::F64,
    ScalarType::I32,
    ScalarType::I64,
];

const NUMBERS: [ScalarType; 8] = [
    ScalarType::S8,
    ScalarType::S16,
    ScalarType::S32,
    ScalarType::S64,
    ScalarType::U8,
    ScalarType::U16,
    ScalarType::U32,
    ScalarType::U64,
];

fn any_type() -> impl Strategy<Value = InterfaceType> {
    let leaf = prop_oneof![
        prop::sample::select(&SCALARS[..]).prop_map(InterfaceType::Scalar),
        Just(InterfaceType::String),
        Just(InterfaceType::ByteArray),
        any::<u32>().prop_map(InterfaceType::Record),
    ];
    leaf.prop_recursive(4, 5, 1, |inner| inner.prop_map(InterfaceType::array))
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{0,12}", "\\PC{0,8}"]
}

fn any_named() -> impl Strategy<Value = NamedType> {
    (any_name(), any_type()).prop_map(|(name, ty)| NamedType { name, ty })
}

fn any_entry() -> impl Strategy<Value = TypeEntry> {
    let results = prop::collection::vec(any_type(), 0..3);
    prop_oneof![
        (prop::collection::vec(any_named(), 0..5), results)
            .prop_map(|(parameters, results)| TypeEntry::Function(FunctionType { parameters, results })),
        (any_name(), prop::collection::vec(any_named(), 1..5))
            .prop_map(|(name, fields)| TypeEntry::Record(RecordType { name, fields })),
    ]
}

fn any_instruction() -> impl Strategy<Value = Instruction> {
    let width = || prop::sample::select(&[IntegerWidth::I32, IntegerWidth::I64][..]);
    let number = || prop::sample::select(&NUMBERS[..]);
    prop_oneof![
        any::<u32>().prop_map(Instruction::ArgumentGet),
        any::<u32>().prop_map(Instruction::CallCore),
        (number(), width()).prop_map(|(to, from)| Instruction::Lift { to, from }),
        (width(), number()).prop_map(|(to, from)| Instruction::Lower { to, from }),
        any_type().prop_map(Instruction::ArrayLift),
        any_type().prop_map(Instruction::ArrayLower),
        any::<u32>().prop_map(Instruction::RecordLift),
        any::<u32>().prop_map(Instruction::RecordLower),
        (0..1_u64 << 63).prop_map(Instruction::PushI32),
        (0..1_u64 << 63).prop_map(Instruction::PushI64),
        prop::sample::select(
            &[
                Instruction::StringLift,
                Instruction::StringLower,
                Instruction::StringSize,
                Instruction::Duplicate,
                Instruction::Swap,
                Instruction::BoolLift,
                Instruction::BoolLower,
                Instruction::ByteArrayLift,
                Instruction::ByteArrayLower,
                Instruction::ByteArraySize,
            ][..]
        ),
    ]
}

fn any_section() -> impl Strategy<Value = InterfaceSection> {
    let import = (any_name(), any_name(), any::<u32>()).prop_map(|(namespace, name, type_index)| ImportEntry {
        namespace,
        name,
        type_index,
    });
    let adapter =
        (any::<u32>(), prop::collection::vec(any_instruction(), 0..12)).prop_map(|(type_index, instructions)| {
            AdapterEntry {
                type_index,
                instructions,
            }
        });
    let export = (any_name(), any::<u32>()).prop_map(|(name, type_index)| ExportEntry { name, type_index });
    let implementation = any::<(u32, u32)>().prop_map(|(core_type, adapter_type)| Implementation {
        core_type,
        adapter_type,
    });
    (
        prop::collection::vec(any_entry(), 0..6),
        prop::collection::vec(import, 0..4),
        prop::collection::vec(adapter, 0..4),
        prop::collection::vec(export, 0..4),
        prop::collection::vec(implementation, 0..4),
    )
        .prop_map(
            |(types, imports, adapters, exports, implementations)| InterfaceSection {
                version: version(),
                types,
                imports,
                adapters,
                exports,
                implementations,
            },
        )
}

/// A type, with its records inside of it.
#[derive(Debug, Clone)]
enum Shape {
    Scalar(ScalarType),
    String,
    Bytes,
    Array(Box<Self>),
    Record(Vec<Self>),
}

fn any_shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        3 => prop::sample::select(&SCALARS[..]).prop_map(Shape::Scalar),
        1 => Just(Shape::String),
        1 => Just(Shape::Bytes),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|shape| Shape::Array(Box::new(shape))),
            prop::collection::vec(inner, 1..4).prop_map(Shape::Record),
        ]
    })
}

fn any_number(ty: ScalarType) -> BoxedStrategy<Value> {
    match ty {
        ScalarType::Bool => any::<bool>().prop_map(Value::from).boxed(),
        ScalarType::S8 => any::<i8>().prop_map(Value::from).boxed(),
        ScalarType::S16 => any::<i16>().prop_map(Value::from).boxed(),
        ScalarType::S32 | ScalarType::I32 => any::<i32>().prop_map(Value::from).boxed(),
        ScalarType::S64 | ScalarType::I64 => any::<i64>().prop_map(Value::from).boxed(),
        ScalarType::U8 => any::<u8>().prop_map(Value::from).boxed(),
        ScalarType::U16 => any::<u16>().prop_map(Value::from).boxed(),
        ScalarType::U32 => any::<u32>().prop_map(Value::from).boxed(),
        ScalarType::U64 => any::<u64>().prop_map(Value::from).boxed(),
        ScalarType::F32 => prop::num::f32::NORMAL.prop_map(Value::from).boxed(),
        ScalarType::F64 => prop::num::f64::NORMAL.prop_map(Value::from).boxed(),
    }
}

fn any_value(shape: &Shape) -> BoxedStrategy<Value> {
    match shape {
        Shape::Scalar(scalar) => any_number(*scalar),
        Shape::String => "\\PC{0,20}".prop_map(Value::from).boxed(),
        Shape::Bytes => prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::from).boxed(),
        Shape::Array(element) => prop::collection::vec(any_value(element), 0..5)
            .prop_map(Value::from)
            .boxed(),
        Shape::Record(fields) => {
            let fields: Vec<_> = fields.iter().map(any_value).collect();
            fields.prop_map(record_value).boxed()
        }
    }
}

fn record_value(fields: Vec<Value>) -> Value {
    Value::object(
        fields
            .into_iter()
            .enumerate()
            .map(|(index, value)| (field_name(index), value)),
    )
}

/// Names whose order is not that of the fields.
fn field_name(index: usize) -> String {
    format!("{}{index}", ["z", "a", "m"][index % 3])
}

fn ty(shape: &Shape, builder: &mut SectionBuilder) -> InterfaceType {
    match shape {
        Shape::Scalar(scalar) => InterfaceType::Scalar(*scalar),
        Shape::String => InterfaceType::String,
        Shape::Bytes => InterfaceType::ByteArray,
        Shape::Array(element) => ty(element, builder).array(),
        Shape::Record(fields) => {
            let fields = fields.iter().enumerate();
            let fields = fields.map(|(index, shape)| named(&field_name(index), ty(shape, builder)));
            let fields = fields.collect();
            let name = "R".to_owned();
            InterfaceType::Record(builder.record(RecordType { name, fields }))
        }
    }
}

proptest! {
    #[test]
    fn a_section_is_read_back(section in any_section()) {
        let bytes = section.encode().expect("it can be written");
        prop_assert_eq!(InterfaceSection::decode(&bytes), Ok(section));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let with_version = [b"\x05\x060.27.0", bytes.as_slice()].concat();
        for bytes in [bytes, with_version] {
            if let Err(error) = InterfaceSection::decode(&bytes) {
                prop_assert!(error.offset <= bytes.len());
            }
        }
    }

    #[test]
    fn changed_sections_are_read_or_refused(section in any_section(), position in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = section.encode().expect("it can be written");
        let position = position.index(bytes.len());
        bytes[position] = byte;
        if let Ok(section) = InterfaceSection::decode(&bytes) {
            let _ = section.encode();
            // Most are no module, for one reason or another.
            let file = crate::with_sections("(module)", &[
                ("__fluence_sdk_version", b"0.14.0"),
                (InterfaceSection::NAME, &bytes),
            ]);
            let _ = Module::read(&file);
        }
    }

    /// What the host writes to a guest it reads back: as JSON, and as the value that another module would get.
    #[test]
    fn a_value_is_read_back((shape, value) in any_shape().prop_flat_map(|shape| {
        let value = any_value(&shape);
        (Just(shape), value)
    })) {
        let mut builder = SectionBuilder::new(version());
        let ty = ty(&shape, &mut builder);
        builder.export("f", function(std::slice::from_ref(&ty), Some(ty.clone())));
        let module = module(&builder.finish());
        let f = module.function("f").expect("the function");
        let arguments = module.positional_arguments(f, std::slice::from_ref(&value)).expect("arguments of its types");

        let mut guest = PlayedGuest::echo(&module);
        let result = guest.run(module.call::<Value>(f, arguments.clone(), PLENTY));
        prop_assert_eq!(result, Ok(Some(value)));
        let mut guest = PlayedGuest::echo(&module);
        let result = guest.run(module.call::<GuestValue>(f, arguments.clone(), PLENTY));
        prop_assert_eq!(result, Ok(arguments.into_iter().next()));
    }

    /// Whatever the memory of a guest contains, a result is read or refused.
    #[test]
    fn any_memory_is_read_or_refused(
        shape in any_shape(),
        memory in prop::collection::vec(prop_oneof![Just(0_u8), 0..64_u8, any::<u8>()], 0..256),
        pointer in 0..300_u32,
        size in prop_oneof![0..40_u32, any::<u32>()],
    ) {
        let mut builder = SectionBuilder::new(version());
        let ty = ty(&shape, &mut builder);
        builder.export("f", function(&[], Some(ty.clone())));
        let module = module(&builder.finish());
        let f = module.function("f").expect("the function");
        let is_wide = matches!(ty.as_scalar(), Some(ScalarType::S64 | ScalarType::U64 | ScalarType::I64));
        let core = match ty.as_scalar() {
            Some(ScalarType::F32) => Some(aqua_marine::CoreValue::F32(size)),
            Some(ScalarType::F64) => Some(aqua_marine::CoreValue::F64(size.into())),
            Some(_) if is_wide => Some(aqua_marine::CoreValue::I64(size.into())),
            Some(_) => Some(aqua_marine::CoreValue::from_u32(size)),
            None => None,
        };
        let mut guest = PlayedGuest::new(&module).with_body(move |_, _| core);
        guest.state.memory = memory;
        (guest.state.result_pointer, guest.state.result_size) = (pointer, size);
        let _ = guest.run(module.call::<Value>(f, Vec::new(), 1 << 16));
        let _ = guest.run(module.call::<GuestValue>(f, Vec::new(), 1 << 16));
    }
}
