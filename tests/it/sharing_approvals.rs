//! The second yes in a swarm: asked for at one instance, given at another, used at a third, and by all together once.

use nexus::fleet::{Through, local};
use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{Program, Server, eventually, spore_program};

use crate::sharing::instance;

/// Three that know one node, a rule that guards it, and somebody who may ask.
struct Three {
    engine: local::Engine,
    servers: [Server; 3],
    asker: String,
    spore: Option<Program>,
}

impl Three {
    async fn start() -> Self {
        let engine = local::Engine::default();
        let servers = [
            instance(&engine, "one").await,
            instance(&engine, "two").await,
            instance(&engine, "three").await,
        ];
        let rule =
            json!({"name": "careful", "calls": ["ShellSkill.run"], "nodes": "*", "at_least": 1});
        let (status, made) = servers[0].post("/api/v1/approval-rules", rule).await;
        assert_eq!(status, 201, "{made}");
        let body = json!({"name": "asker", "role": "operator", "ttl_seconds": 600});
        let (status, made) = servers[0].post("/api/v1/tokens", body).await;
        assert_eq!(status, 201, "{made}");
        let asker = made["secret"].as_str().unwrap().to_owned();
        for server in &servers {
            eventually("it has the rule and the token", || async {
                let (_, rules) = server.get("/api/v1/approval-rules").await;
                rules["rules"].as_array()?.first()?;
                let asked = server
                    .bare(Method::GET, "/api/v1/nodes")
                    .bearer_auth(&asker);
                (asked.send().await.ok()?.status() == 200).then_some(())
            })
            .await;
        }
        let mut three = Self {
            engine,
            servers,
            asker,
            spore: None,
        };
        three.join().await;
        three
    }

    /// The node comes in at the first.
    async fn join(&mut self) {
        let first = self.servers[0].address();
        self.spore = Some(spore_program(first, "n", &[("SPORE_NODE_ID", "n")]));
        for server in &self.servers {
            server.until_node("n", "online").await;
        }
    }

    /// Asks at one of them, as the asker, perhaps with an approval.
    async fn ask(&self, at: usize, command: &str, approval: Option<&str>) -> (u16, Value) {
        ask(&self.servers[at], &self.asker, command, approval).await
    }

    /// Asks at one of them for something new; the approval that it waits for.
    async fn asked(&self, at: usize, command: &str) -> String {
        let (status, refused) = self.ask(at, command, None).await;
        assert_eq!(
            (status, &refused["code"]),
            (409, &json!("approval_required"))
        );
        let id = refused["context"]["approval"].as_str();
        id.unwrap_or_else(|| panic!("{refused}")).to_owned()
    }

    /// Says yes or no at one of them.
    async fn decide(&self, at: usize, id: &str, what: &str) -> (u16, Value) {
        let path = format!("/api/v1/approvals/{id}/{what}");
        self.servers[at].post(&path, json!({})).await
    }

    /// The same, as soon as it is known there.
    async fn decided(&self, at: usize, id: &str, what: &str) {
        eventually("it is decided", || async {
            (self.decide(at, id, what).await.0 == 200).then_some(())
        })
        .await;
    }

    async fn until(&self, id: &str, state: &str) {
        for server in &self.servers {
            until(server, id, state).await;
        }
    }

    /// How many executions there are.
    async fn begun(&self) -> usize {
        let (_, body) = self.servers[0].get("/api/v1/executions").await;
        assert_eq!(body.get("missing"), None, "everybody answered");
        body["executions"].as_array().unwrap().len()
    }
}

