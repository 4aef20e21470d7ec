//! What a page weighs on its way to a phone.

use std::io::Write as _;

use doors::pages::{FormView, Slots, Texts, Typed, asset, form_page};
use flate2::Compression;
use flate2::write::GzEncoder;

fn gzipped(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory").len()
}

/// Every address that the document makes a browser load.
pub fn loaded(html: &str) -> Vec<String> {
    let attribute = |tag: &str, name: &str| {
        let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
        Some(value.replace("&#38;", "&").replace("&amp;", "&"))
    };
    let tags = html.split('<').filter_map(|t| t.split('>').next());
    tags.filter_map(|tag| match tag.split_whitespace().next()? {
        "link" if tag.contains("stylesheet") => attribute(tag, "href"),
        "script" | "img" | "iframe" | "source" => attribute(tag, "src"),
        _ => None,
    })
    .collect()
}

#[test]
fn a_hosted_form_with_all_it_loads_stays_under_15_kilobytes() {
    let account = crate::account();
    let languages: Vec<_> = Texts::shipped().collect();
    for language in Texts::shipped() {
        let form = account.form_by_external_id("EVERYTHING").expect("a form");
        let slots = Slots { ticket: Some(&"t".repeat(200)), honeypot: Some("website"), ..Slots::default() };
        let view = FormView::build(&account, form, Texts::of(language), &slots, &Typed::default(), Vec::new());
        let page = form_page(&account, form, &view, &languages, "/demo/forms/EVERYTHING");
        let files = loaded(&page.html);
        assert_eq!(files.len(), 1, "one stylesheet and nothing else: {files:?}");
        let weight: usize = files
            .iter()
            .map(|url| {
                let (path, query) = url.split_once('?').expect("a version");
                gzipped(&asset(path, Some(query)).expect(url).body)
            })
            .sum();
        let total = weight + gzipped(&page.html);
        assert!(total <= 15_000, "{language}: {total} bytes");
    }
}

#[test]
fn the_embedded_script_stays_under_8_kilobytes() {
    let script = asset("/embed.js", None).expect("the script").body;
    assert!(gzipped(&script) <= 8_000, "{}", gzipped(&script));
    for never in ["innerHTML", "document.cookie", "localStorage", "eval(", "style=\"", "sessionStorage"] {
        assert!(!script.contains(never), "{never}");
    }
}
