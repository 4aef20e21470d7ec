confirm-mail-subject = Bitte bestätigen Sie Ihre Anmeldung bei { $account }
confirm-mail-text =
    Guten Tag,

    bitte folgen Sie diesem Link, um Ihre Anmeldung bei { $account } zu bestätigen:
    { $confirm }

    Wenn Sie das nicht waren, beachten Sie diese Nachricht nicht, oder sagen Sie es uns:
    { $notme }
update-mail-subject = Bitte bestätigen Sie Ihre Änderungen bei { $account }
update-mail-text =
    Guten Tag,

    bitte folgen Sie diesem Link, um Ihre Änderungen bei { $account } zu bestätigen:
    { $confirm }

    Wenn Sie das nicht waren, beachten Sie diese Nachricht nicht, oder sagen Sie es uns:
    { $notme }
address-mail-subject = Bitte bestätigen Sie Ihre neue Adresse für { $account }
address-mail-text =
    Guten Tag,

    bitte folgen Sie diesem Link, damit { $account } künftig an diese Adresse schreibt:
    { $confirm }

    Wenn Sie das nicht waren, beachten Sie diese Nachricht nicht, oder sagen Sie es uns:
    { $notme }
address-changed-mail-subject = Ihre Adresse bei { $account } hat sich geändert
address-changed-mail-text =
    Guten Tag,

    { $account } schreibt Ihnen ab jetzt an eine andere Adresse, wie Sie es gewünscht haben.

    Wenn Sie das nicht waren, antworten Sie bitte auf diese Nachricht.
preferences-mail-subject = Ihre Einstellungen bei { $account }
preferences-mail-text =
    Guten Tag,

    mit diesem Link können Sie ansehen und ändern, was { $account } über Sie speichert:
    { $preferences }

    Wenn Sie nicht darum gebeten haben, können Sie diese Nachricht unbeachtet lassen.
password-mail-subject = Ihr Passwort bei { $account }
password-mail-text =
    Guten Tag,

    mit diesem Link können Sie bei { $account } ein neues Passwort festlegen. Er gilt einmal, zwei Stunden lang:
    { $link }

    Wenn Sie nicht darum gebeten haben, können Sie diese Nachricht unbeachtet lassen: Es hat sich nichts geändert.
welcome-mail-subject = Ihr Konto bei { $account }
welcome-mail-text =
    Guten Tag,

    Sie haben ein Konto bei { $account }. Mit diesem Link können Sie ein Passwort dafür festlegen. Er gilt einmal, zwei Stunden lang; später können Sie sich dort, wo Sie sich anmelden, einen neuen schicken lassen:
    { $link }

    Wenn Sie das nicht waren, können Sie diese Nachricht unbeachtet lassen.
login-mail-subject = Ihr Link zum Anmelden bei { $account }
login-mail-text =
    Guten Tag,

    mit diesem Link melden Sie sich bei { $account } an. Er gilt einmal, eine Viertelstunde lang:
    { $link }

    Wenn Sie nicht darum gebeten haben, können Sie diese Nachricht unbeachtet lassen. Bitte geben Sie den Link niemandem.
alert-mail-subject = Neue Anmeldung: { $form }
alert-mail-text =
    { $email } hat sich mit dem Formular „{ $form }“ angemeldet.
mail-footer =
    Ändern, was Sie erhalten: { $preferences }
    Abmelden: { $unsubscribe }
