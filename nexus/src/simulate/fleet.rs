//! Who the simulated machines are: names, sites, roles, sizes. The same seed makes the same fleet.

use protocol::{Capabilities, Effect, Limits, Method};
use serde_json::json;

const SITES: [(&str, &str, u32); 12] = [
    ("Ashburn", "iad", 18),
    ("Frankfurt", "fra", 15),
    ("Paris", "par", 13),
    ("Oregon", "pdx", 11),
    ("Singapore", "sin", 9),
    ("Tokyo", "nrt", 8),
    ("London", "lhr", 7),
    ("Warsaw", "waw", 6),
    ("Mumbai", "bom", 5),
    ("Sydney", "syd", 4),
    ("Stockholm", "arn", 3),
    ("Lab", "lab", 1),
];
const ROLES: [(&str, u32, u32); 6] = [
    ("web", 8, 16),
    ("db", 16, 64),
    ("cache", 8, 32),
    ("bld", 32, 64),
    ("gpu", 32, 128),
    ("edge", 4, 4),
];
const SYSTEMS: [&str; 4] = [
    "Debian GNU/Linux 13",
    "Ubuntu 26.04 LTS",
    "Raspberry Pi OS 13",
    "Fedora Linux 44",
];

/// One simulated machine.
#[derive(Debug, Clone)]
pub struct Persona {
    /// Stable id.
    pub id: String,
    /// e.g. `fra-db-07`.
    pub name: String,
    /// What it announces.
    pub capabilities: Capabilities,
    /// Its state of chance.
    pub chance: Chance,
}

impl Persona {
    /// The `number`th machine of a fleet.
    pub fn new(seed: u64, number: u32) -> Self {
        let mut chance = Chance::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(number));
        let total: u32 = SITES.iter().map(|site| site.2).sum();
        let mut at = chance.below(total);
        let site = SITES
            .iter()
            .find(|site| {
                at < site.2 || {
                    at -= site.2;
                    false
                }
            })
            .unwrap_or(&SITES[0]);
        let role = chance.pick(&ROLES);
        let name = format!("{}-{}-{number:02}", site.1, role.0);
        let capabilities = Capabilities {
            skills: vec!["ShellSkill".to_owned(), "SimSkill".to_owned()],
            tags: vec![
                format!("site:{}", site.0),
                format!("role:{}", role.0),
                "simulated".to_owned(),
            ],
            cpu_cores: role.1,
            memory_mb: role.2 * 1024,
            has_gpu: role.0 == "gpu",
            has_docker: role.0 != "edge",
            platform: "linux".to_owned(),
            methods: methods().into(),
            os: (*chance.pick(&SYSTEMS)).to_owned(),
            arch: if role.0 == "edge" {
                "aarch64"
            } else {
                "x86_64"
            }
            .to_owned(),
            hostname: name.clone(),
            spore_version: env!("CARGO_PKG_VERSION").to_owned(),
            limits: Some(Limits {
                max_executions: 1024,
                ..Limits::default()
            }),
            policy: None,
        };
        Self {
            id: format!("sim-{seed}-{number}"),
            name,
            capabilities,
            chance,
        }
    }
}

fn methods() -> Vec<Method> {
    let method = |skill: &str, method: &str, title: &str, properties| Method {
        skill: skill.to_owned(),
        method: method.to_owned(),
        title: title.to_owned(),
        effect: Effect::Read,
        idempotent: true,
        cacheable: false,
        parameters: json!({"type": "object", "properties": properties, "additionalProperties": false}),
    };
    vec![
        method(
            "ShellSkill",
            "run",
            "Pretend to run a command",
            json!({"command": {"type": "string", "title": "Command"}}),
        ),
        method(
            "SimSkill",
            "echo",
            "Say something back",
            json!({"text": {"type": "string", "title": "Text", "default": "hello"}}),
        ),
        method(
            "SimSkill",
            "count",
            "Write numbered lines slowly",
            json!({"lines": {"type": "integer", "title": "Lines", "default": 10, "minimum": 1, "maximum": 1000},
                   "every_ms": {"type": "integer", "title": "Pause in ms", "default": 200, "minimum": 1, "maximum": 10000}}),
        ),
    ]
}

/// A small deterministic generator (SplitMix64); good enough to look plausible.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 0..=1.
    pub(super) fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / f64::from(u32::MAX)
    }

    /// 0..limit.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.next() % u64::from(limit.max(1))).unwrap_or_default()
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the index is below the length of a constant list"
    )]
    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(u32::try_from(from.len()).unwrap_or(1));
        &from[usize::try_from(at).unwrap_or_default()]
    }
}
