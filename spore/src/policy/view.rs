//! A policy as the node tells it: what the file says, what holds commands back, and the grants in force. Bounded: what is
//! too long is cut, and it says so. Not here: anything secret; a policy has nothing that a Nexus may not see.

use protocol::{CommandRule, GrantView, NodePolicy, limits};

use super::{Policy, Preset};

/// Longest text, bytes: the wire's.
const TEXT: usize = limits::NAME;

/// See the module.
pub(crate) fn view(policy: &Policy, sandbox: &str, grants: Vec<GrantView>) -> NodePolicy {
    let mut cut = false;
    let commands = policy.commands.iter().enumerate().map(|(at, rule)| {
        let name = plain(&rule.name(at), &mut false);
        (name, &rule.argv)
    });
    let commands: Vec<CommandRule> = commands
        .map(|(name, argv)| CommandRule {
            name,
            argv: texts(argv, &mut cut),
        })
        .collect();
    let mut seen = NodePolicy {
        name: name(policy),
        methods: texts(&policy.methods, &mut cut),
        shell: policy.shell,
        commands,
        read: texts(&policy.read, &mut cut),
        write: texts(&policy.write, &mut cut),
        environment: texts(&policy.environment, &mut cut),
        run_as: policy.run_as.as_ref().map(|user| plain(user, &mut cut)),
        limits: policy.limits.into(),
        sandbox: plain(sandbox, &mut cut),
        grants,
        cut: false,
    };
    cut |= seen.commands.len() > limits::LIST || seen.grants.len() > limits::GRANTS;
    seen.commands.truncate(limits::LIST);
    seen.grants.truncate(limits::GRANTS);
    while seen.size() > limits::POLICY {
        cut = true;
        let lists = [
            &mut seen.environment,
            &mut seen.read,
            &mut seen.write,
            &mut seen.methods,
        ];
        // What is longest tells least about each of its entries.
        if seen.commands.pop().is_none() {
            let longest = lists.into_iter().max_by_key(|list| list.len());
            if longest.and_then(Vec::pop).is_none() {
                break;
            }
        }
    }
    seen.cut = cut;
    seen
}

/// A policy that says the same as a ready-made one has its name, whatever its comments.
fn name(policy: &Policy) -> String {
    let same = |preset: &Preset| {
        let ready = preset.text().parse::<Policy>();
        ready.is_ok_and(|ready| ready == *policy)
    };
    let found = Preset::ALL.into_iter().find(same);
    found.map_or_else(|| "custom".to_owned(), |preset| preset.to_string())
}

fn texts(list: &[String], cut: &mut bool) -> Vec<String> {
    *cut |= list.len() > limits::LIST;
    let kept = list.iter().take(limits::LIST);
    kept.map(|text| plain(text, cut)).collect()
}

/// Within what the wire takes: one line, not long.
pub(super) fn plain(text: &str, cut: &mut bool) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    *cut |= line.len() > TEXT || line != text;
    limits::cut(&line, TEXT).to_owned()
}
