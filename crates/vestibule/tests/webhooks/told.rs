//! What is told: every change of a person, in order, to endpoints of both dialects.

use serde_json::{Value, json};
use testkit::http::Request;
use testkit::{Running, TestDatabase, both_engines};

use crate::receiver::{Kept, Receiver, SECRET, standard, verified};
use crate::world::{KEY, World, sign_up};

const FORM: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"
fields = [{ field = "FirstName" }]
[form.actions]
lists = ["NEWS0001"]
tags = ["Welcomed"]
automation = "WELCOME1"

[[automation]]
external_id = "WELCOME1"
name = "Welcome"
steps = [{ send_mail = { subject = "Hello", text = "{{PreferencesLink}} {{UnsubscribeLink}}" } }]
"#;

fn endpoints(receiver: &Receiver) -> String {
    let own = standard(&receiver.url("/own"), &format!("secret = \"{SECRET}\""));
    let few = standard(
        &receiver.url("/few"),
        &format!("secret = \"{SECRET}\"\nevents = [\"list.left\", \"contact.erased\"]"),
    );
    let vendor: Vec<_> = ["contact_subscribe", "contact_unsubscribe", "list_subscribe", "list_unsubscribe"]
        .iter()
        .map(|slot| format!("{slot} = \"{}\"", receiver.url("/vendor")))
        .collect();
    format!("{own}{few}[[webhook]]\nkind = \"sentori\"\n{}\n", vendor.join("\n"))
}

async fn post(running: &Running, link: &str, body: &str) {
    let path = link.splitn(4, '/').nth(3).expect("a path");
    let request = Request::post(&format!("/{path}")).header("Content-Type", "application/x-www-form-urlencoded");
    let answer = request.body(body).send(running.address()).await.expect("an answer");
    assert_eq!(answer.status(), 200, "{link}: {}", answer.text());
}

async fn call(running: &Running, method: &str, target: &str) {
    let request = Request::new(method, target).header("ApiKey", KEY).header("Content-Length", "0");
    let answer = request.send(running.address()).await.expect("an answer");
    assert_eq!(answer.status(), 200, "{target}: {}", answer.text());
}

fn kinds(kept: &[Kept]) -> Vec<String> {
    kept.iter().map(Kept::kind).collect()
}

