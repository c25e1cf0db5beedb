//! Looks at this very machine, through the door that orders come by.

use std::sync::Arc;

use protocol::Outcome;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc};

use super::super::Skills;
use super::veil::veiled;
use super::*;
use crate::execution::Stop;
use crate::scratch::Scratch;

struct Machine {
    scratch: Scratch,
    skills: Skills,
}

impl Machine {
    fn new(policy: Option<&str>) -> Self {
        let scratch = Scratch::new();
        let policy = policy.map(|text| text.parse().unwrap());
        let skills = Skills::open(&scratch.config(), policy).unwrap();
        Self { scratch, skills }
    }

    fn order(method: &str, parameters: &Value, stream: bool) -> Order {
        Order {
            request_id: "r".to_owned(),
            skill: NAME.to_owned(),
            method: method.to_owned(),
            parameters: serde_json::value::to_raw_value(parameters).unwrap(),
            timeout: Duration::from_secs(60),
            stream,
            stop: Stop::default(),
            credit: Arc::new(Semaphore::new(1 << 20)),
        }
    }

    async fn end(&self, order: Order) -> Result<(End, String), String> {
        let (reports, mut heard) = mpsc::unbounded_channel();
        let (work, _) = self.skills.begin(order, reports)?;
        work.await;
        let mut output = String::new();
        while let Some(report) = heard.recv().await {
            match report {
                Report::Ended { end, .. } => return Ok((end, output)),
                Report::Chunk { bytes, .. } => output += &String::from_utf8(bytes).unwrap(),
                Report::Started { .. } => {}
            }
        }
        panic!("no end was told")
    }

    async fn look(&self, method: &str, parameters: Value) -> Result<Value, String> {
        let (end, _) = self.end(Self::order(method, &parameters, false)).await?;
        match end.result {
            Some(Finding::Json(value)) => Ok(serde_json::from_str(value.get()).unwrap()),
            other => Err(end.error.unwrap_or(format!("{other:?}"))),
        }
    }
}

