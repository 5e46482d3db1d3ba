//! Conversions between core integers and the numbers of the interface.
//!
//! Integers of the same width keep their bits, so that a `u32` above `i32::MAX` passes. Where bits would be lost, the value is
//! checked. (Existing hosts also check the sign of integers of the same width, and refuse such values.)

use super::ExecutionError;
use crate::{AdapterInstruction, CoreValue, IntegerWidth, ScalarType};

/// The bits of a number of type `to` from a core integer.
pub(super) fn lift(to: ScalarType, value: CoreValue) -> Result<u64, ExecutionError> {
    let (from, signed, unsigned) = match value {
        CoreValue::I32(value) => (IntegerWidth::I32, i64::from(value), u64::from(value as u32)),
        other => (IntegerWidth::I64, other.bits() as i64, other.bits()),
    };
    let checked = |is_within: bool| {
        let conversion = || AdapterInstruction::Lift { to, from }.to_string();
        if is_within {
            Ok(signed as u64)
        } else {
            Err(ExecutionError::Cast {
                conversion: conversion(),
                value: signed,
            })
        }
    };
    match to {
        ScalarType::Bool => Ok(u64::from(signed != 0)),
        ScalarType::S8 => checked(i8::try_from(signed).is_ok()),
        ScalarType::S16 => checked(i16::try_from(signed).is_ok()),
        ScalarType::S32 => checked(i32::try_from(signed).is_ok()),
        ScalarType::U8 => checked(u8::try_from(signed).is_ok()),
        ScalarType::U16 => checked(u16::try_from(signed).is_ok()),
        ScalarType::U32 if from == IntegerWidth::I64 => checked(u32::try_from(signed).is_ok()),
        ScalarType::U32 | ScalarType::U64 => Ok(unsigned),
        ScalarType::S64 | ScalarType::I32 | ScalarType::I64 | ScalarType::F32 | ScalarType::F64 => Ok(signed as u64),
    }
}

/// A core integer from the bits of a number of type `from`.
pub(super) fn lower(to: IntegerWidth, from: ScalarType, bits: u64) -> Result<CoreValue, ExecutionError> {
    let bits = from.read(&bits.to_le_bytes()[..from.size() as usize]);
    if to == IntegerWidth::I64 {
        return Ok(CoreValue::I64(bits as i64));
    }
    let is_within = match from {
        ScalarType::S64 => i32::try_from(bits as i64).is_ok(),
        ScalarType::U64 => u32::try_from(bits).is_ok(),
        _ => true,
    };
    if is_within {
        Ok(CoreValue::I32(bits as i32))
    } else {
        Err(ExecutionError::Cast {
            conversion: AdapterInstruction::Lower { to, from }.to_string(),
            value: bits as i64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_the_same_width_keep_their_bits() {
        assert_eq!(lift(ScalarType::U32, CoreValue::I32(-1)), Ok(u64::from(u32::MAX)));
        assert_eq!(lift(ScalarType::S32, CoreValue::I32(-1)), Ok(u64::MAX));
        assert_eq!(lift(ScalarType::U64, CoreValue::I64(-1)), Ok(u64::MAX));
        assert_eq!(
            lower(IntegerWidth::I32, ScalarType::U32, u32::MAX.into()),
            Ok(CoreValue::I32(-1))
        );
        assert_eq!(
            lower(IntegerWidth::I64, ScalarType::U64, u64::MAX),
            Ok(CoreValue::I64(-1))
        );
    }

    #[test]
    fn wider_integers_keep_their_value() {
        assert_eq!(lift(ScalarType::S64, CoreValue::I32(-5)), Ok(-5_i64 as u64));
        assert_eq!(lift(ScalarType::U64, CoreValue::I32(-1)), Ok(u64::from(u32::MAX)));
        assert_eq!(
            lower(IntegerWidth::I64, ScalarType::S8, -5_i64 as u64),
            Ok(CoreValue::I64(-5))
        );
        assert_eq!(
            lower(IntegerWidth::I32, ScalarType::S16, -5_i64 as u64),
            Ok(CoreValue::I32(-5))
        );
        assert_eq!(
            lower(IntegerWidth::I64, ScalarType::U32, u32::MAX.into()),
            Ok(CoreValue::I64(u32::MAX.into()))
        );
    }

    #[test]
    fn narrower_integers_are_checked() {
        let fails = |to, value| {
            let error = lift(to, value).expect_err("out of range").to_string();
            assert!(error.contains("failed to cast"), "{error}");
        };
        for (to, least, most) in [
            (ScalarType::S8, -128, 127),
            (ScalarType::S16, -32_768, 32_767),
            (ScalarType::U8, 0, 255),
            (ScalarType::U16, 0, 65_535),
        ] {
            for value in [least, most] {
                assert_eq!(lift(to, CoreValue::I32(value)), Ok(i64::from(value) as u64));
                assert_eq!(lift(to, CoreValue::I64(value.into())), Ok(i64::from(value) as u64));
            }
            for value in [least - 1, most + 1] {
                fails(to, CoreValue::I32(value));
                fails(to, CoreValue::I64(value.into()));
            }
        }
        fails(ScalarType::U32, CoreValue::I64(-1));
        fails(ScalarType::U32, CoreValue::I64(1 << 32));
        fails(ScalarType::S32, CoreValue::I64(1 << 31));
        let error = lower(IntegerWidth::I32, ScalarType::S64, 1 << 31).expect_err("out of range");
        assert_eq!(error.to_string(), "`i32.from_s64` failed to cast 2147483648");
        assert!(lower(IntegerWidth::I32, ScalarType::U64, 1 << 32).is_err());
        assert_eq!(
            lower(IntegerWidth::I32, ScalarType::U64, u32::MAX.into()),
            Ok(CoreValue::I32(-1))
        );
    }
}
