//! The wire between hosts: takes each frame from where it comes from, and brings it to where it goes, later or never.
//! Not here: addresses and hosts.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::ioctl::{Setter, ioctl, opcode};

/// The longest frame.
const FRAME: usize = 2048;
/// Frames that may be on their way; more are lost, as on a real line.
const ON_THE_WAY: usize = 20_000;
/// How often the wire looks whether it is still needed.
const LOOK: Duration = Duration::from_millis(50);

/// See the module.
#[derive(Default)]
pub(super) struct Switch {
    taps: Vec<File>,
    shared: Arc<Mutex<Shared>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    cuts: HashSet<(usize, usize)>,
    lines: Vec<Line>,
    over: bool,
}

#[derive(Default, Clone, Copy)]
struct Line {
    delay: Duration,
    lost: u32,
}

impl Switch {
    /// Makes a plug of this name, for the next host.
    pub(super) fn plug(&mut self, name: &str) {
        self.taps.push(tap(name));
        lock(&self.shared).lines.push(Line::default());
    }

    pub(super) fn start(&mut self) {
        let (taps, shared) = (std::mem::take(&mut self.taps), Arc::clone(&self.shared));
        self.thread = Some(std::thread::spawn(move || carry(&taps, &shared)));
    }

    pub(super) fn cut(&self, a: usize, b: usize, cut: bool) {
        let mut shared = lock(&self.shared);
        for pair in [(a, b), (b, a)] {
            if cut {
                shared.cuts.insert(pair);
            } else {
                shared.cuts.remove(&pair);
            }
        }
    }

    pub(super) fn weather(&self, host: usize, delay: Duration, lost: u32) {
        lock(&self.shared).lines[host] = Line { delay, lost };
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        lock(&self.shared).over = true;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// The hardware address of a host.
pub(super) fn mac(host: usize) -> String {
    format!("02:00:00:00:00:{:02x}", host + 1)
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A device whose other end is a file.
fn tap(name: &str) -> File {
    /// `struct ifreq` with flags.
    #[repr(C)]
    struct Request {
        name: [u8; 16],
        flags: u16,
        rest: [u8; 22],
    }
    /// Whole frames, and nothing before them (`IFF_TAP | IFF_NO_PI`).
    const FRAMES: u16 = 0x1002;
    /// `TUNSETIFF`.
    const BE: u32 = opcode::write::<i32>(b'T', 202);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open("/dev/net/tun")
        .expect("tests on several hosts need root and /dev/net/tun");
    let mut request = Request {
        name: [0; 16],
        flags: FRAMES,
        rest: [0; 22],
    };
    request.name[..name.len()].copy_from_slice(name.as_bytes());
    #[expect(unsafe_code, reason = "no safe call for it")]
    // SAFETY: the kernel reads a `struct ifreq`, which is 40 bytes on every 64-bit Linux, as `Request` is.
    let made = unsafe { ioctl(&file, Setter::<BE, Request>::new(request)) };
    made.expect("tests on several hosts need root and /dev/net/tun");
    file
}

struct OnTheWay {
    due: Instant,
    number: u64,
    to: usize,
    frame: Vec<u8>,
}

impl PartialEq for OnTheWay {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for OnTheWay {}

impl PartialOrd for OnTheWay {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OnTheWay {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.number).cmp(&(other.due, other.number))
    }
}

fn carry(taps: &[File], shared: &Mutex<Shared>) {
    let mut way: BinaryHeap<Reverse<OnTheWay>> = BinaryHeap::new();
    let (mut number, mut dice) = (0_u64, Dice::new());
    let mut frame = [0; FRAME];
    loop {
        let next = way.peek().map(|Reverse(next)| next.due);
        let wait = next.map_or(LOOK, |due| {
            due.saturating_duration_since(Instant::now()).min(LOOK)
        });
        let wait = Timespec::try_from(wait).expect("a short time");
        let mut ready: Vec<PollFd<'_>> = taps
            .iter()
            .map(|tap| PollFd::new(tap, PollFlags::IN))
            .collect();
        let _ = poll(&mut ready, Some(&wait));
        let shared = lock(shared);
        if shared.over {
            return;
        }
        let now = Instant::now();
        for (from, mut tap) in taps.iter().enumerate() {
            while let Ok(length) = tap.read(&mut frame) {
                for to in receivers(&frame[..length], from, taps.len()) {
                    let (here, there) = (shared.lines[from], shared.lines[to]);
                    let is_lost = dice.hundred() < here.lost || dice.hundred() < there.lost;
                    if is_lost || shared.cuts.contains(&(from, to)) || way.len() >= ON_THE_WAY {
                        continue;
                    }
                    number += 1;
                    way.push(Reverse(OnTheWay {
                        due: now + here.delay + there.delay,
                        number,
                        to,
                        frame: frame[..length].to_vec(),
                    }));
                }
            }
        }
        drop(shared);
        while way.peek().is_some_and(|Reverse(next)| next.due <= now) {
            if let Some(Reverse(next)) = way.pop() {
                // A host whose device is not up takes nothing.
                drop((&taps[next.to]).write(&next.frame));
            }
        }
    }
}

/// Who is to get it: one host by its address, or all others.
fn receivers(frame: &[u8], from: usize, hosts: usize) -> impl Iterator<Item = usize> {
    let one = frame
        .strip_prefix(&[2, 0, 0, 0, 0])
        .and_then(|rest| rest.first())
        .map(|&last| usize::from(last).wrapping_sub(1));
    (0..hosts).filter(move |&to| to != from && one.is_none_or(|one| one == to))
}

/// Chance that is good enough for the weather.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        Self(u64::from(std::process::id()) << 20 | 1)
    }

    /// 0 to 99.
    fn hundred(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 % 100).expect("below a hundred")
    }
}
