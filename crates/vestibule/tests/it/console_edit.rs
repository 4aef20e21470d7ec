//! Set-up in the console by structured edit: forms, their preview and test sign-ups; lists, tags, statements, fields,
//! webhooks and settings. Everything goes the way of the account file, and nobody overwrites anybody unseen.

use store::{OutboxFilter, Role};
use testkit::TestDatabase;
use testkit::http::Response;

use crate::app::{BOX_OFFICE, MEMBERSHIP, NEWSLETTER, TestApp};
use crate::console::{get, location, post, user, with_another_account};

/// The value of a hidden input.
fn hidden(page: &Response, name: &str) -> String {
    let text = page.text();
    let from = text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    from.split('"').next().unwrap_or_default().to_owned()
}

/// What a browser would send of a page's first form with nothing changed: inputs, ticked boxes, chosen options, texts.
fn as_it_stands(page: &Response) -> Vec<(String, String)> {
    let unescape = |text: &str| {
        text.replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
            .replace("&#38;", "&")
            .replace("&#60;", "<")
            .replace("&#62;", ">")
    };
    let text = page.text();
    let start = text.find("<form method=\"post\" action=\"").map_or(0, |at| at);
    let main = text.find("class=\"editor\"").or_else(|| text.find("class=\"item\"")).unwrap_or(start);
    let form = &text[main..];
    let form = &form[..form.find("</form>").unwrap_or(form.len())];
    let attribute = |tag: &str, name: &str| {
        let from = tag.split(&format!(" {name}=\"")).nth(1)?;
        Some(unescape(from.split('"').next().unwrap_or_default()))
    };
    let mut pairs = Vec::new();
    let mut select = String::new();
    for piece in form.split('<').skip(1) {
        let (tag, after) = piece.split_once('>').unwrap_or((piece, ""));
        let name = attribute(tag, "name");
        if let (true, Some(name)) = (tag.starts_with("input"), &name) {
            let boxed = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
            if !boxed || tag.contains(" checked") {
                pairs.push((name.clone(), attribute(tag, "value").unwrap_or_default()));
            }
        } else if let (true, Some(name)) = (tag.starts_with("textarea"), &name) {
            pairs.push((name.clone(), unescape(after.strip_prefix('\n').unwrap_or(after)).replace('\n', "\r\n")));
        } else if let (true, Some(name)) = (tag.starts_with("select"), name) {
            select = name;
        } else if tag.starts_with("option") && tag.contains(" selected") {
            pairs.push((select.clone(), attribute(tag, "value").unwrap_or_default()));
        }
    }
    pairs
}

