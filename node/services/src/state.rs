//! The state of a service's store: its instances, their systems, and the call that runs.

use std::sync::Arc;

use aqua_marine::CallParameters;
pub(crate) use aqua_wasi::StoreState;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{WasiCtxView, WasiView as _};
use wasmtime_wasi_http::WasiHttpCtxView;

use crate::failure::{Fault, InModule};
use crate::fixed::Fixed;
use crate::http::Http;
use crate::limits::Limits;
use crate::linked::LinkedService;
use crate::{component, marine};

/// What the store has in which all modules of a service run.
pub(crate) struct ServiceState {
    pub(crate) service: Arc<LinkedService>,
    pub(crate) limits: Limits,
    /// By module.
    pub(crate) systems: Vec<WasiP1Ctx>,
    /// The component whose code runs, or that was the last one to run: its system is the one that runs.
    pub(crate) active: usize,
    pub(crate) fixed: Option<Fixed>,
    pub(crate) http: Http,
    /// The modules that are instantiated so far, in order.
    pub(crate) running: Vec<Running>,
    /// Who makes the call that runs.
    pub(crate) parameters: Arc<CallParameters>,
}

/// A running module.
pub(crate) enum Running {
    Marine(marine::Running),
    Component(component::Running),
}

/// Access to what a store has.
pub(crate) trait InStore {
    fn state(&self) -> &ServiceState;
    fn state_mut(&mut self) -> &mut ServiceState;
}

impl InStore for Store<StoreState> {
    fn state(&self) -> &ServiceState {
        self.data().contents()
    }

    fn state_mut(&mut self) -> &mut ServiceState {
        self.data_mut().contents_mut()
    }
}

impl InStore for StoreContextMut<'_, StoreState> {
    fn state(&self) -> &ServiceState {
        self.data().contents()
    }

    fn state_mut(&mut self) -> &mut ServiceState {
        self.data_mut().contents_mut()
    }
}

impl ServiceState {
    /// The running Marine module at this index.
    pub(crate) fn marine(&self, index: usize) -> Result<&marine::Running, Fault> {
        match self.running.get(index) {
            Some(Running::Marine(running)) => Ok(running),
            Some(Running::Component(_)) | None => Err(Fault::NotStarted),
        }
    }

    /// The running component at this index.
    pub(crate) fn component(&self, index: usize) -> Result<&component::Running, Fault> {
        match self.running.get(index) {
            Some(Running::Component(running)) => Ok(running),
            Some(Running::Marine(_)) | None => Err(Fault::NotStarted),
        }
    }

    /// The error `error` of code of the module at this index. The module in which it happened first is kept.
    pub(crate) fn within(&self, index: usize, error: wasmtime::Error) -> wasmtime::Error {
        if error.is::<InModule>() {
            return error;
        }
        let module = self.service.modules.get(index);
        error.context(InModule(module.map(|module| module.name.clone()).unwrap_or_default()))
    }
}

impl aqua_wasi::Contents for ServiceState {
    fn system(&mut self, module: usize) -> &mut WasiP1Ctx {
        &mut self.systems[module]
    }

    fn active(&mut self) -> WasiCtxView<'_> {
        self.systems[self.active].ctx()
    }

    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let system = self.systems[self.active].ctx();
        self.http.view(system.table)
    }
}
