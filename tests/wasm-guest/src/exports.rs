//! What the module exports: a buffer for the request, functions that read it, and the buffer of their reply.
//!
//! The host calls `input` with the length of the request, writes it to the address that this returns, calls a function, which
//! returns the length of the reply, and reads as many bytes at the address that `output` returns.

#![expect(
    unsafe_code,
    reason = "exports need names of their own, which the language calls unsafe"
)]

use std::sync::{Mutex, MutexGuard, PoisonError};

static INPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static OUTPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

// SAFETY (of all names here): nothing else in the module has them.

#[unsafe(no_mangle)]
extern "C" fn input(length: usize) -> *mut u8 {
    let mut input = lock(&INPUT);
    *input = vec![0; length];
    input.as_mut_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn output() -> *const u8 {
    lock(&OUTPUT).as_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn compile_and_run() -> usize {
    respond(crate::compile_and_run)
}

#[unsafe(no_mangle)]
extern "C" fn simulate() -> usize {
    respond(crate::simulate)
}

fn respond(function: fn(&[u8]) -> Vec<u8>) -> usize {
    let reply = function(&lock(&INPUT));
    let length = reply.len();
    *lock(&OUTPUT) = reply;
    length
}

/// There is one thread, and a panic ends the module.
fn lock(buffer: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    buffer.lock().unwrap_or_else(PoisonError::into_inner)
}
