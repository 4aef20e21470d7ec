//! The hosted form and the same form as JSON: one address, told apart by what is asked for and what is sent.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use intake::guard::PageOrigin;
use model::{AccountSnapshot, Refusal, ResolvedForm};

use crate::Doors;
use crate::body::{self, Unread};
use crate::client::{Client, header_text};
use crate::page_answers::{account, asked, error, led, origin, parameter, refusal, sent, shown, text};
use crate::pages::{
    self, BodyFault, Brand, ChallengeStep, FieldError, FormView, Reading, Slots, Submission, Texts, Typed,
};

/// The routes of forms.
pub(crate) fn routes() -> Router<Doors> {
    Router::new().route("/{client}/forms/{form}", get(show).post(send).options(preflight).fallback(other_method))
}

/// A request for a form that exists in an account that the host shows.
struct Asking<'r> {
    doors: &'r Doors,
    client: &'r Client,
    headers: &'r HeaderMap,
    uri: &'r Uri,
    account: Arc<AccountSnapshot>,
    /// The form's external id, as in the path.
    name: String,
    /// Whether a program asks.
    json: bool,
}

type Names = Result<Path<(String, String)>, PathRejection>;

async fn show(State(doors): State<Doors>, client: Client, names: Names, uri: Uri, headers: HeaderMap) -> Response {
    let json = pages::wants_json(text(&headers, &header::ACCEPT));
    match Asking::new(&doors, &client, names, &uri, &headers, json) {
        Ok(asking) => asking.cors(asking.show()),
        Err(response) => *response,
    }
}

async fn send(
    State(doors): State<Doors>,
    client: Client,
    names: Names,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let content_type = text(&headers, &header::CONTENT_TYPE);
    let json = pages::is_json(content_type) || pages::wants_json(text(&headers, &header::ACCEPT));
    match Asking::new(&doors, &client, names, &uri, &headers, json) {
        Ok(asking) => asking.cors(asking.send(body).await),
        Err(response) => *response,
    }
}

async fn preflight(State(doors): State<Doors>, client: Client, names: Names, uri: Uri, headers: HeaderMap) -> Response {
    let Ok(asking) = Asking::new(&doors, &client, names, &uri, &headers, true) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let mut response = asking.cors(StatusCode::NO_CONTENT.into_response());
    let answered = response.headers_mut();
    answered.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"));
    if answered.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        answered.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        answered.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("accept, content-type"));
        answered.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

async fn other_method(headers: HeaderMap) -> Response {
    let mut response = if pages::wants_json(text(&headers, &header::ACCEPT)) {
        sent(pages::problem(405, &[], 1, pages::for_nobody(asked(&headers, None))))
    } else {
        error(&Brand::default(), 405, &headers)
    };
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"));
    response
}

/// Whether a page of that origin may read a form and send it.
fn allows(account: &AccountSnapshot, origin: &str) -> bool {
    let named = |a: &String| a.trim() == "*" || a.trim().trim_end_matches('/').eq_ignore_ascii_case(origin);
    origin.len() <= 300 && account.settings.allowed_origins.iter().any(named)
}

impl<'r> Asking<'r> {
    fn new(
        doors: &'r Doors,
        client: &'r Client,
        names: Names,
        uri: &'r Uri,
        headers: &'r HeaderMap,
        json: bool,
    ) -> Result<Self, Box<Response>> {
        let found = names.ok().and_then(|Path((slug, name))| Some((account(doors, client, &slug)?, name)));
        match found {
            Some((account, name)) => Ok(Self { doors, client, headers, uri, account, name, json }),
            None if json => Err(sent(pages::problem(404, &[], 1, pages::for_nobody(asked(headers, None)))).into()),
            None => Err(error(&Brand::default(), 404, headers).into()),
        }
    }

    fn chosen(&self) -> Option<String> {
        parameter(self.uri.query(), "language")
    }

    /// The form, or the answer when there is none that takes sign-ups.
    fn form(&self) -> Result<&ResolvedForm, Box<Response>> {
        let chosen = self.chosen();
        let texts = pages::for_page(&self.account.settings, asked(self.headers, chosen.as_deref()));
        match self.account.form_by_external_id(&self.name) {
            Some(form) if !form.form.disabled => Ok(form),
            Some(_) if !self.json => Err(shown(pages::closed_page(&self.account, texts)).into()),
            Some(_) => Err(self.failed(410, texts).into()),
            None => Err(self.failed(404, texts).into()),
        }
    }

