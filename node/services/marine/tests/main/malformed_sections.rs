//! Each rule of the byte format of `interface-types`, with a section that violates it.

use crate::{U8, named, version};
use aqua_marine::{
    AdapterEntry, AdapterInstruction, EncodeError, ExportEntry, FunctionType, InterfaceSection, InterfaceType,
    RecordType, ScalarType, SectionErrorKind as Kind, TypeEntry,
};

/// The part with version 0.27.0, eight bytes long.
const VERSION: &[u8] = b"\x05\x060.27.0";

#[track_caller]
fn refused(parts: &[&[u8]], offset: usize, kind: Kind) {
    let error = InterfaceSection::decode(&parts.concat()).expect_err("the section is malformed");
    assert_eq!((error.offset, &error.kind), (offset, &kind), "{error}");
    assert!(error.to_string().ends_with(&format!("at byte {offset}")), "{error}");
}

#[test]
fn the_version_is_there_once() {
    refused(&[], 0, Kind::NoVersion);
    refused(&[b"\x00\x00"], 2, Kind::NoVersion);
    refused(&[VERSION, VERSION], 8, Kind::SecondVersion);
    refused(&[b"\x05\x010"], 1, Kind::InvalidVersion("0".to_owned()));
    let section = InterfaceSection::decode(VERSION).expect("only a version");
    assert_eq!(section, InterfaceSection::new(version()));
}

#[test]
fn parts_are_known() {
    refused(&[VERSION, b"\x06"], 8, Kind::UnknownPart(6));
    // Bytes after the last part begin another one.
    refused(&[VERSION, b"\x00\x00\xff"], 10, Kind::UnknownPart(0xff));
}

#[test]
fn parts_can_be_repeated_in_any_order() {
    let export = b"\x03\x01\x01f\x07";
    let section = InterfaceSection::decode(&[export, VERSION, export].concat()).expect("parts in another order");
    let entry = ExportEntry {
        name: "f".to_owned(),
        type_index: 7,
    };
    assert_eq!(section.exports, [entry.clone(), entry]);
}

#[test]
fn types_are_known() {
    refused(&[VERSION, b"\x00\x01\x02"], 10, Kind::UnknownTypeEntry(2));
    for byte in [0x0f, 0x10, 0x35, 0x37, 0x3b, 0x3d, 0xff] {
        refused(&[VERSION, &[0, 1, 0, 0, 1, byte]], 13, Kind::UnknownType(byte));
    }
    refused(
        &[VERSION, b"\x00\x01\x01\x01R\x00"],
        10,
        Kind::EmptyRecord("R".to_owned()),
    );
}

#[test]
fn types_nest_to_a_limit() {
    let arrays = |depth: usize| [&[0, 1, 0, 0, 1][..], &vec![0x36; depth], &[0x0a]].concat();
    assert!(InterfaceSection::decode(&[VERSION, &arrays(InterfaceType::MAX_DEPTH - 1)].concat()).is_ok());
    let offset = VERSION.len() + 5 + InterfaceType::MAX_DEPTH;
    refused(&[VERSION, &arrays(InterfaceType::MAX_DEPTH)], offset, Kind::DeepType);
    refused(&[VERSION, &arrays(100_000)], offset, Kind::DeepType);
}

#[test]
fn instructions_are_known() {
    for byte in [0x25, 0x33, 0x36, 0x39, 0x3c, 0x3d, 0x42, 0x46, 0xff] {
        refused(&[VERSION, &[2, 1, 0, 1, byte]], 12, Kind::UnknownInstruction(byte));
    }
}

