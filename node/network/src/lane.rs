//! The way to one connected peer: its particles are written one after another.

use crate::SendError;
use crate::substreams::{OpenError, Opened};
use crate::swarm::Command;
use aqua_particle::frame;
use futures::AsyncWriteExt as _;
use libp2p::{PeerId, Stream};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};

/// How long a substream that does not last stays open without deliveries.
const IDLE: Duration = Duration::from_secs(60);

/// How much is written before the peer's patience starts anew.
const CHUNK: usize = 64 * 1024;

/// How the peer at the other end takes particles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taking {
    /// One frame per substream, which is what every peer reads; also while the peer has not said who it is.
    OneFrame,
    /// Any number of frames on one substream.
    Stream {
        /// The largest body the peer reads, in bytes.
        body: usize,
        /// Whether the substream is opened at once and stays open as long as the connection. Clients need it: their
        /// half of a substream is never closed, and an open substream is what keeps their connection alive. With
        /// others it is closed after a while without deliveries.
        lasting: bool,
    },
}

/// A frame to write, and who waits for it.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) frame: Arc<[u8]>,
    pub(crate) done: oneshot::Sender<Result<(), SendError>>,
}

/// Writes deliveries to `peer` until no more can come.
pub(crate) async fn run(
    peer: PeerId,
    mut deliveries: mpsc::Receiver<Delivery>,
    mut taking: watch::Receiver<Taking>,
    commands: mpsc::Sender<Command>,
    patience: Duration,
) {
    let lane = Lane {
        peer,
        commands,
        patience,
    };
    let mut kept: Option<Stream> = None;
    loop {
        let now = *taking.borrow_and_update();
        let lasting = matches!(now, Taking::Stream { lasting: true, .. });
        if lasting && kept.is_none() {
            kept = lane.open().await.ok();
        }
        tokio::select! {
            delivery = deliveries.recv() => {
                let Some(Delivery { frame, done }) = delivery else { break };
                let taking = *taking.borrow();
                // Whoever sent it may have stopped waiting.
                drop(done.send(lane.deliver(&frame, taking, &mut kept).await));
            }
            changed = taking.changed() => if changed.is_err() { break },
            () = sleep(IDLE), if kept.is_some() && !lasting => lane.close(kept.take()).await,
        }
    }
    lane.close(kept).await;
}

struct Lane {
    peer: PeerId,
    commands: mpsc::Sender<Command>,
    patience: Duration,
}

impl Lane {
    async fn deliver(&self, bytes: &[u8], taking: Taking, kept: &mut Option<Stream>) -> Result<(), SendError> {
        match taking {
            Taking::OneFrame => {
                let mut stream = self.open().await?;
                self.write(&mut stream, bytes).await?;
                timeout(self.patience, stream.close())
                    .await
                    .map_err(|_| SendError::TimedOut)?
                    .map_err(|error| SendError::Lost(error.to_string()))
            }
            Taking::Stream { body: limit, .. } => {
                let body = frame::body_length(bytes);
                if body > limit {
                    return Err(SendError::TooLarge { bytes: body, limit });
                }
                // A substream that was kept may have died unnoticed: try once more on a new one.
                if let Some(mut stream) = kept.take()
                    && self.write(&mut stream, bytes).await.is_ok()
                {
                    *kept = Some(stream);
                    return Ok(());
                }
                let mut stream = self.open().await?;
                self.write(&mut stream, bytes).await?;
                *kept = Some(stream);
                Ok(())
            }
        }
    }

    async fn write(&self, stream: &mut Stream, bytes: &[u8]) -> Result<(), SendError> {
        for chunk in bytes.chunks(CHUNK) {
            let written = async {
                stream.write_all(chunk).await?;
                stream.flush().await
            };
            timeout(self.patience, written)
                .await
                .map_err(|_| SendError::TimedOut)?
                .map_err(|error| SendError::Lost(error.to_string()))?;
        }
        Ok(())
    }

    async fn close(&self, kept: Option<Stream>) {
        if let Some(mut stream) = kept {
            // The connection may be gone already.
            drop(timeout(self.patience, stream.close()).await);
        }
    }

    async fn open(&self) -> Result<Stream, SendError> {
        let (opened, answer): (Opened, _) = oneshot::channel();
        let command = Command::Open {
            peer: self.peer,
            opened,
        };
        self.commands.send(command).await.map_err(|_| SendError::Closed)?;
        match answer.await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(OpenError::TimedOut)) => Err(SendError::TimedOut),
            Ok(Err(error)) => Err(SendError::Lost(error.to_string())),
            Err(_) => Err(SendError::Lost("the connection closed".to_owned())),
        }
    }
}
