//! Every fault with its place and words. In each case the text stands below a valid `[account]`, from line 3 on, unless it has
//! one of its own.

mod support;

use account_file::parse;
use support::{DEMO, parsed};

/// The faults of a text, each as `line:column: message`.
fn faults(text: &str) -> Vec<String> {
    let whole = if text.contains("[account]") { text.to_owned() } else { format!("[account]\nslug = \"a\"\n{text}") };
    let found = parse(&whole, "f.toml").err().unwrap_or_default();
    found.iter().map(|f| f.to_string().trim_start_matches("f.toml:").to_owned()).collect()
}

#[track_caller]
fn assert_faults(text: &str, expected: &[&str]) {
    assert_eq!(faults(text), expected, "in:\n{text}");
}

#[test]
fn the_document() {
    assert_faults("[account]\nslug = \"a\"\nslug = \"b\"", &["3:1: duplicate key"]);
    assert_faults("[account]\nname = 'a\n", &["2:10: invalid literal string, expected `'`"]);
    assert_faults("# [account]", &["1:1: the file needs `account`"]);
    assert_faults("account = 1 # [account]", &["1:11: `account` must be a table, not a whole number"]);
    assert_faults("[[account]]\nslug = 'a' # [account]", &["1:1: `account` must be a table, not a list"]);
    assert_faults("account.name = \"[account]\"", &["1:1: [account] needs `slug`"]);
    assert_faults("[field]", &["3:1: `field` must be a list of tables, [[field]], not a table"]);
    assert_faults(
        "field = ['x']\n[account]\nslug = 'a'",
        &["1:10: `field` must be a list of tables, [[field]], not a string"],
    );
    assert_faults(
        "[[feild]]\n[zzzzzzzz]",
        &[
            "3:3: unknown key `feild` in the file; did you mean `field`?",
            "4:2: unknown key `zzzzzzzz` in the file; known here: account, mail, guard, api_user, field, tag_group, mailing_list, \
             statement, automation, form, webhook",
        ],
    );
    // Columns count characters, also behind a byte order mark.
    assert_faults(
        "\u{feff}account = { slug = 'ü', x = 1 } # [account]",
        &[
            "1:20: `slug` must be lower-case letters, digits and inner hyphens, up to 63, not `ü`",
            "1:25: unknown key `x` in [account]; known here: slug, name, external_id, from, language, privacy_url, logo_url, \
         colour, statement_control, allowed_origins, allowed_return_hosts, custom_domains, guard, confirm_web_sign_ups, welcome_mail, \
         conceal_duplicates, conceal_existing, conceal_unknown, bot_rules, \
         exempt_networks, second_factor, alert_to",
        ],
    );
}

#[test]
fn account_and_mail() {
    assert_faults(
        "[account]\nname = 7",
        &["1:1: [account] needs `slug`", "2:8: `name` must be a string, not a whole number"],
    );
    assert_faults(
        "[account]\nslug = \"console\"",
        &["2:8: `slug` cannot be `console`: that path belongs to Vestibule itself"],
    );
    assert_faults(
        "from = \"Demo\"\nprivacy_url = \"demo.example\"\nallowed_origins = [\"https://a.example/\", \"*\", \"*\", 1]\n\
         allowed_return_hosts = [\"https://a.example\"]\ncustom_domains = [\"localhost\"]\nguard = \"enforced\"\n\
         confirm_web_sign_ups = \"yes\"\nexempt_networks = [\"10.0.0.0/64\"]\nlanguage = \"english\"\ncolour = \"red\"\n",
        &[
            "3:8: `from` must be `Name <address>`, not `Demo`",
            "4:15: `privacy_url` must be an address that starts with https:// or http://, without a user name",
            "5:20: `allowed_origins` is an origin without path or final slash, not `https://a.example/`",
            "5:47: `allowed_origins` names `*` twice",
            "5:52: `allowed_origins` must be a list of strings, not a whole number",
            "6:25: `allowed_return_hosts` must be a host name without scheme, port or path, not `https://a.example`",
            "7:19: `custom_domains` must be a full host name such as `tickets.example.org`, not `localhost`",
            "8:9: `guard` must be one of off, log, enforce, not `enforced`; did you mean `enforce`?",
            "9:24: `confirm_web_sign_ups` must be true or false, not a string",
            "10:20: `exempt_networks` must be a network such as `203.0.113.0/24`, not `10.0.0.0/64`",
            "11:12: `language` must be a language such as `en`, `cy` or `pt-BR`, not `english`",
            "12:10: `colour` must be a colour such as `#7a1f5c`, not `red`",
        ],
    );
    assert_faults(
        "[mail]\nurl_env = \"smtp://user:secret@host\"\nreturn_path = \"x\"\nrate_per_minute = 0\n\
         dkim = [{ domain = \"a.example\", selector = \"v 1\" }]",
        &[
            "4:11: `url_env` must be the name of an environment variable; the variable holds the address",
            "5:15: `return_path` must be an email address, not `x`",
            "6:19: `rate_per_minute` must be a whole number from 1 to 1000000",
            "7:9: `dkim` needs `key_file`",
            "7:44: `selector` must be a DKIM selector such as `v1`, not `v 1`",
        ],
    );
}

