confirm-mail-subject = Confirme su inscripción en { $account }
confirm-mail-text =
    Hola:

    Siga este enlace para confirmar su inscripción en { $account }:
    { $confirm }

    Si no fue usted, ignore este mensaje o díganoslo:
    { $notme }
update-mail-subject = Confirme sus cambios en { $account }
update-mail-text =
    Hola:

    Siga este enlace para confirmar los cambios que ha pedido a { $account }:
    { $confirm }

    Si no fue usted, ignore este mensaje o díganoslo:
    { $notme }
address-mail-subject = Confirme su nueva dirección para { $account }
address-mail-text =
    Hola:

    Siga este enlace para que { $account } escriba a esta dirección a partir de ahora:
    { $confirm }

    Si no fue usted, ignore este mensaje o díganoslo:
    { $notme }
address-changed-mail-subject = Su dirección en { $account } ha cambiado
address-changed-mail-text =
    Hola:

    A partir de ahora, { $account } le escribirá a otra dirección, como usted pidió.

    Si no fue usted, responda a este mensaje.
preferences-mail-subject = Sus preferencias en { $account }
preferences-mail-text =
    Hola:

    Con este enlace puede ver y cambiar lo que { $account } guarda sobre usted:
    { $preferences }

    Si no lo ha pedido, puede ignorar este mensaje.
alert-mail-subject = Nueva inscripción: { $form }
alert-mail-text =
    { $email } se ha inscrito con el formulario «{ $form }».
mail-footer =
    Cambiar lo que recibe: { $preferences }
    Darse de baja: { $unsubscribe }