    fn failed(&self, status: u16, texts: Texts) -> Response {
        if self.json {
            sent(pages::problem(status, &[], 1, texts))
        } else {
            shown(pages::error_page(&Brand::of(&self.account.settings), status, 1, texts))
        }
    }

    fn show(&self) -> Response {
        let form = match self.form() {
            Ok(form) => form,
            Err(response) => return *response,
        };
        let chosen = self.chosen();
        let (texts, languages) = pages::for_form(&self.account, form, asked(self.headers, chosen.as_deref()));
        let ticket = self.ticket(form);
        let mut slots = Slots { ticket: Some(&ticket.text), honeypot: Some(&ticket.honeypot), ..Slots::default() };
        if self.json {
            let view = FormView::build(&self.account, form, texts, &slots, &Typed::default(), Vec::new());
            return sent(pages::description(&self.account, form, &view, &languages, &self.address()));
        }
        let referrer = header_text(self.headers, &header::REFERER);
        slots.source = pages::source_of(self.uri.query(), &self.address(), referrer.as_deref());
        let mut view = FormView::build(&self.account, form, texts, &slots, &Typed::default(), Vec::new());
        if self.doors.intake.under_attack(&self.account, Some(form.id)) {
            view.challenge = self.challenge(form, false, true);
        }
        shown(pages::form_page(&self.account, form, &view, &languages, self.uri.path()))
    }

    fn ticket(&self, form: &ResolvedForm) -> intake::guard::Ticket {
        let intake = &self.doors.intake;
        intake.tickets().issue(self.account.id, form.id, intake.store().ambient())
    }

    /// The form's address in full, on the host that was called.
    fn address(&self) -> String {
        let base = self.doors.links.base();
        let own = self.client.domain_of.and_then(|_| text(self.headers, &header::HOST));
        match own {
            Some(host) => {
                let scheme = base.split("://").next().unwrap_or("https");
                format!("{scheme}://{host}{}", self.uri.path())
            }
            None => format!("{base}{}", self.uri.path()),
        }
    }

    async fn send(&self, body: Body) -> Response {
        let form = match self.form() {
            Ok(form) => form,
            Err(response) => return *response,
        };
        let chosen = self.chosen();
        let texts = pages::for_form(&self.account, form, asked(self.headers, chosen.as_deref())).0;
        let bytes = match body::read(body, body::LIMIT, self.doors.body_patience).await {
            Ok(bytes) => bytes,
            Err(Unread::TooLarge) => return self.failed(413, texts),
            Err(Unread::Broken) => return self.failed(400, texts),
            Err(Unread::TooSlow) => return self.failed(408, texts),
        };
        let mut from = origin(self.client, self.headers);
        // Our own pages send no referrer: this one is of a page elsewhere that holds the form.
        from.page = header_text(self.headers, &header::REFERER)
            .or_else(|| header_text(self.headers, &header::ORIGIN).filter(|o| o != "null"));
        let content_type = text(self.headers, &header::CONTENT_TYPE);
        let honeypot = pages::ticket_in(content_type, &bytes).and_then(|t| self.doors.intake.tickets().honeypot(&t));
        let reading =
            Reading { account: &self.account, form, honeypot: honeypot.as_deref(), origin: &from, limit: body::LIMIT };
        match pages::read(content_type, &bytes, reading) {
            Ok(submission) => self.take(form, submission).await,
            Err(fault) => self.unread(fault, texts),
        }
    }

    fn unread(&self, fault: BodyFault, texts: Texts) -> Response {
        let mut response = self.failed(fault.status(), texts);
        if fault == BodyFault::ContentType {
            let taken = HeaderValue::from_static("application/x-www-form-urlencoded, application/json");
            response.headers_mut().insert(header::ACCEPT, taken);
        }
        response
    }

