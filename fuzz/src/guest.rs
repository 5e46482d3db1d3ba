//! Fuzzes lifting from the memory of a hostile guest: the input is a type, a result, and a memory.

use crate::marine_file::file;
use crate::stream::{Sink, Source};
use aqua_marine::{
    CoreType, CoreValue, Execution, FunctionType, Guest, GuestError, GuestValue, InterfaceType, Lifted, Module,
    NamedType, RecordType, ScalarType, SectionBuilder,
};
use aqua_values::Value;

/// The host memory that a result may take.
const LIMIT: usize = 1 << 16;

/// Reads a result of the type that the input describes, and writes what was read to an honest guest.
pub fn run(bytes: &[u8]) {
    let mut source = Source::new(bytes);
    let shape = Shape::read(&mut source, 0);
    let (pointer, size) = (source.number(), source.number());
    let memory = source.bytes().to_vec();
    let mut builder = SectionBuilder::new(Module::MIN_INTERFACE_VERSION);
    let ty = shape.ty(&mut builder);
    let parameter = NamedType {
        name: "a".to_owned(),
        ty: ty.clone(),
    };
    builder.export(
        "get",
        FunctionType {
            parameters: Vec::new(),
            results: vec![ty.clone()],
        },
    );
    builder.export(
        "echo",
        FunctionType {
            parameters: vec![parameter],
            results: vec![ty],
        },
    );
    let section = builder.finish();
    let content = section.encode().expect("short names and lists");
    let module = Module::read(&file(&section, &content)).expect("a module");
    let (get, echo) = (
        module.function("get").expect("it"),
        module.function("echo").expect("it"),
    );

    let mut guest = HostileGuest::new(&module, memory, pointer, size);
    let json = guest.run(module.call::<Value>(get, Vec::new(), LIMIT));
    let Ok(Some(value)) = guest.run(module.call::<GuestValue>(get, Vec::new(), LIMIT)) else {
        return;
    };
    let mut honest = HostileGuest::new(&module, vec![0; 16], 0, 0);
    honest.end = Some(16);
    let again = honest.run(module.call::<GuestValue>(echo, vec![value.clone()], usize::MAX));
    assert_eq!(again.ok(), Some(Some(value)), "what was read is written and read again");
    if let Ok(Some(json)) = json {
        // Not-a-number values became null, which no type accepts.
        if let Ok(arguments) = module.arguments(echo, &Value::array([json.clone()])) {
            let again = honest.run(module.call::<Value>(echo, arguments, usize::MAX));
            assert_eq!(again.ok(), Some(Some(json)));
        }
    }
}

/// A guest that returns the pointers, sizes and numbers of the input. With an `end`, it allocates as it should and returns its
/// arguments.
pub(crate) struct HostileGuest<'m> {
    module: &'m Module,
    memory: Vec<u8>,
    pointer: u32,
    size: u32,
    end: Option<u32>,
}

impl<'m> HostileGuest<'m> {
    pub(crate) fn new(module: &'m Module, memory: Vec<u8>, pointer: u32, size: u32) -> Self {
        Self {
            module,
            memory,
            pointer,
            size,
            end: None,
        }
    }

    pub(crate) fn run<R: Lifted>(
        &mut self,
        execution: Execution<'_, R>,
    ) -> Result<Option<R>, GuestError<&'static str>> {
        execution.run(self)
    }
}

impl Guest for HostileGuest<'_> {
    type Error = &'static str;

    fn memory(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    fn call(&mut self, function: u32, arguments: &[CoreValue]) -> Result<Option<CoreValue>, &'static str> {
        let function = self
            .module
            .core_functions()
            .get(function as usize)
            .ok_or("no such function")?;
        for (ty, value) in function.signature.parameters.iter().zip(arguments) {
            assert_eq!(*ty, value.ty());
        }
        assert_eq!(function.signature.parameters.len(), arguments.len());
        let word = |index: usize| arguments.get(index).map_or(0, |value: &CoreValue| value.bits());
        let result = match (function.name.as_str(), self.end) {
            ("allocate", None) => self.pointer.into(),
            ("allocate", Some(end)) => {
                let size = word(0) as u32;
                self.end = Some(end + size);
                self.memory.resize((end + size) as usize, 0);
                end.into()
            }
            ("get_result_ptr", _) => self.pointer.into(),
            ("get_result_size", _) => self.size.into(),
            ("echo", _) => {
                (self.pointer, self.size) = (word(0) as u32, word(1) as u32);
                word(0)
            }
            _ => self.size.into(),
        };
        Ok(function
            .signature
            .result
            .map(|ty: CoreType| CoreValue::from_bits(ty, result)))
    }

    fn call_foreign(&mut self, _: u32, arguments: Vec<GuestValue>) -> Result<Option<GuestValue>, &'static str> {
        Ok(arguments.into_iter().next())
    }
}

