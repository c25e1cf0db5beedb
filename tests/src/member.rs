//! A raw peer with a key: it can prove who it is, and misuse that.

use std::net::SocketAddr;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use protocol::{
    Challenge, Fixed, FromNexus, JoinCode, Nonce, PublicKey, Signer, Transcript, decode_from_nexus,
};
use serde_json::{Value, json};

use crate::{Peer, hello_v2};

/// See the module.
pub struct Member {
    pair: Ed25519KeyPair,
    /// What it calls itself.
    pub name: String,
}

impl Member {
    /// With a fresh key.
    pub fn new(name: &str) -> Self {
        Self {
            pair: Ed25519KeyPair::generate().unwrap(),
            name: name.to_owned(),
        }
    }

    /// Its key.
    pub fn public(&self) -> PublicKey {
        Fixed(self.pair.public_key().as_ref().try_into().unwrap())
    }

    /// Connects without TLS and says HELLO; the socket, and what the Nexus answers.
    pub async fn greet(&self, address: SocketAddr, nonce: Nonce) -> (Peer, Challenge) {
        let mut peer = Peer::connect(address, protocol::PATH, &[])
            .await
            .expect("connects");
        peer.say(&json!({"message_type": "HELLO", "payload": {"spore_key": self.public(), "nonce": nonce},
            "timestamp": "2026-11-23T18:37:41Z"}))
            .await;
        let frame = peer.hear().await.to_string();
        match decode_from_nexus(&frame) {
            Ok(FromNexus::Challenge(challenge)) => (peer, challenge),
            other => panic!("expected CHALLENGE, got {other:?}"),
        }
    }

    /// The handshake that answers a challenge.
    pub fn handshake(&self, challenge: &Challenge, nonce: Nonce, code: Option<&JoinCode>) -> Value {
        let transcript = Transcript {
            nexus_key: challenge.nexus_key,
            spore_key: self.public(),
            nexus_nonce: challenge.nonce,
            spore_nonce: nonce,
            channel: None,
        };
        let proof = self.pair.sign(&transcript.bytes(Signer::Spore));
        let proof: Fixed<64> = Fixed(proof.as_ref().try_into().unwrap());
        let mut hello = hello_v2(&self.name);
        hello["payload"]["token"] = json!("");
        hello["payload"]["proof"] = json!(proof);
        if let Some(code) = code {
            hello["payload"]["join"] = json!(code.secret);
        }
        hello
    }

    /// The whole introduction, up to the handshake.
    pub async fn join(&self, address: SocketAddr, code: Option<&JoinCode>) -> Peer {
        let nonce = Fixed([7; 32]);
        let (mut peer, challenge) = self.greet(address, nonce).await;
        peer.say(&self.handshake(&challenge, nonce, code)).await;
        peer
    }
}