async fn ask(server: &Server, who: &str, command: &str, approval: Option<&str>) -> (u16, Value) {
    let mut body = json!({"node_id": "n", "skill_name": "ShellSkill", "method_name": "run",
        "parameters": {"command": command}, "timeout": 20});
    if let Some(id) = approval {
        body["approval"] = json!(id);
    }
    let request = server.bare(Method::POST, "/api/v1/executions");
    let answer = request.bearer_auth(who).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Waits until an approval stands so, as everybody sees it who lists them.
async fn until(server: &Server, id: &str, state: &str) {
    eventually(&format!("{id} is {state}"), || async {
        let (_, body) = server.get("/api/v1/approvals").await;
        let all = body["approvals"].as_array()?.clone();
        let found = all.iter().find(|one| one["id"] == id)?;
        (found["state"] == state).then_some(())
    })
    .await;
}

#[tokio::test]
async fn asked_here_approved_there_and_begun_elsewhere_exactly_once() {
    let three = Three::start().await;
    let id = three.asked(0, "echo once").await;
    // Whoever names it there need not wait for long.
    three.decided(1, &id, "approve").await;
    let begun = eventually("it is begun", || async {
        let (status, begun) = three.ask(2, "echo once", Some(&id)).await;
        (status == 202).then_some(begun)
    })
    .await;
    let run = begun["id"].as_str().unwrap();
    three.servers[2].until_state(run, "succeeded").await;
    three.until(&id, "used").await;
    for at in 0..3 {
        let (status, refused) = three.ask(at, "echo once", Some(&id)).await;
        assert_eq!(
            (status, &refused["code"]),
            (409, &json!("approval_refused"))
        );
    }
    assert_eq!(three.begun().await, 1);
    for (at, action) in [(0, "ask_approval"), (1, "approve")] {
        let path = format!("/api/v1/audit?action={action}");
        let (_, log) = three.servers[at].get(&path).await;
        assert_eq!(log["entries"].as_array().unwrap().len(), 1, "{action}");
    }
}

#[tokio::test]
async fn the_same_ask_at_another_instance_waits_for_the_same_yes_and_is_nobody_elses() {
    let three = Three::start().await;
    let id = three.asked(0, "echo same").await;
    three.until(&id, "pending").await;
    assert_eq!(three.asked(1, "echo same").await, id);
    let (_, early) = three.ask(1, "echo same", Some(&id)).await;
    assert_eq!(early["code"], "approval_refused", "nobody said yes");
    three.decided(2, &id, "approve").await;
    three.until(&id, "approved").await;
    let (_, other) = three.ask(1, "echo other", Some(&id)).await;
    assert_eq!(
        other["code"], "approval_refused",
        "it is for something else"
    );
    let thief = three.servers[1].nexus.api_token().reveal();
    let (_, stolen) = ask(&three.servers[1], thief, "echo same", Some(&id)).await;
    assert_eq!(stolen["code"], "approval_unknown");
    // Whoever was refused has not used it.
    assert_eq!(three.ask(0, "echo same", Some(&id)).await.0, 202);
}

#[tokio::test]
async fn used_at_two_instances_at_the_same_moment_it_begins_once() {
    let three = Three::start().await;
    for round in 0..5 {
        let command = format!("echo {round}");
        let id = three.asked(round % 3, &command).await;
        three.decided(0, &id, "approve").await;
        three.until(&id, "approved").await;
        let all = tokio::join!(
            three.ask(0, &command, Some(&id)),
            three.ask(1, &command, Some(&id)),
            three.ask(2, &command, Some(&id)),
        );
        let mut all = [all.0.0, all.1.0, all.2.0];
        all.sort_unstable();
        assert_eq!(all, [202, 409, 409]);
        assert_eq!(three.begun().await, round + 1);
    }
}

#[tokio::test]
async fn denied_at_one_instance_it_is_denied_at_all_and_of_a_no_and_a_use_one_is_so() {
    let three = Three::start().await;
    let id = three.asked(0, "echo no").await;
    three.decided(1, &id, "deny").await;
    three.until(&id, "denied").await;
    for at in 0..3 {
        assert_eq!(three.decide(at, &id, "approve").await.0, 409);
        let (_, refused) = three.ask(at, "echo no", Some(&id)).await;
        assert_eq!(refused["code"], "approval_refused");
    }
    let mut begun = 0;
    for round in 0..6 {
        let command = format!("echo {round}");
        let id = three.asked(0, &command).await;
        three.decided(1, &id, "approve").await;
        three.until(&id, "approved").await;
        let (used, denied) = tokio::join!(
            three.ask(2, &command, Some(&id)),
            three.decide(1, &id, "deny"),
        );
        match (used.0, denied.0) {
            (202, 409) => {
                begun += 1;
                three.until(&id, "used").await;
            }
            (409, 200) => three.until(&id, "denied").await,
            both => panic!("{both:?} {} {}", used.1, denied.1),
        }
        assert_eq!(three.begun().await, begun);
    }
}

#[tokio::test]
async fn while_the_engine_is_away_no_yes_is_used_and_nothing_decided() {
    let three = Three::start().await;
    let id = three.asked(0, "echo later").await;
    three.decided(1, &id, "approve").await;
    three.until(&id, "approved").await;
    three.engine.away(true);
    eventually("it says so", || async {
        let (status, refused) = three.ask(0, "echo later", Some(&id)).await;
        assert_ne!(status, 202, "nobody could tell that it was not used");
        assert!(refused["detail"].as_str()?.contains("nobody can tell"));
        (status == 503 && refused["code"] == "declined").then_some(())
    })
    .await;
    for what in ["approve", "deny"] {
        let (status, refused) = three.decide(0, &id, what).await;
        assert_eq!((status, &refused["code"]), (503, &json!("declined")));
    }
    // What is asked now waits, and is known to all when the engine is back.
    let late = three.asked(0, "echo late").await;
    three.engine.away(false);
    three.until(&late, "pending").await;
    eventually("it is used when the engine is back", || async {
        (three.ask(0, "echo later", Some(&id)).await.0 == 202).then_some(())
    })
    .await;
    three.until(&id, "used").await;
    assert_eq!(three.begun().await, 1);
}

#[tokio::test]
async fn what_could_not_be_begun_has_used_nothing() {
    let mut three = Three::start().await;
    let id = three.asked(1, "echo x").await;
    three.decided(0, &id, "approve").await;
    three.until(&id, "approved").await;
    drop(three.spore.take());
    for server in &three.servers {
        server.until_node("n", "offline").await;
    }
    let (status, offline) = three.ask(1, "echo x", Some(&id)).await;
    assert_eq!((status, &offline["code"]), (400, &json!("offline")));
    three.join().await;
    eventually("another one may use it", || async {
        (three.ask(2, "echo x", Some(&id)).await.0 == 202).then_some(())
    })
    .await;
    three.until(&id, "used").await;
}

#[tokio::test]
async fn a_restart_takes_no_yes_away_and_gives_none_back() {
    let Three {
        engine,
        servers: [one, two, three],
        asker,
        spore: _spore,
    } = Three::start().await;
    let asked = async |command: &str| {
        let (_, refused) = ask(&one, &asker, command, None).await;
        let id = refused["context"]["approval"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/approvals/{id}/approve");
        eventually("it is approved", || async {
            (three.post(&path, json!({})).await.0 == 200).then_some(())
        })
        .await;
        until(&two, &id, "approved").await;
        id
    };
    let (used, free) = (asked("echo used").await, asked("echo free").await);
    assert_eq!(ask(&two, &asker, "echo used", Some(&used)).await.0, 202);
    let data = two.stop().await;
    let two = Server::start_with(|config| {
        config.data_dir = data.path().to_owned();
        config.fleet = Some(Through::Local(engine.clone()));
    })
    .await;
    two.until_node("n", "online").await;
    until(&two, &used, "used").await;
    until(&two, &free, "approved").await;
    until(&one, &free, "approved").await;
    // Its way to the node may come and go while it starts.
    for (command, id, wanted) in [("echo used", &used, 409), ("echo free", &free, 202)] {
        eventually(&format!("{command} is answered {wanted}"), || async {
            let (status, body) = ask(&two, &asker, command, Some(id)).await;
            assert!(status == wanted || status == 400, "{status} {body}");
            (status == wanted).then_some(())
        })
        .await;
    }
    until(&three, &free, "used").await;
}
