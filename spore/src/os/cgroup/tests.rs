//! Where the own group is, by what kernels say; and, where groups can be made, that none escapes.

use std::path::PathBuf;

use super::own_group;

#[test]
fn the_own_group_is_found_in_what_the_kernel_says() {
    let unified = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
    let hybrid = "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n\
                  41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";
    let container = "41 31 0:38 /docker/abc /sys/fs/cgroup\\040x ro - cgroup2 cgroup2 rw";
    let found = |mounts, groups| own_group(mounts, groups).map(|path| path.display().to_string());
    let service = "0::/system.slice/spore.service\n";
    assert_eq!(
        found(unified, service).as_deref(),
        Some("/sys/fs/cgroup/system.slice/spore.service")
    );
    assert_eq!(
        found(hybrid, "4:memory:/x\n0::/\n").map(PathBuf::from),
        Some(PathBuf::from("/sys/fs/cgroup/unified"))
    );
    assert_eq!(
        found(container, "0::/docker/abc/y").as_deref(),
        Some("/sys/fs/cgroup x/y")
    );
    assert_eq!(found(container, "0::/elsewhere"), None);
    assert_eq!(
        found("32 31 0:29 / /c rw - cgroup cgroup rw", service),
        None
    );
    assert_eq!(found(unified, "4:memory:/x\n"), None);
    assert_eq!(found("", ""), None);
    assert_eq!(found("nonsense - cgroup2", service), None);
}
