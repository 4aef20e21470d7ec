//! The commands around the door: callers, moving in and out, where sign-ups came from, what refuses a website.

use testkit::TestDatabase;
use testkit::http::Request;

use crate::fixture::{Door, HIDDEN, P, T, person};

testkit::both_engines! {
    /// A secret is shown once, works at once, and two live side by side during a rotation.
    async fn callers(db: TestDatabase) {
        let door = Door::open(&db).await;
        let account = ["--account", "apitesting"];
        let command = async |arguments: &[&str]| door.command(&[&["api-user"], arguments, &account].concat()).await;
        let secret_of = |said: &str| said.lines().find_map(|l| l.strip_prefix("New: ")).map(str::to_owned);
        let (ok, said, _) = command(&["create", "New"]).await;
        let first = secret_of(&said).expect("a secret");
        assert!(ok && !command(&["create", "new"]).await.0);
        let (_, said, _) = command(&["rotate", "New"]).await;
        let second = secret_of(&said).expect("a secret");
        let (_, _, said) = command(&["rotate", "New"]).await;
        assert!(said.contains("two secrets already"), "{said}");
        let works = async |secret: &str, wanted: u16| {
            // The server learns of a change within half a second.
            for _ in 0..200 {
                if door.signed_as("New", secret, "GET", "tags", "").await.status() == wanted {
                    return true;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            false
        };
        assert!(works(&first, 200).await && works(&second, 200).await);
        assert!(command(&["revoke", "New", "--old"]).await.0);
        assert!(works(&first, 401).await && works(&second, 200).await);
        let (_, list, _) = command(&["list"]).await;
        assert!(list.contains("spektrix\tNew") && list.contains("TestLogin") && !list.contains(&second), "{list}");
        assert!(command(&["revoke", "New"]).await.0 && works(&second, 401).await);
        // A login that is held to reading reads.
        let (_, said, why) = command(&["create", "Reader", "--scopes", "contacts:read"]).await;
        let reader = said.lines().find_map(|l| l.strip_prefix("Reader: ")).expect(&why).to_owned();
        let mut read = door.signed_as("Reader", &reader, "GET", "tags", "").await;
        for _ in 0..200 {
            if read.status() == 200 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            read = door.signed_as("Reader", &reader, "GET", "tags", "").await;
        }
        assert_eq!(read.status(), 200);
        let refused = door.signed_as("Reader", &reader, "POST", "customers", &person("reader@b.co", "")).await;
        assert_eq!((refused.status(), refused.json()["errorCode"].as_i64()), (403, Some(4)), "{}", refused.text());
        assert_eq!(door.by_email("reader@b.co").await.status(), 404);
        // When each was used last, as of the end of the server.
        let Door { launch, running } = door;
        running.terminate();
        assert!(running.end().await.status.success());
        let list = launch.run(["api-user", "list", "--account", "apitesting"]).await;
        let list = String::from_utf8_lossy(&list.stdout).into_owned();
        let year = &crate::fixture::date(0)[12..16];
        for start in ["spektrix\tReader\tcontacts:read\t", "spektrix\tTestLogin\t-\t"] {
            assert!(list.contains(&format!("{start}{year}-")), "{start} in {list}");
        }
        assert!(!list.contains(&reader), "a secret is shown once");
    }

    /// Customers move in with their ids, and a second run doubles nothing.
    async fn moving_in(db: TestDatabase) {
        let door = Door::open(&db).await;
        let file = door.launch.data_dir().join("people.csv");
        let rows = "CustomerId,Email,FirstName,LastName,Attribute_Dietary Requirements,Tags,Statement email,Statement email at,Statement email source\r\n\
            I-AK11-1ATK,one@b.co,One,Person,Vegan,Silver Member;RFV,yes,2019-05-06,Old website\r\n\
            i-k222-7wrs,two@b.co,Two,\"Per, son\",,,no,,\r\n\
            ,three@b.co,Three,,,,,,\r\n\
            I-AAAA-AAAA,not-an-address,X,,,,,,\r\n\
            I-BBBB-BBBB,four@b.co,X,,,No such tag,,,\r\n\
            I-CCCC-CCCC,one@b.co,Again,,,,,,\r\n\
            I-DDDD-DDDD,five@b.co,X,,,,perhaps,,\r\n";
        std::fs::write(&file, rows).expect("written");
        let path = file.to_str().expect("text");
        let import = async |more: &[&str]| door.command(&[&["contacts", "import", path, "--account", "apitesting"], more].concat()).await;
        let (_, plan, _) = import(&["--dry-run"]).await;
        assert!(plan.contains("3 new, 0 known already, 4 not to be taken"), "{plan}");
        assert_eq!(door.by_email("one@b.co").await.status(), 404);
        let (ok, said, _) = import(&[]).await;
        assert!(!ok && said.contains("Taken in: 3 new, 0 changed, 0 as they were"), "{said}");
        let rejected = std::fs::read_to_string(file.with_extension("rejected.csv")).expect("a file");
        let lines: Vec<_> = rejected.lines().skip(1).map(|l| l.split(',').next().unwrap_or_default()).collect();
        assert_eq!(lines, ["5", "6", "7", "8"], "{rejected}");
        let (_, said, _) = import(&[]).await;
        assert!(said.contains("Taken in: 0 new, 0 changed, 3 as they were"), "{said}");
        let one = door.owner("GET", "customers/i-ak11-1atk?$expand=tags,AllStatements", "").await.json();
        assert_eq!((one["id"].as_str(), one["attribute_DietaryRequirements"].as_str()), (Some("I-AK11-1ATK"), Some("Vegan")));
        assert_eq!((one["tags"].as_array().map(Vec::len), one["allStatements"][0]["agreed"].as_bool()), (Some(2), Some(true)));
        assert_eq!(door.by_email("two@b.co").await.json()["lastName"], "Per, son");
        let (_, ours, _) = door.command(&["contacts", "export", "--account", "apitesting"]).await;
        // What was taken back here since is not agreed to by the old file.
        door.owner("DELETE", &format!("customers/I-AK11-1ATK/agreed-statements/{P}"), "").await;
        import(&[]).await;
        assert_eq!(door.by_email("one@b.co").await.json()["allStatements"][0]["agreed"], false);
        // Out and in again.
        let (_, exported, _) = door.command(&["contacts", "export", "--account", "apitesting"]).await;
        assert!(exported.contains("I-AK11-1ATK,one@b.co") && exported.lines().count() == 4, "{exported}");
        assert!(ours.contains(",yes,2019-05-06T00:00:00Z,"), "with the date of the answer: {ours}");
        std::fs::write(&file, exported).expect("written");
        let (ok, said, why) = import(&[]).await;
        assert!(ok && said.contains("3 known already"), "{said}{why}");
    }

    /// Each import makes a group, columns of other names are mapped, and an import that is killed goes on where it was.
    async fn groups_of_imports(db: TestDatabase) {
        let door = Door::open(&db).await;
        let account = ["--account", "apitesting"];
        let command = async |arguments: &[&str]| door.command(&[arguments, &account[..]].concat()).await;
        let path = |name: &str| door.launch.data_dir().join(name).to_str().expect("text").to_owned();
        let small = path("small.csv");
        std::fs::write(&small, "Konto,Vorname,Notiz\r\none@g.co,Eins,x\r\ntwo@g.co,Zwei,y\r\n").expect("written");
        let (ok, _, why) = command(&["contacts", "import", &small]).await;
        assert!(!ok && why.contains("Konto"), "{why}");
        let map = ["--map", "Konto=Email", "--map", "Vorname=FirstName", "--map", "Notiz=-", "--name", "Spring"];
        let (ok, said, why) = command(&[&["contacts", "import", &small], &map[..]].concat()).await;
        assert!(ok && said.contains("2 new"), "{said}{why}");
        let big = path("big.csv");
        let rows: Vec<String> = (0..4_000).map(|n| format!("many{n}@g.co,Many {n}\r\n")).collect();
        std::fs::write(&big, format!("Email,FirstName\r\n{}", rows.concat())).expect("written");
        let groups = async || -> Vec<Vec<String>> {
            let (_, said, _) = command(&["contacts", "groups"]).await;
            said.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
        };
        let import = [&["contacts", "import", &big], &account[..]].concat();
        let running = door.launch.clone().arguments(import.iter().copied()).spawn();
        let mut taken = 0;
        for _ in 0..100 {
            if let Some(group) = groups().await.iter().find(|g| g[4] == "big.csv") {
                taken = group[3].parse().expect("a number");
                if taken > 0 {
                    break;
                }
            }
        }
        running.kill().await;
        let (ok, said, why) = command(&["contacts", "import", &big]).await;
        assert!(ok, "{said}{why}");
        let all = groups().await;
        let of = |name: &str| all.iter().filter(|g| g[4] == name).map(|g| (g[2].as_str(), g[3].as_str())).collect::<Vec<_>>();
        assert_eq!(of("Spring"), [("done", "2")]);
        if taken < 4_000 {
            assert!(said.contains("goes on behind row"), "{said}");
            assert_eq!(of("big.csv"), [("done", "4000")]);
        }
        let exported = async |name: &str| -> Vec<String> {
            let group = all.iter().rfind(|g| g[4] == name).expect("a group");
            let (ok, said, why) = command(&["contacts", "export", "--group", &group[0]]).await;
            assert!(ok, "{why}");
            said.lines().skip(1).filter_map(|l| l.split(',').nth(1)).map(str::to_owned).collect()
        };
        assert_eq!(exported("Spring").await, ["one@g.co", "two@g.co"]);
        let mut many = exported("big.csv").await;
        many.sort();
        many.dedup();
        assert_eq!(many.len(), 4_000, "nobody is doubled, nobody is lost");
        assert_eq!(door.by_email("one@g.co").await.json()["firstName"], "Eins");
    }

    /// Where people came from is kept, a ballot is listed in the order of entry, and unknown keys are counted.
    async fn what_came_in(db: TestDatabase) {
        let door = Door::open(&db).await;
        for n in 0..3 {
            let body = person(&format!("entry{n}@b.co"), &format!(r#","tags":["{HIDDEN}"],"postcode":"LS1""#));
            door.owner("POST", "customers", &body).await;
        }
        let page = "https://www.test.example/join?utm_source=leaflet";
        let request = Request::post("/apitesting/api/v3/customer").header("Referer", page);
        request.body(person("web@b.co", &format!(r#","tags":["{T}"]"#))).send(door.at()).await.expect("answered");
        let account = ["--account", "apitesting"];
        let (_, by_page, _) = door.command(&[&["sign-ups", "--since", "7d", "--by", "origin"], &account[..]].concat()).await;
        assert!(by_page.contains("3\t3\t(not known)") && by_page.contains("1\t1\thttps://www.test.example/join\n"), "{by_page}");
        let (_, by_source, _) = door.command(&[&["sign-ups", "--by", "source"], &account[..]].concat()).await;
        assert!(by_source.contains("1\t1\tleaflet"), "{by_source}");
        let (_, ballot, _) = door.command(&[&["contacts", "export", "--tag", "rfv"], &account[..]].concat()).await;
        let entries: Vec<_> = ballot.lines().skip(1).filter_map(|l| l.split(',').nth(1)).collect();
        assert_eq!(entries, ["entry0@b.co", "entry1@b.co", "entry2@b.co"]);
        let metrics = testkit::http::get(door.running.ops_address(), "/metrics").await.expect("answered").text();
        assert!(metrics.contains("vestibule_unknown_keys_total{account=\"apitesting\",key=\"postcode\"} 3"), "{metrics}");
    }

    /// `doctor` names the list that refuses.
    async fn what_refuses_a_website(db: TestDatabase) {
        let door = Door::open(&db).await;
        let ask = async |origin: &str| door.command(&["doctor", "--client", "apitesting", "--origin", origin]).await;
        let (ok, said, why) = ask("https://www.test.example").await;
        assert!(ok && said.contains("allowed_origins names it") && said.contains("allowed_return_hosts"), "{said}{why}");
        let (ok, _, why) = ask("https://elsewhere.example").await;
        assert!(!ok && why.contains("refused by allowed_origins") && why.contains("refused by allowed_return_hosts"), "{why}");
    }
}
