//! The system interface of services: WASI preview 1, WASI preview 2 and HTTP requests, as functions of linkers.
//!
//! wasmtime makes these functions, several hundred, for the type of the state in the store where they run. They are made here, for
//! [`StoreState`], and not in the host of services, because this crate is compiled with little optimisation: what takes time are the calls of
//! the operating system. The host is optimised and keeps its own state behind [`Contents`].
//! (`docs/decisions/first-build.md`)

use std::any::Any;
use std::fmt;

use wasmtime::component::{Linker, Resource};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::IoError;
use wasmtime_wasi::{WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtxView, WasiHttpView};

/// The state of a store.
pub struct StoreState(Box<dyn Contents>);

/// What the host keeps in a store, with the systems of the modules that run there.
pub trait Contents: Any + Send {
    /// The system of the module with this number.
    fn system(&mut self, module: usize) -> &mut WasiP1Ctx;

    /// The system of the component that runs.
    fn active(&mut self) -> WasiCtxView<'_>;

    /// The HTTP requests of the component that runs.
    fn http(&mut self) -> WasiHttpCtxView<'_>;
}

impl StoreState {
    /// A state with these contents.
    pub fn new(contents: impl Contents) -> Self {
        Self(Box::new(contents))
    }

    /// The contents.
    ///
    /// # Panics
    ///
    /// Panics if the state was made with contents of another type.
    pub fn contents<T: Contents>(&self) -> &T {
        let contents: &dyn Any = &*self.0;
        contents.downcast_ref().expect("a host has one type of contents")
    }

    /// The contents, to be changed.
    ///
    /// # Panics
    ///
    /// Panics if the state was made with contents of another type.
    pub fn contents_mut<T: Contents>(&mut self) -> &mut T {
        let contents: &mut dyn Any = &mut *self.0;
        contents.downcast_mut().expect("a host has one type of contents")
    }
}

/// Adds WASI preview 1 for the module with this number.
///
/// # Errors
///
/// A function is there already.
pub fn add_preview1(linker: &mut wasmtime::Linker<StoreState>, module: usize) -> Result<()> {
    wasmtime_wasi::p1::add_to_linker_async(linker, move |state: &mut StoreState| state.0.system(module))
}

/// Adds WASI preview 2.
///
/// # Errors
///
/// A function is there already.
pub fn add_preview2(linker: &mut Linker<StoreState>) -> Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    linker.allow_shadowing(true);
    let mut errors = linker.instance(ERRORS)?;
    errors.func_wrap("[method]error.to-debug-string", describe)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// The interface of errors of streams, in the version that wasmtime-wasi defines.
const ERRORS: &str = "wasi:io/error@0.2.12";

/// An error of a stream with its causes. wasmtime-wasi adds the backtrace of the host if `RUST_BACKTRACE` is set; it is not shown to
/// components, because it is about the host and differs between peers.
fn describe(mut store: StoreContextMut<'_, StoreState>, (error,): (Resource<IoError>,)) -> Result<(String,)> {
    let error = store.data_mut().ctx().table.get(&error)?;
    Ok((format!("{error:#}"),))
}

/// Adds HTTP requests to a linker with WASI preview 2.
///
/// # Errors
///
/// A function is there already.
pub fn add_http(linker: &mut Linker<StoreState>) -> Result<()> {
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)
}

impl WasiView for StoreState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.0.active()
    }
}

impl WasiHttpView for StoreState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        self.0.http()
    }
}

impl fmt::Debug for StoreState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StoreState").finish_non_exhaustive()
    }
}
