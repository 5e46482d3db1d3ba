//! Particles that are started on this peer, and who learns what becomes of them.

use super::Driver;
use crate::handlers::Handlers;
use aqua_peer::{Input, Report, Submission, SubmissionId, Target};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Reports about one submission, until it has ended.
pub(crate) type Reports = mpsc::UnboundedReceiver<Report>;

/// Submissions that have not ended.
#[derive(Debug, Default)]
pub(super) struct Submissions {
    open: BTreeMap<SubmissionId, Submitter>,
    count: u64,
}

#[derive(Debug)]
struct Submitter {
    handlers: Handlers,
    reports: mpsc::UnboundedSender<Report>,
}

impl Submissions {
    /// The functions of the submitter that a call is for.
    pub(super) fn handlers(&self, target: &Target) -> Option<Handlers> {
        match target {
            Target::Submitter(id) => self.open.get(id).map(|submitter| submitter.handlers.clone()),
            _ => None,
        }
    }

    pub(super) fn report(&mut self, id: SubmissionId, report: Report) {
        let is_last = matches!(report, Report::Ended(_));
        if let Some(submitter) = self.open.get(&id) {
            // The receiver may be gone.
            drop(submitter.reports.send(report));
        }
        if is_last {
            self.open.remove(&id);
        }
    }
}

impl Driver {
    /// Starts a particle. Reports come until it has ended, whether it was accepted or not.
    pub(crate) fn submit(self: &Arc<Self>, request: Submission, handlers: Handlers) -> Reports {
        let (sender, reports) = mpsc::unbounded_channel();
        let Ok(mut inside) = self.core.lock() else {
            return reports;
        };
        inside.submissions.count += 1;
        let submission = SubmissionId(inside.submissions.count);
        let submitter = Submitter {
            handlers,
            reports: sender,
        };
        inside.submissions.open.insert(submission, submitter);
        drop(inside);
        self.turn([Input::Submit { submission, request }]);
        reports
    }
}
