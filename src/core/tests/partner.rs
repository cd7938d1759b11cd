//! The visits after which a partner is expected.

use super::{PartnerPredictor, PLACES};
use crate::{core::Side, wait::OpId};

/// Records a visit for each letter: `x` found the partner, `-` found none.
fn pin(channel: &u64, side: Side, visits: &str) {
    for pin in visits.chars() {
        PartnerPredictor::of(channel, side).record((pin == 'x').then_some(OpId::NOBODY));
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
        assert!(!PartnerPredictor::of(&channel, Side::Send).predicts());
        pin(&channel, Side::Send, visits);
        assert_eq!(PartnerPredictor::of(&channel, Side::Send).predicts(), expected, "{visits}");
        assert!(!PartnerPredictor::of(&channel, Side::Recv).predicts(), "{visits}");
        pin(&channel, Side::Send, "--");
    }
}

#[test]
fn a_thread_remembers_the_last_of_many_channels() {
    let channels = [0; 10 * PLACES];
    channels.iter().for_each(|channel| pin(channel, Side::Recv, "x-"));
    let expects = |channel: &&u64| PartnerPredictor::of(*channel, Side::Recv).predicts();
    let remembered = channels.iter().filter(expects).count();
    assert!((1..=PLACES).contains(&remembered), "{remembered}");
    assert!(expects(&&channels[10 * PLACES - 1]));
}
