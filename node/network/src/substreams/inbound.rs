//! Reads the frames of one inbound substream.

use super::ReadConfig;
use crate::event::{Event, OfferId};
use crate::offer::{Connection, Offer};
use aqua_particle::Message;
use aqua_particle::RejectReason;
use aqua_particle::frame::{self, FrameError};
use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Bytes that are read at a time. Memory grows with what has arrived, not with what was announced.
const CHUNK: usize = 64 * 1024;

/// A substream's connection and the limits that it is read with.
pub(super) struct Reader {
    pub(super) connection: Arc<Connection>,
    pub(super) config: ReadConfig,
    /// Bytes that the connection may still offer.
    pub(super) budget: Arc<Semaphore>,
}

impl Reader {
    /// Offers and reads frames until the peer closes its half of the substream, then closes the other half. Resets the substream if a
    /// frame is refused or malformed.
    pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(self, mut stream: S) {
        self.connection.announced().await;
        loop {
            let length = match self.read_length(&mut stream).await {
                Ok(Some(length)) => length,
                // If closing fails, the connection has closed.
                Ok(None) => return drop(stream.close().await),
                Err(reason) => {
                    drop(stream);
                    return self.reject(reason).await;
                }
            };
            let Some(offered) = self.offer(length).await else {
                return;
            };
            match self.read_body(&mut stream, length.body).await {
                Ok(message) => self.receive(offered, Ok(message)).await,
                Err(reason) => {
                    drop(stream);
                    return self.receive(offered, Err(reason)).await;
                }
            }
        }
    }

    /// Emits a rejection that belongs to no offer.
    pub(super) async fn reject(&self, reason: RejectReason) {
        self.connection.announced().await;
        let event = Event::Rejected {
            connection: self.connection.id(),
            peer: self.connection.peer().clone(),
            reason,
        };
        // If the receiver of events is closed, the network is being shut down.
        drop(self.config.events.send(event).await);
    }

    /// Offers a frame and waits until it is accepted. `None` if it is refused.
    async fn offer(&self, length: Length) -> Option<Offered<'_>> {
        let permits = u32::try_from(length.body).ok()?;
        let budget = self.budget.acquire_many(permits).await.ok()?;
        // An offer exists from the moment at which its event is in the queue: there is no await in between.
        let queue = self.config.events.reserve().await.ok()?;
        let id = OfferId(self.config.next_offer.fetch_add(1, Ordering::Relaxed));
        let (offer, accepted) = Offer::new(Arc::clone(&self.connection), id, length.body);
        queue.send(Event::Offer(offer));
        accepted.await.ok()?;
        Some(Offered {
            id,
            bytes: length.prefix + length.body,
            _budget: budget,
        })
    }

    /// Completes an offer.
    async fn receive(&self, offered: Offered<'_>, frame: Result<Message, RejectReason>) {
        let Ok(queue) = self.config.events.reserve().await else {
            return;
        };
        if self.connection.complete(offered.id) {
            queue.send(Event::Received {
                offer: offered.id,
                frame,
                bytes: offered.bytes,
            });
        }
    }

    /// Reads the length of the next frame; `None` at the end of the substream. Between frames the peer may wait as long as it likes.
    async fn read_length<S: AsyncRead + Unpin>(&self, stream: &mut S) -> Result<Option<Length>, RejectReason> {
        let mut prefix = Vec::new();
        loop {
            let mut byte = [0];
            let read = if prefix.is_empty() {
                match stream.read(&mut byte).await {
                    Ok(read) => read,
                    // No frame was begun, so none is lost with the connection.
                    Err(_) => return Ok(None),
                }
            } else {
                self.in_time(stream.read(&mut byte)).await?
            };
            match (read, prefix.is_empty()) {
                (0, true) => return Ok(None),
                (0, false) => return Err(FrameError::Truncated.into()),
                _ => prefix.push(byte[0]),
            }
            if let Some((body, prefix)) = frame::read_length(&prefix, self.config.frame_body)? {
                return Ok(Some(Length { prefix, body }));
            }
        }
    }

    async fn read_body<S: AsyncRead + Unpin>(&self, stream: &mut S, length: usize) -> Result<Message, RejectReason> {
        let mut body = Vec::new();
        let mut chunk = vec![0; length.min(CHUNK)];
        while body.len() < length {
            let wanted = (length - body.len()).min(chunk.len());
            match self.in_time(stream.read(&mut chunk[..wanted])).await? {
                0 => return Err(FrameError::Truncated.into()),
                read => body.extend(&chunk[..read]),
            }
        }
        Ok(frame::decode_body(&body)?)
    }

    async fn in_time(&self, read: impl Future<Output = io::Result<usize>>) -> Result<usize, RejectReason> {
        match timeout(self.config.timeout, read).await {
            Ok(Ok(read)) => Ok(read),
            Ok(Err(error)) => Err(RejectReason::Broken(error.to_string())),
            Err(_) => Err(RejectReason::Stalled),
        }
    }
}

/// The length of a frame, in bytes.
#[derive(Clone, Copy)]
struct Length {
    /// Bytes of the length prefix itself.
    prefix: usize,
    body: usize,
}

/// An offer that was accepted.
struct Offered<'a> {
    id: OfferId,
    /// The size of the frame.
    bytes: usize,
    /// The frame's part of the connection's budget, held until the frame is delivered.
    _budget: SemaphorePermit<'a>,
}
