//! The first frames of a spore's socket, and what they prove: HELLO, CHALLENGE and a signed HANDSHAKE for a spore with a key;
//! a HANDSHAKE with the shared token for the prototype's. One verifier, no exceptions. What comes before the proof is
//! bounded in bytes, in time and in number. Not here: whether somebody who proved who it is may come in.

use std::time::{Duration, Instant, SystemTime};

use axum::extract::ws::{Message, WebSocket};
use protocol::{
    Challenge, ChannelKind, Fixed, FromSpore, Handshake, Hello, Nonce, Signer, Transcript,
    decode_from_spore, encode, limits,
};
use tokio::time::timeout;

use super::Gate;
use crate::identity::signed_by;
use crate::listen::Peer;
use crate::state::Close;
use crate::trust::{Arrival, Credential, SecretHash};

/// How long a spore may take to say who it is.
const TIME: Duration = Duration::from_secs(10);

impl Gate {
    /// The whole introduction. `Err(None)`: it hung up by itself.
    pub(super) async fn introduce(
        &self,
        socket: &mut WebSocket,
        peer: &Peer,
    ) -> Result<(Box<Handshake>, Arrival), Option<Close>> {
        let from = peer.address.ip();
        let _stranger = self.strangers.take(from).await.ok_or(None)?;
        timeout(TIME, self.converse_with_stranger(socket, peer))
            .await
            .map_err(|_| Close::too_slow())?
    }

    async fn converse_with_stranger(
        &self,
        socket: &mut WebSocket,
        peer: &Peer,
    ) -> Result<(Box<Handshake>, Arrival), Option<Close>> {
        let (handshake, credential) = match next_message(socket).await? {
            FromSpore::Handshake(handshake) => {
                self.check_token(&handshake, peer)?;
                (handshake, Credential::SharedToken)
            }
            FromSpore::Hello(hello) => self.challenge(socket, peer, &hello).await?,
            FromSpore::Heartbeat(_)
            | FromSpore::Announcement(_)
            | FromSpore::Accepted(_)
            | FromSpore::Output(_)
            | FromSpore::Response(_)
            | FromSpore::Disconnect(_)
            | FromSpore::Problem(_) => return Err(Some(Close::not_a_handshake())),
        };
        handshake
            .check()
            .map_err(|violation| Close::bad_handshake(&violation.to_string()))?;
        peer.allowance.lift();
        let mut arrival = Arrival {
            peer: peer.address.to_string(),
            secure: peer.secure,
            credential,
            counted: false,
        };
        if let Some(uses) = &self.uses {
            uses.count(&mut arrival).await?;
        }
        Ok((Box::new(handshake), arrival))
    }

    /// A key was shown: the Nexus proves who it is, and the spore must do the same for this very connection.
    async fn challenge(
        &self,
        socket: &mut WebSocket,
        peer: &Peer,
        hello: &Hello,
    ) -> Result<(Handshake, Credential), Option<Close>> {
        let mut nonce: Nonce = Fixed([0; 32]);
        getrandom::fill(&mut nonce.0).map_err(|_| None)?;
        let transcript = Transcript {
            nexus_key: Fixed(self.identity.public()),
            spore_key: hello.spore_key,
            nexus_nonce: nonce,
            spore_nonce: hello.nonce,
            channel: peer.channel,
        };
        let challenge = Challenge {
            nexus_key: transcript.nexus_key,
            nonce,
            channel: peer
                .channel
                .map_or(ChannelKind::None, |_| ChannelKind::TlsExporter),
            signature: Fixed(self.identity.sign(&transcript.bytes(Signer::Nexus))),
        };
        let frame = encode(&challenge, SystemTime::now());
        socket
            .send(Message::Text(frame.into()))
            .await
            .map_err(|_| None)?;
        let FromSpore::Handshake(handshake) = next_message(socket).await? else {
            return Err(Some(Close::not_a_handshake()));
        };
        let signed = transcript.bytes(Signer::Spore);
        let proved = handshake
            .proof
            .is_some_and(|proof| signed_by(&hello.spore_key.0, &signed, &proof.0));
        if !proved {
            return Err(Some(Close::bad_proof()));
        }
        if handshake.protocol < 2 {
            return Err(Some(Close::bad_handshake(
                "a spore with a key speaks protocol 2",
            )));
        }
        let code = handshake.join.as_ref().map(SecretHash::of);
        Ok((handshake, Credential::Key(hello.spore_key, code)))
    }

    /// The prototype's way. There is none unless somebody set a token on purpose.
    fn check_token(&self, handshake: &Handshake, peer: &Peer) -> Result<(), Close> {
        let Some(token) = &self.token else {
            return Err(Close::unauthorized());
        };
        let (from, now) = (peer.address.ip(), Instant::now());
        if !self.limits.may_show_token(from, now) {
            return Err(Close::too_many());
        }
        if token.matches(&handshake.token) {
            return Ok(());
        }
        self.limits.wrong_guess(from, now);
        Err(Close::unauthorized())
    }
}

/// The next data frame, whatever its opcode, as a message.
async fn next_message(socket: &mut WebSocket) -> Result<FromSpore, Option<Close>> {
    let text = loop {
        match socket.recv().await.ok_or(None)?.map_err(|_| None)? {
            Message::Text(text) => break text.to_string(),
            Message::Binary(bytes) => break String::from_utf8_lossy(&bytes).into_owned(),
            Message::Close(_) => return Err(None),
            Message::Ping(_) | Message::Pong(_) => {}
        }
    };
    if text.len() > limits::HANDSHAKE_FRAME {
        return Err(Some(Close::bad_handshake("too large")));
    }
    decode_from_spore(&text).map_err(|error| Some(Close::bad_handshake(&error.to_string())))
}
