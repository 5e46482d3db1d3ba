//! Symbols that a Rust standard library for `wasm32-wasip1` refers to and an old wasi-libc does not have.
//!
//! Each answers "not supported" in the way of its POSIX definition, so that `thread::spawn` and `fs::canonicalize` return errors
//! instead of failing at link time. The linker drops what a guest does not use.
#![no_std]
#![feature(thread_local)]

use core::ffi::{c_char, c_int, c_void};

const EINVAL: c_int = 28;
const ENOTSUP: c_int = 58;

unsafe extern "C" {
    #[thread_local]
    static mut errno: c_int;
}

#[unsafe(no_mangle)]
extern "C" fn pthread_attr_init(_: *mut c_void) -> c_int {
    0
}

#[unsafe(no_mangle)]
extern "C" fn pthread_attr_destroy(_: *mut c_void) -> c_int {
    0
}

#[unsafe(no_mangle)]
extern "C" fn pthread_attr_setstacksize(_: *mut c_void, _: usize) -> c_int {
    0
}

#[unsafe(no_mangle)]
extern "C" fn pthread_create(_: *mut c_void, _: *const c_void, _: *const c_void, _: *mut c_void) -> c_int {
    ENOTSUP
}

#[unsafe(no_mangle)]
extern "C" fn pthread_detach(_: *mut c_void) -> c_int {
    EINVAL
}

#[unsafe(no_mangle)]
extern "C" fn pthread_join(_: *mut c_void, _: *mut *mut c_void) -> c_int {
    EINVAL
}

#[unsafe(no_mangle)]
unsafe extern "C" fn realpath(_: *const c_char, _: *mut c_char) -> *mut c_char {
    // SAFETY: `errno` is this thread's own.
    unsafe { errno = ENOTSUP };
    core::ptr::null_mut()
}