#[tokio::test]
async fn a_busy_process_is_found_without_its_password() {
    let machine = Machine::new(None);
    let mark = format!("looked-for-{}", uuid::Uuid::new_v4().simple());
    let mut busy = std::process::Command::new("/bin/sh")
        .args([
            "-c",
            "while :; do :; done",
            &mark,
            "--password=hunter2",
            "--api-token",
            "s3cret",
        ])
        .spawn()
        .unwrap();
    let mut found = Err("nobody looked".to_owned());
    // A machine with much else to do may give it nothing for half a second.
    for _ in 0..20 {
        let asked = json!({"search": mark, "limit": 5});
        found = machine.look("processes", asked).await;
        let cpu = |found: &Value| found["processes"][0]["cpu"].as_f64();
        if found.as_ref().map_or(true, |found| cpu(found) > Some(0.0)) {
            break;
        }
    }
    busy.kill().unwrap();
    busy.wait().unwrap();
    let found = found.unwrap();
    let rows = found["processes"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{found}");
    assert_eq!(rows[0]["pid"], json!(busy.id()));
    assert!(rows[0]["cpu"].as_f64().unwrap() > 0.0, "{found}");
    assert!(rows[0]["memory"].as_u64().unwrap() > 0);
    assert!(!found.to_string().contains("hunter2") && !found.to_string().contains("s3cret"));
    assert!(
        rows[0]["command"]
            .as_str()
            .unwrap()
            .contains("--password=[redacted]")
    );
    assert!(found["total"].as_u64().unwrap() >= 2);
}

#[tokio::test]
async fn the_busiest_come_first_and_no_more_than_were_asked_for() {
    let machine = Machine::new(None);
    let found = machine
        .look("processes", json!({"by": "memory", "limit": 2}))
        .await
        .unwrap();
    let rows = found["processes"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows[0]["memory"].as_u64() >= rows[1]["memory"].as_u64());
    for wrong in [
        json!({"limit": 0}),
        json!({"limit": 201}),
        json!({"by": "age"}),
        json!({"pid": 1}),
    ] {
        assert!(machine.look("processes", wrong).await.is_err());
    }
}

#[tokio::test]
async fn the_machine_is_told_with_its_memory_and_cores() {
    let machine = Machine::new(None);
    let found = machine.look("overview", json!({})).await.unwrap();
    assert!(found["memory"]["total"].as_u64().unwrap() > found["memory"]["used"].as_u64().unwrap());
    assert!(!found["cores"].as_array().unwrap().is_empty());
    for disk in found["disks"].as_array().unwrap() {
        assert!(disk["total"].as_u64() >= disk["used"].as_u64(), "{disk}");
    }
    assert!(
        machine
            .look("overview", json!({"all": true}))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn who_reads_along_gets_lines() {
    let machine = Machine::new(None);
    let order = Machine::order("processes", &json!({"limit": 3}), true);
    let (end, output) = machine.end(order).await.unwrap();
    assert!(end.result.is_none());
    assert_eq!(end.outcome, Outcome::Succeeded);
    assert_eq!(output.lines().count(), 5, "{output}");
    assert!(output.starts_with("     PID USER"));
}

#[tokio::test]
async fn a_look_can_be_stopped() {
    let machine = Machine::new(None);
    let order = Machine::order("processes", &json!({}), false);
    order.stop.cancel();
    let (end, _) = machine.end(order).await.unwrap();
    assert_eq!(end.outcome, Outcome::Cancelled);
}

#[tokio::test]
async fn the_policy_says_what_may_be_looked_at() {
    let observe = include_str!("../../policy/ready/observe.toml");
    let machine = Machine::new(Some(observe));
    assert!(machine.look("processes", json!({})).await.is_ok());
    let no = machine.look("logs", json!({})).await.unwrap_err();
    assert!(no.contains("does not allow SystemSkill.logs"), "{no}");
    let operate = include_str!("../../policy/ready/operate.toml");
    let machine = Machine::new(Some(operate));
    let no = machine
        .look("logs", json!({"path": "/var/log/dpkg.log"}))
        .await
        .unwrap_err();
    assert!(no.contains("rule `read`"), "{no}");
}

#[tokio::test]
async fn files_are_told_where_the_policy_reads() {
    let outside = Scratch::new();
    std::fs::write(outside.path().join("app.log"), "hello\n").unwrap();
    let place = outside.path().display();
    let machine = Machine::new(Some(&format!(
        "methods = ['SystemSkill.logs']\nread = ['{place}']"
    )));
    let found = machine
        .look("logs", json!({"path": format!("{place}/app.log")}))
        .await
        .unwrap();
    assert_eq!(found["lines"][0]["text"], "hello");
    let own = machine.scratch.path().join("data").display().to_string();
    for path in [
        format!("{place}/../x"),
        own,
        "/etc/passwd".to_owned(),
        "app.log".to_owned(),
    ] {
        assert!(
            machine.look("logs", json!({"path": path})).await.is_err(),
            "{path}"
        );
    }
    let free = Machine::new(None);
    let no = free
        .look("logs", json!({"path": "/etc/passwd"}))
        .await
        .unwrap_err();
    assert!(no.contains("under /var/log"), "{no}");
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let machine = Machine::new(None);
    for wrong in [
        json!({"unit": "a; reboot"}),
        json!({"since": "$(reboot)"}),
        json!({"after": "x y"}),
        json!({"priority": "loud"}),
        json!({"lines": 0}),
        json!({"lines": 2001}),
        json!({"path": "/var/log/a", "unit": "b"}),
        json!({"search": "x".repeat(201)}),
    ] {
        let order = Machine::order("logs", &wrong, false);
        assert!(machine.end(order).await.is_err(), "{wrong}");
    }
}

/// The journal and systemd may be on this machine or not: either is told, never anything else.
#[tokio::test]
async fn the_journal_and_services_answer_or_say_why_not() {
    let machine = Machine::new(None);
    match machine.look("logs", json!({"lines": 3})).await {
        Ok(found) => assert!(found["lines"].as_array().unwrap().len() <= 3),
        Err(why) => assert!(why.contains("journal"), "{why}"),
    }
    match machine.look("services", json!({})).await {
        Ok(found) => assert!(found["total"].is_u64()),
        Err(why) => assert!(why.contains("no services of systemd here"), "{why}"),
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_a_program_says_is_bounded_and_a_missing_one_is_told_apart() {
    use super::command::Silent;
    let programs = Programs::free();
    let said = programs
        .ask("sh", &["-c".to_owned(), "yes".to_owned()], 1000)
        .await
        .unwrap();
    assert!(said.cut && said.succeeded);
    assert_eq!(said.out.len(), 1000);
    let said = programs
        .ask(
            "sh",
            &["-c".to_owned(), "echo no >&2; exit 3".to_owned()],
            10,
        )
        .await
        .unwrap();
    assert_eq!((said.succeeded, said.complaint.as_str()), (false, "no"));
    let missing = programs.ask("no-such-program-here", &[], 10).await;
    assert!(matches!(missing, Err(Silent::Missing)));
}

#[test]
fn command_lines_go_without_secrets() {
    let told = |line: &[&str]| {
        veiled(
            &line
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>(),
        )
    };
    for (line, secret) in [
        (&["mysqldump", "-phunter2", "shop"][..], "hunter2"),
        (&["app", "--password", "hunter2", "x"], "hunter2"),
        (&["app", "--db-password=hunter2"], "hunter2"),
        (&["app", "--password=two hunter2"], "hunter2"),
        (&["env", "AWS_SECRET_ACCESS_KEY=hunter2", "aws"], "hunter2"),
        (
            &["sh", "-c", "PGPASSWORD='a hunter2 b' psql -h db"],
            "hunter2",
        ),
        (
            &["curl", "-H", "Authorization: Bearer hunter2", "https://x"],
            "hunter2",
        ),
        (&["curl", "-H", "X-Api-Key: hunter2"], "hunter2"),
        (&["psql", "postgres://app:hunter2@db/shop"], "hunter2"),
        (
            &["git", "clone", "https://ghp_0123456789@github.com/a/b"],
            "never there",
        ),
        (&["tool", "ghp_0123456789abcdef"], "ghp_"),
        (
            &[
                "tool",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
            ],
            "eyJ",
        ),
        (&["sshpass", "-p", "hunter2", "ssh", "host"], "hunter2"),
    ] {
        assert!(!told(line).contains(secret), "{}", told(line));
    }
    for plain in [
        &["nginx:", "worker", "process"][..],
        &["postgres", "-p", "5432", "-D", "/var/lib/postgresql"],
        &["ssh", "-p", "2222", "user@host"],
        &["curl", "https://example.org/a?b=c"],
        &["python3", "-m", "http.server", "8000"],
    ] {
        assert_eq!(told(plain), plain.join(" "));
    }
    assert!(told(&["x"; 5000]).len() < 500);
    assert!(!told(&["a\u{1b}[31mb\nc"]).contains(char::is_control));
}
