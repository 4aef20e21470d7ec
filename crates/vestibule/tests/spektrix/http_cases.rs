//! H1 to H35 of the reference, in its order, but for the customer's session (H21, H22).

use testkit::TestDatabase;
use testkit::http::Request;

use crate::fixture::{Door, HIDDEN, P, POST, T, keys, person};

const KEYS: [&str; 16] = [
    "age",
    "billingAddress",
    "deliveryAddress",
    "birthDate",
    "email",
    "firstName",
    "lastName",
    "mobile",
    "name",
    "phone",
    "title",
    "passwordSet",
    "giftAidDeclarationRequired",
    "id",
    "creditBalance",
    "attribute_DietaryRequirements",
];

testkit::both_engines! {
    /// H1 to H15: creating a customer.
    async fn creating(db: TestDatabase) {
        let door = Door::open(&db).await;
        let full = |email: &str| format!(
            r#"{{"email":"{email}","firstName":"Users First Name","lastName":"Users Last Name"}}"#
        );
        // H1
        let made = door.web("POST", "customer", &full("email@domain.com")).await;
        assert_eq!(made.status(), 200, "{}", made.text());
        let text = made.text();
        let places: Vec<_> = KEYS.iter().map(|k| text.find(&format!("\"{k}\":")).expect(k)).collect();
        assert!(places.is_sorted() && made.json().as_object().expect("an object").len() == KEYS.len(), "{text}");
        let customer = made.json();
        assert_eq!((&customer["title"], &customer["name"]), (&"".into(), &"Users First Name Users Last Name".into()));
        assert!(customer["attribute_DietaryRequirements"].is_null());
        let id = customer["id"].as_str().expect("an id");
        let shaped = id.bytes().enumerate().all(|(i, b)| match i {
            0 => b == b'I',
            1 | 6 => b == b'-',
            _ => b.is_ascii_uppercase() || b.is_ascii_digit(),
        });
        assert!(shaped && id.len() == 11, "{id}");
        // H2
        let again = door.web("POST", "customer", &full("EMAIL@DOMAIN.COM")).await;
        assert_eq!(again.status(), 400);
        assert_eq!(
            again.text(),
            r#"{"resourceType":"Customer","resourceIdentifiers":["EMAIL@DOMAIN.COM"],"errorCode":3,"message":"Duplicate Entry"}"#
        );
        // H3
        let any_case = format!(r#"{{"Email":"a@b.co","FirstName":"A","LastName":"B","tags":["{T}"],"submit":"x"}}"#);
        assert_eq!(door.web("POST", "customer", &any_case).await.status(), 200);
        assert_eq!(door.by_email("a@b.co").await.json()["tags"][0]["id"], T);
        // H4, H5
        let empty = door.web("POST", "customer", "{}").await;
        assert_eq!((empty.status(), keys(&empty)), (400, vec!["FirstName".into(), "LastName".into(), "Email".into()]));
        assert_eq!(empty.json()["problems"].as_array().map(Vec::len), Some(3));
        let malformed = door.web("POST", "customer", &person("not-an-email", "")).await;
        assert_eq!((malformed.status(), keys(&malformed)), (400, vec!["Email".to_owned()]));
        // H6 to H11: each with an address of its own; what is stored or what is wrong.
        let long = format!(r#","firstName":"{}""#, "x".repeat(31));
        let fits = format!(r#","firstName":"{}""#, "x".repeat(30));
        let diet = "Attribute_Dietary Requirements";
        for (n, (more, expected)) in [
            (long.as_str(), Err("FirstName")),
            (&fits, Ok(("firstName", "x".repeat(30).into()))),
            (r#","birthDate":"""#, Ok(("age", serde_json::Value::Null))),
            (r#","birthDate":"1980-01-31""#, Ok(("birthDate", "1980-01-31T00:00:00".into()))),
            (r#","birthDate":"31/01/1980""#, Err("BirthDate")),
            (&format!(r#","{diet}":"Vegan""#), Ok(("attribute_DietaryRequirements", "Vegan".into()))),
            (r#","Attribute_Shoe Size":"9""#, Err("Attribute_Shoe Size")),
            (&format!(r#","tags":["{HIDDEN}"]"#), Err("Tags")),
            (r#","AgreedStatements":["201AXXXX"]"#, Err("AgreedStatements")),
        ]
        .into_iter()
        .enumerate()
        {
            let email = format!("case{n}@b.co");
            let answer = door.web("POST", "customer", &person(&email, more)).await;
            match expected {
                Ok((key, value)) => {
                    assert_eq!((answer.status(), &answer.json()[key]), (200, &value), "{more}");
                    assert_eq!(answer.json()["age"].is_i64(), more.contains("1980"), "{more}");
                }
                Err(key) => {
                    assert_eq!((answer.status(), keys(&answer)), (400, vec![key.to_owned()]), "{more}");
                    // H12: nothing is stored.
                    assert_eq!(door.by_email(&email).await.status(), 404, "{more}");
                }
            }
        }
        // H13
        let hidden = person("h13@b.co", &format!(r#","tags":["{HIDDEN}"]"#));
        assert_eq!(door.owner("POST", "customers", &hidden).await.status(), 200);
        assert_eq!(door.by_email("h13@b.co").await.json()["tags"][0]["name"], "RFV");
        // H14, H15
        let agreeing = person("h14@b.co", &format!(r#","AgreedStatements":["{P}"]"#));
        let id = door.web("POST", "customer", &agreeing).await.json()["id"].as_str().expect("an id").to_owned();
        let read = door.owner("GET", &format!("customers/{id}?$expand=AllStatements"), "").await.json();
        let answers = |v: &serde_json::Value| (v["allStatements"][0]["agreed"].clone(), v["allStatements"][1]["agreed"].clone());
        assert_eq!(answers(&read), (true.into(), false.into()));
        assert_eq!(answers(&door.by_email("a@b.co").await.json()), (false.into(), false.into()));
    }

    /// H16 to H20: who may read what.
    async fn reading(db: TestDatabase) {
        let door = Door::open(&db).await;
        door.web("POST", "customer", &person("email@domain.com", "")).await;
        // H16, H17
        let found = door.owner("GET", "customers?email=EMAIL@domain.com", "").await;
        assert_eq!((found.status(), found.json()["email"].as_str()), (200, Some("email@domain.com")));
        let missing = door.owner("GET", "customers?email=nobody@domain.com", "").await;
        assert_eq!((missing.status(), missing.json()["errorCode"].as_i64()), (404, Some(1)));
        assert_eq!(keys(&door.owner("GET", "customers", "").await), ["Email"]);
        // A raw plus.
        door.web("POST", "customer", &person("plus+tag@domain.com", "")).await;
        assert_eq!(door.owner("GET", "customers?email=plus+tag@domain.com", "").await.status(), 200);
        // H18, H19, H20
        for (method, path, body) in [
            ("GET", "customers?email=email@domain.com", ""),
            ("POST", "customers", "{}"),
            ("GET", "customer", ""),
        ] {
            let refused = door.web(method, path, body).await;
            assert_eq!((refused.status(), refused.json()[0]["key"].as_str()), (401, Some("Message")), "{method} {path}");
        }
        assert_eq!(door.owner("POST", "customer", &person("x@y.co", "")).await.status(), 401);
        assert_eq!(door.by_email("x@y.co").await.status(), 404);
        // Both secrets of the login live; paths in any case, with a slash at the end.
        let id = found.json()["id"].as_str().expect("an id").to_owned();
        assert_eq!(door.signed(crate::fixture::SECOND, "GET", &format!("customers/{id}"), "").await.status(), 200);
        assert_eq!(door.owner("GET", &format!("Customers/{}/", id.to_lowercase()), "").await.json()["id"], id);
        assert_eq!(door.owner("GET", &format!("customers/{id}?$expand=1"), "").await.status(), 200);
        assert_eq!(door.owner("GET", &format!("customers/{id}/orders"), "").await.text(), "[]");
        assert_eq!(door.owner("DELETE", &format!("customers/{id}"), "").await.status(), 405);
        assert_eq!(door.owner("GET", "customers/I-0000-0000", "").await.status(), 404);
        // H27
        let web = door.web("GET", "tag-groups", "").await;
        assert!(web.header("ETag").is_some() && web.header("Cache-Control") == Some("private, no-cache"));
        assert_eq!(web.json().as_array().map(Vec::len), Some(1));
        let signed = door.owner("GET", "tag-groups", "").await.json();
        assert_eq!((signed[1]["name"].as_str(), signed[1]["web"].as_bool()), (Some("Campaigns"), Some(false)));
        assert_eq!(door.web("GET", "tags", "").await.json().as_array().map(Vec::len), Some(1));
        assert_eq!(door.web("GET", "statements", "").await.json()[0]["text"], "Email me");
        assert_eq!(door.web("GET", "countries/gb", "").await.json()["postcodeRequired"], true);
        let tag = web.header("ETag").expect("a tag").to_owned();
        let kept = Request::get("/apitesting/api/v3/tag-groups").header("If-None-Match", &tag).send(door.at()).await;
        assert_eq!(kept.expect("answered").status(), 304);
    }

    /// H23 to H29: tags, statements and changes.
    async fn changing(db: TestDatabase) {
        let door = Door::open(&db).await;
        let made = door.owner("POST", "customers", &format!("[{}]", person("email@domain.com", ""))).await;
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        let own = |rest: &str| format!("customers/{id}{rest}");
        let tag = format!(r#"{{"id":"{T}"}}"#);
        // H23
        for _ in 0..2 {
            let added = door.owner("POST", &own("/tags"), &tag).await;
            assert_eq!((added.status(), added.text()), (200, format!(r#"{{"id":"{T}","name":"Silver Member"}}"#)));
        }
        assert_eq!(door.owner("GET", &own("/tags"), "").await.json().as_array().map(Vec::len), Some(1));
        // An array with an unknown id changes nothing.
        let mixed = format!(r#"[{{"id":"{HIDDEN}"}},{{"id":"1Aunknown"}}]"#);
        assert_eq!(door.owner("POST", &own("/tags"), &mixed).await.status(), 404);
        assert_eq!(door.owner("POST", &own("/tags"), &format!(r#"["{HIDDEN}"]"#)).await.json()[0]["name"], "RFV");
        let replaced = door.owner("PUT", &own("/tags"), &format!("[{tag}]")).await;
        assert_eq!(replaced.json().as_array().map(Vec::len), Some(1));
        assert_eq!(door.owner("GET", &own("/tags"), "").await.json()[0]["id"], T);
        // H24, in both orders
        for path in [format!("customers/tags/{T}?id={id}"), own(&format!("/tags/{T}"))] {
            for body in ["", "{}"] {
                let gone = door.owner("DELETE", &path, body).await;
                assert_eq!((gone.status(), gone.body.len()), (204, 0), "{path}");
            }
        }
        assert_eq!(door.owner("GET", &own("/tags"), "").await.text(), "[]");
        assert_eq!(door.owner("DELETE", &own("/tags"), "[]").await.status(), 400);
        // H25, H26
        let agreed = door.owner("POST", &own("/agreed-statements"), &format!(r#"[{{"id":"{P}"}}]"#)).await;
        assert_eq!((agreed.status(), agreed.json()[0]["id"].as_str()), (200, Some(P)));
        let both = door.owner("POST", &own("/agreed-statements"), &format!(r#"{{"id":"{POST}"}}"#)).await;
        assert_eq!(both.json().as_array().map(Vec::len), Some(2));
        let gone = door.owner("DELETE", &own(&format!("/agreed-statements/{POST}")), r#"{"lol": "lel"}"#).await;
        assert_eq!(gone.status(), 204);
        assert_eq!(door.owner("GET", &own("/agreed-statements"), "").await.json().as_array().map(Vec::len), Some(1));
        let none = door.owner("PUT", &own("/agreed-statements"), "[]").await;
        assert_eq!((none.status(), none.text().as_str()), (200, "[]"));
        assert_eq!(door.owner("POST", &own("/agreed-statements"), r#"["1Anone"]"#).await.status(), 404);
        // H28, H29
        // In an array of one, as the published spektrixpython sends everything.
        let set = r#"[{"birthDate":"1980-01-31","phone":"1"}]"#;
        assert!(door.owner("PATCH", &own(""), set).await.json()["age"].is_i64());
        let patched = door.owner("PATCH", &own(""), r#"{"birthDate":null,"mobile":"07000"}"#).await;
        let customer = patched.json();
        assert_eq!(patched.status(), 200);
        assert_eq!(
            (&customer["birthDate"], &customer["mobile"], &customer["phone"], &customer["firstName"]),
            (&serde_json::Value::Null, &"07000".into(), &"1".into(), &"A".into())
        );
        let refused = door.owner("PATCH", &own(""), &format!(r#"{{"AgreedStatements":["{P}"]}}"#)).await;
        assert_eq!((refused.status(), keys(&refused)), (400, vec!["AgreedStatements".to_owned()]));
        assert_eq!(keys(&door.owner("PATCH", &own(""), r#"{"lastName":" "}"#).await), ["LastName"]);
        // A new address, unless somebody else has it; the id stays.
        door.web("POST", "customer", &person("taken@domain.com", "")).await;
        let taken = door.owner("PATCH", &own(""), r#"{"email":"Taken@domain.com","phone":"2"}"#).await;
        assert_eq!((taken.status(), taken.json()["message"].as_str()), (400, Some("Duplicate Entry")));
        assert_eq!(door.owner("GET", &own(""), "").await.json()["phone"], "1");
        let moved = door.owner("PATCH", &own(""), r#"{"email":"new@domain.com","phone":"3"}"#).await.json();
        assert_eq!((&moved["email"], &moved["phone"], moved["id"].as_str()), (&"new@domain.com".into(), &"3".into(), Some(id.as_str())));
        assert_eq!(door.by_email("email@domain.com").await.status(), 404);
    }

    /// Section 7.4: addresses.
    async fn addresses(db: TestDatabase) {
        let door = Door::open(&db).await;
        let made = door.owner("POST", "customers", &person("email@domain.com", "")).await;
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        let base = format!("customers/{id}/addresses");
        let home = r#"{"line1":"1 Road","town":"Leeds","country":"GB","postcode":"LS1","isBilling":false}"#;
        let first = door.owner("POST", &base, home).await;
        assert_eq!((first.status(), first.json()["isBilling"].as_bool()), (200, Some(true)), "{}", first.text());
        let second = door.owner("POST", &base, &format!("[{home}]")).await.json();
        assert_eq!((second[0]["isBilling"].as_bool(), second[0]["country"]["isoCode"].as_str()), (Some(false), Some("GB")));
        let (one, two) = (first.json()["id"].clone(), second[0]["id"].clone());
        let (one, two) = (one.as_str().expect("an id").to_owned(), two.as_str().expect("an id").to_owned());
        assert_eq!(one.len(), 33);
        let patched = door.owner("PATCH", &format!("{base}/{two}"), r#"{"town":"York","country":"FR"}"#).await.json();
        assert_eq!((patched["town"].as_str(), patched["country"]["isoCode"].as_str()), (Some("York"), Some("GB")));
        let shown = door.owner("GET", &format!("customers/{id}"), "").await.json();
        assert_eq!(shown["billingAddress"]["id"], one);
        assert_eq!(door.owner("DELETE", &format!("{base}/{one}"), "").await.status(), 204);
        let left = door.owner("GET", &base, "").await.json();
        assert_eq!((left.as_array().map(Vec::len), left[0]["isDelivery"].as_bool()), (Some(1), Some(true)));
        assert_eq!(keys(&door.owner("POST", &base, "{}").await), ["Country", "Line1", "Town"]);
        assert_eq!(door.owner("PUT", &base, "[]").await.text(), "[]");
        assert_eq!(door.owner("DELETE", &format!("{base}/{two}"), "").await.status(), 404);
    }

    /// H30 to H33: the integrated form.
    async fn integrated_form(db: TestDatabase) {
        let door = Door::open(&db).await;
        let base = "FirstName=A&LastName=B&Email=new@x.co&ReturnUrl=https://site/ok?a=1";
        let made = door.form(base).await;
        assert_eq!((made.status(), made.header("Location")), (302, Some("https://site/ok?a=1")));
        let customer = door.by_email("new@x.co").await.json();
        assert_eq!(
            (customer["allStatements"][0]["agreed"].as_bool(), customer["allStatements"][1]["agreed"].as_bool()),
            (Some(true), Some(false))
        );
        let again = door.form(base).await;
        assert_eq!(again.header("Location"), Some("https://site/ok?a=1&Error=EmailExists"));
        for (body, error) in [
            ("LastName=B&ReturnUrl=https://site/", "NoEmail"),
            ("LastName=B&Email=x&ReturnUrl=https://site/", "InvalidEmail"),
            ("Email=y@x.co&ReturnUrl=https://site/", "NoLastName"),
        ] {
            let place = format!("https://site/?Error={error}");
            assert_eq!(door.form(body).await.header("Location"), Some(place.as_str()));
        }
        let evil = door.form("LastName=B&Email=z@x.co&ReturnUrl=https://evil.example/").await;
        assert_eq!((evil.status(), evil.header("Location")), (200, None));
        let page = testkit::http::get(door.at(), "/Apitesting/Website/Secure/SignUp.aspx?resize=true").await.expect("a page");
        assert!(page.status() == 200 && page.text().contains("name=\"Email\""), "{}", page.text());
        // The page speaks the reader's language, and may be framed by the sites that the account names.
        for (query, accept, words) in [
            ("", "cy, en;q=0.5", ["lang=\"cy\"", "Cyfenw", "Cofrestru"]),
            ("", "ar", ["dir=\"rtl\"", "اسم العائلة", "التسجيل"]),
            ("?language=de", "fr", ["lang=\"de\"", "Nachname", "Anmelden"]),
            ("", "nl", ["lang=\"en\"", "Last name", "Sign up"]),
        ] {
            let path = format!("/apitesting/website/secure/signup.aspx{query}");
            let page = Request::get(&path).header("Accept-Language", accept).send(door.at()).await.expect("a page");
            assert!(words.iter().all(|w| page.text().contains(w)), "{query} {accept}: {}", page.text());
            let policy = page.header("Content-Security-Policy").unwrap_or_default();
            assert!(policy.contains("frame-ancestors 'self' https://www.test.example"), "{policy}");
            for (body, status, words) in [
                ("LastName=B", 422, [("cy", "Rhowch eich cyfeiriad e-bost."), ("de", "geben Sie Ihre E-Mail-Adresse ein")]),
                ("LastName=B&Email=new@x.co", 422, [("cy", "cyfrif"), ("de", "schon ein Konto")]),
                ("Email=y@x.co", 422, [("cy", "“Cyfenw”"), ("de", "„Nachname“")]),
            ] {
                let post = Request::post(&path).header("Content-Type", "application/x-www-form-urlencoded");
                let answer = post.header("Accept-Language", accept).body(body).send(door.at()).await.expect("a page");
                assert_eq!(answer.status(), status, "{body}");
                for (language, words) in words {
                    let speaks = answer.text().contains(&format!("lang=\"{language}\""));
                    assert_eq!(answer.text().contains(words), speaks, "{language} {body}: {}", answer.text());
                }
            }
        }
    }

    /// H34, H35 and section 9.
    async fn other_origins(db: TestDatabase) {
        let door = Door::open(&db).await;
        let call = async |method: &str, path: &str, origin: &str| {
            let request = Request::new(method, &format!("/apitesting/api/v3/{path}"));
            let request = request.header("Origin", origin).header("Access-Control-Request-Method", "POST");
            let request = request.header("Access-Control-Request-Headers", "content-type,cache-control");
            request.send(door.at()).await.expect("answered")
        };
        let (ours, theirs) = ("https://www.test.example", "https://evil.example");
        let allowed = call("OPTIONS", "customer", ours).await;
        let header = |r: &testkit::http::Response, name: &str| r.header(name).map(str::to_owned);
        assert_eq!(allowed.status(), 204);
        assert_eq!(header(&allowed, "Access-Control-Allow-Origin").as_deref(), Some(ours));
        assert_eq!(header(&allowed, "Access-Control-Allow-Credentials").as_deref(), Some("true"));
        let names = header(&allowed, "Access-Control-Allow-Headers").unwrap_or_default();
        assert!(names.contains("content-type") && names.contains("cache-control"), "{names}");
        for (method, path, origin, expected) in [
            ("OPTIONS", "customer", theirs, None),
            ("POST", "customer", ours, Some(ours)),
            ("POST", "customer", theirs, None),
            ("GET", "statements", theirs, Some(theirs)),
            ("OPTIONS", "customers", ours, None),
            ("GET", "customers?email=a@b.co", ours, None),
        ] {
            let answer = call(method, path, origin).await;
            assert_eq!(answer.header("Access-Control-Allow-Origin"), expected, "{method} {path} {origin}");
        }
    }
}
