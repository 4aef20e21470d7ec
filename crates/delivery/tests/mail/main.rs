//! Mail, tested over real connections and real files.

mod confirmation;
mod mailbox;
mod message;
mod sink;
mod smtp;
mod template;

use model::{EmailAddress, Timestamp};

use delivery::mail::Outgoing;

/// A mail to `to` that differs from others by `id`.
fn mail(to: &str, id: u32) -> Outgoing {
    Outgoing {
        from: "Demo Theatre <hello@demo.example>".into(),
        to: EmailAddress::parse(to).expect(to),
        return_path: None,
        subject: format!("Mail {id}"),
        text: "Hello,\n\n.a line that begins with a dot\n".into(),
        html: Some("<p>Hello,</p>".into()),
        headers: vec![],
        message_id: format!("{id}@demo.example"),
        date: Timestamp(1_390_232_498_000_000),
        feedback_id: None,
    }
}