#[test]
fn numbers_have_nine_bytes_at_most() {
    let export = |number: &[u8]| [b"\x03\x01\x01f", number].concat();
    refused(&[VERSION, &export(&[0xff; 9])], 12, Kind::LongNumber);
    refused(
        &[VERSION, &export(b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f")],
        12,
        Kind::LargeIndex(u64::MAX >> 1),
    );
    refused(
        &[VERSION, &export(b"\x80\x80\x80\x80\x10")],
        12,
        Kind::LargeIndex(1 << 32),
    );
    let padded = InterfaceSection::decode(&[VERSION, &export(b"\x87\x80\x80\x00")].concat()).expect("zeros in front");
    assert_eq!(padded.exports[0].type_index, 7);
}

#[test]
fn lengths_end_within_the_section() {
    let beyond = |what, length, remaining| Kind::LengthBeyondEnd {
        what,
        length,
        remaining,
    };
    refused(&[VERSION, b"\x03\x02\x00"], 9, beyond("exports", 2, 1));
    refused(
        &[VERSION, b"\x03\xff\xff\xff\xff\x0f"],
        9,
        beyond("exports", u32::MAX.into(), 0),
    );
    refused(&[VERSION, b"\x03\x01\x02f"], 10, beyond("a string", 2, 1));
    refused(&[VERSION, b"\x00\x01\x00\x02\x00"], 11, beyond("parameters", 2, 1));
    refused(&[VERSION, b"\x02\x01\x00\x80"], 11, beyond("instructions", 128, 0));
    refused(&[b"\x05\x090.27.0"], 1, beyond("a string", 9, 6));
}

#[test]
fn strings_are_utf8() {
    refused(&[VERSION, b"\x03\x01\x01\xff\x00"], 11, Kind::NotUtf8);
    // Two bytes of a character of three.
    refused(&[VERSION, b"\x03\x01\x02\xe2\x82\x00"], 11, Kind::NotUtf8);
}

#[test]
fn a_section_ends_after_an_item() {
    let section = crate::published_modules::sections().next().expect("a module").1;
    for length in 0..section.len().min(2000) {
        let Err(error) = InterfaceSection::decode(&section[..length]) else {
            continue;
        };
        let is_cut = matches!(
            error.kind,
            Kind::UnexpectedEnd(_) | Kind::LengthBeyondEnd { .. } | Kind::NoVersion
        );
        assert!(is_cut && error.offset <= length, "{length}: {error}");
    }
}

/// Lists of 128 to 255 items are read, but not written: other writers use two bytes for their length.
#[test]
fn writing_is_refused_where_readers_would_disagree() {
    let with = |entry: TypeEntry| {
        let mut section = InterfaceSection::new(version());
        section.types.push(entry);
        section
    };
    let record = |fields: usize| {
        let fields = (0..fields).map(|index| named(&format!("f{index}"), U8));
        TypeEntry::Record(RecordType {
            name: "R".to_owned(),
            fields: fields.collect(),
        })
    };
    assert!(with(record(127)).encode().is_ok());
    let what = "fields";
    assert_eq!(
        with(record(128)).encode(),
        Err(EncodeError::LongList { what, length: 128 })
    );
    assert_eq!(with(record(0)).encode(), Err(EncodeError::EmptyRecord("R".to_owned())));

    let function = |name: &str| {
        TypeEntry::Function(FunctionType {
            parameters: vec![named(name, U8)],
            results: Vec::new(),
        })
    };
    let long = "é".repeat(128);
    assert!(with(function(&long[..254])).encode().is_ok());
    assert_eq!(with(function(&long)).encode(), Err(EncodeError::LongString(long)));

    let mut deep = U8;
    for _ in 0..InterfaceType::MAX_DEPTH {
        deep = deep.array();
    }
    let deep = TypeEntry::Function(FunctionType {
        parameters: Vec::new(),
        results: vec![deep],
    });
    assert_eq!(with(deep).encode(), Err(EncodeError::DeepType));

    let with_instruction = |instruction: AdapterInstruction| {
        let mut section = InterfaceSection::new(version());
        section.adapters.push(AdapterEntry {
            type_index: 0,
            instructions: vec![instruction],
        });
        section.encode()
    };
    assert_eq!(
        with_instruction(AdapterInstruction::PushI64(u64::MAX)),
        Err(EncodeError::LargeNumber(u64::MAX))
    );
    assert!(with_instruction(AdapterInstruction::PushI64(u64::MAX >> 1)).is_ok());
    let to = ScalarType::F32;
    let from = aqua_marine::IntegerWidth::I32;
    assert_eq!(
        with_instruction(AdapterInstruction::Lift { to, from }),
        Err(EncodeError::NoInstruction("f32.from_i32".to_owned()))
    );
}
