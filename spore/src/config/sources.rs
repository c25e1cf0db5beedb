//! Where settings come from: layers of raw texts by key, gathered before any of them is judged.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{dotenv, places};

/// Every setting: its key in the TOML file; in the environment it is `SPORE_` and the key in capitals.
pub(super) const KEYS: &[&str] = &[
    "node_id",
    "node_name",
    "nexus_host",
    "nexus_port",
    "shared_token",
    "tls",
    "join_code",
    "join_code_file",
    "token_file",
    "node_tags",
    "heartbeat_interval",
    "enable_shell",
    "enable_file",
    "enable_system",
    "enable_docker",
    "enable_camera",
    "shell_mode",
    "allowed_commands",
    "policy",
    "data_dir",
    "workspace",
    "max_executions",
    "max_output_bytes",
    "log",
];

/// Settings of one origin, still texts.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    /// What to call it in a complaint, e.g. `.env`.
    pub(super) origin: String,
    pub(super) values: BTreeMap<String, Value>,
}

/// One setting before it is judged.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    List(Vec<String>),
}

/// All layers, weakest first, and what was wrong with gathering them.
#[derive(Debug, Default)]
pub struct Sources {
    pub(super) layers: Vec<Layer>,
    pub(super) problems: Vec<String>,
    pub(super) home: places::Home,
}

impl Sources {
    /// Gathers what the operating system knows: the TOML file (`config`, or the usual place if there is one),
    /// `.env` in the working directory, the environment, and last the flags.
    pub fn gather(config: Option<&Path>, flags: Layer) -> Self {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((
                    name.into_string().ok()?,
                    value.to_string_lossy().into_owned(),
                ))
            })
            .collect();
        Self::read(config, Path::new("."), &environment, flags)
    }

    /// The same, with the world passed in.
    pub fn read(
        config: Option<&Path>,
        working: &Path,
        environment: &BTreeMap<String, String>,
        flags: Layer,
    ) -> Self {
        let mut sources = Self {
            home: places::Home::of(environment),
            ..Self::default()
        };
        let file = config
            .map(Path::to_path_buf)
            .or_else(|| sources.home.config_file());
        if let Some(path) = file {
            sources.toml(&path);
        }
        sources.dotenv(&working.join(".env"));
        let layer = sources.variables("the environment", environment.clone());
        sources.layers.push(layer);
        sources.layers.push(flags);
        sources
    }

    fn toml(&mut self, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                return self
                    .problems
                    .push(format!("cannot read {}: {error}", path.display()));
            }
        };
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            // The parser's message quotes the line, which may be the one with the token.
            Err(error) => {
                let line = error.span().map_or(1, |span| {
                    text[..span.start.min(text.len())].lines().count().max(1)
                });
                return self.problems.push(format!(
                    "{}: line {line}: {}",
                    path.display(),
                    error.message()
                ));
            }
        };
        let mut layer = Layer::named(path.display().to_string());
        for (key, value) in table {
            match scalar(value) {
                _ if !KEYS.contains(&key.as_str()) => {
                    let hint = hint(&key, str::to_owned);
                    self.problems
                        .push(format!("{}: unknown key `{key}`{hint}", path.display()));
                }
                Some(value) => drop(layer.values.insert(key, value)),
                None => self
                    .problems
                    .push(format!("{}: `{key}` must be a plain value", path.display())),
            }
        }
        self.layers.push(layer);
    }

    fn dotenv(&mut self, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                return self
                    .problems
                    .push(format!("cannot read {}: {error}", path.display()));
            }
        };
        let (values, problems) = dotenv::parse(&text);
        self.problems.extend(
            problems
                .into_iter()
                .map(|problem| format!("{}: {problem}", path.display())),
        );
        let layer = self.variables(".env", values);
        self.layers.push(layer);
    }

    fn variables(&mut self, origin: &str, values: BTreeMap<String, String>) -> Layer {
        let mut layer = Layer::named(origin.to_owned());
        for (name, value) in values {
            let Some(key) = name.strip_prefix("SPORE_").map(str::to_ascii_lowercase) else {
                continue;
            };
            // Made by Kubernetes and Docker for a service called "spore".
            if key.starts_with("service_") || key.starts_with("port_") {
                continue;
            }
            if !KEYS.contains(&key.as_str()) {
                let hint = hint(&key, |known| {
                    format!("SPORE_{}", known.to_ascii_uppercase())
                });
                self.problems
                    .push(format!("{origin}: unknown variable `{name}`{hint}"));
            } else if !value.trim().is_empty() {
                // Compose files hand over empty variables for "not set".
                layer.values.insert(key, Value::Text(value));
            }
        }
        layer
    }
}

impl Layer {
    /// An empty layer.
    pub fn named(origin: String) -> Self {
        Self {
            origin,
            values: BTreeMap::new(),
        }
    }

    /// Adds a setting when there is one.
    pub fn set(&mut self, key: &str, value: Option<String>) {
        debug_assert!(KEYS.contains(&key), "no setting is called {key}");
        if let Some(value) = value {
            self.values.insert(key.to_owned(), Value::Text(value));
        }
    }

    /// Adds a path when there is one.
    pub fn set_path(&mut self, key: &str, value: Option<PathBuf>) {
        self.set(key, value.map(|path| path.to_string_lossy().into_owned()));
    }
}

impl std::fmt::Debug for Value {
    /// Never the value: it may be the token.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("…")
    }
}

fn scalar(value: toml::Value) -> Option<Value> {
    match value {
        toml::Value::String(text) => Some(Value::Text(text)),
        toml::Value::Integer(number) => Some(Value::Text(number.to_string())),
        toml::Value::Boolean(truth) => Some(Value::Text(truth.to_string())),
        toml::Value::Array(items) => items
            .into_iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .map(Value::List),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

/// Names the key that was probably meant: the one with the most in common at both ends.
fn hint(key: &str, spelt: impl Fn(&str) -> String) -> String {
    let common = |known: &str| {
        let head = known
            .bytes()
            .zip(key.bytes())
            .take_while(|(left, right)| left == right)
            .count();
        let tails = known.bytes().rev().zip(key.bytes().rev());
        head + tails.take_while(|(left, right)| left == right).count()
    };
    let near =
        |known: &&&str| known.len().abs_diff(key.len()) <= 2 && common(known) + 2 >= known.len();
    let meant = KEYS.iter().filter(near).max_by_key(|known| common(known));
    meant
        .map(|known| format!(", did you mean `{}`?", spelt(known)))
        .unwrap_or_default()
}
