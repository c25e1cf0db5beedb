//! Rounds of a directory: each time that it is watched anew it tells everything from the beginning, and what it did not tell by the
//! time it is up to date is not there any more. Whoever keeps what it tells keeps a [`Round`] with it, under the same lock, so that
//! no row is told into a round that began meanwhile; beside each row stands in which round it was told last.
//!
//! Within a round a lower revision is an older row that came late. The first one of a round may be lower than what was told in a
//! round before: then the directory lost what it knew, and counts from there.
//!
//! Placements of nodes ([`super::far`], claims in [`super::book`]) have a [`Stamp`] only: their epochs grow over whatever a directory
//! loses, so a lower one is always old. Uses of codes and ends of approvals have revisions, to be removed by, but nobody compares
//! them: such a fact is written where nothing is, and never over.
//!
//! Not here: what becomes of a row that was not told, for each knows better whether it is let go of or told again.

use super::EngineError;

/// Which round it is, of as many as this instance heard, and whether all was told.
#[derive(Debug, Default)]
pub(super) struct Round {
    number: u64,
    current: bool,
}

/// In which round something was told last; the default: in none of this life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stamp(Option<u64>);

/// How a row was told last; the default: never.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Told {
    revision: u64,
    stamp: Stamp,
}

impl Round {
    /// The directory begins to tell everything anew.
    pub(super) fn begin(&mut self) {
        self.number += 1;
        self.current = false;
    }

    /// It told everything, and goes on with what changes.
    pub(super) fn up_to_date(&mut self) {
        self.current = true;
    }

    /// It tells nothing any more.
    pub(super) fn lost(&mut self) {
        self.current = false;
    }

    /// Whether what is not known here is not there.
    pub(super) fn is_current(&self) -> bool {
        self.current
    }

    /// An error unless it is.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        if self.current {
            return Ok(());
        }
        let why = "it does not tell what it knows".to_owned();
        Err(EngineError::Away(why))
    }

    /// Something is told now. What is written here counts as told, too.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp(Some(self.number))
    }

    /// A row is told now, with this revision.
    pub(super) fn told(&self, revision: u64) -> Told {
        Told {
            revision,
            stamp: self.stamp(),
        }
    }

    /// A row that is known is told with this revision. True: it is another one, so it is to be known instead. False: it is known, or
    /// older, and counts as told in this round.
    pub(super) fn is_news(&self, known: &mut Told, revision: u64) -> bool {
        let late = known.is_of(self) && known.revision > revision;
        let news = !late && known.revision != revision;
        if !news {
            known.stamp = self.stamp();
        }
        news
    }
}

impl Stamp {
    /// Whether that was in this round.
    pub(super) fn is_of(self, round: &Round) -> bool {
        self == round.stamp()
    }
}

impl Told {
    /// In the last life of this instance, with this revision.
    pub(super) fn before(revision: u64) -> Self {
        Self {
            revision,
            stamp: Stamp::default(),
        }
    }

    /// By which the row can be written over.
    pub(super) fn revision(self) -> u64 {
        self.revision
    }

    /// Whether it was told in this round.
    pub(super) fn is_of(self, round: &Round) -> bool {
        self.stamp.is_of(round)
    }

    /// Whether it was told in this life of this instance.
    pub(super) fn is_of_this_life(self) -> bool {
        self.stamp != Stamp::default()
    }

