//! Several hosts on this machine: network namespaces, and between them a wire that can be cut, be slow and lose packets. The wire
//! is in this process, frame by frame, because a kernel need not have `netem`: what goes through it is real TCP all the same.
//! A second network, which nobody cuts, leads from here to each host.
//!
//! It needs root, `ip` and `/dev/net/tun`; who has none of these hears so. Names are of this process, so tests run beside each
//! other; what a test leaves behind that was killed, the next one removes.
//! Not here: what runs on the hosts.

mod switch;

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use switch::Switch;

/// Most hosts of a network.
const MOST: usize = 32;
/// The first bytes of the addresses of hosts among themselves, and from here. The range is for measurements of networks
/// (RFC 2544), so nobody's traffic goes there.
const NETS: [u8; 2] = [18, 19];

/// See the module. Hosts have numbers from 0.
pub struct Network {
    number: u8,
    count: usize,
    switch: Switch,
}

impl Network {
    /// So many hosts, that can all talk to each other.
    pub fn of(count: usize) -> Self {
        assert!(count <= MOST, "at most {MOST} hosts");
        // One at a time sets up, so that none takes the number of another.
        let lock = File::create("/tmp/nexus-tests-hosts.lock").expect("a file to lock");
        lock.lock().expect("locked");
        let number = free_number();
        let mut network = Self {
            number,
            count: 0,
            switch: Switch::default(),
        };
        for host in 0..count {
            network.add(host);
        }
        network.switch.start();
        network
    }

    /// Where a host is for the others.
    pub fn address(&self, host: usize) -> Ipv4Addr {
        self.at(0, host)
    }

    /// Where a port of a host is for this process, however its wire is.
    pub fn reached_at(&self, host: usize, port: u16) -> SocketAddr {
        (self.at(1, host), port).into()
    }

    /// The same command on a host.
    pub fn on(&self, host: usize, command: &Command) -> Command {
        let command = command.as_std();
        let mut there = Command::new("ip");
        there
            .args(["netns", "exec", &self.name(host)])
            .arg(command.get_program())
            .args(command.get_args())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                there.env(name, value);
            }
        }
        if let Some(folder) = command.get_current_dir() {
            there.current_dir(folder);
        }
        there
    }

    /// Nothing goes between these two any more, and nobody is told; or it does again.
    pub fn cut(&self, a: usize, b: usize, cut: bool) {
        self.switch.cut(a, b, cut);
    }

    /// How long everything takes to this host and from it, each way, and how many packets of a hundred are lost on the way.
    pub fn weather(&self, host: usize, delay: Duration, lost: u32) {
        self.switch.weather(host, delay, lost);
    }

    fn add(&mut self, host: usize) {
        let name = self.name(host);
        ip(&["netns", "add", &name]);
        // From here on it is removed when this is dropped.
        self.count = host + 1;
        let (here, mac) = (format!("nxt{}.{host}", self.number), switch::mac(host));
        let tap = format!("nxw{}.{host}", self.number);
        self.switch.plug(&tap);
        ip(&["link", "set", "dev", &tap, "netns", &name, "name", "wire"]);
        let (inside, outside) = (self.at(1, host).to_string(), self.gate().to_string());
        ip(&[
            "link", "add", &here, "type", "veth", "peer", "name", "here", "netns", &name,
        ]);
        ip(&["addr", "add", &outside, "peer", &inside, "dev", &here]);
        ip(&["link", "set", "dev", &here, "up"]);
        let within = |arguments: &[&str]| ip(&[&["-n", &name], arguments].concat());
        within(&["addr", "add", &inside, "peer", &outside, "dev", "here"]);
        within(&[
            "addr",
            "add",
            &format!("{}/24", self.at(0, host)),
            "dev",
            "wire",
        ]);
        within(&["link", "set", "dev", "wire", "address", &mac]);
        for device in ["lo", "here", "wire"] {
            within(&["link", "set", "dev", device, "up"]);
        }
    }

    fn at(&self, net: usize, host: usize) -> Ipv4Addr {
        let host = u8::try_from(host + 1).expect("a small number");
        Ipv4Addr::new(198, NETS[net], self.number, host)
    }

    /// This process, on the network that nobody cuts.
    fn gate(&self) -> Ipv4Addr {
        Ipv4Addr::new(198, NETS[1], self.number, 254)
    }

    fn name(&self, host: usize) -> String {
        format!("nxt-{}-{}-{host}", std::process::id(), self.number)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for host in 0..self.count {
            remove(&self.name(host));
        }
    }
}

/// The third byte of our addresses. What a process left behind that is gone is removed on the way.
fn free_number() -> u8 {
    let mut taken = Vec::new();
    for line in ip(&["netns", "list"]).lines() {
        let name = line.split(' ').next().unwrap_or_default();
        let mut parts = name.split('-');
        if parts.next() != Some("nxt") {
            continue;
        }
        let process = parts.next().unwrap_or_default();
        if Path::new("/proc").join(process).exists() {
            taken.extend(parts.next().and_then(|number| number.parse::<u8>().ok()));
        } else {
            remove(name);
        }
    }
    // The end of one that was just removed may still be there for a moment.
    let links = ip(&["-o", "link"]);
    let is_free =
        |number: &u8| !taken.contains(number) && !links.contains(&format!(": nxt{number}."));
    (0..=255).find(is_free).expect("256 networks are enough")
}

/// Ends what runs there, and takes the host away. Nothing here may panic: a test may be failing.
fn remove(name: &str) {
    let run = |arguments: &[&str]| std::process::Command::new("ip").args(arguments).output();
    if let Ok(found) = run(&["netns", "pids", name]) {
        let found = String::from_utf8_lossy(&found.stdout).into_owned();
        let pids: Vec<&str> = found.split_whitespace().collect();
        if !pids.is_empty() {
            drop(
                std::process::Command::new("kill")
                    .arg("-9")
                    .args(pids)
                    .output(),
            );
        }
    }
    drop(run(&["netns", "del", name]));
}

fn ip(arguments: &[&str]) -> String {
    let ran = std::process::Command::new("ip").args(arguments).output();
    let output = ran.expect("`ip` (iproute2) is needed for tests on several hosts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "tests on several hosts need root and network namespaces: `ip {}`: {said}",
        arguments.join(" ")
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
