//! The console from outside: who gets in and who does not, through the one table of its routes; contacts found, changed
//! and erased; two editors.

use console::{Method, Need, ROUTES};
use model::EmailAddress;
use serde_json::json;
use store::{ConsoleSession, Role};
use testkit::TestDatabase;
use testkit::http::{Request, Response};

use crate::app::{KEY, NEWSLETTER, TestApp, body, link};

pub const OTHER: &str = "[account]\nslug = \"other\"\nname = \"Other House\"\n";

pub async fn with_another_account(db: TestDatabase) -> TestApp {
    TestApp::with(db, |setup| setup.accounts.push(OTHER)).await
}

/// Somebody who is signed in with that role; their cookie.
pub async fn user(app: &TestApp, name: &str, account: &str, role: Role) -> String {
    let email = EmailAddress::parse(&format!("{name}@console.example")).expect("an address");
    let id = app.store().put_console_user(email, app.account(account).id, role).await.expect("a user");
    let token = format!("token-of-{name}");
    let now = app.store().ambient().now();
    let (ip, user_agent) = ("127.0.0.1".to_owned(), "Browser/1.0".to_owned());
    let token_hash = store::token_hash(&token);
    let session = ConsoleSession { token_hash, user: id, made_at: now, used_at: now, ip, user_agent };
    app.store().new_console_session(session, model::Timestamp(0)).await.expect("a session");
    format!("vestibule_console={token}")
}

pub async fn get(app: &TestApp, cookie: &str, path: &str) -> Response {
    app.send(Request::get(path).header("Cookie", cookie)).await
}

pub async fn post(app: &TestApp, cookie: &str, path: &str, form: &[(&str, &str)]) -> Response {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect()
    };
    let body: Vec<String> = form.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
    let request = Request::post(path)
        .header("Cookie", cookie)
        .header("Sec-Fetch-Site", "same-origin")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(body.join("&"));
    app.send(request).await
}

pub fn location(response: &Response) -> &str {
    response.header("Location").unwrap_or_default()
}