    /// With another revision, in the same round.
    pub(super) fn at(self, revision: u64) -> Self {
        Self { revision, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// What somebody makes of it: revisions by key.
    #[derive(Default)]
    struct Rows {
        round: Round,
        known: BTreeMap<&'static str, Told>,
    }

    impl Rows {
        /// True: it was news.
        fn told(&mut self, key: &'static str, revision: u64) -> bool {
            let known = self.known.get_mut(key);
            if known.is_some_and(|known| !self.round.is_news(known, revision)) {
                return false;
            }
            self.known.insert(key, self.round.told(revision));
            true
        }

        /// What the directory did not tell.
        fn up_to_date(&mut self) -> Vec<&'static str> {
            self.round.up_to_date();
            let gone = self.known.extract_if(.., |_, one| !one.is_of(&self.round));
            gone.map(|(key, _)| key).collect()
        }

        fn revision(&self, key: &str) -> Option<u64> {
            self.known.get(key).map(|known| known.revision())
        }
    }

    /// All of these were told in the first round, with revision 10.
    fn rows(keys: &[&'static str]) -> Rows {
        let mut rows = Rows::default();
        rows.round.begin();
        for key in keys {
            assert!(rows.told(key, 10));
        }
        assert!(rows.up_to_date().is_empty());
        rows
    }

    #[test]
    fn a_lower_revision_within_a_round_is_late_and_takes_nothing_back() {
        let mut rows = rows(&["a"]);
        assert!(!rows.told("a", 9));
        assert_eq!(rows.revision("a"), Some(10));
        rows.round.begin();
        assert!(rows.told("a", 11));
        assert!(!rows.told("a", 10), "nor before it is up to date");
        assert_eq!(rows.revision("a"), Some(11));
        assert!(rows.up_to_date().is_empty());
    }

    #[test]
    fn a_lower_revision_that_is_the_first_of_a_round_counts_from_there() {
        let mut rows = rows(&["a"]);
        rows.round.begin();
        assert!(rows.told("a", 3));
        assert_eq!(rows.revision("a"), Some(3));
        assert!(!rows.told("a", 2), "from now on a lower one is late again");
        assert!(rows.told("a", 4));
        assert!(rows.up_to_date().is_empty());
    }

    #[test]
    fn a_lower_one_after_the_same_one_was_told_again_is_late() {
        let mut rows = rows(&["a"]);
        rows.round.begin();
        assert!(!rows.told("a", 10));
        assert!(!rows.told("a", 9));
        assert_eq!(rows.revision("a"), Some(10));
    }

    #[test]
    fn what_is_told_twice_is_news_once_and_is_there() {
        let mut rows = rows(&["a"]);
        rows.round.begin();
        assert!(!rows.told("a", 10));
        assert!(rows.told("b", 11));
        assert!(!rows.told("b", 11));
        assert!(rows.up_to_date().is_empty());
    }

    #[test]
    fn what_is_not_told_by_the_end_of_a_round_is_gone() {
        let mut rows = rows(&["a", "b", "c"]);
        rows.round.begin();
        assert!(!rows.told("b", 10));
        assert_eq!(rows.up_to_date(), ["a", "c"]);
        assert!(rows.told("a", 10), "told after that it is there anew");
    }

    #[test]
    fn what_a_round_told_that_was_broken_off_does_not_count_in_the_next_one() {
        let mut rows = rows(&["a", "b"]);
        rows.round.begin();
        assert!(!rows.told("a", 10));
        assert!(rows.told("c", 11));
        rows.round.lost();
        rows.round.begin();
        // What an engine that lost something in between tells is news, though it told more a moment ago.
        assert!(rows.told("c", 2));
        assert!(!rows.told("b", 10));
        assert_eq!(rows.up_to_date(), ["a"]);
        assert_eq!(rows.revision("c"), Some(2));
    }

    #[test]
    fn it_is_current_once_all_was_told_and_until_it_begins_anew() {
        let mut round = Round::default();
        assert!(!round.is_current(), "nobody ever told anything");
        round.begin();
        assert!(!round.is_current());
        round.up_to_date();
        assert!(round.is_current());
        assert_eq!(round.check(), Ok(()));
        round.begin();
        assert!(!round.is_current(), "it begins anew without a word");
        round.up_to_date();
        round.lost();
        assert!(matches!(round.check(), Err(EngineError::Away(_))));
    }

    #[test]
    fn what_the_last_life_knew_is_of_no_round() {
        let mut round = Round::default();
        let mut told = Told::before(10);
        let mut lower = told;
        assert!(!told.is_of(&round), "not even before the first one");
        assert!(!told.is_of_this_life());
        round.begin();
        assert!(!told.is_of(&round));
        assert!(round.is_news(&mut lower, 9), "it may be lower");
        assert!(!round.is_news(&mut told, 10));
        assert!(told.is_of(&round) && told.is_of_this_life());
        let later = told.at(12);
        assert_eq!((later.revision(), later.is_of(&round)), (12, true));
    }
}
