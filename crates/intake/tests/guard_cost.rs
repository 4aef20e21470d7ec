//! What a verdict costs. Prints; run it with optimisation: see docs/guard.md.

use std::time::{Duration, Instant};

use intake::guard::{Guard, GuardInput, PageOrigin, Policy, TicketState};
use model::{AccountId, Caller, Door, EmailAddress, FormId, Timestamp};

#[test]
#[ignore = "measures; says nothing without optimisation"]
fn a_verdict_costs_little() {
    const COUNT: u32 = 200_000;
    let (guard, policy) = (Guard::default(), Policy::default());
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
    let emails: Vec<_> =
        (0..COUNT).map(|i| EmailAddress::parse(&format!("anna.smith{i}@gmail.com")).expect("an address")).collect();
    for (caller, ticket) in [
        (Caller::Public, TicketState::Fresh { age: Duration::from_secs(20) }),
        (Caller::Credentials, TicketState::Absent),
    ] {
        let start = Instant::now();
        for (i, email) in emails.iter().enumerate() {
            let input = GuardInput {
                at: Timestamp(1_800_000_000_000_000 + i as i64 * 50),
                door: Door::Hosted,
                caller,
                vouched: false,
                account: AccountId(1),
                form: Some(FormId(1)),
                email,
                names: &["Anna-Maria", "O'Neill Smith"],
                texts: &[("City", "Llandudno"), ("Message", "Are there matinees on Wednesdays?")],
                user_agent: Some(agent),
                origin: PageOrigin::Allowed,
                honeypot: Some(""),
                ticket,
                seconds_to_submit: None,
                ip: Some(std::net::IpAddr::from([198, 18, (i >> 8) as u8, i as u8])),
                can_challenge: true,
                solved: false,
                mail_host: None,
            };
            std::hint::black_box(guard.judge(&input, &policy));
        }
        println!("{caller:?}: {:?} a verdict", start.elapsed() / COUNT);
    }
}
