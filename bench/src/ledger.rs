//! What was sent, what was answered, and what therefore must, may and must not be there.

use crate::api::Contact;
use crate::people::{Kind, Wish};

/// How far the link of a confirmation mail got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Not followed.
    No,
    /// Followed; the answer never came.
    Sent,
    /// Followed and answered 200.
    Acknowledged,
}

/// One sign-up of the onslaught.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who.
    pub wish: Wish,
    /// What was asked for.
    pub kind: Kind,
    /// Status of the answer; `None` when the connection was cut first.
    pub answer: Option<u16>,
    /// The link.
    pub follow: Follow,
}

/// What the API shows of it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The contact record.
    pub contact: Option<Contact>,
    /// Whether the address is on the two lists it asked for and the one that the form adds.
    pub lists: [bool; 3],
}

/// A sign-up that is as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing of it is there.
    Absent,
    /// It waits for its link; a mail was or will be sent.
    Waiting,
    /// It is applied, all of it.
    Applied,
}

impl Entry {
    /// Not yet answered.
    pub fn new(wish: Wish, kind: Kind) -> Self {
        Self { wish, kind, answer: None, follow: Follow::No }
    }

    /// Whether the caller was told that the sign-up is safe.
    pub fn is_acknowledged(&self) -> bool {
        matches!(self.answer, Some(200 | 206))
    }

    /// Whether nobody was told anything: cut off, or the store was away.
    pub fn is_open(&self) -> bool {
        !matches!(self.answer, Some(200 | 206 | 400..500))
    }

    /// How it stands, or what is wrong with it.
    pub fn judge(&self, seen: &Seen) -> Result<Standing, String> {
        let standing = self.standing(seen)?;
        let fits = match (self.kind, standing) {
            (Kind::Refused, _) => standing == Standing::Absent,
            _ if matches!(self.answer, Some(400..500)) => standing == Standing::Absent,
            (_, Standing::Absent) => self.is_open(),
            (Kind::Applied, Standing::Applied) => true,
            (Kind::Confirmed, Standing::Waiting) => self.follow != Follow::Acknowledged,
            (Kind::Confirmed, Standing::Applied) => self.follow != Follow::No,
            (Kind::Applied, Standing::Waiting) => false,
        };
        if fits { Ok(standing) } else { Err(format!("is {standing:?}")) }
    }

    /// One of the three whole states; anything between them is torn.
    fn standing(&self, seen: &Seen) -> Result<Standing, String> {
        let Some(contact) = &seen.contact else {
            return if seen.lists == [false; 3] {
                Ok(Standing::Absent)
            } else {
                Err("on lists without a contact".into())
            };
        };
        let names = (contact.first_name.clone(), contact.last_name.clone());
        let whole = names == (Some(self.wish.first_name()), Some(self.wish.last_name()));
        match (contact.is_confirmed, whole, seen.lists) {
            (true, true, [true, true, true]) => Ok(Standing::Applied),
            (false, false, [false, false, false]) if names == (None, None) => Ok(Standing::Waiting),
            _ => Err(format!("torn: {contact:?}, lists {:?}", seen.lists)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges() {
        use Follow::{Acknowledged, No, Sent};
        use Kind::{Applied, Confirmed, Refused};
        let wish = Wish::new(0, 1);
        let whole =
            Contact { is_confirmed: true, first_name: Some(wish.first_name()), last_name: Some(wish.last_name()) };
        let bare = Contact { is_confirmed: false, first_name: None, last_name: None };
        let applied = Seen { contact: Some(whole.clone()), lists: [true; 3] };
        let waiting = Seen { contact: Some(bare.clone()), lists: [false; 3] };
        let absent = Seen::default();
        let torn = [
            Seen { contact: Some(whole.clone()), lists: [true, false, true] },
            Seen { contact: Some(Contact { is_confirmed: false, ..whole.clone() }), lists: [true; 3] },
            Seen { contact: Some(Contact { last_name: None, ..whole }), lists: [true; 3] },
            Seen { contact: Some(bare), lists: [true, false, false] },
            Seen { contact: None, lists: [false, true, false] },
        ];
        for (kind, answer, follow, [when_absent, when_waiting, when_applied]) in [
            (Applied, Some(200), No, [false, false, true]),
            (Applied, None, No, [true, false, true]),
            (Applied, Some(503), No, [true, false, true]),
            (Applied, Some(404), No, [true, false, false]),
            (Confirmed, Some(200), No, [false, true, false]),
            (Confirmed, Some(206), No, [false, true, false]),
            (Confirmed, None, No, [true, true, false]),
            (Confirmed, Some(200), Sent, [false, true, true]),
            (Confirmed, Some(200), Acknowledged, [false, false, true]),
            (Refused, Some(404), No, [true, false, false]),
            (Refused, None, No, [true, false, false]),
            (Refused, Some(200), No, [true, false, false]),
        ] {
            let entry = Entry { wish, kind, answer, follow };
            assert_eq!(entry.judge(&absent).is_ok(), when_absent, "{entry:?} absent");
            assert_eq!(entry.judge(&waiting).is_ok(), when_waiting, "{entry:?} waiting");
            assert_eq!(entry.judge(&applied).is_ok(), when_applied, "{entry:?} applied");
            assert!(torn.iter().all(|seen| entry.judge(seen).is_err()), "{entry:?} torn");
        }
    }
}
