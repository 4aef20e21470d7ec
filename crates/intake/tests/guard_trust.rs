//! Who is trusted how far: one table over callers, doors and modes.

use std::net::IpAddr;
use std::time::Duration;

use intake::guard::{
    Guard, GuardInput, GuardSettings, Judgement, Limit, PageOrigin, Policy, Reason, TicketState, Verdict,
};
use model::{AccountId, AccountSettings, Caller, Door, EmailAddress, FormId, GuardMode, Timestamp};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

fn with(change: impl FnOnce(&mut GuardInput<'_>), policy: &Policy) -> Judgement {
    let email = EmailAddress::parse("anna.smith@example.org").expect("an address");
    let mut input = plain(&email);
    change(&mut input);
    Guard::default().judge(&input, policy).judgement
}

fn plain(email: &EmailAddress) -> GuardInput<'_> {
    GuardInput {
        at: Timestamp(1_800_000_000_000_000),
        door: Door::Hosted,
        caller: Caller::Public,
        vouched: false,
        account: AccountId(1),
        form: Some(FormId(1)),
        email,
        names: &["Anna", "Smith"],
        texts: &[],
        user_agent: Some(BROWSER),
        origin: PageOrigin::Allowed,
        honeypot: None,
        ticket: TicketState::Absent,
        seconds_to_submit: None,
        ip: Some(IpAddr::from([203, 0, 113, 5])),
        can_challenge: true,
        solved: false,
        mail_host: None,
    }
}

fn policy(guard: GuardMode, bot_rules: GuardMode) -> Policy {
    let exempt_networks = vec!["203.0.113.0/24".into()];
    Policy::new(&AccountSettings { guard, bot_rules, exempt_networks, ..Default::default() })
}

#[test]
fn a_strong_sign_counts_as_far_as_the_caller_is_trusted() {
    use Verdict::{Accept, Quiet};
    let enforce = Policy::default();
    for (door, caller, vouched, applied) in [
        (Door::Hosted, Caller::Public, false, Quiet),
        (Door::Json, Caller::Public, false, Quiet),
        (Door::Json, Caller::Public, true, Quiet), // nobody can vouch for himself
        (Door::SpektrixWeb, Caller::Public, false, Quiet),
        (Door::SpektrixForm, Caller::Public, false, Quiet),
        (Door::Sentori, Caller::Credentials, false, Quiet),
        (Door::Sentori, Caller::Credentials, true, Accept),
        (Door::SpektrixOwner, Caller::Credentials, true, Accept),
        (Door::Native, Caller::Credentials, false, Quiet),
        (Door::Import, Caller::Credentials, false, Accept),
        (Door::Console, Caller::Credentials, false, Accept),
    ] {
        let judgement = with(
            |i| {
                (i.door, i.caller, i.vouched) = (door, caller, vouched);
                i.names = &["http://spam.example", "x"];
            },
            &enforce,
        );
        assert_eq!((judgement.verdict, judgement.applied), (Quiet, applied), "{door:?} {caller:?} {vouched}");
        assert!(judgement.reasons.contains(Reason::UrlInName));
    }
}

#[test]
fn modes_record_or_decide() {
    let spam = |i: &mut GuardInput<'_>| i.honeypot = Some("x");
    let judged = |mode| with(spam, &policy(mode, GuardMode::Log));
    assert_eq!(judged(GuardMode::Enforce).applied, Verdict::Quiet);
    let logged = judged(GuardMode::Log);
    assert_eq!((logged.verdict, logged.applied), (Verdict::Quiet, Verdict::Accept));
    assert_eq!(judged(GuardMode::Off), Judgement::CLEAN);
}

#[test]
fn credentials_are_spared_challenges_and_limits_by_client() {
    let settings = GuardSettings { address_limit: Limit::new(2, 600), attack_floor: 1, ..Default::default() };
    let policy = Policy { settings, ..Default::default() };
    let email = EmailAddress::parse("anna.smith@example.org").expect("an address");
    for (caller, verdicts) in [
        (Caller::Credentials, ["accept", "accept", "accept", "accept"]),
        (Caller::Public, ["accept", "challenge", "refuse", "refuse"]),
    ] {
        let guard = Guard::default();
        let mut input = plain(&email);
        input.caller = caller;
        let found = [0; 4].map(|_| guard.judge(&input, &policy).judgement.applied.name());
        assert_eq!(found, verdicts, "{caller:?}");
    }
    let agent = |i: &mut GuardInput<'_>| {
        i.caller = Caller::Credentials;
        i.user_agent = Some("curl/8");
        i.origin = PageOrigin::Absent;
    };
    assert_eq!(with(agent, &Policy::default()), Judgement::CLEAN);
}

#[test]
fn a_refusal_says_how_long_to_wait_and_the_wait_is_enough() {
    let settings = GuardSettings { address_limit: Limit::new(2, 600), ..Default::default() };
    let policy = Policy { settings, ..Default::default() };
    let email = EmailAddress::parse("anna.smith@example.org").expect("an address");
    let (guard, mut input) = (Guard::default(), plain(&email));
    guard.judge(&input, &policy);
    guard.judge(&input, &policy);
    let Verdict::Refuse { retry_after: Some(wait) } = guard.judge(&input, &policy).judgement.applied else {
        panic!("the third is refused")
    };
    input.at = input.at.plus(wait);
    assert_eq!(guard.judge(&input, &policy).judgement.applied, Verdict::Accept);
}

