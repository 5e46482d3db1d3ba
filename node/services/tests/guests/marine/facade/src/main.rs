//! Passes values of every type to the module `effector` and back.

use marine_rs_sdk::{CallParameters, marine, module_manifest};

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

#[marine]
pub fn greeting(name: String) -> String {
    format!("Hi, {name}")
}

/// Panics.
#[marine]
pub fn failing() {
    panic!("this function fails");
}

#[marine]
pub fn call_parameters() -> CallParameters {
    marine_rs_sdk::get_call_parameters()
}

#[marine]
pub fn pass_scalars(value: Scalars) -> Scalars {
    change(value)
}

#[marine]
pub fn pass_group(group: Group) -> Group {
    reverse_group(group)
}

macro_rules! passed_on {
    ($($pass:ident = $reverse:ident, $pass_nested:ident = $reverse_nested:ident: $ty:ident;)+) => {
        #[marine]
        #[module_import("effector")]
        extern "C" {
            pub fn change(value: Scalars) -> Scalars;
            pub fn reverse_group(group: Group) -> Group;
            $(
                pub fn $reverse(list: Vec<$ty>) -> Vec<$ty>;
                pub fn $reverse_nested(lists: Vec<Vec<$ty>>) -> Vec<Vec<$ty>>;
            )+
        }

        $(
            #[marine]
            pub fn $pass(list: Vec<$ty>) -> Vec<$ty> {
                $reverse(list)
            }

            #[marine]
            pub fn $pass_nested(lists: Vec<Vec<$ty>>) -> Vec<Vec<$ty>> {
                $reverse_nested(lists)
            }
        )+
    };
}

passed_on! {
    pass_bool = reverse_bool, pass_bools = reverse_bools: bool;
    pass_s8 = reverse_s8, pass_s8s = reverse_s8s: i8;
    pass_s16 = reverse_s16, pass_s16s = reverse_s16s: i16;
    pass_s32 = reverse_s32, pass_s32s = reverse_s32s: i32;
    pass_s64 = reverse_s64, pass_s64s = reverse_s64s: i64;
    pass_u8 = reverse_u8, pass_u8s = reverse_u8s: u8;
    pass_u16 = reverse_u16, pass_u16s = reverse_u16s: u16;
    pass_u32 = reverse_u32, pass_u32s = reverse_u32s: u32;
    pass_u64 = reverse_u64, pass_u64s = reverse_u64s: u64;
    pass_f32 = reverse_f32, pass_f32s = reverse_f32s: f32;
    pass_f64 = reverse_f64, pass_f64s = reverse_f64s: f64;
    pass_string = reverse_string, pass_strings = reverse_strings: String;
    pass_scalars_list = reverse_scalars, pass_scalars_lists = reverse_scalars_lists: Scalars;
}
