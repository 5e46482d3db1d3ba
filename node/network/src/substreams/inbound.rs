//! Reads the frames of one substream.

use super::Reading;
use crate::event::{Event, RejectReason};
use aqua_keys::PeerId;
use aqua_particle::Message;
use aqua_particle::frame::{self, FrameError};
use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use std::io;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// How much is read at a time: what is held grows with what has arrived, not with what was announced.
const CHUNK: usize = 64 * 1024;

/// Where a substream comes from and what it may take.
pub(super) struct Source {
    pub(super) peer: PeerId,
    pub(super) reading: Reading,
    pub(super) budget: Arc<Semaphore>,
}

/// Reads frames until the peer closes its half, then closes the other. A frame that is none resets the substream.
/// Waits while the node's queue is full.
pub(super) async fn read<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, source: Source) {
    loop {
        let frame = match next_frame(&mut stream, &source).await {
            Ok(Some(frame)) => frame,
            // Nobody is left to be told if closing fails: the connection is gone.
            Ok(None) => return drop(stream.close().await),
            Err(reason) => {
                drop(stream);
                let event = Event::Rejected {
                    from: source.peer.clone(),
                    reason,
                };
                return drop(source.reading.events.send(event).await);
            }
        };
        let Frame { message, bytes, held } = frame;
        if let Message::Particle(particle) = message {
            let event = Event::Particle {
                from: source.peer.clone(),
                particle,
                bytes,
            };
            if source.reading.events.send(event).await.is_err() {
                return;
            }
        }
        drop(held);
    }
}

struct Frame<'a> {
    message: Message,
    bytes: usize,
    /// Its share of what the connection may hold, until the node has taken it.
    held: SemaphorePermit<'a>,
}

/// The next frame; none where the peer closed its half between two frames.
async fn next_frame<'a, S: AsyncRead + Unpin>(
    stream: &mut S,
    source: &'a Source,
) -> Result<Option<Frame<'a>>, RejectReason> {
    let Some((length, head)) = read_length(stream, source).await? else {
        return Ok(None);
    };
    let permits = u32::try_from(length).map_err(|_| FrameError::BadLength)?;
    let held = source
        .budget
        .acquire_many(permits)
        .await
        .map_err(|closed| RejectReason::Broken(closed.to_string()))?;
    let mut body = Vec::new();
    let mut chunk = vec![0; length.min(CHUNK)];
    while body.len() < length {
        let wanted = (length - body.len()).min(chunk.len());
        match patiently(source, stream.read(&mut chunk[..wanted])).await? {
            0 => return Err(FrameError::Truncated.into()),
            read => body.extend(&chunk[..read]),
        }
    }
    Ok(Some(Frame {
        message: frame::decode_body(&body)?,
        bytes: head + length,
        held,
    }))
}

/// The next body's length and how many bytes said it. Between frames the peer may take its time.
async fn read_length<S: AsyncRead + Unpin>(
    stream: &mut S,
    source: &Source,
) -> Result<Option<(usize, usize)>, RejectReason> {
    let mut head = Vec::new();
    loop {
        let mut byte = [0];
        let read = match head.is_empty() {
            true => match stream.read(&mut byte).await {
                Ok(read) => read,
                // Nothing was begun, so nothing is lost with the connection.
                Err(_) => return Ok(None),
            },
            false => patiently(source, stream.read(&mut byte)).await?,
        };
        match (read, head.is_empty()) {
            (0, true) => return Ok(None),
            (0, false) => return Err(FrameError::Truncated.into()),
            _ => head.push(byte[0]),
        }
        if let Some(length) = frame::read_length(&head, source.reading.frame_body)? {
            return Ok(Some(length));
        }
    }
}

async fn patiently(source: &Source, read: impl Future<Output = io::Result<usize>>) -> Result<usize, RejectReason> {
    match timeout(source.reading.patience, read).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) => Err(RejectReason::Broken(error.to_string())),
        Err(_) => Err(RejectReason::Stalled),
    }
}
