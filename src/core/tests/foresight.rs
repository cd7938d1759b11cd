//! When a partner is expected.

use super::{Foresight, PLACES};
use crate::{core::Side, wait::Who};

/// Learns of a visit for each letter: `x` found the partner, `-` nobody.
fn visit(channel: &u64, side: Side, visits: &str) {
    for visit in visits.chars() {
        Foresight::of(channel, side).learn((visit == 'x').then_some(Who::NOBODY));
    }
}

#[test]
fn a_partner_is_expected_where_threads_take_turns_at_waiting() {
    for (visits, expected) in [
        ("", false),
        ("x", false),
        ("-", false),
        ("x-", true),
        ("-x", false),
        ("xx", false),
        ("x--", false),
        ("xxx-x-x-", true),
        ("x-x-x-x", false),
    ] {
        let channel = 0;
        assert!(!Foresight::of(&channel, Side::Send).expects());
        visit(&channel, Side::Send, visits);
        assert_eq!(Foresight::of(&channel, Side::Send).expects(), expected, "{visits}");
        assert!(!Foresight::of(&channel, Side::Recv).expects(), "{visits}");
        visit(&channel, Side::Send, "--");
    }
}

#[test]
fn who_goes_to_many_places_remembers_the_last_ones() {
    let channels = [0; 10 * PLACES];
    channels.iter().for_each(|channel| visit(channel, Side::Recv, "x-"));
    let expects = |channel: &&u64| Foresight::of(*channel, Side::Recv).expects();
    let remembered = channels.iter().filter(expects).count();
    assert!((1..=PLACES).contains(&remembered), "{remembered}");
    assert!(expects(&&channels[10 * PLACES - 1]));
}
