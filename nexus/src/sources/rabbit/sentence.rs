//! What is wrong with a RabbitMQ, in a sentence that says what to do and has no secret in it. Not here: doing something about
//! it.

use std::io::ErrorKind as Io;

use lapin::protocol::AMQPError;
use lapin::{Error, ErrorKind};

use crate::sources::Source;

/// See the module.
pub(in crate::sources) fn of(error: &Error, source: &Source) -> String {
    let at = source.broker.shown();
    if let ErrorKind::ProtocolError(error) = error.kind() {
        return closed(error, source);
    }
    if let ErrorKind::IOError(error) = error.kind() {
        let kind = error.kind();
        if kind == Io::ConnectionRefused {
            return format!("nothing listens at {at}; start RabbitMQ there or correct the url");
        }
        // So it ends when something else listens there, and when the broker dies.
        let ends = [
            Io::ConnectionAborted,
            Io::ConnectionReset,
            Io::UnexpectedEof,
            Io::BrokenPipe,
        ];
        if ends.contains(&kind) {
            return format!("{at} hung up; is it RabbitMQ, and is it well?");
        }
    }
    if let ErrorKind::ParsingError(_) | ErrorKind::InvalidProtocolVersion(_) = error.kind() {
        return format!("{at} does not answer as RabbitMQ does; correct the url");
    }
    if let ErrorKind::MissingHeartbeatError = error.kind() {
        return format!("{at} gave no sign of life");
    }
    let said = source.broker.clean(&error.to_string());
    if said.contains("certificate") {
        return format!(
            "the certificate of {at} cannot be trusted ({said}); an authority of your own goes into SSL_CERT_FILE"
        );
    }
    format!("{at}: {said}")
}

/// Codes of AMQP 0.9.1.
fn closed(error: &AMQPError, source: &Source) -> String {
    let (at, queue) = (source.broker.shown(), &source.stream);
    let said = source.broker.clean(error.get_message().as_str());
    match error.get_id() {
        320 => format!("{at} closes: {said}"),
        403 if said.contains("Login was refused") || said.contains("refused using") => {
            format!("{at} does not take the user and password of the url")
        }
        403 => format!(
            "the user of the url may not do what a source needs ({said}); see docs/sources.md"
        ),
        404 if said.contains("no queue") => format!(
            "there is no queue {queue:?} at {at}; make it, with a dead-letter exchange, or name another one"
        ),
        405 => format!("somebody else has the queue {queue:?} at {at} for itself ({said})"),
        530 if said.contains("vhost") => {
            format!("{at} does not let the user of the url into this virtual host ({said})")
        }
        code => format!("{at}: {said} ({code})"),
    }
}
