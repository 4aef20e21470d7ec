//! What the client says it is, and the page it comes from. Both are easily faked: this stops the lazy, who are many.
//! In Spektrix Web mode these signs obey `bot_rules` (see `score`).

use super::verdict::{Reason, Reasons};

/// The page that held the form, as far as the request tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageOrigin {
    /// Neither `Origin` nor `Referer`, or `null`.
    Absent,
    /// One that the account allows, or our own page.
    Allowed,
    /// Another.
    Foreign,
}

/// Programs and libraries by the start of their name, in lower case. Current browsers all begin with `mozilla/`.
const LIBRARIES: &[&str] = &[
    "aiohttp",
    "akka-http",
    "apache-httpclient",
    "asynchttp",
    "axios",
    "bun/",
    "colly",
    "commons-httpclient",
    "curb",
    "curl",
    "dart",
    "deno",
    "ehttp",
    "excon",
    "faraday",
    "fasthttp",
    "fetch/",
    "go-http-client",
    "go-resty",
    "got ",
    "got/",
    "grpc",
    "guzzle",
    "hackney",
    "http-client",
    "http.rb",
    "http_request",
    "httpclient",
    "httpie",
    "httpx",
    "httpunit",
    "hyper",
    "insomnia",
    "isahc",
    "jakarta",
    "java/",
    "java-http",
    "jodd",
    "ktor",
    "libcurl",
    "libwww",
    "lwp",
    "masscan",
    "mechanize",
    "needle",
    "nodejs",
    "node-fetch",
    "node.js",
    "node/",
    "nutch",
    "okhttp",
    "pear",
    "perl",
    "php",
    "postmanruntime",
    "pycurl",
    "python",
    "reqwest",
    "requests",
    "restclient",
    "rest-client",
    "restsharp",
    "rubyzip",
    "ruby",
    "scrapy",
    "superagent",
    "symfony",
    "treq",
    "typhoeus",
    "undici",
    "unirest",
    "ureq",
    "urlgrabber",
    "urllib",
    "wget",
    "winhttp",
    "wordpress",
    "xh/",
    "zend",
    "zgrab",
];

/// Marks of browsers that a program steers, and of programs inside a browser-like name, in lower case.
const STEERED: &[&str] = &[
    "headless",
    "phantomjs",
    "slimerjs",
    "selenium",
    "webdriver",
    "puppeteer",
    "playwright",
    "cypress",
    "splash/",
    "htmlunit",
    "jsdom",
    "zombie.js",
    "nightmare",
];
const PROGRAMS: &[&str] = &[
    "python-requests",
    "python-urllib",
    "curl/",
    "go-http-client",
    "powershell",
    "scrapy",
    "libwww",
    "wget/",
    "crawler",
    "spider",
    "scraper",
    "indylibrary",
    "indy library",
    "winhttp",
    "node-fetch",
    "axios/",
    "okhttp/",
    "java/",
];

/// Browsers whose name does not begin with `Mozilla/`.
const PLAIN_BROWSERS: &[&str] = &[
    "opera/",
    "lynx/",
    "links",
    "elinks",
    "w3m/",
    "dillo",
    "netsurf",
    "ucweb",
    "nokia",
    "samsung",
    "blackberry",
    "sonyericsson",
    "lg-",
    "mot-",
    "emacs",
];

