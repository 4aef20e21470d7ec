language-name = Français
dir = ltr

number-group = { " " }
number-decimal = ,
date =
    { $day ->
        [1] 1er { $month } { $year }
       *[other] { $day } { $month } { $year }
    }
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

title = { $page } – { $account }
privacy-link = Protection des données
other-languages = Autres langues
yes = Oui
no = Non
required-note = Les champs marqués d’un * sont obligatoires.
error-prefix = Erreur :
honeypot-label = Laissez ce champ vide
challenge-title = Encore une étape
challenge-again = Un instant : nous vérifions que ce formulaire n’est pas envoyé par un programme. Vous n’avez rien à faire. Si rien ne se passe, appuyez encore une fois sur le bouton.
challenge-working = Vérification…
challenge-done = Vérifié. Envoi…
challenge-failed = La vérification n’a pas fonctionné. Appuyez encore une fois sur le bouton.

field-EmailAddress = Adresse e-mail
field-Title = Civilité
field-FirstName = Prénom
field-LastName = Nom
field-KnownAs = Nom d’usage
field-CompanyName = Société
field-PhoneNumber = Téléphone
field-MobilePhoneNumber = Téléphone mobile
field-Address1 = Adresse, ligne 1
field-Address2 = Adresse, ligne 2
field-Address3 = Adresse, ligne 3
field-City = Ville
field-County = Département ou région
field-PostCode = Code postal
field-BirthDate = Date de naissance
field-GiftAidConfirmed = Gift Aid confirmé
choose = Veuillez choisir

form-send = S’inscrire
lists-legend = Que souhaitez-vous recevoir ?
statements-legend = Comment pouvons-nous vous contacter ?
basis-consent = Seulement si vous êtes d’accord. Vous pouvez changer d’avis à tout moment.
basis-interest = Nous le faisons en raison de notre intérêt légitime. Vous pouvez vous y opposer à tout moment.
channel-email = E-mail
channel-post = Courrier postal
channel-sms = SMS
channel-phone = Téléphone
channel-other = Autre
wording-changed = Le texte de nos questions vient de changer. Veuillez les relire avant d’envoyer.
submitted-title = Merci
submitted-pending = Encore une étape : ouvrez l’e-mail que nous venons de vous envoyer et suivez son lien.
submitted-applied = Merci, vous êtes inscrit(e).
form-closed-title = Ce formulaire est fermé
form-closed = Il n’accepte pas d’inscription pour le moment.

faults-title =
    { $count ->
        [one] Il y a un problème
       *[other] Il y a { $count } problèmes
    }
fault-email-blank = Veuillez saisir votre adresse e-mail.
fault-email-long = Cette adresse e-mail est trop longue.
fault-email-malformed = Veuillez saisir une adresse e-mail comme nom@example.org.
email-perhaps-meant = Vouliez-vous dire { $address } ? Si l’adresse est juste telle quelle, envoyez de nouveau le formulaire.
fault-email-known = Il existe déjà un compte avec cette adresse e-mail.
fault-form-unknown = Ce formulaire n’existe pas ou est fermé.
fault-list-unknown = « { $name } » n’est plus proposé.
fault-no-fields = Veuillez remplir les champs obligatoires.
fault-required = Veuillez remplir « { $label } ».
fault-field-unknown = Il n’y a pas de champ « { $name } ».
fault-not-on-forms = « { $label } » ne peut pas être modifié ici.
fault-too-long = « { $label } » peut compter { $most } caractères au plus.
fault-wrong-type = « { $label } » n’a pas la bonne forme.
fault-wrong-date = « { $label } » doit être une date, comme { $example }.
fault-wrong-whole = « { $label } » doit être un nombre entier, comme 42.
fault-wrong-number = « { $label } » doit être un nombre, comme { $example }.
fault-wrong-boolean = Veuillez répondre à « { $label } » par oui ou non.
fault-option = Veuillez choisir l’une des options de « { $label } ».
fault-control = « { $label } » contient des caractères qui ne peuvent pas être conservés.
fault-tag-unknown = Il n’y a pas d’étiquette « { $name } ».
fault-statement-unknown = Il n’y a pas de déclaration « { $name } ».
fault-statement-required = Veuillez accepter ce point pour vous inscrire.

confirm-title = Une dernière étape
confirm-intro = Vous avez demandé à vous inscrire auprès de { $account } avec l’adresse { $email }.
confirm-button = Oui, je confirme
confirm-update-title = Confirmez vos modifications
confirm-update-intro = Vous avez demandé à { $account } de modifier ce qu’il conserve sur { $email }.
confirm-address-title = Confirmez votre nouvelle adresse
confirm-address-intro = Désormais, { $account } écrirait à { $email }.
not-me-question = Ce n’est pas vous ?
not-me-link = Ce n’était pas moi
confirmed-title = C’est fait
confirmed-message = Merci, votre inscription est confirmée.
confirmed-update-message = Merci, vos modifications sont enregistrées.
confirmed-address-message = Merci, nous utiliserons désormais votre nouvelle adresse.
used-note = Vous aviez déjà suivi ce lien. Rien n’a changé.
expired-title = Ce lien a expiré
expired-message = Pour votre sécurité, les liens de nos e-mails ne fonctionnent qu’un temps limité.
expired-button = M’envoyer un nouveau lien
expired-sent-title = Consultez vos e-mails
expired-sent-message = Si votre inscription est encore ouverte, un nouveau lien vous parviendra bientôt.
unknown-link-title = Ce lien ne fonctionne pas
unknown-link-message = Il en manque peut-être une partie. Copiez le lien entier de l’e-mail, ou inscrivez-vous à nouveau.

