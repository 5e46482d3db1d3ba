//! A service that fetches texts from HTTP servers.

wit_bindgen::generate!({ path: "wit" });

use exports::example::fetch::api::Guest;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{Fields, IncomingResponse, OutgoingRequest, Scheme};
use wasip2::io::streams::StreamError;

/// The bytes that are read at once.
const PART: u64 = 64 << 10;

struct Fetch;

export!(Fetch);

impl Guest for Fetch {
    fn get(url: String) -> Result<String, String> {
        let response = send(&url)?;
        match response.status() {
            200 => body(&response),
            status => Err(format!("{url} answers with status {status}")),
        }
    }
}

fn send(url: &str) -> Result<IncomingResponse, String> {
    let (scheme, rest) = match url.split_once("://") {
        Some(("http", rest)) => (Scheme::Http, rest),
        Some(("https", rest)) => (Scheme::Https, rest),
        _ => return Err(format!("{url} is not a URL of HTTP")),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let request = OutgoingRequest::new(Fields::new());
    let set = request
        .set_scheme(Some(&scheme))
        .and_then(|()| request.set_authority(Some(authority)))
        .and_then(|()| request.set_path_with_query(Some(if path.is_empty() { "/" } else { path })));
    set.map_err(|()| format!("{url} is not a URL"))?;
    let sent = outgoing_handler::handle(request, None).map_err(|error| error.to_string())?;
    sent.subscribe().block();
    match sent.get() {
        Some(Ok(Ok(response))) => Ok(response),
        Some(Ok(Err(error))) => Err(format!("{url}: {error}")),
        _ => Err(format!("{url} doesn't answer")),
    }
}

fn body(response: &IncomingResponse) -> Result<String, String> {
    let body = response.consume().map_err(|()| "the answer has no body")?;
    let stream = body.stream().map_err(|()| "the answer has no body")?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(PART) {
            Ok(part) => bytes.extend(part),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => return Err(error.to_debug_string()),
        }
    }
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