/// What a user agent says. `None` is an absent header.
pub(super) fn agent_reasons(user_agent: Option<&str>) -> Reasons {
    let mut reasons = Reasons::NONE;
    let agent = user_agent.unwrap_or("").trim();
    // A name longer than this is no browser's; only its beginning is read.
    let agent: String = agent.chars().take(400).collect::<String>().to_ascii_lowercase();
    if agent.is_empty() || agent == "-" || agent == "null" || agent == "undefined" {
        reasons.add(Reason::NoClient);
    } else if STEERED.iter().any(|s| agent.contains(s)) {
        reasons.add(Reason::HeadlessClient);
    } else if is_library(&agent) {
        reasons.add(Reason::LibraryClient);
    } else if let Some(rest) = agent.strip_prefix("mozilla/") {
        // `Mozilla/5.0` and nothing more is what scripts say.
        let bare = !rest.contains('(');
        reasons.add_if(bare, Reason::NoClient);
        reasons.add_if(!bare && is_outdated(rest), Reason::OddClient);
    } else {
        reasons.add_if(!PLAIN_BROWSERS.iter().any(|p| agent.starts_with(p)), Reason::OddClient);
    }
    reasons
}

/// What the page says.
pub(super) fn origin_reasons(origin: PageOrigin) -> Reasons {
    let mut reasons = Reasons::NONE;
    match origin {
        PageOrigin::Allowed => {}
        PageOrigin::Absent => reasons.add(Reason::MissingOrigin),
        PageOrigin::Foreign => reasons.add(Reason::ForeignOrigin),
    }
    reasons
}

fn is_library(agent: &str) -> bool {
    if PLAIN_BROWSERS.iter().any(|p| agent.starts_with(p)) {
        return false; // Lynx names the library it is built on.
    }
    if ["node", "bot", "go", "lua", "axios", "fetch", "request", "http", "client"].contains(&agent) {
        return true;
    }
    if !agent.starts_with("mozilla/") && LIBRARIES.iter().any(|l| agent.starts_with(l)) {
        return true;
    }
    PROGRAMS.iter().any(|p| agent.contains(p)) || names_itself_a_bot(agent)
}

/// `Googlebot/2.1`, `some-bot`, `bot (+http…)`; not the phones of Cubot.
fn names_itself_a_bot(agent: &str) -> bool {
    agent.match_indices("bot").any(|(at, _)| {
        let ends = agent[at + 3..].chars().next().is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
        ends && !agent[..at].ends_with("cu")
    })
}

/// Browsers that nobody has used for ten years: Internet Explorer up to 9, Chrome and Firefox below 40, Windows 98 to XP.
fn is_outdated(agent: &str) -> bool {
    let version = |name: &str| {
        let digits = agent.split_once(name)?.1;
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        digits[..end].parse::<u32>().ok()
    };
    version("msie ").is_some_and(|v| v < 10)
        || version("chrome/").is_some_and(|v| v < 40)
        || version("firefox/").is_some_and(|v| v < 40)
        || ["windows nt 5", "windows nt 4", "windows 98", "windows 95", "windows ce"].iter().any(|w| agent.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_by_their_name() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
        for (agent, reason) in [
            (Some(chrome), None),
            (
                Some(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                ),
                None,
            ),
            (
                Some(
                    "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 Mobile Safari/537.36",
                ),
                None,
            ),
            (
                Some(
                    "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0 Mobile Safari/537.36",
                ),
                None,
            ),
            (Some("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10"), None),
            (Some("Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1"), None),
            (Some("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), None),
            (None, Some(Reason::NoClient)),
            (Some("  "), Some(Reason::NoClient)),
            (Some("Mozilla/5.0"), Some(Reason::NoClient)),
            (Some("python-requests/2.31.0"), Some(Reason::LibraryClient)),
            (Some("Go-http-client/2.0"), Some(Reason::LibraryClient)),
            (Some("curl/8.5.0"), Some(Reason::LibraryClient)),
            (Some("node"), Some(Reason::LibraryClient)),
            (Some("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"), Some(Reason::LibraryClient)),
            (
                Some(
                    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
                ),
                Some(Reason::HeadlessClient),
            ),
            (Some("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)"), Some(Reason::OddClient)),
            (Some("MyApp/1.0"), Some(Reason::OddClient)),
        ] {
            let found: Vec<_> = agent_reasons(agent).iter().collect();
            assert_eq!(found, reason.into_iter().collect::<Vec<_>>(), "{agent:?}");
        }
    }
}
