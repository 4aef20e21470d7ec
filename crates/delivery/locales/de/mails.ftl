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
alert-mail-subject = Neue Anmeldung: { $form }
alert-mail-text =
    { $email } hat sich mit dem Formular „{ $form }“ angemeldet.
mail-footer =
    Ändern, was Sie erhalten: { $preferences }
    Abmelden: { $unsubscribe }
