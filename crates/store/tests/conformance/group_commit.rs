//! The promises of the group commit: all or nothing for each, nobody pays for a neighbour, people in order.

use std::sync::mpsc;

use model::{AccountId, AccountSettings, Ambient, EmailAddress, FieldId, ListId, PersonId};
use store::{
    ConfigChange, ContactKey, Facts, Keys, NewContact, NewDelivery, Numbers, Owed, PersonKey, Plan, Store, StoreError,
    StoreSettings, Target, Wants,
};
use testkit::{TestDatabase, both_engines};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// The value that these tests count in.
const FIELD: FieldId = FieldId(4711);

async fn open(db: &TestDatabase, committers: usize) -> Store {
    let mut settings = StoreSettings::new(Target::parse(db.url()).expect("a target"), Keys::new(&[7; 32]));
    settings.committers = committers;
    let runtime = Handle::current();
    let opening = tokio::task::spawn_blocking(move || Store::open(settings, Ambient::system(), &runtime));
    opening.await.expect("no panic").expect("opens")
}

async fn close(store: Store) {
    tokio::task::spawn_blocking(move || store.close()).await.expect("no panic");
}

async fn account(store: &Store) -> AccountId {
    let settings = AccountSettings { slug: "demo".into(), ..AccountSettings::default() };
    let change = ConfigChange { settings, planned_on: None, put: Vec::new(), remove: Vec::new() };
    store.change_account(change).await.expect("an account").0
}

fn person(account: AccountId, n: usize) -> (PersonKey, EmailAddress) {
    let email = EmailAddress::parse(&format!("person{n}@example.org")).expect("an address");
    (PersonKey { account, email_key: email.key().to_owned() }, email)
}

/// Makes the contact where there is none, and sets its value.
fn count(email: &EmailAddress, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, i64) {
    let mut plan = Plan::default();
    let contact = if let Some(known) = &facts.contact {
        known.id
    } else {
        let id = numbers.contact();
        plan.create = Some(NewContact {
            id,
            person: PersonId(numbers.row()),
            email: email.clone(),
            confirmed_at: facts.now,
            suppressed_at: None,
            source: "API",
            ip: None,
            referrer: None,
        });
        id
    };
    let before: i64 = facts.values.iter().find(|(f, _)| *f == FIELD).map_or(0, |(_, v)| v.parse().expect("a number"));
    plan.contact = Some(contact);
    plan.values = vec![(FIELD, Some((before + 1).to_string()))];
    plan.join = vec![ListId(9)];
    (plan, before + 1)
}

fn wants() -> Wants {
    Wants { values: true, ..Wants::default() }
}

/// Keeps the only committer busy until told to go on, so that all that is queued meanwhile becomes one batch.
async fn hold(store: &Store, account: AccountId) -> mpsc::Sender<()> {
    let (go_on, wait) = mpsc::channel::<()>();
    let (begun, waiting) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    let (key, email) = person(account, 1_000_000);
    let store = store.clone();
    tokio::spawn(async move {
        let held = store.decide(key, wants(), move |facts, numbers| {
            begun.take().map(|b| b.send(()));
            let _told = wait.recv();
            count(&email, facts, numbers)
        });
        held.await.expect("kept");
    });
    waiting.await.expect("the committer has begun");
    go_on
}

async fn until_queued(store: &Store, wanted: usize) {
    while store.queued() < wanted {
        tokio::task::yield_now().await;
    }
}