#[test]
fn callers_never_show_a_secret() {
    let text = "[[api_user]]\nkind = \"sentori\"\nkey = \"hush-1\"\n[[api_user]]\nkind = \"spektrix\"\nlogin = \"L\"\n\
                secret = \"hush 2\"\n[[api_user]]\nkind = \"native\"\nname = \"N\"\ntoken = \"hush 3\"\n\
                [[api_user]]\nkind = \"natve\"\ntoken = \"hush-4\"\n[[api_user]]\nkind = \"spektrix\"\nkey = \"hush-5\"\n\
                [[api_user]]\nkind = \"native\"\nname = \"a#b\"\nscopes = [\"all\"]";
    assert_faults(
        text,
        &[
            "5:7: `key` must be a GUID: 32 hexadecimal digits in groups of 8-4-4-4-12",
            "9:10: `secret` must be standard base64",
            "10:1: [[api_user]] needs `scopes`",
            "13:9: `token` must be 16 to 512 letters, digits or any of -._~+/",
            "15:8: `kind` must be one of sentori, spektrix, native, not `natve`; did you mean `native`?",
            "17:1: [[api_user]] needs `login`",
            "19:1: unknown key `key` in [[api_user]]; known here: kind, login, secret, scopes",
            "22:8: `name` cannot hold `#`",
            "23:1: `scopes` names at least one",
            "23:11: `scopes` holds scopes such as `contacts:read`, not `all`",
        ],
    );
    let twice = "[[api_user]]\nkind = \"spektrix\"\nlogin = \"L\"\nsecret = \"YQ==\"\n";
    assert_faults(&format!("{twice}{twice}"), &["10:10: this secret stands in line 6 already"]);
    let rotation = format!("{twice}{}", twice.replace("YQ==", "Yg=="));
    assert_faults(&rotation, &[]);
}

#[test]
fn fields() {
    assert_faults(
        "[[field]]\nlable = \"x\"\n[[field]]\nsystem_name = \"shoe size\"\ntype = \"txt\"\n\
         [[field]]\nsystem_name = \"firstname\"\ntype = \"text\"\n[[field]]\nsystem_name = \"FirstName\"\ntype = \"text\"\n\
         [[field]]\nsystem_name = \"EmailAddress\"\ntype = \"text\"\n[[field]]\nsystem_name = \"MailingLists\"\ntype = \"text\"\n",
        &[
            "3:1: [[field]] needs `system_name`",
            "3:1: [[field]] needs `type`",
            "4:1: unknown key `lable` in [[field]]; did you mean `label`?",
            "6:15: `system_name` must be a capital letter and then letters and digits, such as `ShoeSize`, not `shoe size`",
            "7:8: `type` must be one of text, large_text, boolean, date, whole_number, decimal, currency, option_list, \
             check_list, not `txt`; did you mean `text`?",
            "9:15: `system_name` must be a capital letter and then letters and digits, such as `Firstname`, not `firstname`",
            "12:15: a field of the account's own cannot be called `FirstName`: that name is built in; every account has it",
            "15:15: a field of the account's own cannot be called `EmailAddress`: that name is kept by Vestibule itself",
            "18:15: a field of the account's own cannot be called `MailingLists`: that name is a word of forms and mail templates",
        ],
    );
    let field = |name: &str, rest: &str| format!("[[field]]\nsystem_name = \"{name}\"\n{rest}\n");
    assert_faults(
        &(field("A", "type = \"text\"") + &field("A", "type = \"date\"")),
        &["7:15: the field `A` is there already, in line 4"],
    );
    assert_faults(
        &(field("A", "type = \"text\"\nlabel = \"Live or film\"")
            + &field("B", "type = \"date\"\nlabel = \"live-Or FILM\"")),
        &[
            "10:9: the label `live-Or FILM` becomes the attribute `attribute_LiveOrFILM`, and so does `Live or film` in line 6",
        ],
    );
    assert_faults(
        &field("A", "type = \"text\"\nlabel = \"???\""),
        &["6:9: `label` needs a letter or digit: Spektrix callers name the field by it"],
    );
    assert_faults(
        &field("A", "type = \"option_list\""),
        &["3:1: [[field]] needs `options`: its type is a list to choose from"],
    );
    assert_faults(&field("A", "type = \"option_list\"\noptions = []"), &["6:1: `options` needs at least one option"]);
    assert_faults(
        &field("A", "type = \"option_list\"\noptions = [\"X\", \"x\"]"),
        &["6:17: `options` names `x` twice"],
    );
    assert_faults(
        &field("A", "type = \"check_list\"\noptions = [\"X, y\"]"),
        &["6:12: `options` of a check list hold no comma: answers are kept separated by commas"],
    );
    assert_faults(
        &field("A", "type = \"date\"\noptions = [\"X\"]"),
        &["6:1: `options` is for the types option_list and check_list only"],
    );
    assert_faults(
        &field("A", "type = \"date\"\nlabel = { en = \"A\", EN = \"B\", english = \"C\", cy = 1, fr = \" \" }"),
        &[
            "6:21: `label` has this language twice",
            "6:31: `label`: must be a language such as `en`, `cy` or `pt-BR`, not `english`",
            "6:51: `label` must be one string for each language, not a whole number",
            "6:59: `label` is blank",
        ],
    );
}

