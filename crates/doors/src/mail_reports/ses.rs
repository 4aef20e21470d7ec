//! Amazon SES's word on a mail: the notifications of an identity and the events of a configuration set, which differ in one
//! key's name.

use intake::{MailReport, ReportedRecipient, Said, ServiceMail};
use model::Timestamp;
use store::Keys;

use super::{report, sns};

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notice {
    #[serde(alias = "eventType")]
    notification_type: String,
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
    delivery: Option<Delivery>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    timestamp: String,
    message_id: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    #[serde(rename = "bounceType")]
    kind: String,
    bounced_recipients: Vec<Recipient>,
    feedback_id: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complained_recipients: Vec<Recipient>,
    feedback_id: String,
    #[serde(rename = "complaintFeedbackType")]
    kind: Option<String>,
    user_agent: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
}

#[derive(serde::Deserialize)]
struct Delivery {
    recipients: Vec<String>,
    timestamp: String,
}

/// What a notification says; `None` where it is about something else, such as the test that SES sends when it is set up.
/// An error when it is a notification of SES that cannot be read.
pub(super) fn read(text: &str, sent_at: Timestamp, keys: &Keys) -> Result<Option<MailReport>, serde_json::Error> {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return Ok(None) };
    let kind = value.get("notificationType").or_else(|| value.get("eventType")).and_then(|kind| kind.as_str());
    if !matches!(kind, Some("Bounce" | "Complaint" | "Delivery")) {
        return Ok(None);
    }
    let mark = keys.find_mail_token(text);
    let notice: Notice = serde_json::from_value(value)?;
    let missing = || <serde_json::Error as serde::de::Error>::custom("what happened is missing");
    let named = |recipient: Recipient, said| ReportedRecipient { addresses: vec![recipient.email_address], said };
    let (recipients, identity, reporter): (Vec<_>, String, _) = match notice.notification_type.as_str() {
        "Bounce" => {
            let bounce = notice.bounce.ok_or_else(missing)?;
            let said = if bounce.kind == "Permanent" { Said::Hard } else { Said::Soft };
            let all = bounce.bounced_recipients.into_iter().map(|r| named(r, said)).collect();
            (all, bounce.feedback_id, None)
        }
        "Complaint" => {
            let complaint = notice.complaint.ok_or_else(missing)?;
            let said = report::complained(complaint.kind.as_deref().unwrap_or_default());
            let all = complaint.complained_recipients.into_iter().map(|r| named(r, said)).collect();
            (all, complaint.feedback_id, complaint.user_agent)
        }
        _ => {
            let delivery = notice.delivery.ok_or_else(missing)?;
            let named = |address| ReportedRecipient { addresses: vec![address], said: Said::Delivered };
            (delivery.recipients.into_iter().map(named).collect(), delivery.timestamp, None)
        }
    };
    let mailed_at = sns::time(&notice.mail.timestamp).unwrap_or(sent_at);
    let service = Some(ServiceMail { id: notice.mail.message_id, mailed_at });
    let reporter = reporter.map(|text| report::short(&text)).or_else(|| Some("Amazon SES".into()));
    Ok(Some(MailReport { mark, service, recipients, identity: identity.into_bytes(), reporter }))
}
