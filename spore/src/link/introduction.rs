//! HELLO and CHALLENGE: the Nexus proves that it is the one of the join code, on this very connection; then the spore signs.
//! Nothing is told to a Nexus that has not proved itself. Not here: the HANDSHAKE, which carries the signature.

use std::time::{Duration, SystemTime};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use futures_util::{SinkExt, StreamExt};
use protocol::{
    ChannelKind, Fixed, FromNexus, Hello, Signature, Signer, Transcript, decode_from_nexus, encode,
};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{Socket, closed};
use crate::agent::Ending;
use crate::membership::Membership;

const TIME: Duration = Duration::from_secs(10);

/// What this side knows of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    /// TLS, and its exporter.
    Tls([u8; 32]),
    /// TLS with a certificate that is good by the rules of the web.
    Certified([u8; 32]),
    /// None; the operator chose so, or it is this machine.
    Plain,
}

/// Why there is no introduction.
pub(super) enum Failed {
    /// TLS ends before the Nexus: only a certificate can vouch for it.
    NeedsAuthority,
    /// Anything else.
    Ended(Ending),
}

/// The spore's signature for the HANDSHAKE, once the Nexus has proved itself.
pub(super) async fn introduce(
    socket: &mut Socket,
    membership: &Membership,
    channel: Channel,
) -> Result<Signature, Failed> {
    let mut nonce = Fixed([0; 32]);
    getrandom::fill(&mut nonce.0).map_err(|error| ended(error.to_string()))?;
    let spore_key = membership.key.public();
    let hello = encode(&Hello { spore_key, nonce }, SystemTime::now());
    let sent = socket.send(Message::Text(hello.into())).await;
    sent.map_err(|error| ended(error.to_string()))?;
    let text = timeout(TIME, next(socket))
        .await
        .map_err(|_| ended("it does not answer HELLO: is that a Nexus of this kind?".to_owned()))?
        .map_err(Failed::Ended)?;
    let Ok(FromNexus::Challenge(challenge)) = decode_from_nexus(&text) else {
        return Err(ended(
            "it answers HELLO with something else than CHALLENGE".to_owned(),
        ));
    };
    if challenge.nexus_key != membership.nexus_key {
        return Err(ended(
            "this is not the Nexus of the join code: it has another key; it is told nothing"
                .to_owned(),
        ));
    }
    let transcript = Transcript {
        nexus_key: membership.nexus_key,
        spore_key,
        nexus_nonce: challenge.nonce,
        spore_nonce: nonce,
        channel: bound(channel, challenge.channel)?,
    };
    let proved = UnparsedPublicKey::new(&ED25519, &membership.nexus_key.0)
        .verify(&transcript.bytes(Signer::Nexus), &challenge.signature.0);
    if proved.is_err() {
        let why =
            "it cannot prove that it is the Nexus of the join code; something may stand between";
        return Err(ended(why.to_owned()));
    }
    Ok(membership.key.sign(&transcript.bytes(Signer::Spore)))
}

/// What both sides sign of the channel. What the Nexus says of it is never believed to the spore's harm.
fn bound(ours: Channel, theirs: ChannelKind) -> Result<Option<[u8; 32]>, Failed> {
    match (ours, theirs) {
        (Channel::Tls(exporter) | Channel::Certified(exporter), ChannelKind::TlsExporter) => {
            Ok(Some(exporter))
        }
        (Channel::Tls(_), ChannelKind::None) => Err(Failed::NeedsAuthority),
        (Channel::Certified(_) | Channel::Plain, ChannelKind::None) => Ok(None),
        (Channel::Plain, ChannelKind::TlsExporter) => Err(ended(
            "it sees TLS where there is none: something stands between".to_owned(),
        )),
    }
}

async fn next(socket: &mut Socket) -> Result<String, Ending> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
            Some(Ok(Message::Close(frame))) => return Err(closed(frame.as_ref())),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Binary(_))) | None => return Err(closed(None)),
            Some(Err(error)) => return Err(super::broken(&error)),
        }
    }
}

fn ended(reason: String) -> Failed {
    Failed::Ended(Ending {
        reason,
        close: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_what_this_side_sees() {
        let one = [1; 32];
        let accepted = |ours, theirs| bound(ours, theirs).ok();
        assert_eq!(
            accepted(Channel::Tls(one), ChannelKind::TlsExporter),
            Some(Some(one))
        );
        assert_eq!(
            accepted(Channel::Certified(one), ChannelKind::TlsExporter),
            Some(Some(one))
        );
        assert_eq!(
            accepted(Channel::Certified(one), ChannelKind::None),
            Some(None)
        );
        assert_eq!(accepted(Channel::Plain, ChannelKind::None), Some(None));
        // A machine in the middle says "none" so that its own two connections need not agree.
        assert_eq!(accepted(Channel::Tls(one), ChannelKind::None), None);
        assert_eq!(accepted(Channel::Plain, ChannelKind::TlsExporter), None);
    }
}