#[test]
fn tags_lists_statements() {
    assert_faults(
        "[[tag_group]]\nname = \"G\"\ntags = [{ name = \"Vip\" }, { name = \"B\", spektrix_id = \"1A\" }]\n\
         [[tag_group]]\nname = \"g\"\ntags = [{ name = \"VIP\" }, { nam = \"C\", spektrix_id = \"1a\" }, 7]\n",
        &[
            "7:8: the tag group `G` is there already, in line 4",
            "8:18: the tag `Vip` is there already, in line 5",
            "8:27: `tags` needs `name`",
            "8:29: unknown key `nam` in `tags`; did you mean `name`?",
            "8:54: the tag's spektrix_id `1A` is there already, in line 5",
            "8:62: `tags` must be a list of tables, `tags`, not a whole number",
        ],
    );
    assert_faults(
        "[[mailing_list]]\nexternal_id = \"L1\"\nname = \"\"\n[[mailing_list]]\nexternal_id = \"l1\"\nname = \"b\\nc\"\n",
        &[
            "5:8: `name` is blank",
            "7:15: the mailing list `L1` is there already, in line 4",
            "8:8: `name` must be a single line",
        ],
    );
    let statement = |rest: &str| format!("[[statement]]\nkey = \"k\"\ntext = \"t\"\n{rest}\n");
    for channel in ["email", "sms", "other"] {
        let text = statement(&format!("channel = \"{channel}\"\nbasis = \"legitimate_interest\""));
        let message = "7:9: `basis` cannot be legitimate_interest here: only for the channels post and phone";
        assert_faults(&text, &[message]);
    }
    for channel in ["post", "phone"] {
        assert_faults(&statement(&format!("channel = \"{channel}\"\nbasis = \"legitimate_interest\"")), &[]);
    }
    assert_faults(
        &(statement("channel = \"fax\"") + &statement("channel = \"post\"\nspektrix_id = \"a b\"")),
        &[
            "6:11: `channel` must be one of email, post, sms, phone, other, not `fax`",
            "8:7: the statement `k` is there already, in line 4",
            "11:15: `spektrix_id` must be 1 to 64 letters, digits, hyphens or underscores, not `a b`",
        ],
    );
}

