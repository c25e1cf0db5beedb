//! One message of a broker becomes a job, by the rights that its token has at this moment, or it is said what is wrong with it.
//! Not here: where messages come from, and what becomes of those that are not taken.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use uuid::Uuid;

use super::Source;
use super::results::Reply;
use crate::access::{Caller, Object, Pass, Tokens, Verb};
use crate::audit::Hasher;
use crate::fleet::Directory;
use crate::hub::{Acceptance, Handle};
use crate::job::{JobRequest, Origin, OriginKind};
use crate::state::{State, SubmitError};

/// Largest message, bytes.
pub(super) const LARGEST: usize = 1 << 20;

/// After a start, nodes have so long to come back before it counts that they are not there.
const SETTLE: Duration = Duration::from_secs(20);

/// One message, as its broker hands it over.
pub(super) struct Incoming<'a> {
    /// The same for one that comes again, another one for others.
    pub(super) key: &'a str,
    /// What people know it by.
    pub(super) id: &'a str,
    pub(super) body: &'a [u8],
    /// Who wants to know how it ended, besides those who are always told.
    pub(super) reply: Option<Reply>,
    /// Its key is only what it says, and the broker hands it over for the first time: if it is known, it is a copy.
    pub(super) first: bool,
}

/// What came of a message.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is this job now, on disk.
    Taken(Uuid),
    /// It was this one before. `minted`: nothing in the message says so, only the id that was made for it.
    Known { job: Uuid, minted: bool },
    /// It will never be one.
    Bad(String),
    /// Not now, for a reason that passes.
    Later(String),
}

/// Turns messages of one source into jobs.
pub(super) struct Taker {
    pub(super) source: Arc<Source>,
    pub(super) handle: Handle,
    pub(super) tokens: Tokens,
    /// What is shared with other instances, if there are any.
    pub(super) swarm: Option<Arc<dyn Directory>>,
    /// When nodes began to come back: at the start, or when other instances were out of sight.
    pub(super) unsettled: Mutex<Instant>,
}

impl Taker {
    /// By whose rights, or why by nobody's.
    pub(super) fn pass(&self) -> Result<Arc<Pass>, String> {
        self.tokens.named(&self.source.token, SystemTime::now())
    }

    /// Why nothing can be taken at this moment, whatever it is.
    pub(super) async fn obstacle(&self) -> Option<String> {
        if let Err(why) = self.pass() {
            return Some(why);
        }
        // By REST it would be accepted, and held. The broker keeps it as well, and there people can still take it back.
        match self.handle.look(State::is_held).await {
            Ok(false) => None,
            Ok(true) => Some("the fleet is stopped; jobs are taken when it is released".to_owned()),
            Err(error) => Some(error.to_string()),
        }
    }

    pub(super) async fn take(&self, message: &Incoming<'_>) -> Outcome {
        let pass = match self.pass() {
            Ok(pass) => pass,
            Err(why) => return Outcome::Later(why),
        };
        if pass.take_request().is_err() {
            return Outcome::Later(
                "the token has used up its requests (NEXUS_REQUEST_RATE)".to_owned(),
            );
        }
        let caller = Caller {
            principal: Arc::clone(&pass.principal),
            from: self.source.from(),
        };
        if let Some(why) = self.obstacle().await {
            return Outcome::Later(why);
        }
        self.tokens
            .touch(&pass, &self.source.from(), SystemTime::now());
        let mut asked = match read(message.body) {
            Ok(asked) => asked,
            Err(why) => return Outcome::Bad(why),
        };
        let minted = asked.id.is_none() && asked.dedupe_key.is_none();
        let source = &self.source;
        asked
            .id
            .get_or_insert_with(|| id_of(&source.name, &source.stream, message.key));
        let origin = Origin {
            kind: OriginKind::Source,
            id: super::printable(message.id),
            name: source.name.clone(),
        };
        match self.submit(caller, asked, origin).await {
            Outcome::Known { job, minted: _ } => Outcome::Known { job, minted },
            other @ (Outcome::Taken(_) | Outcome::Bad(_) | Outcome::Later(_)) => other,
        }
    }

    async fn submit(&self, caller: Caller, asked: JobRequest, origin: Origin) -> Outcome {
        let job = match asked.into_job(caller.clone(), Some(origin)) {
            Ok(job) => job,
            Err(why) => return Outcome::Bad(why.to_string()),
        };
        let (skill, method) = (&job.call.skill, &job.call.method);
        if let Err(denied) = caller.may(Verb::Execute, Object::Call { skill, method }) {
            self.tell(&caller, denied.to_string());
            let token = &self.source.token;
            return Outcome::Bad(format!("the token {token:?} may not do this: {denied}"));
        }
        match self.handle.submit_job(job).await {
            Ok(submitted) if submitted.duplicate => Outcome::Known {
                job: submitted.info.id,
                minted: false,
            },
            Ok(submitted) => Outcome::Taken(submitted.info.id),
            Err(error) if passes(&error, self.is_settling()) => Outcome::Later(error.to_string()),
            Err(error) if passes(&error, true) && self.is_cut_off().await => {
                Outcome::Later(format!(
                    "{error}; nodes of other instances cannot be seen, the fleet's engine is away"
                ))
            }
            Err(error) => {
                if is_hidden(&error) && !caller.principal.scope.nodes().is_all() {
                    self.tell(&caller, "outside of the token's nodes".to_owned());
                }
                Outcome::Bad(error.to_string())
            }
        }
    }

