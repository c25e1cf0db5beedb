//! What a policy allows and holds back, with real commands: grants that end, limits that bite, the sandbox, the
//! environment. The decisions themselves are tested beside their code.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use spore::grants::{self, What};

use crate::nexus::{InProcess, Nexus, Scratch, Session, alive, unique_sleep, until};

/// A spore with this policy.
fn spore(nexus: &Nexus, policy: &str) -> InProcess {
    nexus.spore_with(|config| write_policy(&config.data_dir, policy))
}

fn write_policy(data_dir: &std::path::Path, policy: &str) {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    let mut dir = std::fs::DirBuilder::new();
    dir.recursive(true).mode(0o700).create(data_dir).unwrap();
    let path = data_dir.join("policy.toml");
    std::fs::write(&path, policy).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn data_dir(spore: &InProcess) -> PathBuf {
    spore.scratch.path().join("data")
}

async fn shell(session: &mut Session, command: &str) -> Value {
    let id = uuid::Uuid::new_v4().to_string();
    session.run(&id, command).await;
    session.response(&id).await
}

async fn argv(session: &mut Session, words: &[&str]) -> Value {
    let id = uuid::Uuid::new_v4().to_string();
    let parameters = json!({ "argv": words });
    session
        .execute(&id, "ShellSkill", "run", parameters, json!({}))
        .await;
    session.response(&id).await
}

fn sandboxed() -> bool {
    let has = spore::sandbox().starts_with("landlock");
    if !has {
        println!("skipped: this kernel has no Landlock");
    }
    has
}

const ALL: &str = "methods = ['*']\nshell = true\n";

#[tokio::test]
async fn a_refusal_names_its_rule_and_nothing_runs() {
    let nexus = Nexus::listen().await;
    let spore = spore(
        &nexus,
        "methods = ['ShellSkill.run']\n[[commands]]\nname = 'say'\nargv = ['echo', '*']\n",
    );
    let mut session = nexus.welcome().await;
    let policy = &session.handshake["capabilities"]["policy"];
    assert_eq!(policy["name"], "custom", "{policy}");
    assert_eq!(
        policy["commands"],
        json!([{"name": "say", "argv": ["echo", "*"]}])
    );
    let methods = session.handshake["capabilities"]["methods"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(methods, 1);
    assert_eq!(
        argv(&mut session, &["echo", "hello"]).await["result"],
        "hello\n"
    );
    for (refused, rule) in [
        (shell(&mut session, "touch ran").await, "rule `shell`"),
        (
            argv(&mut session, &["touch", "ran"]).await,
            "rule `commands`",
        ),
        (argv(&mut session, &["echo", "-n"]).await, "rule `commands`"),
        (
            session.file("read_file", json!({ "path": "a" })).await,
            "rule `methods`",
        ),
    ] {
        assert_eq!(refused["outcome"], "refused");
        assert!(
            refused["error"].as_str().unwrap().contains(rule),
            "{refused}"
        );
    }
    assert!(!spore.scratch.workspace().join("ran").exists());
}

#[tokio::test]
async fn the_end_of_a_grant_stops_what_only_it_allowed() {
    let nexus = Nexus::listen().await;
    let spore = spore(
        &nexus,
        "methods = ['ShellSkill.run']\n[[commands]]\nargv = ['sleep', '*']\n",
    );
    let mut session = nexus.welcome().await;
    let (by_policy, by_grant) = (unique_sleep(), unique_sleep());
    let parameters = json!({ "argv": ["sleep", by_policy] });
    session
        .execute("policy", "ShellSkill", "run", parameters, json!({}))
        .await;
    assert_eq!(shell(&mut session, "true").await["outcome"], "refused");
    let granted = grants::grant(&data_dir(&spore), What::Shell, Duration::from_secs(3600)).unwrap();
    let announced = session.expect("CAPABILITIES").await;
    let told = &announced["capabilities"]["policy"]["grants"][0];
    assert_eq!(
        (&told["what"], &told["id"]),
        (&json!("shell"), &json!(granted.id))
    );
    // A child that left its session goes too.
    let command = format!("setsid sleep {by_grant} & sleep {by_grant}");
    session.run("grant", &command).await;
    until("both sleep", || alive(&by_policy) && alive(&by_grant)).await;
    grants::take_back(&data_dir(&spore), &granted.id).unwrap();
    let ended = session.response("grant").await;
    assert!(!alive(&by_grant), "the answer came while it was alive");
    assert_eq!(ended["outcome"], "cancelled");
    let error = ended["error"].as_str().unwrap();
    assert_eq!(error, format!("the grant `shell` ({}) ended", granted.id));
    let announced = session.expect("CAPABILITIES").await;
    assert_eq!(announced["capabilities"]["policy"].get("grants"), None);
    assert!(alive(&by_policy), "what the policy allows goes on");
    assert_eq!(shell(&mut session, "true").await["outcome"], "refused");
    session
        .send("CANCEL", json!({ "request_id": "policy" }))
        .await;
    assert_eq!(session.response("policy").await["error"], "cancelled");
}

#[tokio::test]
async fn a_grant_ends_by_itself_and_another_one_carries_on() {
    let nexus = Nexus::listen().await;
    let spore = spore(&nexus, "methods = []\n");
    let mut session = nexus.welcome().await;
    let sleep = unique_sleep();
    let pattern = vec!["sleep".to_owned(), "*".to_owned()];
    let grant = |seconds| {
        let what = What::Command(pattern.clone());
        grants::grant(&data_dir(&spore), what, Duration::from_secs(seconds)).unwrap()
    };
    let short = grant(4);
    session.expect("CAPABILITIES").await;
    let parameters = json!({ "argv": ["sleep", sleep] });
    session
        .execute("e", "ShellSkill", "run", parameters, json!({}))
        .await;
    until("it sleeps", || alive(&sleep)).await;
    let longer = grant(7);
    until("the first one is over", || {
        let left = grants::list(&data_dir(&spore)).unwrap();
        left.iter().all(|(grant, _)| grant.id != short.id)
    })
    .await;
    let ended = session.response("e").await;
    assert!(!alive(&sleep));
    assert_eq!(ended["outcome"], "cancelled");
    let error = ended["error"].as_str().unwrap();
    assert!(
        error.contains(&longer.id),
        "the longer one carried it: {error}"
    );
}

#[tokio::test]
async fn grants_open_directories_for_a_time() {
    let nexus = Nexus::listen().await;
    let spore = spore(&nexus, "methods = []\n");
    let mut session = nexus.welcome().await;
    let place = Scratch::new();
    std::fs::write(place.path().join("a"), "there").unwrap();
    let path = place.path().join("a").display().to_string();
    let read =
        async |session: &mut Session| session.file("read_file", json!({ "path": path })).await;
    assert!(
        read(&mut session).await["error"]
            .as_str()
            .unwrap()
            .contains("rule `methods`")
    );
    let what = What::Read(place.path().display().to_string());
    let granted = grants::grant(&data_dir(&spore), what, Duration::from_secs(600)).unwrap();
    session.expect("CAPABILITIES").await;
    assert_eq!(read(&mut session).await["result"], "there");
    let elsewhere = session
        .file("read_file", json!({ "path": "/etc/hostname" }))
        .await;
    assert!(
        elsewhere["error"].as_str().unwrap().contains("rule `read`"),
        "{elsewhere}"
    );
    let written = session
        .file("write_file", json!({ "path": path, "content": "" }))
        .await;
    assert!(
        written["error"]
            .as_str()
            .unwrap()
            .contains("rule `methods`"),
        "{written}"
    );
    grants::take_back(&data_dir(&spore), &granted.id).unwrap();
    session.expect("CAPABILITIES").await;
    assert!(
        read(&mut session).await["error"]
            .as_str()
            .unwrap()
            .contains("rule `methods`")
    );
    // The spore's own files are never given away, whoever grants it.
    let what = What::Read(spore.scratch.path().display().to_string());
    grants::grant(&data_dir(&spore), what, Duration::from_secs(600)).unwrap();
    session.expect("CAPABILITIES").await;
    let key = spore
        .scratch
        .path()
        .join("data/node-id")
        .display()
        .to_string();
    let refused = session.file("read_file", json!({ "path": key })).await;
    assert!(
        refused["error"].as_str().unwrap().contains("own files"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_v1_nexus_is_told_nothing_new() {
    let nexus = Nexus::listen().await;
    let spore = nexus.spore_with(|config| {
        config.heartbeat = Duration::from_secs(1);
        write_policy(&config.data_dir, "methods = []\n");
    });
    let mut session = nexus.accept().await;
    session.expect("HEARTBEAT").await;
    grants::grant(&data_dir(&spore), What::Shell, Duration::from_secs(600)).unwrap();
    let mut tries = 0;
    while shell(&mut session, "true").await["success"] != true {
        tries += 1;
        assert!(tries < 2000, "the grant never began");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..2 {
        assert_eq!(session.message().await.0, "HEARTBEAT");
    }
}

#[tokio::test]
async fn limits_bite() {
    let nexus = Nexus::listen().await;
    let limits = "[limits]\ncpu_seconds = 1\nmemory_mib = 400\nopen_files = 20\nfile_size_mib = 1\noutput_mib = 1\n\
                  executions = 2\nseconds = 30\n";
    let spore = spore(&nexus, &format!("{ALL}{limits}"));
    let mut session = nexus.welcome().await;
    let announced = &session.handshake["capabilities"];
    assert_eq!(announced["limits"]["max_executions"], 2);
    assert_eq!(announced["limits"]["max_output_bytes"], 1 << 20);
    assert_eq!(announced["policy"]["limits"]["cpu_seconds"], 1);
    let spins = shell(&mut session, "while :; do :; done").await;
    assert_eq!(spins["signal"], "SIGXCPU", "{spins}");
    assert!(
        spins["error"]
            .as_str()
            .unwrap()
            .contains("limits.cpu_seconds")
    );
    let large = shell(&mut session, "exec head -c 3000000 /dev/zero > large").await;
    assert_eq!(large["success"], false, "{large}");
    let size = std::fs::metadata(spore.scratch.workspace().join("large"))
        .unwrap()
        .len();
    assert_eq!(size, 1 << 20);
    let greedy = shell(
        &mut session,
        "head -c 1000000000 /dev/zero | tail -c 900000000 | wc -c",
    )
    .await;
    assert_ne!(greedy["result"], "900000000\n", "{greedy}");
    let told = shell(&mut session, "ulimit -n; ulimit -c; ulimit -v").await;
    assert_eq!(told["result"], format!("20\n0\n{}\n", 400 * 1024));
    let loud = shell(&mut session, "head -c 3000000 /dev/zero").await;
    assert_eq!(loud["output_truncated"], true);
    for id in ["a", "b"] {
        session.run(id, "sleep 1000").await;
        session.expect_of("ACCEPTED", id).await;
    }
    assert!(
        shell(&mut session, "true").await["error"]
            .as_str()
            .unwrap()
            .contains("2 executions")
    );
}

#[tokio::test]
async fn the_time_limit_of_the_policy_is_named() {
    let nexus = Nexus::listen().await;
    let _spore = spore(&nexus, &format!("{ALL}[limits]\nseconds = 1\n"));
    let mut session = nexus.welcome().await;
    let sleep = unique_sleep();
    let over = shell(&mut session, &format!("sleep {sleep}")).await;
    assert!(!alive(&sleep));
    assert_eq!(over["outcome"], "timed_out");
    assert_eq!(over["error"], "timed out after 1 s (rule `limits.seconds`)");
}

#[tokio::test]
async fn commands_cannot_touch_the_nodes_own_files() {
    if !sandboxed() {
        return;
    }
    let nexus = Nexus::listen().await;
    let spore = spore(&nexus, ALL);
    let mut session = nexus.welcome().await;
    let kind = session.handshake["capabilities"]["policy"]["sandbox"]
        .as_str()
        .unwrap();
    assert!(kind.starts_with("landlock abi "), "{kind}");
    let data = data_dir(&spore);
    std::fs::write(data.join("membership.json"), "the key").unwrap();
    let outside = Scratch::outside_tmp();
    std::fs::write(outside.path().join("a"), "not named").unwrap();
    let (own, far) = (data.display(), outside.path().display());
    for command in [
        format!("cat {own}/membership.json"),
        format!("cat {own}/policy.toml"),
        format!("cat {own}/../data/membership.json"),
        format!("cat /proc/self/root{own}/membership.json"),
        format!("ln -s {own}/membership.json link && cat link"),
        format!("ln {own}/membership.json hard && cat hard"),
        format!("mv {own}/membership.json moved && cat moved"),
        format!("echo x > {own}/grants.json"),
        format!("echo x >> {own}/policy.toml"),
        format!("rm -f {own}/policy.toml && test ! -e {own}/policy.toml"),
        format!("mv {own} elsewhere"),
        format!("chroot / cat {own}/membership.json"),
        format!("unshare -m mount --bind {own} . && cat membership.json"),
        format!("cp /bin/true {own}/true"),
        format!("cat {far}/a"),
        format!("cat /proc/{}/environ", std::process::id()),
        format!("kill -CONT {}", std::process::id()),
        "mknod device b 8 0".to_owned(),
        "mknod /tmp/device-$$ c 1 1".to_owned(),
    ] {
        let held = shell(&mut session, &command).await;
        assert_eq!(held["outcome"], "failed", "{command}: {held}");
        let said = held["result"].as_str().unwrap();
        assert!(
            !said.contains("the key") && !said.contains("methods"),
            "{command}: {held}"
        );
    }
    let kept = std::fs::read_to_string(data.join("policy.toml")).unwrap();
    assert_eq!(kept, ALL);
    assert!(!data.join("grants.json").exists());
    for command in [
        "echo x > made && cat made && mkdir d && mv made d/ && rm -r d",
        "cat /etc/passwd > /dev/null && ls /usr/bin > /dev/null && echo ok",
        "echo fd > /dev/stdout",
        "sleep 100 & kill $! && wait $!; echo signals go inside",
    ] {
        let free = shell(&mut session, command).await;
        assert_eq!(free["success"], true, "{command}: {free}");
    }
}

#[tokio::test]
async fn commands_reach_what_the_policy_names() {
    if !sandboxed() {
        return;
    }
    let nexus = Nexus::listen().await;
    let places = Scratch::outside_tmp();
    for name in ["read", "write", "more", "none"] {
        std::fs::create_dir(places.path().join(name)).unwrap();
        std::fs::write(places.path().join(name).join("a"), name).unwrap();
    }
    let at = |name: &str| places.path().join(name).display().to_string();
    let policy = format!(
        "{ALL}read = ['{}']\nwrite = ['{}']\n[sandbox]\nmode = 'required'\nread = ['{}']\n",
        at("read"),
        at("write"),
        at("more")
    );
    let spore = nexus.spore_with(|config| {
        config.workspace = places.path().join("workspace");
        write_policy(&config.data_dir, &policy);
    });
    let mut session = nexus.welcome().await;
    for (command, wanted) in [
        (format!("cat {}/a", at("read")), true),
        (format!("touch {}/b", at("read")), false),
        (format!("touch {}/b", at("write")), true),
        (format!("cat {}/a", at("more")), true),
        (format!("touch {}/b", at("more")), false),
        (format!("cat {}/a", at("none")), false),
        ("touch in-workspace".to_owned(), false),
    ] {
        let done = shell(&mut session, &command).await;
        assert_eq!(done["success"], wanted, "{command}: {done}");
    }
    // What a place was when it was opened is what it stays.
    std::fs::rename(at("read"), at("was-read")).unwrap();
    std::os::unix::fs::symlink(data_dir(&spore), at("read")).unwrap();
    let moved = shell(&mut session, &format!("cat {}/policy.toml", at("read"))).await;
    assert_eq!(moved["success"], false, "{moved}");
    let path = format!("{}/policy.toml", at("read"));
    let moved = session.file("read_file", json!({ "path": path })).await;
    assert_eq!(moved["success"], false, "{moved}");
}

#[tokio::test]
async fn with_the_sandbox_off_new_rights_can_be_had() {
    let nexus = Nexus::listen().await;
    let _spore = spore(&nexus, &format!("{ALL}[sandbox]\nmode = 'off'\n"));
    let mut session = nexus.welcome().await;
    assert_eq!(
        session.handshake["capabilities"]["policy"]["sandbox"],
        "off"
    );
    let told = shell(&mut session, "grep NoNewPrivs /proc/self/status").await;
    assert_eq!(told["result"], "NoNewPrivs:\t0\n");
}

#[tokio::test]
async fn in_the_sandbox_no_new_rights_can_be_had() {
    let nexus = Nexus::listen().await;
    let _spore = spore(&nexus, ALL);
    let mut session = nexus.welcome().await;
    let told = shell(&mut session, "grep NoNewPrivs /proc/self/status").await;
    assert_eq!(told["result"], "NoNewPrivs:\t1\n");
}

#[tokio::test]
async fn absolute_paths_go_through_the_handle_of_their_place() {
    let nexus = Nexus::listen().await;
    let place = Scratch::new();
    let at = |path: &str| place.path().join(path).display().to_string();
    std::fs::create_dir(at("in")).unwrap();
    std::fs::write(at("in/a"), "inside").unwrap();
    std::fs::write(at("secret"), "outside").unwrap();
    std::os::unix::fs::symlink("../secret", at("in/link")).unwrap();
    std::os::unix::fs::symlink(at("secret"), at("in/absolute")).unwrap();
    let policy = format!(
        "methods = ['*']\nread = ['.', '{0}']\nwrite = ['{0}']\n",
        at("in")
    );
    let _spore = spore(&nexus, &policy);
    let mut session = nexus.welcome().await;
    let read = async |session: &mut Session, path: String| {
        session.file("read_file", json!({ "path": path })).await
    };
    assert_eq!(read(&mut session, at("in/a")).await["result"], "inside");
    let listed = session
        .file("list_files", json!({ "path": at("in") }))
        .await;
    assert_eq!(listed["result"], "[FILE] a\n[FILE] absolute\n[FILE] link");
    let written = session
        .file(
            "write_file",
            json!({ "path": at("in/d/b"), "content": "x" }),
        )
        .await;
    assert_eq!(
        written["result"],
        format!("Wrote 1 bytes to {}", at("in/d/b"))
    );
    for path in [
        "in/link",
        "in/absolute",
        "in/../secret",
        "secret",
        "in/d/../../secret",
        "inn",
    ] {
        let refused = read(&mut session, at(path)).await;
        assert_eq!(refused["success"], false, "{path}: {refused}");
    }
    let said = read(&mut session, at("in/link")).await;
    assert!(
        said["error"]
            .as_str()
            .unwrap()
            .contains(&format!("out of {}", at("in"))),
        "{said}"
    );
    let refused = session
        .file("write_file", json!({ "path": "a", "content": "" }))
        .await;
    assert!(
        refused["error"].as_str().unwrap().contains("rule `write`"),
        "{refused}"
    );
}
