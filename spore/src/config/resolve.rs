//! From layers of texts to one checked [`Config`], collecting every problem on the way.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use protocol::{JoinCode, limits};

use super::sources::{Layer, Sources, Value};
use super::{Config, LogLevel, Problems, ShellMode, Token};

/// How many executions a node may be told to take at the same time.
pub(super) const EXECUTIONS: std::ops::RangeInclusive<u32> = 1..=512;

pub(super) fn resolve(sources: &Sources) -> Result<Config, Problems> {
    let mut judge = Judge {
        layers: &sources.layers,
        problems: sources.problems.clone(),
    };
    let node_name = judge.name();
    let token = judge.token();
    let data_dir = judge.data_dir(sources);
    let mut config = Config::new(node_name, "localhost".to_owned(), token, data_dir);
    judge.fill(&mut config);
    judge.fill_shell(&mut config);
    if judge.problems.is_empty() {
        Ok(config)
    } else {
        Err(Problems(judge.problems))
    }
}

struct Judge<'a> {
    layers: &'a [Layer],
    problems: Vec<String>,
}

impl Judge<'_> {
    fn fill(&mut self, config: &mut Config) {
        if let Some((id, origin)) = self.text("node_id") {
            self.short("node_id", &id, &origin, limits::ID);
            config.node_id = Some(id);
        }
        if let Some((host, origin)) = self.text("nexus_host") {
            config.nexus_host = host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned();
            let odd =
                |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@' | '?' | '#');
            if config.nexus_host.contains(odd) {
                self.complain(
                    &origin,
                    "nexus_host must be a host name or an address, without scheme or path",
                );
            }
        }
        config.nexus_port = self
            .number("nexus_port", 1, u32::from(u16::MAX))
            .map_or(config.nexus_port, |port| {
                u16::try_from(port).unwrap_or(config.nexus_port)
            });
        config.tls = self.truth("tls");
        config.join = self.join_code();
        config.tags = self.tags();
        if let Some(seconds) = self.number("heartbeat_interval", 1, 3600) {
            config.heartbeat = Duration::from_secs(u64::from(seconds));
        }
        for (key, field) in [
            ("enable_shell", &mut config.shell),
            ("enable_file", &mut config.file),
            ("enable_system", &mut config.system),
            ("enable_docker", &mut config.docker),
            ("enable_camera", &mut config.camera),
        ] {
            *field = self.truth(key).unwrap_or(*field);
        }
        if let Some((path, _)) = self.text("workspace") {
            config.workspace = PathBuf::from(path);
        }
        if let Some((name, origin)) = self.text("policy") {
            match name.parse() {
                Ok(preset) => config.policy = Some(preset),
                Err(problem) => self.complain(&origin, &format!("policy: {problem}")),
            }
        }
        config.max_executions = self
            .number("max_executions", *EXECUTIONS.start(), *EXECUTIONS.end())
            .unwrap_or(config.max_executions);
        config.max_output_bytes = self
            .number("max_output_bytes", 1024, 1 << 30)
            .unwrap_or(config.max_output_bytes);
        if let Some((level, origin)) = self.text("log") {
            match LogLevel::from_str(&level) {
                Ok(level) => config.log = level,
                Err(problem) => self.complain(&origin, problem),
            }
        }
    }

    fn fill_shell(&mut self, config: &mut Config) {
        let commands = self.list("allowed_commands");
        config.shell_mode = match self.text("shell_mode") {
            None => match commands {
                None => ShellMode::Guarded,
                Some((_, origin)) => {
                    return self
                        .complain(&origin, "allowed_commands needs shell_mode = allow-list");
                }
            },
            Some((mode, origin)) => match mode.as_str() {
                "guarded" if commands.is_some() => {
                    return self.complain(
                        &origin,
                        "allowed_commands means nothing with shell_mode = guarded",
                    );
                }
                "guarded" => ShellMode::Guarded,
                "allow-list" => match commands {
                    Some((commands, _)) if !commands.is_empty() => ShellMode::AllowList(commands),
                    Some(_) | None => {
                        return self
                            .complain(&origin, "shell_mode = allow-list needs allowed_commands");
                    }
                },
                other => {
                    return self.complain(
                        &origin,
                        &format!("shell_mode is guarded or allow-list, not `{other}`"),
                    );
                }
            },
        };
    }

    fn name(&mut self) -> String {
        let (name, origin) = self.text("node_name").unwrap_or_else(|| {
            let host = sysinfo::System::host_name()
                .ok()
                .filter(|host| !host.is_empty());
            (
                host.unwrap_or_else(|| "spore".to_owned()),
                "the host name".to_owned(),
            )
        });
        self.short("node_name", &name, &origin, limits::ID);
        name
    }

    /// The token from the strongest layer that has one, itself or in a file.
    fn token(&mut self) -> Option<Token> {
        let text = self.text("shared_token");
        let file = self.text("token_file");
        let rank = |found: &Option<(String, String)>| {
            found.as_ref().and_then(|(_, origin)| self.rank(origin))
        };
        let (text, origin) = match (rank(&text) > rank(&file), text, file) {
            (true, Some(token), _) => token,
            (_, _, Some((path, origin))) => (self.secret_file(Path::new(&path), &origin), origin),
            (_, _, None) => return None,
        };
        self.short("the token", &text, &origin, limits::TOKEN);
        Some(Token::new(text))
    }

    /// What it says is secret, so a complaint does not quote it.
    fn join_code(&mut self) -> Option<JoinCode> {
        let (text, origin) = match (self.text("join_code"), self.text("join_code_file")) {
            (Some(given), _) => given,
            (None, Some((path, origin))) => (self.secret_file(Path::new(&path), &origin), origin),
            (None, None) => return None,
        };
        let code = text.parse::<JoinCode>();
        code.map_err(|error| self.complain(&origin, &format!("join_code {error}")))
            .ok()
    }

    fn secret_file(&mut self, path: &Path, origin: &str) -> String {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| {
            self.complain(origin, &format!("cannot read {}: {error}", path.display()));
        });
        // One complaint is enough.
        text.map_or_else(|()| "unreadable".to_owned(), |text| text.trim().to_owned())
    }

    fn data_dir(&mut self, sources: &Sources) -> PathBuf {
        let named = self.text("data_dir").map(|(path, _)| PathBuf::from(path));
        named
            .or_else(|| sources.home.data_dir())
            .unwrap_or_else(|| {
                self.problems.push(
                    "no home directory for the data: set SPORE_DATA_DIR or --data-dir".to_owned(),
                );
                PathBuf::new()
            })
    }

    fn tags(&mut self) -> Vec<String> {
        let Some((tags, origin)) = self.list("node_tags") else {
            return Vec::new();
        };
        if tags.len() > limits::LIST {
            self.complain(
                &origin,
                &format!("node_tags has more than {} entries", limits::LIST),
            );
        }
        for tag in &tags {
            self.short("node_tags", tag, &origin, limits::NAME);
        }
        tags
    }

    /// The strongest layer's text for a key, and who said it.
    fn text(&self, key: &str) -> Option<(String, String)> {
        let layer = self
            .layers
            .iter()
            .rev()
            .find(|layer| layer.values.contains_key(key))?;
        match layer.values.get(key)? {
            Value::Text(text) => Some((text.trim().to_owned(), layer.origin.clone())),
            Value::List(items) => Some((items.join(","), layer.origin.clone())),
        }
    }

    /// A list, or a text with commas; blank items vanish.
    fn list(&self, key: &str) -> Option<(Vec<String>, String)> {
        let layer = self
            .layers
            .iter()
            .rev()
            .find(|layer| layer.values.contains_key(key))?;
        let items: Vec<&str> = match layer.values.get(key)? {
            Value::Text(text) => text.split(',').collect(),
            Value::List(items) => items.iter().map(String::as_str).collect(),
        };
        let items = items
            .into_iter()
            .map(str::trim)
            .filter(|item| !item.is_empty());
        Some((items.map(str::to_owned).collect(), layer.origin.clone()))
    }

    fn number(&mut self, key: &str, min: u32, max: u32) -> Option<u32> {
        let (text, origin) = self.text(key)?;
        let number = text
            .parse()
            .ok()
            .filter(|number| (min..=max).contains(number));
        if number.is_none() {
            self.complain(
                &origin,
                &format!("{key} must be a whole number from {min} to {max}, not `{text}`"),
            );
        }
        number
    }

    fn truth(&mut self, key: &str) -> Option<bool> {
        let (text, origin) = self.text(key)?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => {
                self.complain(
                    &origin,
                    &format!("{key} must be true or false, not `{text}`"),
                );
                None
            }
        }
    }

    fn short(&mut self, key: &str, text: &str, origin: &str, max: usize) {
        if let Some(problem) = short(text, max) {
            self.complain(origin, &format!("{key} {problem}"));
        }
    }

    fn rank(&self, origin: &str) -> Option<usize> {
        self.layers.iter().position(|layer| layer.origin == origin)
    }

    fn complain(&mut self, origin: &str, problem: &str) {
        self.problems.push(format!("{origin}: {problem}"));
    }
}

/// What is wrong with a short text, if anything.
pub(super) fn short(text: &str, max: usize) -> Option<String> {
    if text.is_empty() {
        Some("is empty".to_owned())
    } else if text.len() > max {
        Some(format!("is longer than {max} bytes"))
    } else {
        let control = text.chars().any(char::is_control);
        control.then(|| "holds a control character".to_owned())
    }
}

impl FromStr for LogLevel {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "off" => Ok(Self::Off),
            "error" => Ok(Self::Error),
            "warn" => Ok(Self::Warn),
            "info" => Ok(Self::Info),
            "debug" => Ok(Self::Debug),
            "trace" => Ok(Self::Trace),
            _ => Err("log is one of off, error, warn, info, debug, trace"),
        }
    }
}
