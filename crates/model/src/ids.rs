//! Numbers that name rows, one type each so that they cannot be mixed up.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// One organisation.
    AccountId,
    /// A caller with a secret.
    ApiUserId,
    /// A series of mails and other steps.
    AutomationId,
    /// A person in one account; Sentori's `SystemID`.
    ContactId,
    /// An outbox row.
    DeliveryId,
    /// A typed value of a contact. Built-in fields have fixed numbers below 100.
    FieldId,
    /// A sign-up form.
    FormId,
    /// A mailing list.
    ListId,
    /// A sign-up held until its link is followed.
    PendingId,
    /// The number that ties consent events to a contact. Only the contact's row knows it, and no door shows it:
    /// erasing the row cuts the tie.
    PersonId,
    /// One wish, as it came through a door.
    SignUpId,
    /// A wording that a contact can agree to.
    StatementId,
    /// A group of tags.
    TagGroupId,
    /// A mark on a contact.
    TagId,
    /// A receiver of webhooks.
    WebhookId,
}