/// Sends a page's form with some of it changed; several values of one name replace all of it.
async fn send(app: &TestApp, cookie: &str, path: &str, page: &Response, changes: &[(&str, &str)]) -> Response {
    let mut pairs = as_it_stands(page);
    pairs.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    pairs.extend(changes.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    post(app, cookie, path, &pairs).await
}

fn fields(app: &TestApp, form: &str) -> Vec<(String, bool)> {
    let account = app.account("demo");
    let form = &account.form_by_external_id(form).expect("a form").form;
    form.fields.iter().map(|f| (f.field.clone(), f.required)).collect()
}

testkit::both_engines! {
    async fn saving_what_is_shown_changes_nothing(db: TestDatabase) {
        let app = with_another_account(db).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        let version = app.account("demo").version;
        let mut paths: Vec<String> = [NEWSLETTER, MEMBERSHIP, "BALLOT01"].map(|f| format!("forms/{f}/edit")).into();
        let account = app.account("demo");
        paths.extend(account.lists.iter().map(|(id, _)| format!("lists/{}", id.0)));
        paths.extend(account.tag_groups.iter().map(|(id, _)| format!("tags/{}", id.0)));
        paths.extend(account.statements.iter().map(|(id, ..)| format!("statements/{}", id.0)));
        paths.extend(account.fields.iter().filter(|(id, _)| id.0 >= 100).map(|(id, _)| format!("fields/{}", id.0)));
        paths.push("settings".into());
        assert!(paths.len() > 15);
        for path in paths {
            let path = format!("/console/demo/{path}");
            let page = get(&app, &editor, &path).await;
            assert_eq!(page.status(), 200, "{path}");
            let saved = send(&app, &editor, &path, &page, &[("do", "save")]).await;
            assert!(location(&saved).ends_with("did=nothing"), "{path}: {} {}", saved.status(), saved.text());
        }
        assert_eq!(app.account("demo").version, version);
    }

    async fn a_form_is_made_edited_copied_and_closed(db: TestDatabase) {
        let app = with_another_account(db).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        let new = "/console/demo/new/form";
        let page = get(&app, &editor, new).await;
        let blank = send(&app, &editor, new, &page, &[("do", "save")]).await;
        assert!(blank.status() == 422 && blank.text().contains("Nothing was saved"), "a form needs a name");
        let wished = [
            ("do", "save"), ("name.en", "On-sale morning"), ("external_id", "ONSALE01"), ("list.QWERTY1A", "offer"),
            ("list.MEMBERS1", "join"), ("statement", "email"), ("tag", "Dance"), ("actions.alert_to", BOX_OFFICE),
            ("alert", "900"), ("confirm_within", "36 hours"), ("guard.form_limit.count", "50"),
        ];
        let made = send(&app, &editor, new, &page, &wished).await;
        assert_eq!(location(&made), "/console/demo/forms/ONSALE01?did=made", "{}", made.text());
        let account = app.account("demo");
        let form = account.form_by_external_id("ONSALE01").expect("the new form").form.clone();
        assert_eq!((form.confirm_within, form.lists.as_slice()), (Some(129_600), &["QWERTY1A".to_owned()][..]));
        assert_eq!((form.actions.lists.as_slice(), form.actions.alert.clone()), (&["MEMBERS1".to_owned()][..], model::Alert::Digest(900)));
        assert_eq!(form.guard.form_limit.map(|l| (l.count, l.seconds)), Some((50, 600)));

        // Fields by keyboard, without scripts: each step shows the editor again and saves nothing.
        let edit = "/console/demo/forms/ONSALE01/edit";
        let page = get(&app, &editor, edit).await;
        let page = send(&app, &editor, edit, &page, &[("do", "add-field"), ("new-field", "SeatPreference")]).await;
        let page = send(&app, &editor, edit, &page, &[("do", "up-2")]).await;
        let page = send(&app, &editor, edit, &page, &[("do", "up-1")]).await;
        let page = send(&app, &editor, edit, &page, &[("do", "off-2")]).await;
        assert_eq!(page.status(), 200);
        assert_eq!(fields(&app, "ONSALE01"), [("FirstName".to_owned(), false), ("LastName".to_owned(), false)]);
        let wished = [("do", "save"), ("f.0.required", "yes"), ("f.0.label.en", "Where would you like to sit?")];
        assert_eq!(send(&app, &editor, edit, &page, &wished).await.status(), 303);
        assert_eq!(fields(&app, "ONSALE01"), [("SeatPreference".to_owned(), true), ("FirstName".to_owned(), false)]);
        // A page that a script put in another order says so by the order of its rows.
        let page = get(&app, &editor, edit).await;
        let rows = [("f.1", "FirstName"), ("f.0", "SeatPreference"), ("f.0.required", "yes"), ("do", "save")];
        assert_eq!(send(&app, &editor, edit, &page, &rows).await.status(), 303);
        assert_eq!(fields(&app, "ONSALE01"), [("FirstName".to_owned(), false), ("SeatPreference".to_owned(), true)]);
        assert!(get(&app, "", "/demo/forms/ONSALE01").await.text().contains("Where would you like to sit?"));

        // A second language.
        let page = get(&app, &editor, edit).await;
        let page = send(&app, &editor, edit, &page, &[("do", "add-language"), ("new-language", "cy")]).await;
        let named = send(&app, &editor, edit, &page, &[("do", "save"), ("name.cy", "Bore’r gwerthu")]).await;
        assert_eq!(named.status(), 303, "{}", named.text());
        let name = app.account("demo").form_by_external_id("ONSALE01").expect("a form").form.name.clone();
        assert_eq!((name.pick("cy", "en"), name.pick("en", "en")), ("Bore’r gwerthu", "On-sale morning"));

        // A copy is another form with the same of everything but id and name.
        let copy = "/console/demo/new/form?copy=ONSALE01";
        let page = get(&app, &editor, copy).await;
        let copied = send(&app, &editor, copy, &page, &[("do", "save"), ("external_id", "ONSALE02")]).await;
        assert_eq!(copied.status(), 303, "{}", copied.text());
        let copied = app.account("demo").form_by_external_id("ONSALE02").expect("the copy").form.clone();
        assert_eq!((copied.name.pick("en", "en"), copied.fields.len()), ("On-sale morning (copy)", 2));

        let state = "/console/demo/forms/ONSALE01/state";
        assert_eq!(post(&app, &editor, state, &[("do", "close")]).await.status(), 303);
        assert_eq!(get(&app, "", "/demo/forms/ONSALE01").await.status(), 410);
        assert_eq!(post(&app, &editor, state, &[("do", "open")]).await.status(), 303);
        assert_eq!(get(&app, "", "/demo/forms/ONSALE01").await.status(), 200);
        // The trail has all of it, and the account file says the same.
        let trail = app.store().trail(app.account("demo").id, i64::MAX, "ONSALE01".into(), 50).await.expect("the trail");
        assert!(trail.iter().any(|r| r.action == "item.make") && trail.iter().any(|r| r.after.contains("disabled")), "{trail:?}");
        assert!(get(&app, &editor, "/console/demo/file").await.text().contains("ONSALE02"));
    }

    async fn of_two_editors_of_a_form_the_second_is_told(db: TestDatabase) {
        let app = with_another_account(db).await;
        let (ann, ben) = (user(&app, "ann", "demo", Role::Editor).await, user(&app, "ben", "demo", Role::Editor).await);
        let edit = format!("/console/demo/forms/{NEWSLETTER}/edit");
        let (first, second) = (get(&app, &ann, &edit).await, get(&app, &ben, &edit).await);
        // Somebody else's change of another form is no conflict.
        let other = format!("/console/demo/forms/{MEMBERSHIP}/edit");
        let page = get(&app, &ann, &other).await;
        assert_eq!(send(&app, &ann, &other, &page, &[("do", "save"), ("source", "elsewhere")]).await.status(), 303);
        assert_eq!(send(&app, &ann, &edit, &first, &[("do", "save"), ("name.en", "Letters")]).await.status(), 303);
        let told = send(&app, &ben, &edit, &second, &[("do", "save"), ("name.en", "Post")]).await;
        assert!(told.status() == 409 && told.text().contains("Somebody else saved this meanwhile"), "{}", told.text());
        assert!(told.text().contains("Letters") && told.text().contains("value=\"Post\""));
        let name = || app.account("demo").form_by_external_id(NEWSLETTER).expect("a form").form.name.pick("en", "en").to_owned();
        assert_eq!(name(), "Letters");
        // Having seen it, they may.
        assert_eq!(send(&app, &ben, &edit, &told, &[("do", "save"), ("name.en", "Post")]).await.status(), 303);
        assert_eq!(name(), "Post");
    }

    async fn a_test_sign_up_never_leaves_the_console(db: TestDatabase) {
        let app = with_another_account(db).await;
        let viewer = user(&app, "viewer", "demo", Role::Viewer).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        let form = format!("/console/demo/forms/{MEMBERSHIP}");
        let preview = get(&app, &viewer, &format!("{form}/preview")).await;
        let policy = preview.header("Content-Security-Policy").unwrap_or_default().to_owned();
        assert!(preview.status() == 200 && policy.contains("frame-ancestors 'self'"), "{policy}");
        assert!(preview.text().contains(&format!("action=\"{form}/try\"")) && !preview.text().contains("name=\"ticket\""));
        let attempt = async |pairs: &[(&str, &str)]| post(&app, &viewer, &format!("{form}/try"), pairs).await;
        let lacking = attempt(&[("EmailAddress", "nobody"), ("FirstName", "Try"), ("LastName", "")]).await;
        assert!(lacking.status() == 422 && lacking.text().contains("value=\"nobody\""), "{}", lacking.text());
        let whole = [
            ("EmailAddress", "try@example.org"), ("FirstName", "Try"), ("LastName", "Out"), ("Statement_email", "yes"),
        ];
        let told = attempt(&whole).await;
        assert_eq!(told.status(), 200, "{}", told.text());
        for wanted in ["What would happen", "Please confirm your membership", "Members Offers", "Web Sign Up", BOX_OFFICE, "Try"] {
            assert!(told.text().contains(wanted), "{wanted}: {}", told.text());
        }
        let account = app.account("demo").id;
        assert!(app.contact_of("demo", "try@example.org").await.is_none());
        let owed = app.store().outbox(account, OutboxFilter { lane: None, state: None, before: None, most: 10 }).await;
        assert!(owed.expect("the outbox").is_empty() && app.sink.mails().is_empty());

        // What is only typed can be looked at too, by who may edit.
        let edit = format!("{form}/edit");
        let page = get(&app, &editor, &edit).await;
        let drawn = send(&app, &editor, "/console/demo/preview", &page, &[("name.en", "Only typed")]).await;
        assert!(drawn.status() == 200 && drawn.text().contains("Only typed") && !drawn.text().contains("/try"));
        assert_eq!(post(&app, &viewer, "/console/demo/preview", &[]).await.status(), 403);
        assert_ne!(hidden(&page, "was"), "");
    }

    async fn lists_tags_fields_and_statements_are_made_changed_and_removed(db: TestDatabase) {
        let app = with_another_account(db).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        for (kind, values) in [
            ("lists", &[("external_id", "SCHOOLS1"), ("name.en", "Schools")][..]),
            ("tags", &[("name", "Press"), ("web", "yes"), ("more-tags", "Critic\r\nPhotographer\r\n")]),
            ("fields", &[("system_name", "ShoeSize"), ("label.en", "Shoe size"), ("type", "option_list"), ("options", "36\r\n37")]),
            ("statements", &[("key", "sms"), ("text.en", "Text me about shows"), ("channel", "sms"), ("basis", "consent")]),
        ] {
            let path = format!("/console/demo/new/{kind}");
            let page = get(&app, &editor, &path).await;
            let wrong = send(&app, &editor, &path, &page, &[("do", "save"), (values[0].0, "")]).await;
            assert_eq!(wrong.status(), 422, "{kind}");
            let mut values = values.to_vec();
            values.push(("do", "save"));
            let made = send(&app, &editor, &path, &page, &values).await;
            assert!(location(&made).ends_with("did=made"), "{kind}: {}", made.text());
            assert_eq!(get(&app, &editor, &format!("/console/demo/{kind}")).await.status(), 200);
        }
        let account = app.account("demo");
        let group = account.tag_groups.iter().find(|(_, g)| g.name == "Press").expect("the group").0.0;
        let critic = account.tag_by_name("Critic").expect("a tag").0.0;
        assert!(account.field_by_name("ShoeSize").is_some() && account.list_by_external_id("SCHOOLS1").is_some());

        // A tag that is called otherwise stays the same tag; one that is left empty goes, with a group's new name or not.
        let path = format!("/console/demo/tags/{group}");
        let page = get(&app, &editor, &path).await;
        let photographer = account.tag_by_name("Photographer").expect("a tag").0.0;
        let (kept, gone) = (format!("tag.{critic}"), format!("tag.{photographer}"));
        let changes = [("do", "save"), ("name", "Press room"), (kept.as_str(), "Reviewer"), (gone.as_str(), "")];
        let saved = send(&app, &editor, &path, &page, &changes).await;
        assert_eq!(saved.status(), 303, "{}", saved.text());
        let account = app.account("demo");
        assert_eq!(account.tag_by_name("Reviewer").expect("renamed").0.0, critic);
        assert!(account.tag_by_name("Photographer").is_none() && account.tag_groups.iter().all(|(_, g)| g.name != "Press"));

        // Taking something out asks first, and what still needs it stands in the way.
        let list = account.list_by_external_id("SCHOOLS1").expect("a list").0.0;
        let path = format!("/console/demo/lists/{list}");
        let page = get(&app, &editor, &path).await;
        let asked = send(&app, &editor, &path, &page, &[("do", "remove")]).await;
        assert!(asked.status() == 200 && asked.text().contains("- mailing list SCHOOLS1"), "{}", asked.text());
        assert!(app.account("demo").list_by_external_id("SCHOOLS1").is_some());
        assert_eq!(send(&app, &editor, &path, &asked, &[("do", "remove-now")]).await.status(), 303);
        assert!(app.account("demo").list_by_external_id("SCHOOLS1").is_none());
        let used = app.account("demo").list_by_external_id("QWERTY1A").expect("a list").0.0;
        let path = format!("/console/demo/lists/{used}");
        let page = get(&app, &editor, &path).await;
        assert_eq!(send(&app, &editor, &path, &page, &[("do", "remove-now")]).await.status(), 422);
        assert!(app.account("demo").list_by_external_id("QWERTY1A").is_some());
    }

    async fn another_wording_is_another_version(db: TestDatabase) {
        let app = with_another_account(db).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        app.sign_up_and_confirm(&crate::app::body("agrees@example.org", NEWSLETTER, serde_json::json!({}))).await;
        let (id, _) = app.account("demo").statement_by_key("post").map(|(id, s)| (id.0, s.clone())).expect("a statement");
        let contact = app.contact_of("demo", "agrees@example.org").await.expect("a contact").row.id;
        let mark = format!("/console/demo/contacts/{contact}/mark");
        post(&app, &editor, &mark, &[("do", "agree"), ("id", &id.to_string())]).await;
        let path = format!("/console/demo/statements/{id}");
        let page = get(&app, &editor, &path).await;
        let change = [("do", "save"), ("text.en", "Send me the brochure, please")];
        let asked = send(&app, &editor, &path, &page, &change).await;
        assert!(asked.status() == 200 && asked.text().contains("This makes version 2"), "{}", asked.text());
        assert!(asked.text().contains("last yes of one person"), "who is still on the old one");
        let versions = || app.account("demo").statement(model::StatementId(id)).expect("a statement").1.len();
        assert_eq!(versions(), 1);
        assert_eq!(send(&app, &editor, &path, &asked, &[("do", "save-now")]).await.status(), 303);
        assert_eq!(versions(), 2);
        let page = get(&app, &editor, &format!("{path}?count=yes")).await.text();
        assert!(page.contains("Send me the brochure, please") && page.contains("season brochure by post"), "{page}");
        assert!(page.contains("one person’s last yes") && page.contains("last yes of 0"), "{page}");
        // What is no wording makes no version.
        let page = get(&app, &editor, &path).await;
        assert_eq!(send(&app, &editor, &path, &page, &[("do", "save"), ("web", "")]).await.status(), 303);
        assert_eq!(versions(), 2);
    }

    async fn a_webhook_shows_its_secret_once_and_can_be_tried(db: TestDatabase) {
        let app = with_another_account(db).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        let new = "/console/demo/new/webhooks";
        let page = get(&app, &editor, new).await;
        // Private addresses are not called, so that the call fails at once and for good reason.
        let values = [("do", "save"), ("name", "CRM"), ("urls.url", "http://127.0.0.1:9/hooks"), ("events", "list.joined")];
        let made = send(&app, &editor, new, &page, &values).await;
        let (id, endpoint) = app.account("demo").webhooks.first().cloned().expect("a webhook");
        let secret = endpoint.secret.expect("a secret").reveal().to_owned();
        assert!(made.status() == 200 && made.text().contains(&secret), "{}", made.text());
        assert_eq!(endpoint.events, ["list.joined"]);
        let path = format!("/console/demo/webhooks/{}", id.0);
        let page = get(&app, &editor, &path).await;
        assert!(page.status() == 200 && !page.text().contains(&secret));
        let act = format!("{path}/act");
        assert_eq!(post(&app, &editor, &act, &[("do", "test")]).await.status(), 303);
        let page = get(&app, &editor, &path).await.text();
        assert!(page.contains("/console/demo/deliveries/"), "the call is in the log: {page}");
        let rotated = post(&app, &editor, &act, &[("do", "rotate")]).await;
        let next = app.account("demo").webhooks[0].1.secret.clone().expect("a secret").reveal().to_owned();
        assert!(rotated.status() == 200 && next != secret && rotated.text().contains(&next));
        assert!(location(&post(&app, &editor, &act, &[("do", "rotate")]).await).ends_with("two-secrets"));
        assert_eq!(post(&app, &editor, &act, &[("do", "end-old")]).await.status(), 303);
        assert!(app.account("demo").webhooks[0].1.state.former_secret.is_none());
        // Another URL, and the same receiver with the same secret.
        let page = get(&app, &editor, &path).await;
        let moved = send(&app, &editor, &path, &page, &[("do", "save"), ("urls.url", "https://crm.example/hooks")]).await;
        assert_eq!(moved.status(), 303, "{}", moved.text());
        let (same, endpoint) = app.account("demo").webhooks[0].clone();
        assert_eq!((same, endpoint.secret.expect("a secret").reveal()), (id, next.as_str()));
    }

    async fn settings_are_saved_and_a_test_message_goes_out(db: TestDatabase) {
        let app = with_another_account(db).await;
        let editor = user(&app, "editor", "demo", Role::Editor).await;
        let path = "/console/demo/settings";
        let page = get(&app, &editor, path).await;
        let changes = [("allowed_origins", "https://www.demo.example\r\nhttps://other.example"), ("guard", "log"), ("guard_settings.too_fast_ms", "1500")];
        let saved = send(&app, &editor, path, &page, &changes).await;
        assert_eq!(location(&saved), "/console/demo/settings?did=saved", "{}", saved.text());
        let settings = app.account("demo").settings.clone();
        assert_eq!(settings.allowed_origins, ["https://www.demo.example", "https://other.example"]);
        assert_eq!((settings.guard, settings.guard_settings.too_fast_ms), (model::GuardMode::Log, 1500));
        for (name, wrong) in [("allowed_origins", "www.demo.example"), ("colour", "red"), ("guard_settings.too_fast_ms", "fast"), ("custom_domains", "localhost")] {
            let page = get(&app, &editor, path).await;
            assert_eq!(send(&app, &editor, path, &page, &[(name, wrong)]).await.status(), 422, "{name}");
        }
        assert_eq!(send(&app, &editor, path, &page, &[("name", "Late House")]).await.status(), 409, "that page was older");
        let sent = post(&app, &editor, "/console/demo/settings/test-mail", &[]).await;
        assert!(location(&sent).contains("/console/demo/deliveries/"));
        let mail = app.nth_mail_to("editor@console.example", 0).await;
        let text = String::from_utf8_lossy(&mail.data).into_owned();
        assert!(text.contains("Test message of Demo Theatre"), "{text}");
    }

    async fn an_automation_says_what_would_happen(db: TestDatabase) {
        let app = with_another_account(db).await;
        let viewer = user(&app, "viewer", "demo", Role::Viewer).await;
        app.sign_up_and_confirm(&crate::app::body("soon@example.org", NEWSLETTER, serde_json::json!({}))).await;
        assert!(get(&app, &viewer, "/console/demo/automations").await.text().contains("WELCOME1"));
        let page = get(&app, &viewer, "/console/demo/automations/WELCOME1?email=soon%40example.org").await.text();
        for wanted in ["after 7 days", "Send a mail", "somebody comes by the form Membership", "mail to soon@example.org: Welcome, friend"] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        let nobody = get(&app, &viewer, "/console/demo/automations/WELCOME1?email=nobody%40example.org").await.text();
        assert!(nobody.contains("There is no contact with that address."));
    }
}
