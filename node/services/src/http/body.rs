//! The body of an answer, limited in size and in the time between its parts.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::Error;

/// A body that fails when it has too many bytes or comes too slowly.
pub(super) struct Limited {
    body: Incoming,
    /// The limit, and the bytes that are left of it.
    limit: usize,
    left: usize,
    timer: Option<Timer>,
}

struct Timer {
    time: Duration,
    end: Pin<Box<Sleep>>,
}

impl Limited {
    /// `time`: the longest time between two parts.
    pub(super) fn new(body: Incoming, limit: usize, time: Option<Duration>) -> Self {
        Self {
            body,
            limit,
            left: limit,
            timer: time.map(|time| Timer {
                time,
                end: Box::pin(tokio::time::sleep(time)),
            }),
        }
    }
}

impl Body for Limited {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            let Some(timer) = &mut self.timer else {
                return Poll::Pending;
            };
            ready!(timer.end.as_mut().poll(context));
            return Poll::Ready(Some(Err(Error::ConnectionReadTimeout)));
        };
        if let Some(timer) = &mut self.timer {
            timer.end.as_mut().reset(Instant::now() + timer.time);
        }
        let frame = frame.map(|frame| {
            let frame = frame?;
            let size = frame.data_ref().map_or(0, Bytes::len);
            match self.left.checked_sub(size) {
                Some(left) => {
                    self.left = left;
                    Ok(frame)
                }
                None => Err(Error::HttpResponseBodySize(Some(self.limit as u64))),
            }
        });
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
