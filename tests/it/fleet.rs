//! What every engine of a swarm has to do, asked of each: the one in memory, and NATS with a real server.

mod alerts;
mod approvals;
mod asks;
mod audit;
mod balancer;
mod bus;
#[cfg(target_os = "linux")]
mod clocks;
mod cluster;
mod crowd;
mod directory;
mod forgotten;
mod heirs;
mod hostile;
mod kills;
mod ledger;
mod memory;
mod numbers;
mod outage;
mod queue;
mod reaching;
mod record;
mod sharing;
mod swarm;
mod upgrade;

pub(crate) use system_tests::nats as server;

/// Runs each of these with a fresh swarm of three on every engine.
macro_rules! on_every_engine {
    ($($module:ident: $($name:ident)*;)*) => {
        $(mod $module {
            mod on_local {
                $(#[tokio::test] async fn $name() { crate::fleet::$module::$name(crate::fleet::swarm::local()).await; })*
            }
            mod on_nats {
                $(#[tokio::test] async fn $name() { crate::fleet::$module::$name(crate::fleet::swarm::nats().await).await; })*
            }
        })*
    };
}

mod conformance {
    on_every_engine! {
        directory:
            a_later_claim_has_a_larger_epoch
            releasing_an_old_claim_changes_nothing
            a_fact_is_written_only_over_what_was_seen
            one_of_many_writes_at_once_goes_through
            what_is_too_large_is_refused
            exactly_one_of_fifty_is_first
            everybody_sees_the_same_order
            a_late_watcher_is_told_what_is_and_not_what_was
            keys_are_any_text
            cards_come_and_go;
        bus:
            asking_nobody_fails_at_once
            who_is_silent_times_out_and_a_late_answer_goes_nowhere
            what_is_too_large_is_not_said
            what_is_told_comes_in_order_to_all_others
            every_request_gets_its_own_answer
            listening_again_ends_what_was_before;
        queue:
            the_same_id_is_taken_on_once
            the_oldest_comes_first_and_each_to_one
            what_nobody_finishes_comes_again
            who_says_so_keeps_it
            not_now_means_later
            what_fails_ten_times_is_dead
            what_nobody_holds_on_to_dies_too
            what_was_buried_can_come_back
            who_waits_gets_what_comes
            what_is_too_large_is_not_taken_on;
        ledger:
            records_are_kept_in_folders
            a_record_is_begun_once
            a_piece_is_kept_once
            an_output_is_read_from_anywhere
            what_was_erased_is_gone
            large_pieces_are_read_in_parts;
        outage:
            nothing_answers_and_every_stream_ends
            what_was_accepted_is_there_afterwards
            seats_go_on_by_themselves;
    }
}
