//! What is wrong with a Redis, in a sentence that says what to do and has no secret in it. Not here: doing something about it.

use redis::{ErrorKind, RedisError};

use crate::sources::Source;

/// See the module.
pub(super) fn of(error: &RedisError, source: &Source) -> String {
    let (at, stream) = (source.broker.shown(), &source.stream);
    let said = source.broker.clean(&error.to_string());
    if error.is_connection_refusal() {
        return format!("nothing listens at {at}; start Redis there or correct the url");
    }
    if error.kind() == ErrorKind::AuthenticationFailed {
        return format!("{at} does not take the user and password of the url");
    }
    match error.code() {
        Some("WRONGPASS") => format!("{at} does not take the user and password of the url"),
        Some("NOAUTH") => format!("{at} wants a password; put it into the url"),
        Some("NOPERM") => {
            format!(
                "the user of the url may not do what a source needs ({said}); see docs/sources.md"
            )
        }
        Some("WRONGTYPE") => {
            format!(
                "{stream:?} or {:?} at {at} is no stream; name another one",
                source.dead
            )
        }
        Some("NOGROUP") => format!(
            "the group {:?} of {stream:?} is gone; it is made again",
            source.group
        ),
        Some("OOM") => format!("{at} has no memory left for dead messages ({said})"),
        _ if said.contains("unknown command") => {
            format!("{at} is too old: a source needs Redis 6.2 or newer")
        }
        _ => format!("{at}: {said}"),
    }
}