#[test]
fn forms() {
    let parts = "[[field]]\nsystem_name = \"Shoe\"\ntype = \"text\"\non_forms = true\n[[field]]\nsystem_name = \"Hid\"\n\
                 type = \"text\"\n[[mailing_list]]\nexternal_id = \"L1\"\nname = \"L\"\n";
    let head = format!("{parts}[[form]]\nexternal_id = \"F\"\nname = \"F\"\n");
    // The form's own keys begin in line 16.
    assert_faults(
        &format!(
            "{head}fields = [{{ field = \"Sheo\" }}, {{ field = \"Hid\" }}, {{ field = \"shoe\" }}, {{ field = \"Shoe\" }},\n\
             {{ field = \"EmailAddress\", required = false }}, {{ label = \"x\" }}]\nlists = [\"L2\", \"l1\"]\n\
             statements = [\"email\"]\nconfirm_mode = \"buton\"\nconfirm_within = \"2 years\"\n\
             [form.actions]\nlists = [\"L1\"]\ntags = [\"T\"]\nalert_to = [\"a@b\"]\nalert = \"digest often\"\nautomation = \"A\"\n"
        ),
        &[
            "16:21: there is no field `Sheo` in this file; did you mean `Shoe`?",
            "16:41: field `Hid` cannot stand on a form: it is not `on_forms = true`",
            "16:70: `fields` names `Shoe` twice",
            "17:11: EmailAddress is always asked for, first, and always required",
            "17:47: a form's field needs `field`",
            "18:10: there is no mailing list `L2` in this file; did you mean `L1`?",
            "19:15: there is no statement `email` in this file",
            "20:16: `confirm_mode` must be one of auto, button, not `buton`; did you mean `button`?",
            "21:18: `confirm_within` must count days: months and years differ in length",
            "23:10: the form offers the list `L1` already; an action only adds others",
            "24:9: there is no tag `T` in this file",
            "25:13: `alert_to` must be an email address, not `a@b`",
            "26:9: `alert` must be a length of time such as \"15 minutes\" or \"7 days\"",
            "27:14: there is no automation `A` in this file",
        ],
    );
    assert_faults(
        &format!(
            "{head}[form.signup]\nconfirmation_text = {{ en = \"{{{{ConfirmLink}}}}\", cy = \"Dim\" }}\n\
             confirmation_html = \"<p>{{{{ConfrmLink}}}}\"\nsubmission_message = \"x\"\nsubmission_url = \"https://a.example\"\n\
             confirmed_url = \"javascript:alert(1)\"\nconfirmation_subject = \"a\\nb\"\n"
        ),
        &[
            "17:52: `confirmation_text` must contain {{ConfirmLink}}: nobody could confirm",
            "18:21: `confirmation_html` has the unknown merge field `ConfrmLink`; did you mean `ConfirmLink`?",
            "18:21: `confirmation_html` must contain {{ConfirmLink}}: nobody could confirm",
            "20:18: `submission_url` and the message exclude each other",
            "21:17: `confirmed_url` must be an address that starts with https:// or http://, without a user name",
            "22:24: `confirmation_subject` must be a single line",
        ],
    );
    assert_faults(
        &format!("{head}[[form]]\nexternal_id = \"f\"\nname = \"x\"\nsignup = 3"),
        &["17:15: the form `F` is there already, in line 14", "19:10: `signup` must be a table, not a whole number"],
    );
}

#[test]
fn automations_and_webhooks() {
    assert_faults(
        "[[automation]]\nexternal_id = \"A\"\nname = \"A\"\nsteps = [{ delay = 7 }, { dealy = \"1 day\" }, {},\n\
         { add_tag = \"T\", delay = \"1 day\" }, { send_mail = { subject = \"{{x}}\" } }, { webhook = \"x\" }, { join_list = \"L\" }]\n\
         [[automation]]\nexternal_id = \"a\"\nname = \"A\"\n",
        &[
            "6:20: `delay` must be a string, not a whole number",
            "6:27: unknown key `dealy` in a step; did you mean `delay`?",
            "6:46: a step has exactly one key: send_mail, delay, add_tag, remove_tag, join_list, leave_list, webhook or stop_if",
            "7:1: a step has exactly one key: send_mail, delay, add_tag, remove_tag, join_list, leave_list, webhook or stop_if",
            "7:13: there is no tag `T` in this file",
            "7:51: `send_mail` needs `text`",
            "7:63: `subject` has the unknown merge field `x`",
            "7:88: `webhook` must be an address that starts with https:// or http://, without a user name",
            "7:109: there is no mailing list `L` in this file",
            "9:15: the automation `A` is there already, in line 4",
        ],
    );
    assert_faults(
        "[[webhook]]\nkind = \"sentori\"\nurl = \"https://a.example\"\n[[webhook]]\nkind = \"standard\"\nbounce = \"x\"\n\
         [[webhook]]\nkind = \"standard\"\nurl = \"ftp://a.example\"\nevents = [\"list.join\"]\nsecret = \"hush\"\n\
         [[webhook]]\nkind = \"sentori\"\nbounce = \"https://a.example\"\n[[webhook]]\nkind = \"sentori\"\nbounce = \"https://b.example\"\n",
        &[
            "3:1: [[webhook]] needs at least one of contact_subscribe, contact_unsubscribe, list_subscribe, list_unsubscribe, bounce",
            "5:1: unknown key `url` in [[webhook]]; known here: kind, name, disabled, contact_subscribe, \
             contact_unsubscribe, list_subscribe, list_unsubscribe, bounce",
            "6:1: [[webhook]] needs `url`",
            "8:1: unknown key `bounce` in [[webhook]]; known here: kind, name, disabled, url, events, secret",
            "11:7: `url` must be an address that starts with https:// or http://, without a user name",
            "12:11: `events` can hold contact.created, contact.updated, contact.confirmed, contact.unsubscribed, contact.erased, \
             sign_up.pending, sign_up.confirmed, consent.given, consent.withdrawn, list.joined, list.left, tag.added, not \
             `list.join`; did you mean `list.joined`?",
            "13:10: `secret` must be `whsec_` followed by the base64 of 24 to 64 bytes",
            "17:1: the webhook `sentori` is there already, in line 14",
        ],
    );
}