both_engines! {
    async fn a_bad_change_fails_alone(db: TestDatabase) {
        let store = open(&db, 1).await;
        let account = account(&store).await;
        let (key, email) = person(account, 999);
        let taken = store.decide(key, wants(), move |f, n| { let (p, _) = count(&email, f, n); let c = p.contact; (p, c) });
        let taken = taken.await.expect("kept").expect("a contact");
        let go_on = hold(&store, account).await;
        let mut going = JoinSet::new();
        for n in 0..64 {
            let (key, email) = person(account, n);
            let store = store.clone();
            going.spawn(async move {
                let answer = store.decide(key, wants(), move |facts, numbers| {
                    assert!(n != 17, "a decision that panics");
                    let (mut plan, answer) = count(&email, facts, numbers);
                    if n == 40 {
                        // A number that is another contact's.
                        plan.create.as_mut().expect("is new").id = taken;
                    }
                    (plan, answer)
                });
                (n, answer.await)
            });
        }
        until_queued(&store, 64).await;
        let batches = |store: &Store| store.metrics().batch_sizes.read().0.iter().map(|(_, n)| n).sum::<u64>();
        let before = batches(&store);
        go_on.send(()).expect("still waiting");
        for (n, answer) in going.join_all().await {
            let (key, _) = person(account, n);
            let kept = store.contact(account, ContactKey::Email(key.email_key)).await.expect("reads");
            if n == 17 || n == 40 {
                assert!(matches!(answer, Err(StoreError::Fault(_))), "{n}: {answer:?}");
                assert!(kept.is_none(), "{n} left something");
            } else {
                assert_eq!(answer.expect("kept"), 1, "{n}");
                assert_eq!(kept.expect("is there").values, [(FIELD, "1".to_owned())], "{n}");
            }
        }
        // Those two, the one before and the one that held the committer.
        let listed = store.subscribers(account, ListId(9), model::ContactId(0), 100).await.expect("reads");
        assert_eq!(listed.len(), 64 - 2 + 2);
        assert!(batches(&store) - before < 32, "it was no batch");
        close(store).await;
    }

    async fn what_fails_leaves_nothing(db: TestDatabase) {
        let store = open(&db, 1).await;
        let account = account(&store).await;
        let with_mail = |email: EmailAddress, id: Option<model::DeliveryId>| {
            move |facts: &Facts, numbers: &mut dyn Numbers| {
                let (mut plan, _) = count(&email, facts, numbers);
                let id = id.unwrap_or_else(|| model::DeliveryId(numbers.row()));
                plan.suppress = Some("test");
                plan.deliveries.push(NewDelivery {
                    id,
                    lane: store::Lane::Mail,
                    owed: Owed::Alert {
                        form: model::FormId(1),
                        sign_up_kind: model::SignUpKind::Signup,
                        contact: plan.contact.expect("a contact"),
                        to: "box-office@example.org".into(),
                        at: facts.now.expect("a time"),
                    },
                    due_at: facts.now.expect("a time"),
                    at_once: true,
                    receipt: None,
                });
                (plan, id)
            }
        };
        let (key, email) = person(account, 1);
        let taken = store.decide(key, wants(), with_mail(email, None)).await.expect("kept");
        let before = store.delivery_counts().await.expect("counts");
        let mut handed = store.handed_over().expect("not taken yet");
        assert_eq!(handed.recv().await.expect("handed over after the commit").id, taken);
        for n in 2..6 {
            let (key, email) = person(account, n);
            let refused = store.decide(key.clone(), wants(), with_mail(email, Some(taken))).await;
            assert!(matches!(refused, Err(StoreError::Fault(_))), "{refused:?}");
            assert!(store.contact(account, ContactKey::Email(key.email_key)).await.expect("reads").is_none());
        }
        assert_eq!(store.delivery_counts().await.expect("counts"), before);
        assert!(store.subscribers(account, ListId(9), model::ContactId(0), 100).await.expect("reads").len() == 1);
        assert!(handed.try_recv().is_err(), "a mail of what was not kept was handed over");
        // The same people are welcome afterwards, and nothing of the failed attempts is known about them.
        let (key, email) = person(account, 2);
        let answer = store.decide(key, wants(), move |facts, numbers| {
            let known = (facts.contact.is_some(), facts.suppressed.clone());
            (count(&email, facts, numbers).0, known)
        });
        assert_eq!(answer.await.expect("kept"), (false, None));
        close(store).await;
    }

    async fn one_person_in_one_batch_keeps_the_order(db: TestDatabase) {
        let store = open(&db, 1).await;
        let account = account(&store).await;
        let go_on = hold(&store, account).await;
        let mut answers = Vec::new();
        for n in 0..60 {
            // Three people, each with twenty changes.
            let (key, email) = person(account, n % 3);
            let asked = store.clone();
            answers.push(tokio::spawn(async move {
                asked.decide(key, wants(), move |facts, numbers| count(&email, facts, numbers)).await
            }));
            until_queued(&store, n + 1).await;
        }
        go_on.send(()).expect("still waiting");
        for (n, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer.await.expect("no panic").expect("kept"), (n / 3 + 1) as i64, "change {n}");
        }
        close(store).await;
    }

    async fn what_is_queued_at_the_end_is_kept(db: TestDatabase) {
        let store = open(&db, 1).await;
        let account = account(&store).await;
        let go_on = hold(&store, account).await;
        let mut going = JoinSet::new();
        for n in 0..20 {
            let (key, email) = person(account, n);
            let store = store.clone();
            going.spawn(async move { store.decide(key, wants(), move |f, n| count(&email, f, n)).await });
        }
        until_queued(&store, 20).await;
        let closing = tokio::spawn(close(store.clone()));
        let (key, email) = person(account, 50);
        let late = loop {
            // Until the closing has begun, a change is taken and waits like the others.
            let (key, email) = (key.clone(), email.clone());
            let asked = store.decide(key, wants(), move |f, n| count(&email, f, n));
            if let Ok(answer) = tokio::time::timeout(std::time::Duration::from_millis(5), asked).await {
                break answer;
            }
        };
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
        go_on.send(()).expect("still waiting");
        closing.await.expect("closes");
        assert!(going.join_all().await.iter().all(Result::is_ok));
        let again = open(&db, 1).await;
        for n in 0..20 {
            let (key, _) = person(account, n);
            assert!(again.contact(account, ContactKey::Email(key.email_key)).await.expect("reads").is_some(), "{n}");
        }
        close(again).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_lose_no_change_of_one_person() {
    let db = TestDatabase::postgres();
    let stores = [open(&db, 2).await, open(&db, 2).await];
    let account = account(&stores[0]).await;
    let mut going = JoinSet::new();
    for n in 0..400 {
        // Five people, so that batches of both stores overlap.
        let (key, email) = person(account, n / 2 % 5);
        let store = stores[n % 2].clone();
        going.spawn(async move { store.decide(key, wants(), move |f, n| count(&email, f, n)).await });
    }
    for answer in going.join_all().await {
        answer.expect("kept, whoever collided");
    }
    for n in 0..5 {
        let (key, _) = person(account, n);
        let found =
            stores[0].contact(account, ContactKey::Email(key.email_key)).await.expect("reads").expect("is there");
        assert_eq!(found.values, [(FIELD, "80".to_owned())], "person {n}");
    }
    for store in stores {
        close(store).await;
    }
}
