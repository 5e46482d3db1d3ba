//! The core of a peer, driven by hand: each test reports inputs and looks at the effects.

mod admission;
mod backpressure;
mod calls;
mod driver;
mod endings;
mod lookup;
mod records;
mod scopes;
mod sends;
mod services;