#[test]
fn a_single_changed_word_of_the_demo_is_found() {
    for (from, to, expected) in [
        (
            "automation = \"WELCOME1\"",
            "automation = \"WELCOME2\"",
            "there is no automation `WELCOME2` in this file; did you mean `WELCOME1`?",
        ),
        (
            "\"QWERTY1A\", \"ABCDEFG1\"",
            "\"QWERTY1A\", \"QWERTY1B\"",
            "there is no mailing list `QWERTY1B` in this file; did you mean `QWERTY1A`?",
        ),
        ("{{ConfirmLink}}", "the link", "`confirmation_text` must contain {{ConfirmLink}}: nobody could confirm"),
        (
            "statements = [\"email\"]",
            "statements = [\"emial\"]",
            "there is no statement `emial` in this file; did you mean `email`?",
        ),
    ] {
        let found = parse(&DEMO.replacen(from, to, 1), "demo.toml").err().unwrap_or_default();
        assert_eq!(found.iter().map(|f| f.message.as_str()).collect::<Vec<_>>(), [expected]);
        let line = DEMO.lines().position(|l| l.contains(from)).expect("there") + 1;
        // A text of several lines is named by where it begins.
        assert!(found[0].line == line || from == "{{ConfirmLink}}" && found[0].line == line - 4, "{}", found[0]);
    }
}

#[test]
fn what_deserves_a_second_look_is_a_hint() {
    let file = parsed(
        "[account]\nslug = \"a\"\nallowed_origins = [\"*\"]\n[[api_user]]\nkind = \"native\"\nname = \"n\"\n\
         token = \"abcdefghijklmnop\"\nscopes = [\"contact:read\"]\n[[form]]\nexternal_id = \"F\"\nname = \"F\"\n\
         require_confirmation = false\nlanguage = \"fr-CA\"\nstatements = [\"s\", \"t\"]\n[form.signup]\nconfirmed_url = \"https://b.example/x\"\n[form.actions]\nalert = \"each\"\n\
         [[statement]]\nkey = \"s\"\ntext = { en = \"x\" }\nchannel = \"post\"\n\
         [[statement]]\nkey = \"t\"\ntext = { en = \"x\", fr = \"y\" }\nchannel = \"post\"",
    );
    let hints: Vec<String> = file.hints.iter().map(ToString::to_string).collect();
    assert_eq!(
        hints,
        [
            "account.toml:3:1: `allowed_origins` lets pages of any site sign people up; name the sites outside trials",
            "account.toml:8:11: nothing asks for the scope `contact:read` yet; did you mean `contacts:read`?",
            "account.toml:12:1: form `F` does without confirmation: whoever types an address signs it up, whosever it is",
            "account.toml:13:12: the form's statement `s` has no wording in its language",
            "account.toml:16:17: `confirmed_url`: `b.example` is not among `allowed_return_hosts`, so nobody is sent there",
            "account.toml:18:9: `alert` has no effect without `alert_to`",
        ]
    );
}
