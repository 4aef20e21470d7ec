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
password-mail-subject = Su contraseña en { $account }
password-mail-text =
    Hola:

    Con este enlace puede elegir una contraseña nueva en { $account }. Funciona una sola vez, durante dos horas:
    { $link }

    Si no lo ha pedido, puede ignorar este mensaje: no ha cambiado nada.
welcome-mail-subject = Su cuenta en { $account }
welcome-mail-text =
    Hola:

    Tiene una cuenta en { $account }. Con este enlace puede elegir una contraseña. Funciona una sola vez, durante dos horas; más tarde puede pedir otro donde inicia sesión:
    { $link }

    Si no ha sido usted, puede ignorar este mensaje.
login-mail-subject = Su enlace para entrar en { $account }
login-mail-text =
    Hola:

    Con este enlace inicia sesión en { $account }. Funciona una sola vez, durante un cuarto de hora:
    { $link }

    Si no lo ha pedido, puede ignorar este mensaje. No dé el enlace a nadie.
alert-mail-subject = Nueva inscripción: { $form }
alert-mail-text =
    { $email } se ha inscrito con el formulario «{ $form }».
mail-footer =
    Cambiar lo que recibe: { $preferences }
    Darse de baja: { $unsubscribe }
