//! The thread that reads and commits records, one request after another, until the peer has stopped.

use super::Driver;
use aqua_peer::{BatchId, Input, ReadId};
use aqua_storage::{Change, KeyRange, Storage};
use std::sync::{Weak, mpsc};
use tokio::sync::oneshot;

/// The queue of the thread. It ends when its driver is gone.
#[derive(Debug)]
pub(super) struct StorageThread {
    requests: mpsc::Sender<Request>,
}

/// What the thread is made of before it runs.
pub(super) struct Requests {
    queue: mpsc::Receiver<Request>,
    storage: Box<dyn Storage>,
}

#[derive(Debug)]
enum Request {
    Read(ReadId, KeyRange, u32),
    Commit(BatchId, Vec<Change>),
    /// End, and drop the sender when the storage is closed.
    Close(oneshot::Sender<()>),
}

impl StorageThread {
    pub(super) fn new(storage: Box<dyn Storage>) -> (Self, Requests) {
        let (requests, queue) = mpsc::channel();
        (Self { requests }, Requests { queue, storage })
    }

    pub(super) fn read(&self, read: ReadId, range: KeyRange, limit: u32) {
        // The thread lives as long as this sender.
        drop(self.requests.send(Request::Read(read, range, limit)));
    }

    pub(super) fn commit(&self, batch: BatchId, changes: Vec<Change>) {
        drop(self.requests.send(Request::Commit(batch, changes)));
    }

    /// Closes the storage, so that it can be opened again. Nothing else is requested afterwards.
    pub(super) async fn close(&self) {
        let (sender, closed) = oneshot::channel();
        drop(self.requests.send(Request::Close(sender)));
        // It is an error that the sender is dropped, and what is waited for.
        drop(closed.await);
    }
}

impl Requests {
    /// Starts the thread. It holds no driver while it waits, so that a driver can be dropped.
    pub(super) fn run(mut self, driver: Weak<Driver>) {
        std::thread::spawn(move || {
            while let Ok(request) = self.queue.recv() {
                let input = match request {
                    Request::Close(closed) => {
                        drop(self);
                        return drop(closed);
                    }
                    Request::Read(read, range, limit) => self.read(read, &range, limit),
                    Request::Commit(batch, changes) => self.commit(batch, &changes),
                };
                let Some(driver) = driver.upgrade() else { return };
                driver.turn([input]);
            }
        });
    }

    fn read(&self, read: ReadId, range: &KeyRange, limit: u32) -> Input {
        let page = self.storage.read(range, limit as usize);
        Input::Records { read, page }
    }

    fn commit(&mut self, batch: BatchId, changes: &[Change]) -> Input {
        match self.storage.commit(changes) {
            Ok(()) => Input::Committed { batch },
            Err(error) => Input::CommitFailed { batch, error },
        }
    }
}