/// A type, with its records inside of it.
pub(crate) enum Shape {
    Scalar(ScalarType),
    String,
    Bytes,
    Array(Box<Self>),
    Record(Vec<Self>),
}

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

/// The deepest type of an input, and the most fields of a record.
const MAX_DEPTH: usize = 8;
const MAX_FIELDS: u8 = 6;

impl Shape {
    fn read(source: &mut Source<'_>, depth: usize) -> Self {
        let byte = source.byte();
        match byte % 17 {
            13 => Self::String,
            14 => Self::Bytes,
            15 if depth < MAX_DEPTH => Self::Array(Box::new(Self::read(source, depth + 1))),
            16 if depth < MAX_DEPTH => {
                let count = 1 + source.byte() % MAX_FIELDS;
                Self::Record((0..count).map(|_| Self::read(source, depth + 1)).collect())
            }
            scalar => Self::Scalar(SCALARS[usize::from(scalar) % SCALARS.len()]),
        }
    }

    fn write(&self, sink: &mut Sink) {
        match self {
            Self::Scalar(scalar) => {
                let index = SCALARS.iter().position(|known| known == scalar);
                sink.byte(index.unwrap_or_default() as u8);
            }
            Self::String => sink.byte(13),
            Self::Bytes => sink.byte(14),
            Self::Array(element) => {
                sink.byte(15);
                element.write(sink);
            }
            Self::Record(fields) => {
                sink.byte(16);
                sink.byte(fields.len() as u8 - 1);
                fields.iter().for_each(|field| field.write(sink));
            }
        }
    }

    pub(crate) fn ty(&self, builder: &mut SectionBuilder) -> InterfaceType {
        match self {
            Self::Scalar(scalar) => InterfaceType::Scalar(*scalar),
            Self::String => InterfaceType::String,
            Self::Bytes => InterfaceType::ByteArray,
            Self::Array(element) => element.ty(builder).array(),
            Self::Record(fields) => {
                let fields = fields.iter().enumerate().map(|(index, shape)| NamedType {
                    name: format!("f{index}"),
                    ty: shape.ty(builder),
                });
                let fields = fields.collect();
                let name = "R".to_owned();
                InterfaceType::Record(builder.record(RecordType { name, fields }))
            }
        }
    }
}

/// Types of which seeds are made.
pub(crate) fn shapes() -> Vec<Shape> {
    let array = |shape| Shape::Array(Box::new(shape));
    vec![
        Shape::Scalar(ScalarType::U32),
        Shape::Scalar(ScalarType::F64),
        Shape::String,
        Shape::Bytes,
        array(Shape::String),
        array(array(Shape::Scalar(ScalarType::Bool))),
        array(Shape::Record(vec![
            Shape::Scalar(ScalarType::S64),
            Shape::String,
            array(Shape::Record(vec![Shape::Bytes, Shape::Scalar(ScalarType::S8)])),
        ])),
    ]
}

/// Each type with a memory of small numbers, which are pointers, lengths and characters.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let memory: Vec<u8> = (0..120_u8)
        .map(|index| if index % 4 == 0 { index % 64 } else { 0 })
        .collect();
    let seeds = shapes().into_iter().map(|shape| {
        let mut sink = Sink::default();
        shape.write(&mut sink);
        sink.number(4);
        sink.number(3);
        sink.bytes(&memory);
        sink.bytes
    });
    seeds.collect()
}
