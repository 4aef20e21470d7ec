language-name = Deutsch
dir = ltr

number-group = .
number-decimal = ,
date = { $day }. { $month } { $year }
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

title = { $page } – { $account }
privacy-link = Datenschutzhinweise
other-languages = Andere Sprachen
yes = Ja
no = Nein
required-note = Felder mit * müssen ausgefüllt werden.
error-prefix = Fehler:
honeypot-label = Dieses Feld bitte leer lassen

field-EmailAddress = E-Mail-Adresse
field-Title = Anrede
field-FirstName = Vorname
field-LastName = Nachname
field-KnownAs = Rufname
field-CompanyName = Firma
field-PhoneNumber = Telefonnummer
field-MobilePhoneNumber = Handynummer
field-Address1 = Adresszeile 1
field-Address2 = Adresszeile 2
field-Address3 = Adresszeile 3
field-City = Ort
field-County = Landkreis oder Region
field-PostCode = Postleitzahl
field-BirthDate = Geburtsdatum
field-GiftAidConfirmed = Gift Aid bestätigt
choose = Bitte wählen

form-send = Anmelden
lists-legend = Was möchten Sie erhalten?
statements-legend = Wie dürfen wir Sie erreichen?
basis-consent = Nur mit Ihrer Einwilligung. Sie können sie jederzeit widerrufen.
basis-interest = Wir tun dies aus berechtigtem Interesse. Sie können jederzeit widersprechen.
channel-email = E-Mail
channel-post = Post
channel-sms = SMS
channel-phone = Telefon
channel-other = Sonstiges
wording-changed = Der Wortlaut unserer Fragen hat sich gerade geändert. Bitte sehen Sie sie vor dem Absenden noch einmal durch.
submitted-title = Vielen Dank
submitted-pending = Fast geschafft: Bitte öffnen Sie die E-Mail, die wir Ihnen gerade geschickt haben, und folgen Sie dem Link darin.
submitted-applied = Vielen Dank, Sie sind angemeldet.
form-closed-title = Dieses Formular ist geschlossen
form-closed = Es nimmt zurzeit keine Anmeldungen an.

faults-title =
    { $count ->
        [one] Es gibt ein Problem
       *[other] Es gibt { $count } Probleme
    }
fault-email-blank = Bitte geben Sie Ihre E-Mail-Adresse ein.
fault-email-long = Diese E-Mail-Adresse ist zu lang.
fault-email-malformed = Bitte geben Sie eine E-Mail-Adresse wie name@example.org ein.
fault-form-unknown = Dieses Formular gibt es nicht, oder es ist geschlossen.
fault-list-unknown = „{ $name }“ wird nicht mehr angeboten.
fault-no-fields = Bitte füllen Sie die Pflichtfelder aus.
fault-required = Bitte füllen Sie „{ $label }“ aus.
fault-field-unknown = Es gibt kein Feld „{ $name }“.
fault-not-on-forms = „{ $label }“ kann hier nicht geändert werden.
fault-too-long = „{ $label }“ darf höchstens { $most } Zeichen haben.
fault-wrong-type = „{ $label }“ hat nicht die richtige Form.
fault-wrong-date = „{ $label }“ muss ein Datum sein, zum Beispiel { $example }.
fault-wrong-whole = „{ $label }“ muss eine ganze Zahl sein, zum Beispiel 42.
fault-wrong-number = „{ $label }“ muss eine Zahl sein, zum Beispiel { $example }.
fault-wrong-boolean = Bitte beantworten Sie „{ $label }“ mit Ja oder Nein.
fault-option = Bitte wählen Sie bei „{ $label }“ eine der Möglichkeiten.
fault-control = „{ $label }“ enthält Zeichen, die nicht gespeichert werden können.
fault-tag-unknown = Es gibt kein Merkmal „{ $name }“.
fault-statement-unknown = Es gibt keine Erklärung „{ $name }“.
fault-statement-required = Bitte stimmen Sie zu, um sich anzumelden.

confirm-title = Ein letzter Schritt
confirm-intro = Sie möchten sich bei { $account } mit { $email } anmelden.
confirm-button = Ja, bestätigen
confirm-update-title = Bestätigen Sie Ihre Änderungen
confirm-update-intro = Sie haben { $account } gebeten, die Angaben zu { $email } zu ändern.
confirm-address-title = Bestätigen Sie Ihre neue Adresse
confirm-address-intro = Künftig würde { $account } an { $email } schreiben.
not-me-question = Nicht Sie?
not-me-link = Das war ich nicht
confirmed-title = Geschafft
confirmed-message = Vielen Dank, Ihre Anmeldung ist bestätigt.
confirmed-update-message = Vielen Dank, Ihre Änderungen sind gespeichert.
confirmed-address-message = Vielen Dank, wir verwenden ab jetzt Ihre neue Adresse.
used-note = Sie waren diesem Link schon gefolgt. Es hat sich nichts geändert.
expired-title = Dieser Link ist abgelaufen
expired-message = Zu Ihrer Sicherheit gelten die Links in unseren E-Mails nur eine begrenzte Zeit.
expired-button = Neuen Link zuschicken
expired-sent-title = Bitte sehen Sie in Ihre E-Mails
expired-sent-message = Falls Ihre Anmeldung noch offen ist, ist ein neuer Link auf dem Weg zu Ihnen.
unknown-link-title = Dieser Link funktioniert nicht
unknown-link-message = Vielleicht fehlt ein Teil. Bitte kopieren Sie den ganzen Link aus der E-Mail, oder melden Sie sich neu an.

