//! What this instance asks of another one, whatever its size: a letter that the engine does not take in one piece goes in parts,
//! one after the other, and an answer that comes in parts is put together. One large letter at a time goes to each instance, so
//! that it has to hold no more than one of ours.
//! Not here: trying again (a part that is lost is the letter lost), and the other end ([`super::parcels`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use protocol::limits::FRAME_FROM_SPORE;
use uuid::Uuid;

use super::engine::LARGEST;
use super::message::{Part, Reply, Says, letter};
use super::{Bus, EngineError, Figures, InstanceId};

/// Bytes of one part: few enough that a bad line carries them in time, and other letters find their way between two.
pub(super) const PART: usize = 128 << 10;
/// Most bytes of one letter: the largest frame there is, all of it quotes, and what stands round it.
pub(super) const MOST: usize = 2 * FRAME_FROM_SPORE + LARGEST;
/// How long another instance may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The worst line, and the worst reader, that are waited for, bytes a second.
const SLOWEST: (usize, usize) = (32 << 10, 1 << 20);
/// Between two tries to hand over the first part, while the other one has no room.
const PAUSE: Duration = Duration::from_millis(200);
/// How long that goes on.
const ROOM: Duration = Duration::from_secs(30);
/// What is wrong with another instance is said no more often than this.
const QUIET: Duration = Duration::from_mins(1);

/// See the module.
pub(crate) struct Post {
    own: InstanceId,
    bus: Arc<dyn Bus>,
    figures: Arc<Figures>,
    ways: Mutex<HashMap<InstanceId, Arc<tokio::sync::Mutex<()>>>>,
    complained: Mutex<Option<Instant>>,
}

/// Why there is no answer. Display: a sentence for people.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsaid {
    /// It did not answer, or not so that it can be understood. It may have heard.
    #[error("its instance does not answer")]
    Silent,
    /// It cannot put parts together.
    #[error(
        "{0} bytes do not cross to the other instance: it is of an older version, which takes no more than about 900 KB. Upgrade it, or ask the instance that holds the node"
    )]
    Older(usize),
    /// More than anybody takes.
    #[error("{0} bytes are more than one instance takes from another ({MOST})")]
    TooLarge(usize),
}

impl Post {
    pub(crate) fn new(own: InstanceId, bus: Arc<dyn Bus>, figures: Arc<Figures>) -> Arc<Self> {
        Arc::new(Self {
            own,
            bus,
            figures,
            ways: Mutex::default(),
            complained: Mutex::default(),
        })
    }

    /// Says something and gives the answer.
    pub(crate) async fn ask(&self, to: InstanceId, says: &Says) -> Result<Reply, Unsaid> {
        let answer = self.say(to, says).await;
        let count = says.frames();
        if count > 0 && answer == Ok(Reply::Done) {
            self.figures.frames_out.inc_by(count);
        } else if count > 0 {
            self.figures.batches_broken.inc();
        }
        answer
    }

    async fn say(&self, to: InstanceId, says: &Says) -> Result<Reply, Unsaid> {
        let whole = letter(self.own, says, &[]);
        if whole.len() <= LARGEST {
            let work = whole.len();
            let answer = self.request(to, whole, work).await?;
            return self.read(to, answer).await;
        }
        if whole.len() > MOST {
            return Err(Unsaid::TooLarge(whole.len()));
        }
        let way = {
            let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(ways.entry(to).or_default())
        };
        let _alone = way.lock().await;
        let answer = self.in_parts(to, &whole).await?;
        self.read(to, answer).await
    }

    /// The answer to the last part, which is the answer to the letter.
    async fn in_parts(&self, to: InstanceId, whole: &Bytes) -> Result<Bytes, Unsaid> {
        let of = Uuid::new_v4();
        let begun = Instant::now();
        let mut at = 0;
        loop {
            let end = whole.len().min(at + PART);
            let part = Part {
                of,
                at,
                total: whole.len(),
            };
            let said = letter(self.own, &Says::Part(part), &whole[at..end]);
            let work = if end == whole.len() { end } else { 0 };
            let answer = self.request(to, said, work).await?;
            if end == whole.len() {
                return Ok(answer);
            }
            match Reply::read(&answer) {
                Some((Reply::Done, _)) => at = end,
                Some((Reply::Later, _)) if at == 0 && begun.elapsed() < ROOM => {
                    tokio::time::sleep(PAUSE).await;
                }
                Some((Reply::Unknown, _)) if at == 0 => return Err(Unsaid::Older(whole.len())),
                Some(_) | None => return Err(Unsaid::Silent),
            }
        }
    }

    /// Reads an answer; asks for the rest of one that came in parts.
    async fn read(&self, from: InstanceId, answer: Bytes) -> Result<Reply, Unsaid> {
        let (mut reply, mut piece) = Reply::read(&answer).ok_or(Unsaid::Silent)?;
        let Reply::Part(first) = reply else {
            return Ok(reply);
        };
        let mut whole: Vec<u8> = Vec::new();
        loop {
            match reply {
                Reply::Part(part)
                    if (part.of, part.at, part.total) == (first.of, whole.len(), first.total)
                        && !piece.is_empty()
                        && whole.len() + piece.len() <= first.total.min(MOST) => {}
                Reply::Part(_)
                | Reply::Done
                | Reply::Open { .. }
                | Reply::NotHere
                | Reply::Later
                | Reply::Lost
                | Reply::Unknown => return Err(Unsaid::Silent),
            }
            whole.extend_from_slice(&piece);
            if whole.len() == first.total {
                let whole = Bytes::from(whole);
                return match Reply::read(&whole) {
                    Some((Reply::Part(_), _)) | None => Err(Unsaid::Silent),
                    Some((reply, _)) => Ok(reply),
                };
            }
            let rest = Part {
                at: whole.len(),
                ..first
            };
            let said = letter(self.own, &Says::Rest(rest), &[]);
            let answer = self.request(from, said, 0).await?;
            (reply, piece) = Reply::read(&answer).ok_or(Unsaid::Silent)?;
        }
    }

    /// `work`: bytes of what has to be read before there is an answer.
    async fn request(&self, to: InstanceId, letter: Bytes, work: usize) -> Result<Bytes, Unsaid> {
        let seconds = letter.len() / SLOWEST.0 + work / SLOWEST.1;
        let patience = PATIENCE + Duration::from_secs(u64::try_from(seconds).unwrap_or(60));
        let answer = self.bus.request(to, letter, patience).await;
        answer.map_err(|error| {
            self.complain(to, &error);
            Unsaid::Silent
        })
    }

    /// Some things do not pass by themselves, so somebody should know.
    fn complain(&self, to: InstanceId, error: &EngineError) {
        match error {
            EngineError::Clocks(_) | EngineError::Forged(_) | EngineError::TooLarge(_) => {}
            EngineError::Away(_)
            | EngineError::NoOne
            | EngineError::TimedOut
            | EngineError::Full(_) => return,
        }
        let mut last = self
            .complained
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= QUIET) {
            *last = Some(Instant::now());
            tracing::warn!(instance = %to.0, %error, "cannot talk to another instance of the swarm");
        }
    }
}
