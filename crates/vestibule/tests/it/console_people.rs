//! People in the console beyond looking them up: contacts added by hand and written to a file, sign-ups blocked, and the
//! second factor that an account demands of those who work on it.

use store::Role;
use testkit::TestDatabase;
use testkit::http::Request;

use crate::app::{NEWSLETTER, TestApp};
use crate::console::{get, location, post, user, with_another_account};

/// A sign-up that the guard keeps back: it fills in a field that nobody can see.
async fn held_back(app: &TestApp, email: &str) {
    let page = get(app, "", &format!("/demo/forms/{NEWSLETTER}")).await.text();
    let value = |name: &str| {
        let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a hidden input");
        from.split('"').next().expect("its value").to_owned()
    };
    let honeypot = page.split("id=\"hp\" name=\"").nth(1).expect("a honeypot").split('"').next().expect("its name");
    let body = format!(
        "EmailAddress={}&ticket={}&wordings={}&language=en&{honeypot}=robot",
        email.replace('@', "%40"),
        value("ticket").replace('+', "%2B"),
        value("wordings").replace(':', "%3A"),
    );
    let request = Request::post(&format!("/demo/forms/{NEWSLETTER}"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(body);
    assert_eq!(app.send(request).await.status(), 200);
}

testkit::both_engines! {
    async fn a_contact_is_added_by_hand_and_written_to_a_file(db: TestDatabase) {
        let app = with_another_account(db).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        let new = "/console/demo/new/contact";
        assert_eq!(get(&app, &editor, new).await.status(), 200);
        assert_eq!(post(&app, &editor, new, &[("email", "nobody")]).await.status(), 422);
        let at_once = [("email", "Desk@example.org"), ("FirstName", "=1+1"), ("LastName", "O’Brien, \"Bo\""), ("list", "QWERTY1A")];
        let made = post(&app, &editor, new, &at_once).await;
        assert!(location(&made).ends_with("did=made"), "{}", made.text());
        let person = app.person("desk@example.org").await.expect("a contact");
        assert!(person.confirmed && person.lists == ["QWERTY1A"] && app.mails_to("Desk@example.org").is_empty());
        let events = app.consents("desk@example.org").await;
        assert_eq!(events[0].evidence[0].door.name(), "console");
        let again = post(&app, &editor, new, &at_once).await;
        assert!(again.status() == 422 && again.text().contains("There is a contact with that address already."));
        let asked = [("email", "later@example.org"), ("confirm", "yes")];
        assert_eq!(post(&app, &editor, new, &asked).await.status(), 303);
        app.nth_mail_to("later@example.org", 0).await;
        assert!(!app.person("later@example.org").await.expect("a contact").confirmed);

        let file = get(&app, &editor, "/console/demo/contacts/export.csv?state=confirmed").await;
        assert!(file.header("Content-Disposition").is_some_and(|d| d.contains("contacts.csv")));
        let text = file.text();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 2 && lines[0].contains("Number,EmailAddress,State,Since,Confirmed,"), "{text}");
        assert!(lines[1].contains("Desk@example.org,confirmed,") && lines[1].contains(r#""'=1+1","O’Brien, ""Bo""""#), "{text}");
        // More than one page of a search, each contact once.
        for n in 0..55 {
            let email = format!("n{n}@example.org");
            assert_eq!(post(&app, &editor, new, &[("email", &email)]).await.status(), 303);
        }
        let all = get(&app, &editor, "/console/demo/contacts/export.csv").await.text();
        assert_eq!(all.lines().count(), 58);
        let viewer = user(&app, "viewer", "demo", Role::Viewer).await;
        assert_eq!(get(&app, &viewer, "/console/demo/contacts/export.csv").await.status(), 403);
    }

    async fn a_sign_up_in_quarantine_is_blocked(db: TestDatabase) {
        let app = with_another_account(db).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        held_back(&app, "robot@example.org").await;
        let list = get(&app, &editor, "/console/demo/sign-ups?outcome=quiet").await.text();
        let path = list.split("href=\"/console/demo/sign-ups/").nth(1).expect("a sign-up").split('"').next().expect("its number");
        let path = format!("/console/demo/sign-ups/{path}");
        assert!(get(&app, &editor, &path).await.text().contains("/block\""));
        assert_eq!(location(&post(&app, &editor, &format!("{path}/block"), &[]).await), format!("{path}?did=blocked"));
        let page = get(&app, &editor, &path).await.text();
        assert!(!page.contains("/release\"") && page.contains("What was asked for is not kept any more"), "{page}");
        assert_eq!(post(&app, &editor, &format!("{path}/release"), &[]).await.status(), 404);
        assert_eq!(post(&app, &editor, &format!("{path}/block"), &[]).await.status(), 404);
        // Whatever comes in by that address now, it gets no mail.
        app.sign_up(&crate::app::body("robot@example.org", NEWSLETTER, serde_json::json!({})), 206).await;
        assert!(app.person("robot@example.org").await.is_some_and(|p| p.suppressed));
        assert!(app.mails_to("robot@example.org").is_empty());
    }

    async fn an_account_can_demand_a_second_factor(db: TestDatabase) {
        let app = with_another_account(db).await;
        let owner = user(&app, "owner", "demo", Role::Owner).await;
        let settings = "/console/demo/settings";
        assert_eq!(get(&app, &owner, settings).await.status(), 200);
        let text = format!("{}\n", vestibule::DEMO_ACCOUNT).replacen("[account]", "[account]\nsecond_factor = true", 1);
        vestibule::apply_account(app.store(), &text, "test.toml").await.expect("applied");
        for (path, change) in [(settings, false), ("/console/demo", false), ("/console/demo/forms/12ABCDE3/state", true)] {
            let answer = if change { post(&app, &owner, path, &[("do", "close")]).await } else { get(&app, &owner, path).await };
            assert_eq!((answer.status(), location(&answer)), (303, "/console/me/second-factor?did=demanded"), "{path}");
        }
        assert!(!app.account("demo").form_by_external_id(NEWSLETTER).expect("a form").form.disabled);
        let page = get(&app, &owner, "/console/me/second-factor?did=demanded").await;
        assert!(page.status() == 200 && page.text().contains("asks everybody to sign in with a second factor"));
        // With one, the account is open again.
        let id = app.store().console_user(&model::EmailAddress::parse("owner@console.example").expect("an address")).await;
        let id = id.expect("a store that answers").expect("the owner").id;
        app.store().set_totp(id, Some(model::Secret::new("JBSWY3DPEHPK3PXP".to_owned())), Vec::new()).await.expect("set");
        assert_eq!(get(&app, &owner, settings).await.status(), 200);
    }
}
