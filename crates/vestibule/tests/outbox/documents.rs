//! What `docs/mail.md` and `docs/automations.md` show is what the program takes: their examples, run.

use testkit::{TestDatabase, both_engines};

use crate::server::{Server, openssl};
use crate::world::{KEY, World, file, sign_up};

/// The blocks of a document in a language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = document;
    while let Some((_, after)) = rest.split_once(&format!("```{language}\n")) {
        let (block, after) = after.split_once("```").expect("a block ends");
        found.push(block.to_owned());
        rest = after;
    }
    found
}

/// The commands of a document, as arguments behind the program's name.
fn commands(document: &str) -> Vec<Vec<String>> {
    let blocks = blocks(document, "sh");
    let lines = blocks.iter().flat_map(|block| block.lines()).map(|line| line.split('#').next().unwrap_or("").trim());
    lines
        .filter_map(|line| line.strip_prefix("vestibule "))
        .map(|c| c.split(' ').map(str::to_owned).collect())
        .collect()
}

const MAIL: &str = include_str!("../../../../docs/mail.md");
const AUTOMATIONS: &str = include_str!("../../../../docs/automations.md");

both_engines! {
    async fn mail(db: TestDatabase) {
        let form = "\n[[form]]\nexternal_id = \"FORM0001\"\nname = \"News\"\n";
        let mut world = World::new(db, "", form).await;
        let folder = world.launch.data_dir().to_owned();
        for line in MAIL.lines().filter_map(|l| l.split('`').find(|part| part.starts_with("openssl "))) {
            openssl(&folder, line.strip_prefix("openssl ").expect("so")).await;
        }
        let settings = blocks(MAIL, "toml").remove(0);
        let rest = file("demo", KEY, "", form);
        let rest = rest.split_once("[[api_user]]").expect("a caller").1;
        let settings = settings.replace("[account]", "[account]\nslug = \"demo\"\nname = \"Demo\"\nexternal_id = \"demo\"");
        let server = Server::start(&folder, "post").await;
        world.launch = world.launch.clone().setting("DEMO_MAIL_URL", server.trusted("&timeout=3")).setting("VESTIBULE_MAIL_WAIT", "0");
        world.apply(&format!("{settings}\n[[api_user]]{}", rest.replace(KEY, "77777777-2222-4333-8444-555555555555"))).await;
        let running = world.launch.start().await;
        let key = "77777777-2222-4333-8444-555555555555";
        for email in ["gone@post.example", "later@post.example", "later2@post.example", "ada@post.example"] {
            sign_up(running.address(), key, "FORM0001", email, true).await;
        }
        let taken = server.mail_to("ada@post.example").await;
        assert!(taken.envelope.contains("X-Envelope-From: bounces@demo.example"), "{}", taken.envelope);
        assert!(taken.mail.contains("d=demo.example; s=v1;"), "{}", taken.mail);
        let noted = |rows: &[serde_json::Value]| rows.iter().filter(|r| r["last_error"].is_string()).count() == 3;
        let rows = world.deliveries_until(&["--account", "demo"], noted).await;
        let id = |to: &str| rows.iter().find(|r| r["payload"]["to"].to_string().contains(to)).expect("a row")["id"].to_string();
        let doctor = MAIL.split('`').find(|part| part.starts_with("vestibule doctor mail")).expect("the command");
        let said = world.done(doctor.split(' ').skip(1)).await;
        for record in ["demo.example. TXT \"v=spf1 a:localhost ~all\"", "v1._domainkey.demo.example. TXT \"v=DKIM1; k=rsa; p=", "_dmarc.demo.example. TXT \"v=DMARC1; p=none"] {
            assert!(said.contains(record), "{record} in {said}");
        }
        let commands = commands(MAIL);
        assert_eq!(commands.len(), 5);
        for (to, command) in ["gone@", "gone@", "later@", "later2@", "anybody"].into_iter().zip(commands) {
            let command = command.into_iter().map(|part| if part == "4711" { id(to) } else { part });
            let command: Vec<_> = command.chain(["--account".into(), "demo".into()]).collect();
            let said = world.done(&command).await;
            assert!(to != "gone@" || said.contains("permanent_recipient"), "{command:?}: {said}");
        }
        server.mail_to("later@post.example").await;
        let left = world.deliveries_until(&["--account", "demo", "--state", "withdrawn"], |rows| rows.len() == 1).await;
        assert_eq!(left[0]["id"].to_string(), id("later2@"));
        let metrics = testkit::http::get(running.ops_address(), "/metrics").await.expect("an answer").text();
        let named = MAIL.split('`').filter(|p| p.starts_with("vestibule_") && p.chars().all(|c| c.is_ascii_lowercase() || "_{},".contains(c)));
        let mut count = 0;
        for name in named {
            let name = name.split('{').next().unwrap_or(name);
            assert!(metrics.contains(name), "{name} in {metrics}");
            count += 1;
        }
        assert!(count >= 3, "the document names the metrics");
    }

    async fn mjml(db: TestDatabase) {
        let form = |html: &str| format!(
            "\n[[form]]\nexternal_id = \"FORM0001\"\nname = \"News\"\n[form.signup]\nconfirmation_html = \"\"\"\n{html}\"\"\"\n\
             [[automation]]\nexternal_id = \"WELCOME1\"\nname = \"W\"\nsteps = [{{ send_mail = {{ subject = \"S\", text = \"T\", \
             html = \"<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{{{EmailAddress}}}}</mj-text></mj-column></mj-section></mj-body></mjml>\" }} }}]\n"
        );
        let good = "<mjml>\n <mj-body><mj-section><mj-column>\n  <mj-text>Welcome & hello</mj-text>\n  \
            <mj-button href=\"{{ConfirmLink}}\">Yes</mj-button>\n </mj-column></mj-section></mj-body>\n</mjml>\n";
        let world = World::new(db, "", &form(good)).await;
        let bad = good.replace("<mj-text>", "<mj-txt>");
        let path = world.launch.data_dir().join("bad.toml");
        std::fs::write(&path, file("theatre", KEY, "", &form(&bad))).expect("written");
        let said = world.refused(["account".into(), "apply".into(), path.into_os_string()]).await;
        assert!(said.contains("has the unknown element <mj-txt> in line 3, column 3 of the text"), "{said}");
        let running = world.launch.start().await;
        sign_up(running.address(), KEY, "FORM0001", "ada@post.example", true).await;
        let mail = world.sink.wait_for_mail_to("ada@post.example").await;
        let (html, confirm) = (mail.html(), mail.link("/confirm/").expect("in the text part too"));
        assert!(html.contains("<table") && html.contains(&format!("href=\"{confirm}\"")) && html.contains("/not-me/"), "{html}");
        assert!(!html.contains("<mj-"), "{html}");
        assert!(!html.contains("fonts.googleapis"), "opening a mail asks nobody else: {html}");
        sign_up(running.address(), KEY, "FORM0001", "bob@post.example", false).await;
        world.done(["automation", "add", "WELCOME1", "--contact", "bob@post.example"]).await;
        let mail = world.sink.wait_for_mail_to("bob@post.example").await;
        assert!(mail.html().contains(">Hi bob@post.example</div>"), "{}", mail.html());
    }

    async fn automations(db: TestDatabase) {
        let more = "\n[[form]]\nexternal_id = \"FORM0001\"\nname = \"News\"\n[form.actions]\nautomation = \"WELCOME1\"\n";
        let marks = "\n[[tag_group]]\nname = \"More\"\ntags = [{ name = \"VIP\" }, { name = \"Came already\" }]\n";
        let example = blocks(AUTOMATIONS, "toml").remove(0);
        let world = World::new(db, "", &format!("{marks}{more}{example}")).await;
        let running = world.launch.start().await;
        sign_up(running.address(), KEY, "FORM0001", "ada@post.example", false).await;
        let mail = world.sink.wait_for_mail_to("ada@post.example").await;
        assert_eq!(mail.subject(), "Welcome, Ada");
        let commands = commands(AUTOMATIONS);
        assert!(commands.len() >= 2, "{commands:?}");
        for command in commands {
            let said = world.done(&command).await;
            assert!(!said.trim().is_empty(), "{command:?}");
        }
        // The whole example passes a check of every merge field and list that it names.
        let broken = example.replace("{{FirstName", "{{FristName");
        std::fs::write(world.launch.data_dir().join("x.toml"), file("theatre", KEY, "", &format!("{marks}{more}{broken}"))).expect("written");
        let mut apply = vec!["account".into(), "apply".into()];
        apply.push(world.launch.data_dir().join("x.toml").into_os_string());
        let said = world.refused(apply).await;
        assert!(said.contains("did you mean `FirstName`?") && said.contains("x.toml:"), "{said}");
    }
}