not-me-title = Ce n’était pas vous ?
not-me-intro = Quelqu’un a donné votre adresse à { $account }. En un clic, nous supprimons l’inscription et ne vous écrivons plus.
not-me-button = Ce n’était pas moi, ne plus m’écrire
not-me-done-title = Veuillez nous excuser pour le dérangement
not-me-done-message = L’inscription est supprimée. { $account } n’écrira plus à cette adresse.

preferences-title = Vos préférences
preferences-intro = Voici ce que { $account } conserve sur { $email }.
preferences-saved = Vos modifications sont enregistrées.
preferences-details = Vos coordonnées
preferences-more = Plus de détails
preferences-lists = Ce que vous recevez
preferences-statements = Comment nous pouvons vous contacter
preferences-save = Enregistrer
statement-yes-since = Vous avez dit oui le { $date }.
statement-no-since = Vous avez dit non le { $date }.
unsubscribe-everything = Ne plus recevoir aucun e-mail
change-address-title = Changer d’adresse e-mail
change-address-label = Nouvelle adresse e-mail
change-address-hint = Nous envoyons un lien à la nouvelle adresse. Le changement se fait quand vous suivez ce lien.
change-address-button = Changer d’adresse
change-address-sent = Nous avons envoyé un lien à { $email }. Suivez-le pour terminer le changement.
download-title = Vos données
download-intro = Tout ce que nous conservons sur vous, dans un fichier.
download-button = Télécharger mes données
delete-title = Me supprimer
delete-intro = Ceci supprime tout ce que { $account } conserve ici sur vous. C’est définitif.
delete-button = Oui, supprimer tout ce qui me concerne
deleted-title = Vos données sont supprimées
deleted-message = { $account } ne conserve plus rien ici sur vous.
preferences-request-title = Voir ou modifier vos préférences
preferences-request-intro = Indiquez votre adresse e-mail et nous vous enverrons un lien.
preferences-request-button = M’envoyer le lien
preferences-request-sent-title = Consultez vos e-mails
preferences-request-sent = Si nous connaissons cette adresse, un lien vient de lui être envoyé.

unsubscribe-title = Se désabonner
unsubscribe-intro = Que ne faut-il plus envoyer à { $email } ?
unsubscribe-list-button = Seulement « { $list } »
unsubscribe-all-button = Tout ce qui vient de { $account }
unsubscribed-title = Vous êtes désabonné(e)
unsubscribed-list = « { $list } » n’est plus envoyé à { $email }.
unsubscribed-all = { $account } n’écrit plus à { $email }.
undo-question = Une erreur ?
undo-button = Annuler
undone-title = Annulé
undone-list = « { $list } » est de nouveau envoyé à { $email }.
undone-all = { $account } peut de nouveau écrire à { $email }, comme avant.
preferences-link = Voir toutes vos préférences

password-title = Choisir votre mot de passe
password-intro = Choisissez un mot de passe pour votre compte auprès de { $account }.
password-label = Nouveau mot de passe
password-hint = Au moins 8 caractères.
password-button = Enregistrer le mot de passe
password-fault = Choisissez un mot de passe de 8 à 100 caractères.
password-set-title = Votre mot de passe est enregistré
password-set-message = Vous pouvez désormais vous connecter avec lui.
password-used-title = Ce lien a déjà servi
password-used-message = Chaque lien permet de choisir un mot de passe une fois. Demandez-en un autre là où vous vous connectez.
password-expired-message = Pour votre sécurité, le lien fonctionne pendant deux heures. Demandez-en un autre là où vous vous connectez.

error-400-title = Nous n’avons pas pu lire cela
error-400 = La demande était incomplète ou illisible. Revenez en arrière et réessayez.
error-403-title = Ce n’est pas permis
error-403 = La demande vient d’un endroit qui n’a pas le droit de l’envoyer.
error-404-title = Il n’y a rien ici
error-404 = L’adresse est peut-être mal écrite, ou la page a été déplacée.
error-405-title = Cela ne fonctionne pas ici
error-405 = La page n’accepte pas ce type de demande.
error-410-title = Ce n’est plus là
error-410 = Ce qui se trouvait ici n’est plus disponible.
error-413-title = C’était trop
error-413 = Votre envoi est trop volumineux. Raccourcissez-le et réessayez.
error-415-title = Nous n’avons pas pu lire cela
error-415 = La demande n’était pas dans une forme que cette page accepte.
error-422-title = Quelque chose ne va pas
error-422 = Vérifiez votre saisie et réessayez.
error-429-title = Un peu trop vite
error-429 =
    { $minutes ->
        [one] Attendez une minute et réessayez.
       *[other] Attendez { $minutes } minutes et réessayez.
    }
error-500-title = Un problème est survenu
error-500 = La faute est de notre côté. Réessayez plus tard.
error-503-title = Nous revenons tout de suite
error-503 = Nous ne pouvons pas traiter votre demande pour le moment. Réessayez dans un instant. Rien n’est perdu.
