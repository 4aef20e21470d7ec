//! The whole way through a real mail server in its own process, with STARTTLS and AUTH, an account's own server, and DKIM
//! signatures that an independent verifier checks.

use testkit::{TestDatabase, both_engines};
use tokio::process::Command;

use crate::server::{Server, openssl, python, script};
use crate::world::{KEY, World, file, sign_up};

const FILE: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"
[form.actions]
automation = "WELCOME1"

[[automation]]
external_id = "WELCOME1"
name = "Welcome"
steps = [{ send_mail = { subject = "Grüß Gott, {{EmailAddress}}", text = "Guten Tag   \n\n\n", html = "<p>Hello {{EmailAddress}} {{UnsubscribeLink}}</p>" } }]
"#;

const OWN_MAIL: &str = r#"
[mail]
url_env = "THEATRE_MAIL_URL"
return_path = "bounces@theatre.example"
dkim = [
  { domain = "theatre.example", selector = "rsa1", key_file = "rsa.pem" },
  { domain = "theatre.example", selector = "ed1", key_file = "ed.pem" },
]
"#;

both_engines! {
    async fn mail_goes_through_the_accounts_own_server_and_its_signatures_hold(db: TestDatabase) {
        let mut world = World::new(db, "", FILE).await;
        let folder = world.launch.data_dir().to_owned();
        std::fs::write(folder.join("own.toml"), file("theatre", KEY, OWN_MAIL, FILE)).expect("a file");
        let apply = ["account".into(), "apply".into(), folder.join("own.toml").into_os_string()];
        openssl(&folder, "genrsa -out rsa.pem 2048").await;
        let refused = world.refused(apply.clone()).await;
        assert!(refused.contains("ed.pem") && !refused.contains("rsa.pem"), "{refused}");
        openssl(&folder, "genpkey -algorithm ed25519 -out ed.pem").await;
        world.done(apply).await;
        let server = Server::start(&folder, "post").await;
        world.launch = world.launch.clone().setting("THEATRE_MAIL_URL", server.url(&folder.join("post.crt")));
        let running = world.launch.start().await;
        assert_eq!(sign_up(running.address(), KEY, "FORM0001", "ada@post.example", true).await, 200);
        assert_eq!(sign_up(running.address(), KEY, "FORM0001", "bob@post.example", false).await, 200);
        let (confirmation, welcome) = (server.mail(1).await, server.mail(2).await);
        assert!(world.sink.mails().is_empty(), "the installation's server was not asked");

        let said = world.done(["doctor", "mail"]).await;
        let mut records = Vec::new();
        for line in said.lines().filter(|l| l.contains("_domainkey")) {
            let (name, record) = line.trim().split_once(". TXT ").expect("a record");
            records.extend([name.to_owned(), record.trim_matches('"').to_owned()]);
        }
        assert_eq!(records.len(), 4, "{said}");
        assert!(said.contains("theatre.example. TXT \"v=spf1 a:localhost ~all\"") && said.contains("_dmarc."), "{said}");
        for mail in [&confirmation, &welcome] {
            let output = Command::new(python()).arg(script("dkim_verify.py")).arg(mail).args(&records).output().await;
            let output = output.expect("the verifier runs");
            assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "2", "{}", String::from_utf8_lossy(&output.stderr));
        }
        let welcome = std::fs::read_to_string(&welcome).expect("a mail");
        let signed: String = welcome.split("DKIM-Signature:").nth(1).expect("signed").split("bh=").next().expect("h=").into();
        for header in ["list-unsubscribe:", "list-unsubscribe-post", "from:", "message-id", "date", "feedback-id", "auto-submitted"] {
            assert!(signed.contains(header), "{header} in {signed}");
        }
        assert!(welcome.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
        assert!(welcome.contains("/unsubscribe/"));
        for header in ["Feedback-ID: automation_step:theatre:vestibule", "Auto-Submitted: auto-generated", "MIME-Version: 1.0"] {
            assert!(welcome.contains(&format!("\r\n{header}\r\n")), "{header} in {welcome}");
        }
        // Both signatures are of the sender's own domain, or they would count for nothing.
        assert_eq!(welcome.matches("d=theatre.example;").count(), 2, "{welcome}");
    }

    async fn a_certificate_that_does_not_fit_is_seen_and_loses_nothing(db: TestDatabase) {
        let mut world = World::new(db, "[mail]\nurl_env = \"THEATRE_MAIL_URL\"", FILE).await;
        let folder = world.launch.data_dir().to_owned();
        let server = Server::start(&folder, "post").await;
        // Trusting another certificate than the one that the server shows.
        Server::start(&folder, "other").await;
        world.launch = world.launch.clone().setting("THEATRE_MAIL_URL", server.url(&folder.join("other.crt")));
        let running = world.launch.start().await;
        assert_eq!(sign_up(running.address(), KEY, "FORM0001", "ada@post.example", true).await, 206);
        let rows = world.deliveries_until(&[], |rows| rows.len() == 1 && rows[0]["last_error"].is_string()).await;
        assert!(rows[0]["last_error"].as_str().is_some_and(|e| e.starts_with("tls:")), "{rows:?}");
        assert_eq!(rows[0]["state"], "owed");
        running.terminate();
        running.end().await;
        world.launch = world.launch.clone().setting("THEATRE_MAIL_URL", server.url(&folder.join("post.crt")));
        let _running = world.launch.start().await;
        world.done(["deliveries", "replay", &rows[0]["id"].to_string()]).await;
        server.mail(1).await;
    }
}