    async fn take(&self, form: &ResolvedForm, submission: Submission<'_>) -> Response {
        let Submission { mut given, typed, wording_changed, challenge, asked_about } = submission;
        let chosen = given.language.take().or_else(|| self.chosen());
        let (texts, languages) = pages::for_form(&self.account, form, asked(self.headers, chosen.as_deref()));
        if wording_changed {
            return self.again(
                form,
                texts,
                &languages,
                &typed,
                &given.origin,
                vec![FieldError::wording_changed(texts)],
            );
        }
        // A program that sends JSON has its own page to ask on.
        if !self.json
            && asked_about.as_deref() != Some(given.email.as_ref())
            && let Some(address) = intake::guard::perhaps_meant(&given.email)
        {
            let errors = vec![FieldError::perhaps_meant(&address, texts)];
            let mut view = self.drawn(form, texts, &typed, &given.origin, errors);
            view.hidden.push((pages::ASKED_ABOUT.to_owned(), given.email.into_owned()));
            return shown(pages::form_page(&self.account, form, &view, &languages, self.uri.path()));
        }
        given.language = Some(texts.tag().to_owned());
        let source = given.origin.clone();
        let signals = challenge.signals(self.page(&source));
        match self.doors.intake.sign_up_with(&self.account, given, &signals).await {
            Ok(outcome) => {
                let url = pages::after_sending(form, &outcome).submission_url.as_deref();
                let url = pages::redirect(&self.account.settings, url);
                if self.json {
                    let message = pages::submitted_message(&self.account, form, &outcome, texts);
                    sent(pages::accepted(&outcome, form, &message, url))
                } else if let Some(url) = url {
                    led(url)
                } else {
                    shown(pages::submitted_page(&self.account, form, &outcome, texts))
                }
            }
            Err(refused) if self.json => sent(pages::refused(&refused, &self.account, Some(form), texts)),
            Err(Refusal::Faults(faults)) => {
                let errors = pages::field_errors(&faults, &self.account, Some(form), texts);
                self.again(form, texts, &languages, &typed, &source, errors)
            }
            Err(Refusal::Challenge) => {
                let mut view = self.drawn(form, texts, &typed, &source, Vec::new());
                view.challenge = self.challenge(form, true, challenge.challenged.is_none());
                shown(pages::form_page(&self.account, form, &view, &languages, self.uri.path()))
            }
            Err(refused) => refusal(&Brand::of(&self.account.settings), &refused, texts),
        }
    }

    /// Whether the page that sent this is one that may; `None` leaves it to the sign-up's origin.
    fn page(&self, source: &model::Origin) -> Option<PageOrigin> {
        let sender = text(self.headers, &header::ORIGIN).filter(|o| *o != "null");
        let Some(sender) = sender else {
            return if self.json || source.page.is_some() { None } else { Some(PageOrigin::Absent) };
        };
        let host = text(self.headers, &header::HOST).unwrap_or_default();
        let own = sender.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host));
        Some(if own || allows(&self.account, sender) { PageOrigin::Allowed } else { PageOrigin::Foreign })
    }

    /// The form once more, with everything typed and what is wrong with it.
    fn again(
        &self,
        form: &ResolvedForm,
        texts: Texts,
        languages: &[&'static str],
        typed: &Typed,
        from: &model::Origin,
        errors: Vec<FieldError>,
    ) -> Response {
        if self.json {
            return sent(pages::problem(422, &errors, 1, texts));
        }
        let view = self.drawn(form, texts, typed, from, errors);
        shown(pages::form_page(&self.account, form, &view, languages, self.uri.path()))
    }

    /// A form that was sent, with what it carried besides its controls.
    fn drawn(
        &self,
        form: &ResolvedForm,
        texts: Texts,
        typed: &Typed,
        from: &model::Origin,
        errors: Vec<FieldError>,
    ) -> FormView {
        let ticket = self.ticket(form);
        let mut slots = Slots { ticket: Some(&ticket.text), honeypot: Some(&ticket.honeypot), ..Slots::default() };
        slots.source.clone_from(&from.utm);
        for (name, value) in [("page", &from.page), ("referrer", &from.referrer), ("source", &from.source)] {
            slots.source.extend(value.clone().map(|value| (name.to_owned(), value)));
        }
        FormView::build(&self.account, form, texts, &slots, typed, errors)
    }

    /// What the form is shown with: the account's captcha service at first, where it has one, else work. `again`: it was
    /// sent before.
    fn challenge(&self, form: &ResolvedForm, again: bool, first: bool) -> Option<ChallengeStep> {
        if again
            && first
            && let Some((page, site_key)) = self.doors.intake.captcha_page(&self.account)
        {
            return Some(ChallengeStep::Captcha { page, site_key });
        }
        let challenge = self.doors.intake.challenge(&self.account, Some(form.id))?;
        Some(ChallengeStep::Work { challenge, again })
    }

    /// Lets pages of the account's origins read the answer. No credentials: forms know no cookies.
    fn cors(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        let origin = self.headers.get(header::ORIGIN);
        let varies: Cow<'static, str> = match text(headers, &header::VARY) {
            Some(vary) => format!("{vary}, origin").into(),
            None => "origin".into(),
        };
        if let Ok(varies) = HeaderValue::from_str(&varies) {
            headers.insert(header::VARY, varies);
        }
        if let Some(origin) = origin.filter(|o| o.to_str().is_ok_and(|o| allows(&self.account, o))) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
        }
        response
    }
}
