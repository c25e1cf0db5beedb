//! Asks the others how busy their nodes are, while somebody here looks. Not here: what is asked ([`crate::fleet::loads`]).

use std::sync::Arc;
use std::time::Instant;

use super::Life;
use crate::fleet::looks::EVERY;
use crate::fleet::neighbours::Standing;

impl Life {
    /// As often as is needed, and not at all while nobody looks.
    pub(super) async fn ask_loads(self: Arc<Self>) {
        loop {
            self.others.looks().wanted().await;
            let next = Instant::now() + EVERY;
            let others = self.others.neighbours().all().into_iter();
            let here = others.filter(|one| one.standing == Standing::Here);
            let here: Vec<_> = here.map(|one| one.card.id).collect();
            self.figures.loads_asked.inc_by(here.len() as u64);
            self.loads.ask(&here, &self.others, &self.handle).await;
            self.others.looks().done();
            tokio::time::sleep_until(next.into()).await;
        }
    }
}
