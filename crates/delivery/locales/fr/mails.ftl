confirm-mail-subject = Confirmez votre inscription auprès de { $account }
confirm-mail-text =
    Bonjour,

    suivez ce lien pour confirmer votre inscription auprès de { $account } :
    { $confirm }

    Si ce n’était pas vous, ignorez ce message ou dites-le-nous :
    { $notme }
update-mail-subject = Confirmez vos modifications auprès de { $account }
update-mail-text =
    Bonjour,

    suivez ce lien pour confirmer les modifications demandées à { $account } :
    { $confirm }

    Si ce n’était pas vous, ignorez ce message ou dites-le-nous :
    { $notme }
address-mail-subject = Confirmez votre nouvelle adresse pour { $account }
address-mail-text =
    Bonjour,

    suivez ce lien pour que { $account } écrive désormais à cette adresse :
    { $confirm }

    Si ce n’était pas vous, ignorez ce message ou dites-le-nous :
    { $notme }
address-changed-mail-subject = Votre adresse auprès de { $account } a changé
address-changed-mail-text =
    Bonjour,

    { $account } vous écrit désormais à une autre adresse, comme vous l’avez demandé.

    Si ce n’était pas vous, répondez à ce message.
preferences-mail-subject = Vos préférences auprès de { $account }
preferences-mail-text =
    Bonjour,

    avec ce lien, vous pouvez voir et modifier ce que { $account } conserve sur vous :
    { $preferences }

    Si vous ne l’avez pas demandé, vous pouvez ignorer ce message.
password-mail-subject = Votre mot de passe auprès de { $account }
password-mail-text =
    Bonjour,

    avec ce lien, vous pouvez choisir un nouveau mot de passe auprès de { $account }. Il fonctionne une fois, pendant deux heures :
    { $link }

    Si vous ne l’avez pas demandé, vous pouvez ignorer ce message : rien n’a changé.
welcome-mail-subject = Votre compte auprès de { $account }
welcome-mail-text =
    Bonjour,

    vous avez un compte auprès de { $account }. Avec ce lien, vous pouvez choisir un mot de passe. Il fonctionne une fois, pendant deux heures ; plus tard, vous pourrez en demander un autre là où vous vous connectez :
    { $link }

    Si ce n’était pas vous, vous pouvez ignorer ce message.
login-mail-subject = Votre lien de connexion auprès de { $account }
login-mail-text =
    Bonjour,

    avec ce lien, vous vous connectez auprès de { $account }. Il fonctionne une fois, pendant un quart d’heure :
    { $link }

    Si vous ne l’avez pas demandé, vous pouvez ignorer ce message. Ne donnez ce lien à personne.
alert-mail-subject = Nouvelle inscription : { $form }
alert-mail-text =
    { $email } s’est inscrit(e) avec le formulaire « { $form } ».
mail-footer =
    Modifier ce que vous recevez : { $preferences }
    Se désabonner : { $unsubscribe }
