confirm-mail-subject = Cadarnhewch eich cofrestriad gyda { $account }
confirm-mail-text =
    Helo,

    dilynwch y ddolen hon i gadarnhau eich cofrestriad gyda { $account }:
    { $confirm }

    Os nad chi oedd hwn, anwybyddwch y neges hon, neu dywedwch wrthym:
    { $notme }
update-mail-subject = Cadarnhewch eich newidiadau gyda { $account }
update-mail-text =
    Helo,

    dilynwch y ddolen hon i gadarnhau’r newidiadau y gofynnoch i { $account } amdanynt:
    { $confirm }

    Os nad chi oedd hwn, anwybyddwch y neges hon, neu dywedwch wrthym:
    { $notme }
address-mail-subject = Cadarnhewch eich cyfeiriad newydd ar gyfer { $account }
address-mail-text =
    Helo,

    dilynwch y ddolen hon er mwyn i { $account } ysgrifennu at y cyfeiriad hwn o hyn ymlaen:
    { $confirm }

    Os nad chi oedd hwn, anwybyddwch y neges hon, neu dywedwch wrthym:
    { $notme }
address-changed-mail-subject = Mae eich cyfeiriad gyda { $account } wedi newid
address-changed-mail-text =
    Helo,

    o hyn ymlaen mae { $account } yn ysgrifennu atoch mewn cyfeiriad arall, fel y gofynnoch.

    Os nad chi oedd hwn, atebwch y neges hon.
preferences-mail-subject = Eich dewisiadau gyda { $account }
preferences-mail-text =
    Helo,

    gyda’r ddolen hon gallwch weld a newid yr hyn y mae { $account } yn ei gadw amdanoch:
    { $preferences }

    Os na ofynnoch amdani, gallwch anwybyddu’r neges hon.
password-mail-subject = Eich cyfrinair gyda { $account }
password-mail-text =
    Helo,

    gyda’r ddolen hon gallwch osod cyfrinair newydd gyda { $account }. Mae’n gweithio unwaith, am ddwy awr:
    { $link }

    Os na ofynnoch amdani, gallwch anwybyddu’r neges hon: nid oes dim wedi newid.
welcome-mail-subject = Eich cyfrif gyda { $account }
welcome-mail-text =
    Helo,

    mae gennych gyfrif gyda { $account }. Gyda’r ddolen hon gallwch osod cyfrinair ar ei gyfer. Mae’n gweithio unwaith, am ddwy awr; yn nes ymlaen gallwch ofyn am un arall lle rydych yn mewngofnodi:
    { $link }

    Os nad chi oedd hyn, gallwch anwybyddu’r neges hon.
login-mail-subject = Eich dolen i fewngofnodi gyda { $account }
login-mail-text =
    Helo,

    gyda’r ddolen hon rydych yn mewngofnodi gyda { $account }. Mae’n gweithio unwaith, am chwarter awr:
    { $link }

    Os na ofynnoch amdani, gallwch anwybyddu’r neges hon. Peidiwch â rhoi’r ddolen i neb.
alert-mail-subject = Cofrestriad newydd: { $form }
alert-mail-text =
    Mae { $email } wedi cofrestru gyda’r ffurflen “{ $form }”.
mail-footer =
    Newid yr hyn rydych yn ei dderbyn: { $preferences }
    Dad-danysgrifio: { $unsubscribe }
