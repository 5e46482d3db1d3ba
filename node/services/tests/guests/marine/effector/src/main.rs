//! Takes values of every type and gives them back changed, so that each has passed both ways.

use marine_rs_sdk::{marine, module_manifest};

module_manifest!();

pub fn main() {}

#[marine]
#[derive(Clone)]
pub struct Scalars {
    pub truth: bool,
    pub s8: i8,
    pub s16: i16,
    pub s32: i32,
    pub s64: i64,
    pub u8: u8,
    pub u16: u16,
    pub u32: u32,
    pub u64: u64,
    pub f32: f32,
    pub f64: f64,
    pub text: String,
    pub bytes: Vec<u8>,
}

#[marine]
pub struct Group {
    pub name: String,
    pub members: Vec<Scalars>,
}

/// Every field of the record changed.
#[marine]
pub fn change(value: Scalars) -> Scalars {
    Scalars {
        truth: !value.truth,
        s8: value.s8.wrapping_add(1),
        s16: value.s16.wrapping_add(1),
        s32: value.s32.wrapping_add(1),
        s64: value.s64.wrapping_add(1),
        u8: value.u8.wrapping_add(1),
        u16: value.u16.wrapping_add(1),
        u32: value.u32.wrapping_add(1),
        u64: value.u64.wrapping_add(1),
        f32: value.f32 + 1.0,
        f64: value.f64 + 1.0,
        text: value.text + "!",
        bytes: value.bytes.into_iter().rev().collect(),
    }
}

/// The group with its members in reverse.
#[marine]
pub fn reverse_group(group: Group) -> Group {
    Group { name: group.name, members: group.members.into_iter().rev().collect() }
}

macro_rules! reversed {
    ($($name:ident, $nested:ident: $ty:ident;)+) => {
        $(
            #[marine]
            pub fn $name(list: Vec<$ty>) -> Vec<$ty> {
                list.into_iter().rev().collect()
            }

            #[marine]
            pub fn $nested(lists: Vec<Vec<$ty>>) -> Vec<Vec<$ty>> {
                lists.into_iter().rev().collect()
            }
        )+
    };
}

reversed! {
    reverse_bool, reverse_bools: bool;
    reverse_s8, reverse_s8s: i8;
    reverse_s16, reverse_s16s: i16;
    reverse_s32, reverse_s32s: i32;
    reverse_s64, reverse_s64s: i64;
    reverse_u8, reverse_u8s: u8;
    reverse_u16, reverse_u16s: u16;
    reverse_u32, reverse_u32s: u32;
    reverse_u64, reverse_u64s: u64;
    reverse_f32, reverse_f32s: f32;
    reverse_f64, reverse_f64s: f64;
    reverse_string, reverse_strings: String;
    reverse_scalars, reverse_scalars_lists: Scalars;
}
