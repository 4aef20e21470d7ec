//! Two at once: of creations of one address through any doors and nodes one wins, and of the loser nothing is kept.

use testkit::TestDatabase;
use testkit::http::Response;

use crate::fixture::{Door, P, T, person};
use crate::one_store::sentori;

const ROUNDS: usize = 8;

fn is_duplicate(answer: &Response) -> bool {
    answer.status() == 400 && answer.json()["message"] == "Duplicate Entry" && answer.json()["errorCode"] == 3
}

/// How many sign-ups of a door the store has kept.
async fn kept_by(door: &Door, name: &str) -> usize {
    let (ok, said, why) = door.command(&["sign-ups", "--by", "door", "--account", "apitesting"]).await;
    assert!(ok, "{why}");
    let line = said.lines().find(|l| l.ends_with(&format!("\t{name}")));
    line.and_then(|l| l.split('\t').next()?.parse().ok()).unwrap_or(0)
}

/// Each kind of race a few times; `one` and `other` are the same node, or two of one store.
async fn races(one: &Door, other: &Door) {
    let (mut web, mut owner) = (0, 0);
    for round in 0..ROUNDS {
        // A browser and a signed call: the second is told so, and its tags and statements leave no trace.
        let email = format!("race{round}@b.co");
        let plain = person(&email, r#","title":"Dr""#);
        let tagged = person(
            &email,
            &format!(r#","tags":["{T}"],"agreedStatements":["{P}"],"Attribute_Dietary Requirements":"Nuts""#),
        );
        let (browser, server) =
            tokio::join!(one.web("POST", "customer", &plain), other.owner("POST", "customers", &tagged));
        let won = server.status() == 200;
        let (winner, loser) = if won { (&server, &browser) } else { (&browser, &server) };
        assert!(winner.status() == 200 && is_duplicate(loser), "{} {}", browser.text(), server.text());
        for node in [one, other] {
            let kept = node.by_email(&email).await.json();
            assert_eq!(kept["id"], winner.json()["id"]);
            assert_eq!(kept["tags"].as_array().map(Vec::len), Some(usize::from(won)));
            assert_eq!(kept["allStatements"][0]["agreed"], won);
            assert_eq!(kept["title"], if won { "" } else { "Dr" });
            assert_eq!(kept["attribute_DietaryRequirements"] == "Nuts", won);
        }
        (web, owner) = (web + usize::from(!won), owner + usize::from(won));

        // Beside the Sentori door, whose callers are never told: it changes who is there already.
        let email = format!("both{round}@b.co");
        let tagged = person(&email, &format!(r#","tags":["{T}"],"agreedStatements":["{P}"]"#));
        let (theirs, ours) = tokio::join!(sentori(one, &email, false), other.web("POST", "customer", &tagged));
        assert_eq!(theirs.status(), 200, "{}", theirs.text());
        let won = ours.status() == 200;
        assert!(won || is_duplicate(&ours), "{}", ours.text());
        let kept = other.by_email(&email).await.json();
        assert_eq!(
            (kept["tags"].as_array().map(Vec::len), &kept["allStatements"][0]["agreed"]),
            (Some(usize::from(won)), &won.into())
        );
        assert_eq!(kept["attribute_DietaryRequirements"], "Vegan", "of both in turn");
        web += usize::from(won);

        // Beside an unconfirmed sign-up there, who is no customer yet: both succeed, and there is one contact.
        let email = format!("pending{round}@b.co");
        let body = person(&email, "");
        let (theirs, ours) = tokio::join!(sentori(other, &email, true), one.web("POST", "customer", &body));
        assert_eq!((theirs.status(), ours.status()), (200, 200), "{} {}", theirs.text(), ours.text());
        assert_eq!(one.by_email(&email).await.json()["id"], ours.json()["id"]);
        web += 1;

        // Beside the integrated form, which changes the statements of who is there and nothing else.
        let email = format!("form{round}@b.co");
        let tagged = person(&email, &format!(r#","tags":["{T}"]"#));
        let form = format!("FirstName=F&LastName=Form&Email={email}&ReturnUrl=https://site/");
        let (sent, server) = tokio::join!(one.form(&form), other.owner("POST", "customers", &tagged));
        let won = server.status() == 200;
        assert!(won || is_duplicate(&server), "{}", server.text());
        let place = if won { "https://site/?Error=EmailExists" } else { "https://site/" };
        assert_eq!(sent.header("Location"), Some(place));
        let kept = one.by_email(&email).await.json();
        assert_eq!(kept["lastName"], if won { "B" } else { "Form" });
        assert_eq!(
            (kept["tags"].as_array().map(Vec::len), &kept["allStatements"][0]["agreed"]),
            (Some(usize::from(won)), &true.into())
        );
        owner += usize::from(won);
    }
    // Not even a record of its sign-up.
    assert_eq!((kept_by(one, "spektrix_web").await, kept_by(one, "spektrix_owner").await), (web, owner));
}

/// Changes of one customer at once do not lose each other's fields, tags, statements or addresses.
async fn changes(one: &Door, other: &Door) {
    let made = one.owner("POST", "customers", &person("email@domain.com", "")).await;
    let path = format!("customers/{}", made.json()["id"].as_str().expect("an id"));
    let own = |rest: &str| format!("{path}/{rest}");
    let (tag, agreed) = (format!(r#"{{"id":"{T}"}}"#), format!(r#"[{{"id":"{P}"}}]"#));
    let home = r#"{"line1":"1 Road","town":"Leeds","country":"GB","postcode":"LS1"}"#;
    let (tags, statements, addresses) = (own("tags"), own("agreed-statements"), own("addresses"));
    let answers = tokio::join!(
        one.owner("PATCH", &path, r#"{"phone":"1"}"#),
        other.owner("PATCH", &path, r#"{"mobile":"2"}"#),
        one.owner("PATCH", &path, r#"{"title":"Dr"}"#),
        other.owner("POST", &tags, &tag),
        one.owner("POST", &statements, &agreed),
        other.owner("POST", &addresses, home),
        one.owner("POST", &addresses, home)
    );
    for answer in <[Response; 7]>::from(answers) {
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }
    let kept = one.by_email("email@domain.com").await.json();
    assert_eq!((&kept["phone"], &kept["mobile"], &kept["title"]), (&"1".into(), &"2".into(), &"Dr".into()));
    assert_eq!((&kept["tags"][0]["id"], &kept["allStatements"][0]["agreed"]), (&T.into(), &true.into()));
    let billing = kept["addresses"].as_array().expect("addresses").iter().map(|a| a["isBilling"] == true);
    let mut billing: Vec<_> = billing.collect();
    billing.sort_unstable();
    assert_eq!(billing, [false, true], "two addresses, one of them for bills");
}

testkit::both_engines! {
    async fn on_one_node(db: TestDatabase) {
        let door = Door::open(&db).await;
        races(&door, &door).await;
        changes(&door, &door).await;
    }
}

#[tokio::test]
async fn on_two_nodes() {
    let db = TestDatabase::postgres();
    let one = Door::open(&db).await;
    let other = one.beside(&db).await;
    races(&one, &other).await;
    changes(&other, &one).await;
}
