//! How jobs of this instance move on, told to the others about once a second, for their screens. What is lost on the way is told
//! with the next move; how a job ends is a fact of the directory.
//! Not here: what the others do with it ([`crate::fleet::heir`]).

use std::sync::Arc;

use super::{Life, TICK};
use crate::fleet::message::{Letter, Says};
use crate::job::JobInfo;

/// Jobs of one letter; each is a few KiB at most.
const LETTER: usize = 50;

impl Life {
    /// Tells of jobs that moved, as long as somebody is there to hear it.
    pub(super) async fn tell_jobs(self: Arc<Self>) {
        loop {
            tokio::time::sleep(TICK).await;
            let moved = self.moved.take_jobs();
            if self.doors().is_empty() {
                continue;
            }
            let ours = moved.into_iter().filter(|job| {
                let head = self.heads.get(job.id);
                !job.state.is_over() && head.is_some_and(|head| head.owner == self.own)
            });
            let ours: Vec<JobInfo> = ours.map(|job| JobInfo::clone(&job)).collect();
            for jobs in ours.chunks(LETTER) {
                let says = Says::Jobs {
                    jobs: jobs.to_vec(),
                };
                let letter = Letter {
                    from: self.own,
                    says,
                };
                if self.bus.tell(letter.bytes()).await.is_err() {
                    break;
                }
            }
        }
    }
}