both_engines! {
    async fn a_person_comes_changes_and_goes(db: TestDatabase) {
        let receiver = Receiver::start().await;
        let mut world = World::new(db, "", &format!("{FORM}{}", endpoints(&receiver))).await;
        world.launch = world.launch.clone().setting("VESTIBULE_ALLOW_PRIVATE_TARGETS", "true");
        let running = world.launch.start().await;
        assert_eq!(sign_up(running.address(), KEY, "FORM0001", "Ada@post.example", true).await, 200);
        let pending = receiver.until("/own", |kept| kept.len() == 1).await;
        let told = pending[0].json();
        assert_eq!(told["type"], "sign_up.pending");
        assert_eq!((&told["data"]["sign_up"]["form"], &told["data"]["sign_up"]["kind"]), (&json!("FORM0001"), &json!("signup")));
        assert_eq!(told["data"]["contact"]["email"], "Ada@post.example");
        assert!(pending[0].body.starts_with("{\"type\":\"sign_up.pending\",\"timestamp\":\""), "{}", pending[0].body);

        let mail = world.sink.wait_for_mail_to("Ada@post.example").await;
        post(&running, &mail.link("/confirm/").expect("a link"), "").await;
        let all = receiver.until("/own", |kept| kept.len() == 7).await;
        let wanted = ["contact.created", "contact.confirmed", "sign_up.confirmed", "consent.given", "list.joined", "tag.added"];
        assert_eq!(kinds(&all)[1..], wanted);
        assert_eq!(all[1].json()["data"]["values"]["FirstName"], "Ada");
        assert_eq!(all[5].json()["data"]["list"], json!({ "external_id": "NEWS0001", "name": "News" }));
        assert_eq!(all[6].json()["data"]["tag"]["name"], "Welcomed");

        // Somebody known: only what differs is told.
        call(&running, "POST", "/v2.0/contact/add/bob@post.example").await;
        let body = json!({ "FirstName": "Ada", "LastName": "Lovelace" }).to_string();
        let request = Request::post("/v2.0/contact/update/ada@post.example").header("ApiKey", KEY);
        let answer = request.header("Content-Type", "application/json").body(body).send(running.address()).await;
        assert_eq!(answer.expect("an answer").status(), 200);
        let updated = receiver.until("/own", |kept| kinds(kept).contains(&"contact.updated".to_owned())).await;
        let updated = updated.iter().find(|k| k.kind() == "contact.updated").expect("told").json();
        assert_eq!(updated["data"]["changed"], json!({ "LastName": "Lovelace" }));

        // Her own page: off the list and on again.
        let welcome = world.sink.wait_until("the welcome", |mails| mails.iter().any(|m| m.subject() == "Hello")).await;
        let welcome = welcome.iter().find(|m| m.subject() == "Hello").expect("just seen");
        let preferences = welcome.link("/preferences/").expect("a link");
        let all = "action=save&FirstName=Ada&LastName=Lovelace";
        post(&running, &preferences, all).await;
        receiver.until("/few", |kept| kinds(kept) == ["list.left"]).await;
        post(&running, &preferences, &format!("{all}&MailingLists=NEWS0001")).await;
        receiver.until("/own", |kept| kinds(kept).iter().filter(|k| *k == "list.joined").count() == 2).await;

        // Ends all mail, then deletes everything.
        post(&running, &welcome.link("/unsubscribe/").expect("a link"), "List-Unsubscribe=One-Click").await;
        receiver.until("/own", |kept| kinds(kept).contains(&"contact.unsubscribed".to_owned())).await;
        post(&running, &welcome.link("/preferences/").expect("a link"), "action=delete").await;
        let all = receiver.until("/own", |kept| kinds(kept).contains(&"contact.erased".to_owned())).await;
        let of_ada: Vec<_> = all.iter().filter(|k| k.json()["data"]["contact"]["email"] == "Ada@post.example").collect();
        let last: Vec<_> = of_ada.iter().skip(8).map(|k| k.kind()).collect();
        let wanted = ["consent.withdrawn", "list.left", "consent.given", "list.joined", "consent.withdrawn",
            "contact.unsubscribed", "consent.withdrawn", "contact.erased"];
        assert_eq!(last, wanted);
        let few = receiver.until("/few", |kept| kept.len() == 2).await;
        assert_eq!(kinds(&few), ["list.left", "contact.erased"]);

        // What was told of her goes with her; only the last words stay for a while.
        let rows = world.deliveries_until(&["--lane", "webhook", "--limit", "100"], |rows| rows.iter().all(|r| r["state"] == "done")).await;
        let mut of_ada: Vec<_> = rows.iter().filter(|r| r["payload"].to_string().contains("Ada@post.example")).map(|r| r["kind"].clone()).collect();
        of_ada.dedup();
        assert_eq!(of_ada, [json!("webhook_of_erased")]);

        let ids: std::collections::HashSet<_> = all.iter().chain(&few).map(|k| k.id().to_owned()).collect();
        assert_eq!(ids.len(), all.len() + few.len(), "one id for each message");
        assert_eq!(verified(&receiver, "/own", SECRET).await, all.len());
        assert_eq!(verified(&receiver, "/few", SECRET).await, 2);
        vendor(&receiver).await;
    }

    async fn the_vendors_kinds_fire_as_its_manual_says(db: TestDatabase) {
        let receiver = Receiver::start().await;
        let other = "[[mailing_list]]\nexternal_id = \"MEMB0001\"\nname = \"Members\"\n";
        let mut world = World::new(db, "", &format!("{other}{FORM}{}", endpoints(&receiver))).await;
        world.launch = world.launch.clone().setting("VESTIBULE_ALLOW_PRIVATE_TARGETS", "true");
        let running = world.launch.start().await;
        // An import tells nobody: the first that is told is the act behind it.
        let people = "<Contacts><Contact><EmailAddress>ann@post.example</EmailAddress><FirstName>Ann</FirstName></Contact></Contacts>";
        let import = Request::post("/v1/contacts.asmx/Import").header("ApiKey", KEY).header("Content-Type", "application/xml");
        assert_eq!(import.body(people).send(running.address()).await.expect("an answer").status(), 201);
        call(&running, "POST", "/v2.0/contact/add/bob@post.example").await;
        for list in ["NEWS0001", "MEMB0001"] {
            call(&running, "GET", &format!("/v2.0/contact/subscribe/bob@post.example/{list}")).await;
        }
        call(&running, "GET", "/v2.0/contact/unsubscribe/bob@post.example").await;
        let kept = receiver.until("/vendor", |kept| kept.len() == 6).await;
        let told: Vec<_> = kept.iter().map(|k| {
            let json = k.json();
            let text = |key: &str| json[key].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", text("Type"), text("MailingListExternalID"), text("Source"))
        }).collect();
        assert_eq!(told[..4], ["subscribe - User", "subscribe NEWS0001 -", "subscribe MEMB0001 -", "unsubscribe - -"]);
        let mut left = told[4..].to_vec();
        left.sort();
        assert_eq!(left, ["unsubscribe MEMB0001 -", "unsubscribe NEWS0001 -"], "one for the account, one for each list");
        assert!(kept.iter().chain(&receiver.at("/own")).all(|call| !call.body.contains("ann@post.example")));
        for call in &kept {
            assert_eq!((call.header("user-agent"), call.header("content-type")), ("Sentori API", "application/json"));
        }
    }
}

/// The vendor's calls about the person of the first test.
async fn vendor(receiver: &Receiver) {
    let kept = receiver.until("/vendor", |kept| kept.len() >= 5).await;
    let of_ada: Vec<Value> = kept.iter().map(Kept::json).filter(|j| j["EmailAddress"] == "Ada@post.example").collect();
    let told: Vec<_> = of_ada.iter().map(|j| format!("{} {}", j["Type"], j["MailingListExternalID"])).collect();
    // Unsubscribing ends the list as well; being erased afterwards tells nothing new.
    let (list, all) = ([" \"NEWS0001\"", " null"], ["\"subscribe\"", "\"unsubscribe\""]);
    let wanted =
        [(0, 1), (0, 0), (1, 0), (0, 0), (1, 1), (1, 0)].map(|(kind, of)| format!("{}{}", all[kind], list[of]));
    assert_eq!(told, wanted);
    assert_eq!(of_ada[0]["Source"], "API");
}