#[test]
fn bot_rules_decide_in_web_mode_only_when_enforced() {
    let blocked = Verdict::Refuse { retry_after: None };
    for (rules, agent, origin, ip, expected) in [
        (GuardMode::Off, None, PageOrigin::Absent, "198.51.100.1", Verdict::Accept),
        (GuardMode::Log, None, PageOrigin::Absent, "198.51.100.1", Verdict::Accept),
        (GuardMode::Log, Some("curl/8.5.0"), PageOrigin::Foreign, "198.51.100.1", Verdict::Accept),
        (GuardMode::Enforce, Some("curl/8.5.0"), PageOrigin::Allowed, "198.51.100.1", blocked),
        (GuardMode::Enforce, Some(BROWSER), PageOrigin::Absent, "198.51.100.1", blocked),
        (GuardMode::Enforce, Some(BROWSER), PageOrigin::Allowed, "198.51.100.1", Verdict::Accept),
        (GuardMode::Enforce, Some("curl/8.5.0"), PageOrigin::Absent, "203.0.113.5", Verdict::Accept), // exempt
    ] {
        for door in [Door::SpektrixWeb, Door::SpektrixForm] {
            let judgement = with(
                |i| {
                    (i.door, i.user_agent, i.origin) = (door, agent, origin);
                    i.ip = Some(ip.parse().expect(ip));
                },
                &policy(GuardMode::Enforce, rules),
            );
            assert_eq!(judgement.applied, expected, "{rules:?} {agent:?} {origin:?} {ip}");
        }
    }
    let beside = with(
        |i| {
            (i.door, i.user_agent, i.ip) = (Door::SpektrixWeb, Some("curl/8"), None);
            i.seconds_to_submit = Some(Duration::from_millis(1500));
        },
        &policy(GuardMode::Enforce, GuardMode::Log),
    );
    assert_eq!(beside.applied, Verdict::Challenge, "beside another sign it counts");
}

#[test]
fn challenges_fall_back_to_quiet_and_can_be_solved() {
    let headless = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/124.0.0.0 Safari/537.36";
    let ask = |can, solved| {
        let change = |i: &mut GuardInput<'_>| {
            (i.user_agent, i.can_challenge, i.solved) = (Some(headless), can, solved);
        };
        with(change, &Policy::default()).applied
    };
    assert_eq!(ask(true, false), Verdict::Challenge);
    assert_eq!(ask(false, false), Verdict::Quiet);
    assert_eq!(ask(true, true), Verdict::Accept);
}

#[test]
fn who_tries_it_out_on_this_machine_is_not_judged_by_client_but_by_limits() {
    let email = EmailAddress::parse("anna.smith@example.org").expect("an address");
    let guard = Guard::default();
    let mut input = plain(&email);
    (input.user_agent, input.origin) = (Some("curl/8.5.0"), PageOrigin::Absent);
    input.ip = Some(IpAddr::from([127, 0, 0, 1]));
    for _ in 0..50 {
        assert_eq!(guard.judge(&input, &Policy::default()).judgement.applied, Verdict::Accept);
    }
    let all: Vec<_> = (0..200).map(|_| guard.judge(&input, &Policy::default()).judgement.applied).collect();
    assert!(matches!(all[199], Verdict::Refuse { retry_after: Some(_) }), "{:?}", all[199]);
}

#[test]
fn a_signal_can_be_switched_off() {
    let settings = GuardSettings { off: vec!["disposable_domain".into()], ..Default::default() };
    let policy = Policy::new(&AccountSettings { guard_settings: settings, ..Default::default() });
    let email = EmailAddress::parse("x@mailinator.com").expect("an address");
    let guard = Guard::default();
    assert_eq!(guard.judge(&plain(&email), &policy).judgement, Judgement::CLEAN);
    assert_eq!(guard.judge(&plain(&email), &Policy::default()).judgement.applied, Verdict::Quiet);
}

#[test]
fn anything_typed_gets_an_answer() {
    use proptest::prelude::*;
    let guard = Guard::default();
    let policy = Policy::default();
    let email = EmailAddress::parse("x@example.org").expect("an address");
    proptest!(ProptestConfig::with_cases(300), |(first in ".{0,200}", text in "\\PC{0,300}", agent in ".{0,100}", at in any::<i64>(), pace in any::<u64>())| {
        let (names, texts) = ([first.as_str(), text.as_str()], [("Message", text.as_str()), (first.as_str(), agent.as_str())]);
        let mut input = plain(&email);
        (input.names, input.texts, input.user_agent) = (&names, &texts, Some(agent.as_str()));
        (input.at, input.seconds_to_submit) = (Timestamp(at), Some(Duration::from_millis(pace)));
        guard.judge(&input, &policy);
    });
}
