//! A stream of short commands while everything is killed that can be killed.

use super::swarm::{Swarm, leaves};

/// Commands of the stream, how many of them are under way, and how often each is killed meanwhile.
const COMMANDS: usize = 200;
const ROUNDS: usize = 2;
const AT_ONCE: usize = 6;

/// Who is killed; after how many commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Engine,
    Holder,
    Owner,
    Spore,
}

/// What was taken on: its number and its id.
type Begun = Vec<(usize, String)>;

/// Instance 1 owns, a spore that joined instance 0 does the work.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root, network namespaces and /dev/net/tun: npm test -- hosts"]
async fn whatever_is_killed_no_command_runs_twice_and_every_end_is_known() {
    let mut swarm = Swarm::of(2, 1).await;
    swarm.until_doors(0, 2).await;
    let spore = swarm.spores[0].id.clone();
    let mut begun: Begun = Vec::new();
    let mut kills = plan();
    let mut number = 0;
    while number < COMMANDS {
        if let Some(at) = kills.iter().position(|(after, _)| *after == number) {
            kill(&mut swarm, kills.remove(at).1).await;
        }
        // What is not taken on has no id, and may be said again.
        let command = leaves(&format!("m{number}"));
        begun.push((number, swarm.until_begun(1, &spore, &command).await));
        number += 1;
        if let Some((_, id)) = begun
            .len()
            .checked_sub(AT_ONCE)
            .map(|before| &begun[before])
        {
            swarm.until_settled(1, id).await;
        }
    }
    let mut unproved = Vec::new();
    for (number, id) in &begun {
        let end = swarm.until_over(1, id).await;
        let mark = format!("m{number}");
        let times = swarm.marks(0).get(&mark).copied().unwrap_or(0);
        assert!(times <= 1, "{mark} ran {times} times: {end}");
        if end["state"] == "succeeded" {
            assert_eq!(times, 1, "{end}");
            assert_eq!(
                swarm.instance(1).output(id).await,
                format!("{mark}\n"),
                "{end}"
            );
        } else {
            unproved.push(end);
        }
    }
    // Only what was under way on the spore when it was killed, or could not be begun, may end otherwise.
    assert!(unproved.len() <= 2 * ROUNDS * AT_ONCE, "{unproved:#?}");
}

/// At other moments each time.
fn plan() -> Vec<(usize, Who)> {
    let random = uuid::Uuid::new_v4().as_u128();
    let turns = [Who::Engine, Who::Holder, Who::Owner, Who::Spore].repeat(ROUNDS);
    let apart = COMMANDS / turns.len();
    let at = |turn: usize| {
        let within = usize::try_from((random >> (turn * 8)) & 0xff).unwrap() * apart / 256;
        turn * apart + within
    };
    let turns = turns.into_iter().enumerate();
    turns.map(|(turn, who)| (at(turn), who)).collect()
}

async fn kill(swarm: &mut Swarm, who: Who) {
    match who {
        Who::Engine => {
            let home = swarm.kill_engine().await;
            swarm.start_engine(home).await;
        }
        Who::Holder => {
            let data = swarm.kill(0).await;
            swarm.start(0, data).await;
        }
        Who::Owner => {
            let data = swarm.kill(1).await;
            swarm.start(1, data).await;
        }
        Who::Spore => swarm.kill_spore(0).await,
    }
}