    fn is_settling(&self) -> bool {
        let since = self.unsettled.lock();
        since.unwrap_or_else(PoisonError::into_inner).elapsed() < SETTLE
    }

    /// What is between the instances does not answer, so what is elsewhere seems to be offline.
    async fn is_cut_off(&self) -> bool {
        let Some(swarm) = &self.swarm else {
            return false;
        };
        let away = swarm.watch().await.is_err();
        if away {
            *self
                .unsettled
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
        away
    }

    /// Tells the audit log that somebody wanted more than it may.
    fn tell(&self, caller: &Caller, why: String) {
        // The log holds back those who are denied again and again from one address; a broker has none that could be believed.
        let from = Ipv4Addr::UNSPECIFIED.into();
        self.handle
            .audit()
            .denied(from, caller, &self.source.from(), why);
    }
}

/// The same parser as that of `POST /api/v1/jobs`.
fn read(body: &[u8]) -> Result<JobRequest, String> {
    if body.len() > LARGEST {
        return Err(format!(
            "the message has {} bytes, at most {LARGEST} are taken",
            body.len()
        ));
    }
    // A list would be taken for the fields in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err("the message must be a JSON object, as POST /api/v1/jobs takes it".to_owned());
    }
    serde_json::from_slice(body).map_err(|error| format!("the message is not a job: {error}"))
}

/// Whether the same ask may be taken later, as it is. `settling`: nodes are still coming back.
fn passes(error: &Acceptance, settling: bool) -> bool {
    match error {
        Acceptance::NotKept(_)
        | Acceptance::Declined(_)
        | Acceptance::Stopping
        | Acceptance::Unrecorded(_) => true,
        Acceptance::Refused(error) => refusal_passes(error, settling),
    }
}

fn refusal_passes(error: &SubmitError, settling: bool) -> bool {
    match error {
        SubmitError::Busy(_) | SubmitError::Held(_) | SubmitError::Unrecorded(_) => true,
        SubmitError::Targets(each) => each.iter().all(|(_, why)| refusal_passes(why, settling)),
        SubmitError::Offline(_) | SubmitError::Unsupported { .. } | SubmitError::NoCandidate(_) => {
            settling
        }
        SubmitError::Duplicate(_)
        | SubmitError::UnknownNode(_)
        | SubmitError::UnknownNodes { .. }
        | SubmitError::NoTargets(_)
        | SubmitError::Saved(_)
        | SubmitError::TooLarge { .. }
        | SubmitError::SharedToken { .. }
        | SubmitError::TargetsChanged { .. }
        | SubmitError::ConfirmCount(_)
        | SubmitError::OtherJob(_)
        | SubmitError::KnownJob(_)
        | SubmitError::BadTargets(_)
        | SubmitError::NeedsApproval(_)
        | SubmitError::Guarded { .. }
        | SubmitError::Approval(_)
        | SubmitError::NameNodes(_) => false,
    }
}

fn is_hidden(error: &Acceptance) -> bool {
    matches!(
        error,
        Acceptance::Refused(SubmitError::UnknownNode(_) | SubmitError::UnknownNodes { .. })
    )
}

/// The same id for the same message, so that one that comes again is the same job.
fn id_of(source: &str, stream: &str, message: &str) -> Uuid {
    let mut hash = Hasher::new(b"nexus source v1\0");
    for part in [source, stream, message] {
        hash.part(part.as_bytes());
    }
    let [half @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash.end().0;
    Uuid::new_v8(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_job_and_others_are_others() {
        let id = id_of("redis:jobs", "jobs", "1-0");
        assert_eq!(id, id_of("redis:jobs", "jobs", "1-0"));
        for other in [
            id_of("redis:jobs", "jobs", "1-1"),
            id_of("redis:jobs", "job", "s1-0"),
            id_of("other", "jobs", "1-0"),
        ] {
            assert_ne!(id, other);
        }
    }

    #[test]
    fn what_is_not_a_job_is_said_in_a_sentence() {
        let huge = vec![b'{'; LARGEST + 1];
        for bad in [
            &b""[..],
            b"[]",
            b"null",
            b"{\"skill_name\": \"S\"}",
            b"{\"skill_name\": \"S\", \"method_name\": \"m\", \"sudo\": true}",
            b"\xff\xfe",
            &huge,
        ] {
            let why = read(bad).unwrap_err();
            assert!(why.starts_with("the message "), "{why}");
        }
        assert!(read(b" {\"skill_name\": \"S\", \"method_name\": \"m\"}").is_ok());
    }
}
