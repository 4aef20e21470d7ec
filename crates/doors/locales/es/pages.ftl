language-name = Español
dir = ltr

number-group = .
number-decimal = ,
date = { $day } de { $month } de { $year }
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre

title = { $page } – { $account }
privacy-link = Aviso de privacidad
other-languages = Otros idiomas
yes = Sí
no = No
required-note = Los campos marcados con * son obligatorios.
error-prefix = Error:
honeypot-label = Deje este campo vacío

field-EmailAddress = Correo electrónico
field-Title = Tratamiento
field-FirstName = Nombre
field-LastName = Apellidos
field-KnownAs = Nombre habitual
field-CompanyName = Empresa
field-PhoneNumber = Teléfono
field-MobilePhoneNumber = Teléfono móvil
field-Address1 = Dirección, línea 1
field-Address2 = Dirección, línea 2
field-Address3 = Dirección, línea 3
field-City = Ciudad
field-County = Provincia
field-PostCode = Código postal
field-BirthDate = Fecha de nacimiento
field-GiftAidConfirmed = Gift Aid confirmado
choose = Elija una opción

form-send = Suscribirse
lists-legend = ¿Qué le gustaría recibir?
statements-legend = ¿Cómo podemos ponernos en contacto con usted?
basis-consent = Solo si está de acuerdo. Puede cambiar de opinión en cualquier momento.
basis-interest = Lo hacemos por interés legítimo. Puede oponerse en cualquier momento.
channel-email = Correo electrónico
channel-post = Correo postal
channel-sms = Mensaje de texto
channel-phone = Teléfono
channel-other = Otro
wording-changed = El texto de nuestras preguntas acaba de cambiar. Revíselas de nuevo antes de enviar.
submitted-title = Gracias
submitted-pending = Ya casi está: abra el mensaje que acabamos de enviarle y siga su enlace.
submitted-applied = Gracias, su suscripción está hecha.
form-closed-title = Este formulario está cerrado
form-closed = Por el momento no admite inscripciones.

faults-title =
    { $count ->
        [one] Hay un problema
       *[other] Hay { $count } problemas
    }
fault-email-blank = Escriba su correo electrónico.
fault-email-long = Esta dirección de correo es demasiado larga.
fault-email-malformed = Escriba una dirección de correo como nombre@example.org.
fault-form-unknown = Este formulario no existe o está cerrado.
fault-list-unknown = «{ $name }» ya no está disponible.
fault-no-fields = Rellene los campos obligatorios.
fault-required = Rellene «{ $label }».
fault-field-unknown = No hay ningún campo «{ $name }».
fault-not-on-forms = «{ $label }» no se puede cambiar aquí.
fault-too-long = «{ $label }» puede tener { $most } caracteres como máximo.
fault-wrong-type = «{ $label }» no tiene la forma correcta.
fault-wrong-date = «{ $label }» debe ser una fecha, por ejemplo { $example }.
fault-wrong-whole = «{ $label }» debe ser un número entero, por ejemplo 42.
fault-wrong-number = «{ $label }» debe ser un número, por ejemplo { $example }.
fault-wrong-boolean = Responda a «{ $label }» con sí o no.
fault-option = Elija una de las opciones de «{ $label }».
fault-control = «{ $label }» contiene caracteres que no se pueden guardar.
fault-tag-unknown = No hay ninguna etiqueta «{ $name }».
fault-statement-unknown = No hay ninguna declaración «{ $name }».
fault-statement-required = Acepte este punto para poder inscribirse.

confirm-title = Un último paso
confirm-intro = Ha pedido inscribirse en { $account } con la dirección { $email }.
confirm-button = Sí, confirmar
confirm-update-title = Confirme sus cambios
confirm-update-intro = Ha pedido a { $account } que cambie lo que guarda sobre { $email }.
confirm-address-title = Confirme su nueva dirección
confirm-address-intro = A partir de ahora, { $account } escribiría a { $email }.
not-me-question = ¿No es usted?
not-me-link = No fui yo
confirmed-title = Todo listo
confirmed-message = Gracias, su inscripción está confirmada.
confirmed-update-message = Gracias, sus cambios se han guardado.
confirmed-address-message = Gracias, a partir de ahora usaremos su nueva dirección.
used-note = Ya había seguido este enlace. No ha cambiado nada.
expired-title = Este enlace ha caducado
expired-message = Por su seguridad, los enlaces de nuestros mensajes funcionan durante un tiempo limitado.
expired-button = Enviarme un enlace nuevo
expired-sent-title = Mire su correo
expired-sent-message = Si su inscripción sigue abierta, le llegará un enlace nuevo.
unknown-link-title = Este enlace no funciona
unknown-link-message = Quizá falte una parte. Copie el enlace completo del mensaje o inscríbase de nuevo.

