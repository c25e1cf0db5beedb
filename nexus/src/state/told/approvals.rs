//! Asks that need a second yes, and their yeses, for other instances: only digests of what is asked, as they are kept. That one is
//! used once by all is counted another way ([`crate::fleet`]). Not here: what an approval is good for.

use uuid::Uuid;

use super::{SharedTable, State, id, parse, past, person, whole, write};
use crate::approval::{Approval, Told};
use crate::audit::Who;
use crate::model::Now;
use crate::state::Effect;
use crate::store::Write;

pub(super) const TABLE: SharedTable = SharedTable {
    keys: |state| {
        let all = state.approvals.list();
        all.into_iter().map(|one| one.id.to_string()).collect()
    },
    read: |state, key| write(state.approvals.get(id(key).ok()?)?),
    take,
    essence: whole,
};

fn take(state: &mut State, key: &str, row: Option<&[u8]>, now: Now) -> Result<bool, String> {
    let id = id(key)?;
    let Some(row) = row else {
        return Ok(!state.drop_approval(id));
    };
    let told: Approval = parse(row)?;
    if told.id != id {
        return Err("it is another approval".to_owned());
    }
    let told = Approval {
        asker: known(told.asker)?,
        asked_at: past(told.asked_at, now)?,
        decided: match told.decided {
            Some((who, at)) => Some((known(who)?, past(at, now)?)),
            None => None,
        },
        ..told
    };
    let taken = state.approvals.take(told.clone())?;
    if taken == Told::News {
        state.keep_approval(told);
        state.forget_approvals(now);
    }
    Ok(taken == Told::Ahead)
}

fn known(who: Who) -> Result<Who, String> {
    Ok(Who {
        id: person(who.id)?,
        name: person(who.name)?,
        ..who
    })
}

impl State {
    /// Nobody else in the swarm can use this approval.
    pub(crate) fn hold_approval(&mut self, id: Uuid) {
        self.approvals.hold(id);
    }

    /// It is not held any more. True: it was not used.
    pub(crate) fn let_go_of_approval(&mut self, id: Uuid) -> bool {
        self.approvals.let_go(id)
    }

    /// False: it is not over here, so it stays.
    fn drop_approval(&mut self, id: Uuid) -> bool {
        let there = self.approvals.get(id).is_some();
        let dropped = self.approvals.drop_over(id);
        if there && dropped {
            self.effects.push(Effect::Store(Write::ForgetApproval(id)));
        }
        dropped
    }
}