not-me-title = Waren Sie das nicht?
not-me-intro = Jemand hat { $account } Ihre Adresse gegeben. Mit einem Klick löschen wir die Anmeldung und schreiben Ihnen nicht mehr.
not-me-button = Das war ich nicht, bitte nicht mehr schreiben
not-me-done-title = Bitte entschuldigen Sie die Störung
not-me-done-message = Die Anmeldung ist gelöscht. { $account } schreibt nicht mehr an diese Adresse.

preferences-title = Ihre Einstellungen
preferences-intro = Das speichert { $account } über { $email }.
preferences-saved = Ihre Änderungen sind gespeichert.
preferences-details = Ihre Angaben
preferences-more = Weitere Angaben
preferences-lists = Was Sie erhalten
preferences-statements = Wie wir Sie erreichen dürfen
preferences-save = Änderungen speichern
statement-yes-since = Sie haben am { $date } Ja gesagt.
statement-no-since = Sie haben am { $date } Nein gesagt.
unsubscribe-everything = Keine E-Mails mehr
change-address-title = E-Mail-Adresse ändern
change-address-label = Neue E-Mail-Adresse
change-address-hint = Wir schicken einen Link an die neue Adresse. Sie gilt, sobald Sie ihm gefolgt sind.
change-address-button = Adresse ändern
change-address-sent = Wir haben einen Link an { $email } geschickt. Bitte folgen Sie ihm, um die Änderung abzuschließen.
download-title = Ihre Daten
download-intro = Alles, was wir über Sie speichern, als Datei.
download-button = Meine Daten herunterladen
delete-title = Mich löschen
delete-intro = Dies löscht alles, was { $account } hier über Sie speichert. Es lässt sich nicht rückgängig machen.
delete-button = Ja, alles über mich löschen
deleted-title = Sie sind gelöscht
deleted-message = { $account } speichert hier nichts mehr über Sie.
preferences-request-title = Einstellungen ansehen oder ändern
preferences-request-intro = Nennen Sie uns Ihre E-Mail-Adresse, dann schicken wir Ihnen einen Link.
preferences-request-button = Link zuschicken
preferences-request-sent-title = Bitte sehen Sie in Ihre E-Mails
preferences-request-sent = Wenn wir diese Adresse kennen, ist ein Link dorthin unterwegs.

unsubscribe-title = Abmelden
unsubscribe-intro = Was soll nicht mehr an { $email } gehen?
unsubscribe-list-button = Nur „{ $list }“
unsubscribe-all-button = Alles von { $account }
unsubscribed-title = Sie sind abgemeldet
unsubscribed-list = „{ $list }“ geht nicht mehr an { $email }.
unsubscribed-all = { $account } schreibt nicht mehr an { $email }.
undo-question = Ein Versehen?
undo-button = Rückgängig machen
undone-title = Rückgängig gemacht
undone-list = „{ $list }“ geht wieder an { $email }.
undone-all = { $account } darf wieder wie zuvor an { $email } schreiben.
preferences-link = Alle Einstellungen ansehen

error-400-title = Das konnten wir nicht lesen
error-400 = Die Anfrage war unvollständig oder unlesbar. Bitte gehen Sie zurück und versuchen Sie es noch einmal.
error-403-title = Das ist nicht erlaubt
error-403 = Die Anfrage kam von einer Stelle, die sie nicht senden darf.
error-404-title = Hier ist nichts
error-404 = Vielleicht ist die Adresse falsch geschrieben, oder die Seite ist umgezogen.
error-405-title = Das geht hier nicht
error-405 = Die Seite nimmt diese Art von Anfrage nicht an.
error-410-title = Das gibt es nicht mehr
error-410 = Was hier war, ist nicht mehr verfügbar.
error-413-title = Das war zu viel
error-413 = Ihre Eingabe ist zu groß. Bitte kürzen Sie sie und versuchen Sie es noch einmal.
error-415-title = Das konnten wir nicht lesen
error-415 = Die Anfrage hatte keine Form, die diese Seite annimmt.
error-422-title = Etwas stimmt nicht
error-422 = Bitte prüfen Sie Ihre Eingaben und versuchen Sie es noch einmal.
error-429-title = Etwas zu schnell
error-429 =
    { $minutes ->
        [one] Bitte warten Sie eine Minute und versuchen Sie es noch einmal.
       *[other] Bitte warten Sie { $minutes } Minuten und versuchen Sie es noch einmal.
    }
error-500-title = Etwas ist schiefgegangen
error-500 = Der Fehler liegt bei uns. Bitte versuchen Sie es später noch einmal.
error-503-title = Wir sind gleich wieder da
error-503 = Gerade können wir das nicht annehmen. Bitte versuchen Sie es gleich noch einmal. Es ist nichts verloren.
