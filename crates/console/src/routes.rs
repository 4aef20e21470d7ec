//! Every route of the console with what it needs, in one table: nothing is reached but through it.

use std::pin::Pin;

use axum::Router;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use store::Role;

use crate::ctx::{Answer, Ctx};
use crate::{Console, access, assets, pages};

/// How a route is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Shows something.
    Get,
    /// Changes something.
    Post,
}

/// What a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the way in.
    Nobody,
    /// Somebody who is signed in.
    User,
    /// At least this role in the account that the path names.
    Role(Role),
}

type Run = fn(Ctx) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

/// One route.
#[derive(Clone, Copy)]
pub struct Route {
    /// How it is called.
    pub method: Method,
    /// Its path; `{account}` is the account's slug.
    pub path: &'static str,
    /// What it needs.
    pub need: Need,
    pub(crate) run: Run,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} ({:?})", self.method, self.path, self.need)
    }
}

macro_rules! routes {
    ($($method:ident $path:literal $need:expr, $run:path;)*) => {
        /// The table.
        pub static ROUTES: &[Route] = &[$(
            Route { method: Method::$method, path: $path, need: $need, run: |ctx| Box::pin($run(ctx)) },
        )*];
    };
}

const NOBODY: Need = Need::Nobody;
const USER: Need = Need::User;
const VIEWER: Need = Need::Role(Role::Viewer);
const EDITOR: Need = Need::Role(Role::Editor);
const OWNER: Need = Need::Role(Role::Owner);