testkit::both_engines! {
    async fn every_route_is_held_against_the_table(db: TestDatabase) {
        let app = with_another_account(db).await;
        let viewer = user(&app, "viewer", "demo", Role::Viewer).await;
        let stranger = user(&app, "stranger", "other", Role::Editor).await;
        let owner = user(&app, "owner", "demo", Role::Owner).await;
        let mut walked = 0;
        for route in ROUTES {
            let path = route.path.replace("{account}", "demo").replace("{id}", "1").replace("{token}", "nonsense");
            let call = async |cookie: &str| match route.method {
                Method::Get => get(&app, cookie, &path).await,
                Method::Post => post(&app, cookie, &path, &[]).await,
            };
            if route.method == Method::Post {
                // From another site, whoever sends it.
                for site in ["cross-site", "same-site", "none"] {
                    let request = Request::post(&path).header("Cookie", &owner).header("Sec-Fetch-Site", site);
                    assert_eq!(app.send(request).await.status(), 403, "{route:?} {site}");
                }
                assert_eq!(app.send(Request::post(&path).header("Cookie", &owner)).await.status(), 403, "{route:?}");
            }
            let Need::Role(role) = route.need else {
                if route.need == Need::User {
                    let answer = call("").await;
                    assert!(answer.status() == 303 && location(&answer).starts_with("/console/sign-in"), "{route:?}");
                }
                continue;
            };
            walked += 1;
            let answer = call("").await;
            assert!(answer.status() == 303 && location(&answer).starts_with("/console/sign-in"), "{route:?}");
            assert_eq!(call("vestibule_console=made-up").await.status(), 303, "{route:?}");
            assert_eq!(call(&stranger).await.status(), 404, "{route:?}");
            if role > Role::Viewer {
                assert_eq!(call(&viewer).await.status(), 403, "{route:?}");
            }
            if !path.ends_with("/live") {
                let status = call(&owner).await.status();
                assert!(matches!(status, 200 | 303 | 400 | 404 | 422), "{route:?}: {status}");
            }
        }
        assert!(walked > 20);
        // A custom domain is its visitors' own.
        let there = Request::get("/console/sign-in").header("Host", "tickets.demo.example");
        assert_eq!(app.send(there).await.status(), 404);
    }

    async fn a_link_sets_a_password_and_a_password_lets_in(db: TestDatabase) {
        let app = with_another_account(db).await;
        let email = EmailAddress::parse("Eve@console.example").expect("an address");
        let id = app.store().put_console_user(email, app.account("demo").id, Role::Editor).await.expect("a user");
        let path = console::new_link(app.store(), id).await.expect("a link");
        let page = get(&app, "", &path).await;
        assert!(page.status() == 200 && page.text().contains("Eve@console.example"));
        for (header, wanted) in [
            ("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"),
        ] {
            assert!(page.header(header).is_some_and(|v| v.starts_with(wanted)), "{header}");
        }
        let good = "a quite long password";
        for (password, again) in [("short", "short"), (good, "another"), ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa")] {
            let answer = post(&app, "", &path, &[("password", password), ("again", again)]).await;
            assert_eq!(answer.status(), 422, "{password}");
        }
        let answer = post(&app, "", &path, &[("password", good), ("again", good)]).await;
        assert_eq!((answer.status(), location(&answer)), (303, "/console"));
        let set = answer.header("Set-Cookie").expect("a cookie").to_owned();
        assert!(set.contains("; HttpOnly; SameSite=Lax; "), "{set}");
        let first = set.split(';').next().expect("a pair").to_owned();
        assert_eq!(get(&app, "", &path).await.status(), 404, "it works once");
        assert_eq!(location(&get(&app, &first, "/console").await), "/console/demo");
        assert_eq!(get(&app, &first, "/console/demo").await.status(), 200);

        let sign_in = async |password: &str, cookie: &str| {
            let form = [("email", "eve@CONSOLE.example"), ("password", password), ("next", "/console/demo/contacts?q=a")];
            post(&app, cookie, "/console/sign-in", &form).await
        };
        assert_eq!(sign_in("wrong", "").await.status(), 403);
        let nobody = [("email", "nobody@console.example"), ("password", good)];
        assert_eq!(post(&app, "", "/console/sign-in", &nobody).await.status(), 403);
        let answer = sign_in(good, &first).await;
        assert_eq!((answer.status(), location(&answer)), (303, "/console/demo/contacts?q=a"));
        let second = answer.header("Set-Cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
        // The session is another one, and the one before is over.
        assert_ne!(first, second);
        assert_eq!(get(&app, &first, "/console/demo").await.status(), 303);
        assert_eq!(get(&app, &second, "/console/demo").await.status(), 200);
        let out = post(&app, &second, "/console/sign-out", &[]).await;
        assert!(out.header("Set-Cookie").is_some_and(|c| c.contains("Max-Age=0")));
        assert_eq!(get(&app, &second, "/console/demo").await.status(), 303);

        // Sessions end when nobody uses them.
        let third = sign_in(good, "").await.header("Set-Cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
        app.clock.advance(std::time::Duration::from_secs(13 * 3600));
        assert_eq!(get(&app, &third, "/console/demo").await.status(), 303);
        // Who may not sign in any more does not.
        app.store().disable_console_user(id, true).await.expect("disabled");
        assert_eq!(sign_in(good, "").await.status(), 403);
    }

    async fn a_contact_is_found_changed_and_erased(db: TestDatabase) {
        let app = with_another_account(db).await;
        let owner = user(&app, "owner", "demo", Role::Owner).await;
        let stranger = user(&app, "stranger", "other", Role::Owner).await;
        let wish = json!({ "MailingLists": ["QWERTY1A"], "ContactFields": { "FirstName": "Éowyn", "LastName": "Rees" } });
        app.sign_up_and_confirm(&body("eowyn@example.org", NEWSLETTER, wish)).await;
        let plain = json!({ "ContactFields": { "FirstName": "Bryn", "LastName": "Reeves" } });
        app.sign_up(&body("bryn@example.org", NEWSLETTER, plain), 200).await;
        let list = app.account("demo").list_by_external_id("QWERTY1A").expect("a list").0.0;
        for (query, found) in [
            ("", &["eowyn", "bryn"][..]),
            ("q=eow", &["eowyn"]),
            ("q=EOWYN%40ex", &["eowyn"]),
            ("q=ree", &["eowyn"]),
            ("q=%C3%89owyn+re", &["eowyn"]),
            ("q=eves", &[]),
            ("q=%25", &[]),
            ("state=confirmed", &["eowyn"]),
            ("state=unconfirmed", &["bryn"]),
            (&format!("list={list}"), &["eowyn"]),
            ("list=999999", &[]),
            ("since=2014-01-20&until=2014-01-20", &["eowyn", "bryn"]),
            ("since=2014-01-21", &[]),
            ("origin=nowhere", &[]),
        ] {
            let text = get(&app, &owner, &format!("/console/demo/contacts?{query}")).await.text();
            for name in ["eowyn", "bryn"] {
                assert_eq!(text.contains(&format!("{name}@example.org</bdi>")), found.contains(&name), "{query} {name}");
            }
        }
        let contact = app.contact_of("demo", "eowyn@example.org").await.expect("a contact");
        let path = format!("/console/demo/contacts/{}", contact.row.id);
        let page = get(&app, &owner, &path).await.text();
        assert!(page.contains("Éowyn Rees") && page.contains("List: Monthly Newsletter"), "{page}");
        assert_eq!(get(&app, &stranger, &path).await.status(), 404);
        assert_eq!(get(&app, &stranger, &path.replace("demo", "other")).await.status(), 404);

        // Two people edit the same value: the second is told.
        let edit = [("was.LastName", "Rees"), ("is.LastName", "Rhys"), ("was.City", ""), ("is.City", "Caerdydd")];
        let answer = post(&app, &owner, &path, &edit).await;
        assert_eq!((answer.status(), location(&answer)), (303, format!("{path}?did=saved").as_str()));
        let late = [("was.LastName", "Rees"), ("is.LastName", "Reece"), ("was.City", ""), ("is.City", "")];
        let answer = post(&app, &owner, &path, &late).await;
        assert!(answer.status() == 422 && answer.text().contains("changed this to “Rhys”"));
        let person = app.person("eowyn@example.org").await.expect("a contact");
        assert_eq!((person.value("LastName"), person.value("City")), ("Rhys", "Caerdydd"));
        let bad = post(&app, &owner, &path, &[("was.BirthDate", ""), ("is.BirthDate", "soon")]).await;
        assert_eq!(bad.status(), 422);

        // Marks are consent events by the console's door.
        let statement = app.account("demo").statement_by_key("email").expect("a statement").0.0.to_string();
        for form in [
            &[("do", "agree"), ("id", statement.as_str())],
            &[("do", "withdraw"), ("id", statement.as_str())],
            &[("do", "leave"), ("id", list.to_string().as_str())],
        ] {
            assert_eq!(post(&app, &owner, &format!("{path}/mark"), form).await.status(), 303);
        }
        let events = app.consents("eowyn@example.org").await;
        // The clock stands still here, so that events of two committers have no order.
        let doors: Vec<_> = events.iter().map(|e| e.evidence.last().expect("evidence").door.name()).collect();
        assert_eq!(doors.iter().filter(|door| **door == "console").count(), 3, "{doors:?}");
        assert!(app.person("eowyn@example.org").await.expect("a contact").lists.is_empty());
        let unknown = post(&app, &owner, &format!("{path}/mark"), &[("do", "join"), ("id", "999999")]).await;
        assert_eq!(unknown.status(), 404);

        // Stopped mail stays stopped until somebody lets it go again; then back.
        for (what, stopped) in [("suppress", true), ("release", false)] {
            post(&app, &owner, &format!("{path}/mark"), &[("do", what)]).await;
            assert_eq!(app.person("eowyn@example.org").await.expect("a contact").suppressed, stopped, "{what}");
        }

        let export = get(&app, &owner, &format!("{path}/export.json")).await.json();
        assert_eq!((export["email"].as_str(), export["values"]["City"].as_str()), (Some("eowyn@example.org"), Some("Caerdydd")));
        assert!(export["consents"].as_array().is_some_and(|all| all.len() >= 4));

        let erase = format!("{path}/erase");
        assert_eq!(post(&app, &owner, &erase, &[("email", "other@example.org")]).await.status(), 422);
        assert!(app.contact_of("demo", "eowyn@example.org").await.is_some());
        assert_eq!(post(&app, &owner, &erase, &[("email", "eowyn@example.org")]).await.status(), 303);
        assert!(app.contact_of("demo", "eowyn@example.org").await.is_none());
        assert_eq!(get(&app, &owner, &path).await.status(), 404);
        // The trail knows who did what; nothing of the person is left in it.
        let account = app.account("demo").id;
        let trail = app.store().trail(account, i64::MAX, String::new(), 100).await.expect("the trail");
        let acts: Vec<_> = trail.iter().map(|row| row.action.as_str()).collect();
        assert!(acts.contains(&"contact.edit") && acts.first() == Some(&"contact.erase"), "{acts:?}");
        assert!(trail.iter().all(|row| !format!("{row:?}").to_lowercase().contains("rees")), "{trail:?}");
    }

    async fn the_second_of_two_editors_is_told(db: TestDatabase) {
        let app = with_another_account(db).await;
        let owner = user(&app, "owner", "demo", Role::Owner).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        let page = get(&app, &editor, "/console/demo/file").await.text();
        assert!(!page.contains(KEY) && page.contains("slug = &#34;demo&#34;"), "no secret is shown");
        let version = app.account("demo").version.to_string();
        let text = "[account]\nslug = \"demo\"\nname = \"Renamed\"\n\n[[mailing_list]]\nexternal_id = \"NEWLIST1\"\nname = \"New\"\n";
        let shown = post(&app, &editor, "/console/demo/file", &[("text", text), ("version", &version), ("do", "show")]).await;
        assert!(shown.status() == 200 && shown.text().contains("+ mailing list NEWLIST1"));
        assert_eq!(app.account("demo").version.to_string(), version, "showing changes nothing");
        let apply = [("text", text), ("version", version.as_str()), ("do", "apply")];
        assert_eq!(post(&app, &editor, "/console/demo/file", &apply).await.status(), 303);
        assert!(app.account("demo").list_by_external_id("NEWLIST1").is_some());
        // Whoever comes second with the old version overwrites nothing.
        let other = text.replace("Renamed", "Otherwise");
        let second = [("text", other.as_str()), ("version", version.as_str()), ("do", "apply")];
        assert_eq!(post(&app, &owner, "/console/demo/file", &second).await.status(), 409);
        assert_eq!(app.account("demo").settings.name, "Renamed");
        // What cannot be applied names its line.
        let bad = [("text", "[account]\nslug = \"demo\"\nnonsense = 1\n"), ("version", version.as_str()), ("do", "apply")];
        let answer = post(&app, &owner, "/console/demo/file", &bad).await;
        assert!(answer.status() == 422 && answer.text().contains("account.toml:3:"), "{}", answer.text());
        // Who may call is the owners' business.
        let caller = format!("{text}\n[[api_user]]\nkind = \"sentori\"\nname = \"Mine\"\nkey = \"20011111-1111-1111-1111-111111111200\"\n");
        let version = app.account("demo").version.to_string();
        let form = [("text", caller.as_str()), ("version", version.as_str()), ("do", "apply")];
        assert_eq!(post(&app, &editor, "/console/demo/file", &form).await.status(), 403);
    }

    async fn a_secret_is_shown_once(db: TestDatabase) {
        let app = with_another_account(db).await;
        let owner = user(&app, "owner", "demo", Role::Owner).await;
        let form = [("do", "create"), ("kind", "native"), ("name", "Till"), ("scopes", "contacts:read")];
        let made = post(&app, &owner, "/console/demo/callers", &form).await;
        let secret = app.account("demo").api_users.iter().find(|(_, u)| u.name == "Till").expect("made").1.secret.clone();
        assert!(made.status() == 200 && made.text().contains(secret.reveal()));
        assert!(!get(&app, &owner, "/console/demo/callers").await.text().contains(secret.reveal()));
        assert_eq!(post(&app, &owner, "/console/demo/callers", &form).await.status(), 422, "it exists");
        let revoke = [("do", "revoke"), ("kind", "native"), ("name", "Till")];
        assert_eq!(post(&app, &owner, "/console/demo/callers", &revoke).await.status(), 303);
        assert!(app.account("demo").api_users.iter().all(|(_, u)| u.name != "Till"));
    }

    async fn a_waiting_confirmation_is_sent_again(db: TestDatabase) {
        let app = with_another_account(db).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        app.sign_up(&body("late@example.org", NEWSLETTER, json!({})), 200).await;
        app.nth_mail_to("late@example.org", 0).await;
        let contact = app.contact_of("demo", "late@example.org").await.expect("a contact").row.id;
        let path = format!("/console/demo/contacts/{contact}/resend");
        assert!(location(&post(&app, &editor, &path, &[]).await).ends_with("sent-again"));
        let again = app.nth_mail_to("late@example.org", 1).await;
        assert_eq!(app.follow(&link(&again, "/confirm/")).await.status(), 200);
        assert!(app.person("late@example.org").await.expect("a contact").confirmed);
        assert!(location(&post(&app, &editor, &path, &[]).await).ends_with("nothing-to-send"));
    }
}
