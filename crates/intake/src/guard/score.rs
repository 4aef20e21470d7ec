//! From reasons to a verdict. The weights stand in `verdict`'s table; these are the rules over them:
//!
//! | what was seen | verdict |
//! |---|---|
//! | a limit is reached | refuse, with the time to wait |
//! | bot rules enforced, and the client is a program or names no page (Spektrix Web mode) | refuse for good |
//! | a strong sign | quiet |
//! | a strong sign that a challenge can clear (client, ticket, speed) | challenge |
//! | weak signs of the surroundings only (a crowded address, one browser, no page named) | accept |
//! | weak signs of three points and more together | challenge; solved: only with six points, then quiet |
//! | the form is under attack | challenge |
//! | a mail that recipient protection withholds | quiet |
//! | anything else | accept |
//!
//! The harder verdict wins: refuse, quiet, challenge, accept. Where no challenge can be shown it becomes quiet.

use std::time::Duration;

use super::verdict::{Reasons, Verdict, Weight};

/// Points from which weak signs count together.
pub(super) const ENOUGH: u32 = 3;
/// Points that a solved challenge does not outweigh.
const TOO_MUCH: u32 = 6;

/// What the reasons amount to. `wait` is the longest wait that a limit asked for; `blocked` says that enforced bot
/// rules turn the caller away.
pub(super) fn verdict(
    reasons: Reasons,
    wait: Option<Duration>,
    blocked: bool,
    can_challenge: bool,
    solved: bool,
) -> Verdict {
    if let Some(wait) = wait {
        return Verdict::Refuse { retry_after: Some(wait) };
    }
    if blocked {
        return Verdict::Refuse { retry_after: None };
    }
    let (mut points, mut quiet, mut challenge) = (0, false, false);
    for reason in reasons.iter() {
        match reason.weight() {
            Weight::Strong | Weight::Mailbox => quiet = true,
            Weight::StrongUnlessSolved | Weight::Attack => challenge = true,
            Weight::Weak(more) => points += u32::from(more),
            Weight::Limit => {}
        }
    }
    // Weak signs of the surroundings add to others and are none by themselves.
    if reasons.without(Reasons::SURROUNDINGS).is_empty() {
        points = points.min(ENOUGH - 1);
    }
    let too_much = if solved { points >= TOO_MUCH } else { false };
    challenge = !solved && (challenge || points >= ENOUGH);
    match () {
        () if quiet || too_much => Verdict::Quiet,
        () if challenge && can_challenge => Verdict::Challenge,
        () if challenge => Verdict::Quiet,
        () => Verdict::Accept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::verdict::Reason::{self, *};

    #[test]
    fn reasons_add_up_as_the_table_says() {
        use Verdict::{Accept, Challenge, Quiet};
        let table: &[(&[Reason], Verdict, Verdict, Verdict)] = &[
            // reasons, can challenge, cannot, solved
            (&[], Accept, Accept, Accept),
            (&[MissingOrigin, Quick], Accept, Accept, Accept),
            (&[RandomName], Accept, Accept, Accept),
            (&[RandomName, RandomAddress], Challenge, Quiet, Accept),
            (&[MissingOrigin, Quick, RoleAddress], Challenge, Quiet, Accept),
            (&[MissingOrigin, SameClient, AddressBusy, RoleAddress], Accept, Accept, Accept),
            (&[MissingOrigin, SameClient, AddressBusy, EvenGaps], Challenge, Quiet, Accept),
            (&[SameName, ProseInName, DigitsInName], Challenge, Quiet, Quiet),
            (&[HoneypotFilled], Quiet, Quiet, Quiet),
            (&[DisposableDomain, LibraryClient], Quiet, Quiet, Quiet),
            (&[TicketReplayed], Challenge, Quiet, Accept),
            (&[LibraryClient], Challenge, Quiet, Accept),
            (&[AttackMode], Challenge, Quiet, Accept),
            (&[MailboxPause], Quiet, Quiet, Quiet),
        ];
        for (reasons, can, cannot, solved) in table {
            let set: Reasons = reasons.iter().copied().collect();
            assert_eq!(verdict(set, None, false, true, false), *can, "{reasons:?}");
            assert_eq!(verdict(set, None, false, false, false), *cannot, "{reasons:?}");
            assert_eq!(verdict(set, None, false, true, true), *solved, "{reasons:?}");
        }
        let wait = Some(Duration::from_secs(9));
        let full: Reasons = [HoneypotFilled, AddressRate].into_iter().collect();
        assert_eq!(verdict(full, wait, false, true, true), Verdict::Refuse { retry_after: wait });
        assert_eq!(verdict(full, None, true, true, true), Verdict::Refuse { retry_after: None });
    }
}
