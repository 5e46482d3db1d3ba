//! HTTP requests of components, `wasi:http`: which hosts they reach, and how much they receive.
//!
//! A component can send requests to the hosts and with the methods that it was granted; others fail with `HTTP-request-denied`.
//! Addresses of a name are checked before the connection is opened, so that a name can't lead into a private network. The body of an
//! answer is limited as the answer of a call is. The time of the call limits all the rest: what a call leaves open ends with it.

mod addresses;
mod body;
mod connection;

use std::sync::Arc;

use aqua_capabilities::HttpAccess;
use http::uri::Scheme;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1;
use wasmtime::component::ResourceTable;
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks};

use crate::log::{Level, Log};
use body::Limited;

/// The HTTP requests of the components of one service.
pub(crate) struct Http {
    context: WasiHttpCtx,
    sender: Sender,
}

/// Sends requests as far as they are granted.
#[derive(Clone)]
struct Sender {
    access: Arc<HttpAccess>,
    /// The bytes of the body of an answer.
    limit: usize,
    log: Log,
}

/// The end of a connection.
type Closed = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl Http {
    /// `limit`: the bytes of the body of an answer. Denied requests are written to `log`.
    pub(crate) fn new(access: Arc<HttpAccess>, limit: usize, log: Log) -> Self {
        Self {
            context: WasiHttpCtx::new(),
            sender: Sender { access, limit, log },
        }
    }

    /// With the resources of the component that runs.
    pub(crate) fn view<'a>(&'a mut self, table: &'a mut ResourceTable) -> WasiHttpCtxView<'a> {
        WasiHttpCtxView {
            hooks: &mut self.sender,
            table,
            ctx: &mut self.context,
        }
    }
}

impl WasiHttpHooks for Sender {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _sent: Closed,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Closed), Error>> + Send> {
        let sender = self.clone();
        Box::new(async move { sender.send(request, options.unwrap_or_default()).await })
    }
}

impl Sender {
    async fn send(
        self,
        mut request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<(Response<WasiBody>, Closed), Error> {
        let is_encrypted = request.uri().scheme() == Some(&Scheme::HTTPS);
        let authority = request.uri().authority().ok_or(Error::HttpRequestUriInvalid)?;
        let host = authority.host().to_owned();
        let port = authority.port_u16().unwrap_or(if is_encrypted { 443 } else { 80 });
        if !self.access.allows(request.method().as_str(), &host, port) {
            let text = format!("{} {host}:{port} is not granted", request.method());
            self.log.write("http", Level::Warn, text.as_bytes());
            return Err(Error::HttpRequestDenied);
        }
        // A server finds the host in the header; the line of the request has the path only.
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = path.map_or_else(Default::default, Into::into);

        let connecting = async {
            let addresses = addresses::of(&host, port, self.access.is_private_allowed(&host, port)).await?;
            connection::open(&host, &addresses, is_encrypted).await
        };
        let stream = within(options.connect_timeout, Error::ConnectionTimeout, connecting).await?;
        let (mut sender, connection) = http1::Builder::new().handshake(TokioIo::new(stream)).await?;
        // The connection has to run for the answer to arrive, and afterwards for its body.
        let connection = wasmtime_wasi::runtime::spawn(async move { connection.await.map_err(Error::from) });
        let answer = async { Ok(sender.send_request(request).await?) };
        let answer = within(options.first_byte_timeout, Error::ConnectionReadTimeout, answer).await?;
        let answer = answer.map(|body| Limited::new(body, self.limit, options.between_bytes_timeout).boxed_unsync());
        Ok((answer, Box::new(connection)))
    }
}

/// The output of a future, or `late` if it takes longer than the component wants to wait.
async fn within<T>(
    time: Option<std::time::Duration>,
    late: Error,
    future: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match time {
        Some(time) => tokio::time::timeout(time, future).await.unwrap_or(Err(late)),
        None => future.await,
    }
}
