//! Writes frames to one connected peer, one after another.

use crate::SendError;
use crate::substreams::{OpenError, Opened};
use crate::swarm::Command;
use aqua_particle::frame;
use futures::AsyncWriteExt as _;
use libp2p::{PeerId, Stream};
use std::fmt;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};

/// How long a substream that isn't permanent stays open without frames.
const IDLE: Duration = Duration::from_secs(60);

/// Bytes that are written within one timeout.
const CHUNK: usize = 64 * 1024;

/// How frames are distributed over substreams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// One frame per substream, which every peer reads. Used until the peer has identified itself.
    OnePerSubstream,
    /// Any number of frames on one substream.
    Stream {
        /// The largest body that the peer reads, in bytes.
        max_body: usize,
        /// Whether the substream is opened at once and stays open as long as the connection. Clients need that: they never close
        /// their half of a substream, and an open substream is what keeps their connection alive. For other peers the substream is
        /// closed when it has been idle for a while.
        permanent: bool,
    },
}

/// A frame in the queue of its destination.
pub(crate) struct Delivery {
    /// Encodes the frame. Called when it is the frame's turn, so that a queued frame holds no encoded bytes.
    pub(crate) encode: Box<dyn FnOnce() -> Vec<u8> + Send>,
    /// Receives the size of the frame in bytes when all of it was written. Closed if the frame need not be sent any more.
    pub(crate) done: oneshot::Sender<Result<usize, SendError>>,
}

impl Delivery {
    /// Completes the delivery without sending the frame.
    pub(crate) fn fail(self, error: SendError) {
        // The caller may have dropped its future.
        let _ = self.done.send(Err(error));
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Delivery")
    }
}

/// The task that writes the frames of one connected peer.
pub(crate) struct PeerSender {
    pub(crate) peer: PeerId,
    /// How the peer reads frames. Closed when the peer's last connection has closed.
    pub(crate) framing: watch::Receiver<Framing>,
    pub(crate) commands: mpsc::UnboundedSender<Command>,
    /// The largest body that this peer sends, in bytes.
    pub(crate) max_body: usize,
    /// How long the peer may take for a chunk, and for opening a substream.
    pub(crate) timeout: Duration,
}

impl PeerSender {
    /// Writes the deliveries in order. Ends when the peer's last connection has closed; deliveries left in the queue fail.
    pub(crate) async fn run(mut self, mut deliveries: mpsc::UnboundedReceiver<Delivery>) {
        let mut kept: Option<Stream> = None;
        loop {
            let permanent = matches!(
                *self.framing.borrow_and_update(),
                Framing::Stream { permanent: true, .. }
            );
            if permanent && kept.is_none() {
                kept = self.open().await.ok();
            }
            tokio::select! {
                delivery = deliveries.recv() => {
                    let Some(delivery) = delivery else { break };
                    self.deliver(delivery, &mut kept).await;
                }
                changed = self.framing.changed() => if changed.is_err() { break },
                () = sleep(IDLE), if kept.is_some() && !permanent => self.close(kept.take()).await,
            }
        }
        deliveries.close();
        while let Some(delivery) = deliveries.recv().await {
            delivery.fail(connection_closed());
        }
        self.close(kept).await;
    }

    async fn deliver(&self, delivery: Delivery, kept: &mut Option<Stream>) {
        let Delivery { encode, done } = delivery;
        if done.is_closed() {
            return;
        }
        if self.framing.has_changed().is_err() {
            drop(done.send(Err(connection_closed())));
            return;
        }
        let framing = *self.framing.borrow();
        let frame = encode();
        let result = self.write_frame(&frame, framing, kept).await;
        drop(done.send(result.map(|()| frame.len())));
    }

    async fn write_frame(&self, frame: &[u8], framing: Framing, kept: &mut Option<Stream>) -> Result<(), SendError> {
        let bytes = frame::body_length(frame);
        let limit = match framing {
            Framing::OnePerSubstream => self.max_body,
            Framing::Stream { max_body, .. } => max_body.min(self.max_body),
        };
        if bytes > limit {
            return Err(SendError::TooLarge { bytes, limit });
        }
        if framing == Framing::OnePerSubstream {
            let mut stream = self.open().await?;
            self.write(&mut stream, frame).await?;
            return timeout(self.timeout, stream.close())
                .await
                .map_err(|_| SendError::TimedOut)?
                .map_err(|error| SendError::Lost(error.to_string()));
        }
        // The peer may have closed the substream that was kept. Try once more on a new one.
        if let Some(mut stream) = kept.take()
            && self.write(&mut stream, frame).await.is_ok()
        {
            *kept = Some(stream);
            return Ok(());
        }
        let mut stream = self.open().await?;
        self.write(&mut stream, frame).await?;
        *kept = Some(stream);
        Ok(())
    }

    async fn write(&self, stream: &mut Stream, bytes: &[u8]) -> Result<(), SendError> {
        for chunk in bytes.chunks(CHUNK) {
            let written = async {
                stream.write_all(chunk).await?;
                stream.flush().await
            };
            timeout(self.timeout, written)
                .await
                .map_err(|_| SendError::TimedOut)?
                .map_err(|error| SendError::Lost(error.to_string()))?;
        }
        Ok(())
    }

    async fn close(&self, kept: Option<Stream>) {
        if let Some(mut stream) = kept {
            // The connection may have closed.
            drop(timeout(self.timeout, stream.close()).await);
        }
    }

    async fn open(&self) -> Result<Stream, SendError> {
        let (opened, stream): (Opened, _) = oneshot::channel();
        let command = Command::Open {
            peer: self.peer,
            opened,
        };
        self.commands.send(command).map_err(|_| SendError::Closed)?;
        match stream.await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(OpenError::TimedOut)) => Err(SendError::TimedOut),
            Ok(Err(error)) => Err(SendError::Lost(error.to_string())),
            Err(_) => Err(connection_closed()),
        }
    }
}

fn connection_closed() -> SendError {
    SendError::Lost("the connection closed".to_owned())
}
