//! Says where a configuration cannot be read, without showing what stands there: that may be a password. Not here: reading it.

/// Where in a TOML file.
pub(super) fn toml(text: &str, error: &toml::de::Error) -> String {
    let why = shown(error.message());
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("line {}: {why}", before.matches('\n').count() + 1),
        None => why,
    }
}

/// Where in JSON.
pub(super) fn json(error: &serde_json::Error) -> String {
    let place = format!("at line {} column {}", error.line(), error.column());
    if error.is_data() {
        let why = error.to_string();
        let why = why.strip_suffix(&format!(" {place}")).unwrap_or(&why);
        format!("{place}: {}", shown(why))
    } else {
        format!("{place}: it is no JSON")
    }
}

/// Some messages have the value in them that does not fit.
fn shown(message: &str) -> String {
    let tells_a_value = ["invalid type", "invalid value", "unknown variant"];
    let first = message.lines().next().unwrap_or_default();
    if tells_a_value.iter().any(|start| first.starts_with(start)) {
        let wanted = first.rsplit_once(", expected ").map(|(_, wanted)| wanted);
        return match wanted {
            Some(wanted) => format!("what stands there does not fit; expected {wanted}"),
            None => "what stands there does not fit".to_owned(),
        };
    }
    first.to_owned()
}

#[cfg(test)]
mod tests {
    use crate::config::{Layer, environment};

    #[test]
    fn a_password_in_what_cannot_be_read_is_not_shown() {
        for bad in [
            "port = \"hunter2\"",
            "name = 1\n[[sources]]\nurl = \"redis://:hunter2@h\" x",
            "sources = [\"redis://:hunter2@h\"]",
            "[[sources]]\nkind = [\"hunter2\"]",
            "plain = \"hunter2\"",
        ] {
            let error = toml::from_str::<Layer>(bad).unwrap_err();
            let said = super::toml(bad, &error);
            assert!(
                said.starts_with("line ") && !said.contains("hunter2"),
                "{said}"
            );
        }
        for bad in [
            "[\"redis://:hunter2@h\"]",
            "\"hunter2\"",
            "[{\"url\": [\"hunter2\"]}]",
            "[{\"url\": \"hunter2\"",
            "hunter2",
        ] {
            let layer = environment([("NEXUS_SOURCES".to_owned(), bad.to_owned())]);
            let said = layer.problems.join("; ");
            assert!(said.starts_with("NEXUS_SOURCES at line "), "{said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