routes! {
    Get "/console/sign-in" NOBODY, pages::sign_in::show;
    Post "/console/sign-in" NOBODY, pages::sign_in::take;
    Post "/console/sign-in/code" NOBODY, pages::sign_in::take_code;
    Get "/console/welcome/{token}" NOBODY, pages::password::show;
    Post "/console/welcome/{token}" NOBODY, pages::password::take;

    Get "/console" USER, pages::front::show;
    Post "/console/sign-out" USER, pages::sign_in::sign_out;
    Get "/console/me" USER, pages::me::show;
    Post "/console/me/language" USER, pages::me::language;
    Post "/console/me/password" USER, pages::me::password;
    Post "/console/me/sessions" USER, pages::me::end_session;
    Get "/console/me/second-factor" USER, pages::second_factor::show;
    Post "/console/me/second-factor" USER, pages::second_factor::take;
    Post "/console/me/second-factor/off" USER, pages::second_factor::off;

    Get "/console/{account}" VIEWER, pages::overview::show;
    Get "/console/{account}/live" VIEWER, pages::live::stream;

    Get "/console/{account}/contacts" VIEWER, pages::contacts::show;
    Get "/console/{account}/contacts/export.csv" EDITOR, pages::contacts_csv::export;
    Get "/console/{account}/new/contact" EDITOR, pages::contact_new::show;
    Post "/console/{account}/new/contact" EDITOR, pages::contact_new::take;
    Get "/console/{account}/contacts/{id}" VIEWER, pages::contact::show;
    Post "/console/{account}/contacts/{id}" EDITOR, pages::contact_change::values;
    Post "/console/{account}/contacts/{id}/mark" EDITOR, pages::contact_change::mark;
    Post "/console/{account}/contacts/{id}/resend" EDITOR, pages::contact_change::resend;
    Get "/console/{account}/contacts/{id}/export.json" VIEWER, pages::contact_export::export;
    Get "/console/{account}/contacts/{id}/erase" EDITOR, pages::erase::show;
    Post "/console/{account}/contacts/{id}/erase" EDITOR, pages::erase::take;

    Get "/console/{account}/sign-ups" VIEWER, pages::sign_ups::show;
    Get "/console/{account}/sign-ups/{id}" VIEWER, pages::sign_up::show;
    Post "/console/{account}/sign-ups/{id}/release" EDITOR, pages::sign_up::release;
    Post "/console/{account}/sign-ups/{id}/block" EDITOR, pages::sign_up::block;

    Get "/console/{account}/deliveries" VIEWER, pages::deliveries::show;
    Get "/console/{account}/deliveries/{id}" VIEWER, pages::delivery::show;
    Post "/console/{account}/deliveries/{id}/replay" EDITOR, pages::delivery::replay;
    Post "/console/{account}/deliveries/{id}/drop" EDITOR, pages::delivery::drop_it;
    Post "/console/{account}/deliveries/replay-dead" EDITOR, pages::deliveries::replay_dead;

    Get "/console/{account}/forms" VIEWER, pages::forms::show;
    Get "/console/{account}/forms/{id}" VIEWER, pages::form::show;
    Get "/console/{account}/forms/{id}/preview" VIEWER, pages::form_preview::show;
    Post "/console/{account}/forms/{id}/try" VIEWER, pages::form_preview::take;
    Get "/console/{account}/forms/{id}/edit" EDITOR, pages::form_edit::show;
    Post "/console/{account}/forms/{id}/edit" EDITOR, pages::form_edit::take;
    Post "/console/{account}/forms/{id}/state" EDITOR, pages::form_edit::state;
    Post "/console/{account}/preview" EDITOR, pages::form_edit::preview;
    Get "/console/{account}/new/form" EDITOR, pages::form_edit::new;
    Post "/console/{account}/new/form" EDITOR, pages::form_edit::take_new;

    Get "/console/{account}/lists" VIEWER, pages::items::list;
    Get "/console/{account}/lists/{id}" VIEWER, pages::items::show;
    Post "/console/{account}/lists/{id}" EDITOR, pages::items::take;
    Get "/console/{account}/new/lists" EDITOR, pages::items::show;
    Post "/console/{account}/new/lists" EDITOR, pages::items::take;
    Get "/console/{account}/tags" VIEWER, pages::items::list;
    Get "/console/{account}/tags/{id}" VIEWER, pages::items::show;
    Post "/console/{account}/tags/{id}" EDITOR, pages::items::take;
    Get "/console/{account}/new/tags" EDITOR, pages::items::show;
    Post "/console/{account}/new/tags" EDITOR, pages::items::take;
    Get "/console/{account}/statements" VIEWER, pages::items::list;
    Get "/console/{account}/statements/{id}" VIEWER, pages::items::show;
    Post "/console/{account}/statements/{id}" EDITOR, pages::items::take;
    Get "/console/{account}/new/statements" EDITOR, pages::items::show;
    Post "/console/{account}/new/statements" EDITOR, pages::items::take;
    Get "/console/{account}/fields" VIEWER, pages::items::list;
    Get "/console/{account}/fields/{id}" VIEWER, pages::items::show;
    Post "/console/{account}/fields/{id}" EDITOR, pages::items::take;
    Get "/console/{account}/new/fields" EDITOR, pages::items::show;
    Post "/console/{account}/new/fields" EDITOR, pages::items::take;
    Get "/console/{account}/webhooks" VIEWER, pages::items::list;
    Get "/console/{account}/webhooks/{id}" VIEWER, pages::items::show;
    Post "/console/{account}/webhooks/{id}" EDITOR, pages::items::take;
    Get "/console/{account}/new/webhooks" EDITOR, pages::items::show;
    Post "/console/{account}/new/webhooks" EDITOR, pages::items::take;
    Post "/console/{account}/webhooks/{id}/act" EDITOR, pages::webhook::act;

    Get "/console/{account}/automations" VIEWER, pages::automations::list;
    Get "/console/{account}/automations/{id}" VIEWER, pages::automations::show;

    Get "/console/{account}/settings" VIEWER, pages::settings::show;
    Post "/console/{account}/settings" EDITOR, pages::settings::take;
    Post "/console/{account}/settings/test-mail" EDITOR, pages::settings::test_mail;

    Get "/console/{account}/file" VIEWER, pages::file::show;
    Post "/console/{account}/file" EDITOR, pages::file::take;

    Get "/console/{account}/callers" OWNER, pages::callers::show;
    Post "/console/{account}/callers" OWNER, pages::callers::take;

    Get "/console/{account}/users" OWNER, pages::users::show;
    Post "/console/{account}/users" OWNER, pages::users::take;

    Get "/console/{account}/trail" OWNER, pages::trail::show;
}

/// The console's routes, ready to be served.
pub fn router(console: &Console) -> Router {
    let mut router = assets::routes();
    for route in ROUTES {
        let filter = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let console = console.clone();
        let handler = move |params: RawPathParams, request: Request| handle(console.clone(), route, params, request);
        router = router.route(route.path, on(filter, handler));
    }
    router
}

async fn handle(console: Console, route: &'static Route, params: RawPathParams, request: Request) -> Response {
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    access::answer(console, route, params, request).await
}
