# Built-in mails, for accounts and forms that have no texts of their own. Placeholders become merge fields.

confirm-mail-subject = Please confirm your sign-up with { $account }
confirm-mail-text =
    Hello,

    please follow this link to confirm your sign-up with { $account }:
    { $confirm }

    If this wasn’t you, ignore this message, or tell us:
    { $notme }
update-mail-subject = Please confirm your changes at { $account }
update-mail-text =
    Hello,

    please follow this link to confirm the changes you asked { $account } for:
    { $confirm }

    If this wasn’t you, ignore this message, or tell us:
    { $notme }
address-mail-subject = Please confirm your new address for { $account }
address-mail-text =
    Hello,

    please follow this link so that { $account } writes to this address from now on:
    { $confirm }

    If this wasn’t you, ignore this message, or tell us:
    { $notme }
address-changed-mail-subject = Your address at { $account } has changed
address-changed-mail-text =
    Hello,

    from now on { $account } writes to you at another address, as you asked.

    If this wasn’t you, please reply to this message.
preferences-mail-subject = Your preferences at { $account }
preferences-mail-text =
    Hello,

    with this link you can see and change what { $account } keeps about you:
    { $preferences }

    If you did not ask for it, you can ignore this message.
password-mail-subject = Set your password at { $account }
password-mail-text =
    Hello,

    with this link you can set a new password at { $account }. It works once, for two hours:
    { $link }

    If you did not ask for it, you can ignore this message: nothing has changed.
welcome-mail-subject = Your account at { $account }
welcome-mail-text =
    Hello,

    you have an account at { $account }. With this link you can set a password for it. It works once, for two hours; later you can ask for another one where you log in:
    { $link }

    If this wasn’t you, you can ignore this message.
login-mail-subject = Your link to log in at { $account }
login-mail-text =
    Hello,

    with this link you log in at { $account }. It works once, for a quarter of an hour:
    { $link }

    If you did not ask for it, you can ignore this message. Please give the link to nobody.
alert-mail-subject = New sign-up: { $form }
alert-mail-text =
    { $email } has signed up with the form “{ $form }”.
mail-footer =
    Change what you receive: { $preferences }
    Unsubscribe: { $unsubscribe }
