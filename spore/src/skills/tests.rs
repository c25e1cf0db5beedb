//! What is offered, and how it is said that something is not.

use super::*;
use crate::scratch::Scratch;

fn names(methods: &[Method]) -> Vec<&str> {
    methods.iter().map(|known| known.method.as_str()).collect()
}

#[test]
fn what_is_switched_off_is_not_offered() {
    let scratch = Scratch::new();
    let on = Skills::open(&scratch.config(), None).unwrap().offered();
    assert_eq!(
        names(&on),
        [
            "run",
            "read_file",
            "write_file",
            "list_files",
            "overview",
            "processes",
            "services",
            "logs"
        ]
    );
    let off = Config {
        shell: false,
        file: false,
        system: false,
        ..scratch.config()
    };
    let skills = Skills::open(&off, None).unwrap();
    let capabilities = crate::capabilities::detect(&off, &skills);
    assert!(capabilities.skills.is_empty());
    assert_eq!(
        not_offered(&skills.methods, "ShellSkill", "run"),
        "no skill is switched on here"
    );
}

#[test]
fn effects_are_what_the_methods_do() {
    let scratch = Scratch::new();
    let skills = Skills::open(&scratch.config(), None).unwrap();
    let effects: Vec<(String, Effect)> = skills
        .offered()
        .into_iter()
        .map(|method| (method.method, method.effect))
        .collect();
    let wanted = [
        ("run", Effect::Destroy),
        ("read_file", Effect::Read),
        ("write_file", Effect::Destroy),
        ("list_files", Effect::Read),
        ("overview", Effect::Read),
        ("processes", Effect::Read),
        ("services", Effect::Read),
        ("logs", Effect::Read),
    ];
    assert_eq!(
        effects,
        wanted.map(|(name, effect)| (name.to_owned(), effect))
    );
}

#[test]
fn the_policy_narrows_what_is_announced_and_a_grant_widens_it() {
    let scratch = Scratch::new();
    let policy = "methods=['FileSkill.read_file']".parse().unwrap();
    let mut skills = Skills::open(&scratch.config(), Some(policy)).unwrap();
    assert_eq!(names(&skills.offered()), ["read_file"]);
    assert_eq!(skills.policy().name, "custom");
    std::fs::write(scratch.path().join("data/policy.toml"), "").unwrap();
    let data_dir = scratch.path().join("data");
    let what = crate::grants::What::Shell;
    let granted = crate::grants::grant(&data_dir, what, std::time::Duration::from_secs(60));
    skills.set_grants(vec![granted.unwrap()]);
    assert_eq!(names(&skills.offered()), ["run", "read_file"]);
    assert_eq!(skills.policy().grants[0].what, "shell");
}

#[test]
fn without_a_policy_it_says_so() {
    let scratch = Scratch::new();
    let skills = Skills::open(&scratch.config(), None).unwrap();
    assert_eq!(skills.policy().name, "none: shell mode guarded");
}

#[test]
fn the_spores_own_files_are_no_place() {
    let scratch = Scratch::new();
    let config = scratch.config();
    let refused = |config: &Config, policy: &str| {
        let policy = policy.parse().unwrap();
        Skills::open(config, Some(policy)).unwrap_err().to_string()
    };
    let root = scratch.path().display();
    for place in [format!("{root}"), format!("{root}/data"), "/".to_owned()] {
        for list in ["read", "write"] {
            let said = refused(&config, &format!("{list} = ['{place}']"));
            assert!(
                said.contains("own files") || said.contains("policy itself"),
                "{said}"
            );
        }
    }
    #[cfg(unix)]
    {
        let link = scratch.path().join("link");
        std::os::unix::fs::symlink(scratch.path().join("data"), &link).unwrap();
        let said = refused(&config, &format!("read = ['{}']", link.display()));
        assert!(said.contains("own files"), "{said}");
    }
    let wide = Config {
        workspace: scratch.path().to_owned(),
        ..config
    };
    assert!(refused(&wide, "").contains("SPORE_WORKSPACE"));
}