not-me-title = ¿No fue usted?
not-me-intro = Alguien ha dado su dirección a { $account }. Con un clic borramos la inscripción y no volvemos a escribirle.
not-me-button = No fui yo, no me escriban más
not-me-done-title = Disculpe las molestias
not-me-done-message = La inscripción se ha borrado. { $account } no volverá a escribir a esta dirección.

preferences-title = Sus preferencias
preferences-intro = Esto es lo que { $account } guarda sobre { $email }.
preferences-saved = Sus cambios se han guardado.
preferences-details = Sus datos
preferences-more = Más datos
preferences-lists = Lo que recibe
preferences-statements = Cómo podemos ponernos en contacto con usted
preferences-save = Guardar cambios
statement-yes-since = Dijo que sí el { $date }.
statement-no-since = Dijo que no el { $date }.
unsubscribe-everything = No recibir más mensajes
change-address-title = Cambiar su correo electrónico
change-address-label = Nuevo correo electrónico
change-address-hint = Enviamos un enlace a la nueva dirección. Cambia cuando usted sigue ese enlace.
change-address-button = Cambiar dirección
change-address-sent = Hemos enviado un enlace a { $email }. Sígalo para completar el cambio.
download-title = Sus datos guardados
download-intro = Todo lo que guardamos sobre usted, en un archivo.
download-button = Descargar mis datos
delete-title = Borrarme
delete-intro = Esto borra todo lo que { $account } guarda aquí sobre usted. No se puede deshacer.
delete-button = Sí, borrar todo sobre mí
deleted-title = Sus datos se han borrado
deleted-message = { $account } ya no guarda nada aquí sobre usted.
preferences-request-title = Ver o cambiar sus preferencias
preferences-request-intro = Díganos su correo electrónico y le enviaremos un enlace.
preferences-request-button = Enviarme el enlace
preferences-request-sent-title = Mire su correo
preferences-request-sent = Si conocemos esta dirección, le llegará un enlace.

unsubscribe-title = Darse de baja
unsubscribe-intro = ¿Qué no debe llegar más a { $email }?
unsubscribe-list-button = Solo «{ $list }»
unsubscribe-all-button = Todo lo de { $account }
unsubscribed-title = Se ha dado de baja
unsubscribed-list = «{ $list }» ya no llegará a { $email }.
unsubscribed-all = { $account } ya no escribirá a { $email }.
undo-question = ¿Un error?
undo-button = Deshacer
undone-title = Deshecho
undone-list = «{ $list }» llegará de nuevo a { $email }.
undone-all = { $account } puede volver a escribir a { $email }, como antes.
preferences-link = Ver todas sus preferencias

error-400-title = No hemos podido leer esto
error-400 = La petición estaba incompleta o era ilegible. Vuelva atrás e inténtelo de nuevo.
error-403-title = Esto no está permitido
error-403 = La petición vino de un lugar que no puede enviarla.
error-404-title = Aquí no hay nada
error-404 = Puede que la dirección esté mal escrita o que la página se haya movido.
error-405-title = Esto no funciona aquí
error-405 = La página no admite este tipo de petición.
error-410-title = Esto ya no existe
error-410 = Lo que había aquí ya no está disponible.
error-413-title = Eso era demasiado
error-413 = Lo que ha enviado es demasiado grande. Acórtelo e inténtelo de nuevo.
error-415-title = No hemos podido leer esto
error-415 = La petición no tenía una forma que esta página admita.
error-422-title = Algo no está bien
error-422 = Revise lo que ha escrito e inténtelo de nuevo.
error-429-title = Un poco demasiado rápido
error-429 =
    { $minutes ->
        [one] Espere un minuto e inténtelo de nuevo.
       *[other] Espere { $minutes } minutos e inténtelo de nuevo.
    }
error-500-title = Algo ha salido mal
error-500 = El fallo es nuestro. Inténtelo más tarde.
error-503-title = Volvemos enseguida
error-503 = Ahora mismo no podemos atender esto. Inténtelo de nuevo en un momento. No se ha perdido nada.
