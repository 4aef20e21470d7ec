//! `/console`: straight to the account of who has one, a choice for who has several.

use askama::Template;

use crate::ctx::{Answer, Ctx};
use crate::shell::{self, Shell};

#[derive(Template)]
#[template(path = "console/front.html")]
struct Front<'a> {
    shell: &'a Shell,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let shell = ctx.shell(&ctx.words.get("front-title"), "");
    if let [only] = shell.accounts.as_slice() {
        return ctx.to(&only.href.clone(), "");
    }
    shell::ok(&Front { shell: &shell })
}
