//! A command line without what looks like a secret. Arguments can be seen by everybody on a machine; that is no reason to
//! carry them further. What cannot be found: a secret that looks like any other word.
//!
//! Not here: environments, which are never read.

/// What stands there instead.
const HIDDEN: &str = "[redacted]";
/// Longest command line that is told, bytes.
const LONGEST: usize = 400;
/// Words that are looked at.
const WORDS: usize = 512;

/// Ends of names whose values are secret, letters and digits only.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "authorization",
    "credential",
    "credentials",
    "privatekey",
    "secretkey",
    "accesskey",
    "signingkey",
    "encryptionkey",
    "cookie",
    "joincode",
];
/// Secret only as the whole name.
const WHOLE: &[&str] = &["pass", "auth", "pin", "key"];
/// How tokens of well-known makers begin.
const BEGINNINGS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "sk-",
    "sk_live_",
    "rk_live_",
    "AKIA",
    "ASIA",
    "hvs.",
    "npm_",
    "dop_v1_",
    "-----BEGIN",
];
/// Programs whose `-p` holds a password in the same word.
const SHORT: &[&str] = &["mysql", "mariadb", "mycli"];

/// The words of a command line as one line.
pub(super) fn veiled(words: &[String]) -> String {
    let mut line = Veil {
        program: words.first().map(|word| base(word)).unwrap_or_default(),
        next: false,
        quote: None,
    };
    let mut shown: Vec<String> = Vec::new();
    let mut length = 0;
    // An argument may be a command line itself (`sh -c`), so words within words are looked at too.
    let all = words.iter().take(WORDS).flat_map(|word| match word {
        word if is_whole_secret(word) => vec![word.as_str()],
        word => word.split_whitespace().take(WORDS).collect(),
    });
    for word in all.take(WORDS) {
        let word = line.word(word);
        length += word.len() + 1;
        shown.push(word);
        if length > LONGEST {
            break;
        }
    }
    shown.retain(|word| !word.is_empty());
    super::one_line(&shown.join(" "), LONGEST)
}

struct Veil {
    program: String,
    /// The next word is the value of a secret name.
    next: bool,
    /// A secret began with this quotation mark and has not ended.
    quote: Option<char>,
}

impl Veil {
    fn word(&mut self, word: &str) -> String {
        if let Some(mark) = self.quote {
            if word.ends_with(mark) {
                self.quote = None;
            }
            return String::new();
        }
        if std::mem::take(&mut self.next) && !word.is_empty() {
            // `Authorization: Bearer …`: the scheme is not the secret.
            self.next = matches!(
                word.to_ascii_lowercase().as_str(),
                "bearer" | "basic" | "token"
            );
            return if self.next {
                word.to_owned()
            } else {
                self.hide(word)
            };
        }
        if let Some((name, value)) = split(word) {
            if value.is_empty() {
                self.next = true;
                return word.to_owned();
            }
            return format!("{name}{}", self.hide(value));
        }
        if word.starts_with('-') && is_secret(word) {
            self.next = true;
            return word.to_owned();
        }
        if word == "-p" && self.program == "sshpass" {
            self.next = true;
            return word.to_owned();
        }
        let short = SHORT.iter().any(|known| self.program.starts_with(known));
        if short && word.len() > 2 && word.starts_with("-p") && !word.starts_with("-port") {
            return format!("-p{HIDDEN}");
        }
        let bare = word.trim_start_matches(['"', '\'']);
        if BEGINNINGS.iter().any(|start| bare.starts_with(start)) || is_jwt(bare) {
            return HIDDEN.to_owned();
        }
        without_user(word)
    }

    /// A secret value; one that is quoted ends where its quotation does.
    fn hide(&mut self, value: &str) -> String {
        let mark = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        self.quote = mark.filter(|&mark| value.len() < 2 || !value.ends_with(mark));
        HIDDEN.to_owned()
    }
}

/// An argument that is the value of a secret name from end to end, spaces and all.
fn is_whole_secret(word: &str) -> bool {
    split(word).is_some_and(|(name, value)| {
        !value.is_empty() && !name.contains(char::is_whitespace) && name.ends_with('=')
    })
}

/// `--db-password=x`, `TOKEN=x`, `Authorization:x`: up to the value, and the value.
fn split(word: &str) -> Option<(&str, &str)> {
    let at = word.find(['=', ':'])?;
    let (name, value) = word.split_at(at + 1);
    // `https://…` is no name with a value.
    (is_secret(&name[..at]) && !value.starts_with("//")).then_some((name, value))
}

fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    WHOLE.contains(&plain.as_str()) || NAMES.iter().any(|secret| plain.ends_with(secret))
}

/// Three parts, the first of which is JSON in base64.
fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() > 40 && word.matches('.').count() == 2
}

/// `postgres://user:password@host` without the password.
fn without_user(word: &str) -> String {
    let hidden = || {
        let (scheme, rest) = word.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, host) = authority.rsplit_once('@')?;
        let (name, _) = user.split_once(':')?;
        Some(format!("{scheme}://{name}:{HIDDEN}@{host}{path}"))
    };
    hidden().unwrap_or_else(|| word.to_owned())
}

fn base(program: &str) -> String {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    name.trim_end_matches(".exe").to_owned()
}
