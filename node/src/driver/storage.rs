//! The thread that reads and commits records, one request after another.

use super::Driver;
use aqua_peer::{BatchId, Input, ReadId};
use aqua_storage::{Change, KeyRange, Storage};
use std::sync::{Weak, mpsc};

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
}

impl Requests {
    /// Starts the thread. It holds no driver while it waits, so that a driver can be dropped.
    pub(super) fn run(mut self, driver: Weak<Driver>) {
        std::thread::spawn(move || {
            while let Ok(request) = self.queue.recv() {
                let input = self.carry_out(request);
                let Some(driver) = driver.upgrade() else { return };
                driver.turn([input]);
            }
        });
    }

    fn carry_out(&mut self, request: Request) -> Input {
        match request {
            Request::Read(read, range, limit) => Input::Records {
                read,
                page: self.storage.read(&range, limit as usize),
            },
            Request::Commit(batch, changes) => match self.storage.commit(&changes) {
                Ok(()) => Input::Committed { batch },
                Err(error) => Input::CommitFailed { batch, error },
            },
        }
    }
}
