//! The instructions of adapters.

use super::{InterfaceType, ScalarType};
use std::fmt;

/// The width of an integer of core WebAssembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntegerWidth {
    /// `i32`
    I32,
    /// `i64`
    I64,
}

/// An instruction of an adapter. Instructions take their operands from a stack and push their results; the comments list
/// operands from the deepest to the topmost. Specified in §1.3 of the Marine format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdapterInstruction {
    /// `arg.get i`: pushes an argument of the adapter.
    ArgumentGet(u32),
    /// `call-core f`: calls a function of the index space of §1.4 with as many operands as it has parameters.
    CallCore(u32),
    /// `u8.from_i32` and alike: a number of the interface from a core integer.
    Lift {
        /// The type of the result.
        to: ScalarType,
        /// The width of the operand.
        from: IntegerWidth,
    },
    /// `i32.from_u8` and alike: a core integer from a number of the interface.
    Lower {
        /// The width of the result.
        to: IntegerWidth,
        /// The type of the operand.
        from: ScalarType,
    },
    /// `string.lift_memory`: pointer, length in bytes → string.
    StringLift,
    /// `string.lower_memory`: pointer, string → pointer, length in bytes. Writes the string at the pointer.
    StringLower,
    /// `string.size`: string → length in bytes.
    StringSize,
    /// `dup`: pushes the topmost operand again.
    Duplicate,
    /// `swap2`: exchanges the two topmost operands.
    Swap,
    /// `array.lift_memory T`: pointer, number of elements → array.
    ArrayLift(InterfaceType),
    /// `array.lower_memory T`: array → pointer, number of elements. Allocates in the guest.
    ArrayLower(InterfaceType),
    /// `record.lift_memory r`: pointer → record.
    RecordLift(u32),
    /// `record.lower_memory r`: record → pointer. Allocates in the guest.
    RecordLower(u32),
    /// `bool.from_i32`: true unless the operand is 0.
    BoolLift,
    /// `i32.from_bool`
    BoolLower,
    /// `i32.push v`: pushes the lowest 32 bits of a constant.
    PushI32(u64),
    /// `i64.push v`
    PushI64(u64),
    /// `byte_array.lift_memory`: pointer, length → byte array.
    ByteArrayLift,
    /// `byte_array.lower_memory`: pointer, byte array → pointer, length. Writes the bytes at the pointer.
    ByteArrayLower,
    /// `byte_array.size`: byte array → length.
    ByteArraySize,
}

/// Integer types in the order of opcodes.
const SIGNED: [ScalarType; 4] = [ScalarType::S8, ScalarType::S16, ScalarType::S32, ScalarType::S64];
const UNSIGNED: [ScalarType; 4] = [ScalarType::U8, ScalarType::U16, ScalarType::U32, ScalarType::U64];

impl IntegerWidth {
    fn name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
        }
    }
}

/// The conversion between integers with this opcode: `0x02` to `0x21`.
pub(super) fn conversion_of(opcode: u8) -> Option<AdapterInstruction> {
    // In each group of four types, a pair of opcodes lifts each type; then four lower to i32 and four to i64.
    let (types, index) = match opcode {
        0x02..=0x11 => (SIGNED, usize::from(opcode) - 0x02),
        0x12..=0x21 => (UNSIGNED, usize::from(opcode) - 0x12),
        _ => return None,
    };
    let width = |is_wide: bool| if is_wide { IntegerWidth::I64 } else { IntegerWidth::I32 };
    Some(if index < 8 {
        AdapterInstruction::Lift {
            to: types[index / 2],
            from: width(index % 2 == 1),
        }
    } else {
        AdapterInstruction::Lower {
            to: width(index >= 12),
            from: types[index % 4],
        }
    })
}

/// The opcode of a conversion between integers; `None` for types that have no conversion.
pub(super) fn opcode_of(instruction: &AdapterInstruction) -> Option<u8> {
    let (scalar, width, is_lift) = match *instruction {
        AdapterInstruction::Lift { to, from } => (to, from, true),
        AdapterInstruction::Lower { to, from } => (from, to, false),
        _ => return None,
    };
    let find = |types: [ScalarType; 4]| types.iter().position(|known| *known == scalar);
    let (start, index) = match (find(SIGNED), find(UNSIGNED)) {
        (Some(index), _) => (0x02, index),
        (None, Some(index)) => (0x12, index),
        (None, None) => return None,
    };
    let is_wide = usize::from(width == IntegerWidth::I64);
    let offset = if is_lift {
        2 * index + is_wide
    } else {
        8 + 4 * is_wide + index
    };
    Some(start + offset as u8)
}

/// The instruction in the text form of adapters.
impl fmt::Display for AdapterInstruction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArgumentGet(index) => write!(out, "arg.get {index}"),
            Self::CallCore(index) => write!(out, "call-core {index}"),
            Self::Lift { to, from } => write!(out, "{to}.from_{}", from.name()),
            Self::Lower { to, from } => write!(out, "{}.from_{from}", to.name()),
            Self::StringLift => out.write_str("string.lift_memory"),
            Self::StringLower => out.write_str("string.lower_memory"),
            Self::StringSize => out.write_str("string.size"),
            Self::Duplicate => out.write_str("dup"),
            Self::Swap => out.write_str("swap2"),
            Self::ArrayLift(element) => write!(out, "array.lift_memory {element}"),
            Self::ArrayLower(element) => write!(out, "array.lower_memory {element}"),
            Self::RecordLift(index) => write!(out, "record.lift_memory {index}"),
            Self::RecordLower(index) => write!(out, "record.lower_memory {index}"),
            Self::BoolLift => out.write_str("bool.from_i32"),
            Self::BoolLower => out.write_str("i32.from_bool"),
            Self::PushI32(value) => write!(out, "i32.push {value}"),
            Self::PushI64(value) => write!(out, "i64.push {value}"),
            Self::ByteArrayLift => out.write_str("byte_array.lift_memory"),
            Self::ByteArrayLower => out.write_str("byte_array.lower_memory"),
            Self::ByteArraySize => out.write_str("byte_array.size"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_conversion_has_one_opcode() {
        for opcode in 0..=u8::MAX {
            let conversion = conversion_of(opcode);
            assert_eq!(conversion.is_some(), (0x02..=0x21).contains(&opcode));
            assert_eq!(
                conversion.as_ref().and_then(opcode_of),
                conversion.as_ref().map(|_| opcode)
            );
        }
    }

    #[test]
    fn opcodes_are_those_of_the_format() {
        let names = [0x02, 0x07, 0x0c, 0x11, 0x12, 0x17, 0x1a, 0x1d, 0x21];
        let names = names.map(|opcode| conversion_of(opcode).expect("a conversion").to_string());
        let expected = [
            "s8.from_i32",
            "s32.from_i64",
            "i32.from_s32",
            "i64.from_s64",
            "u8.from_i32",
            "u32.from_i64",
            "i32.from_u8",
            "i32.from_u64",
            "i64.from_u64",
        ];
        assert_eq!(names, expected);
    }
}
