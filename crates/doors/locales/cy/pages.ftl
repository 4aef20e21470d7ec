language-name = Cymraeg
dir = ltr

number-group = ,
number-decimal = .
date = { $day } { $month } { $year }
month-1 = Ionawr
month-2 = Chwefror
month-3 = Mawrth
month-4 = Ebrill
month-5 = Mai
month-6 = Mehefin
month-7 = Gorffennaf
month-8 = Awst
month-9 = Medi
month-10 = Hydref
month-11 = Tachwedd
month-12 = Rhagfyr

title = { $page } – { $account }
privacy-link = Hysbysiad preifatrwydd
other-languages = Ieithoedd eraill
yes = Ie
no = Na
required-note = Rhaid llenwi meysydd sydd wedi’u nodi â *.
error-prefix = Gwall:
honeypot-label = Gadewch y maes hwn yn wag
challenge-title = Un cam arall
challenge-again = Un eiliad: rydym yn gwirio nad rhaglen sy’n anfon y ffurflen hon. Nid oes angen i chi wneud dim. Os na fydd dim yn digwydd, pwyswch y botwm unwaith eto.
challenge-working = Yn gwirio…
challenge-done = Wedi gwirio. Yn anfon…
challenge-failed = Ni weithiodd y gwiriad. Pwyswch y botwm unwaith eto.

field-EmailAddress = Cyfeiriad e-bost
field-Title = Teitl
field-FirstName = Enw cyntaf
field-LastName = Cyfenw
field-KnownAs = Enw arferol
field-CompanyName = Cwmni
field-PhoneNumber = Rhif ffôn
field-MobilePhoneNumber = Rhif ffôn symudol
field-Address1 = Llinell gyfeiriad 1
field-Address2 = Llinell gyfeiriad 2
field-Address3 = Llinell gyfeiriad 3
field-City = Tref neu ddinas
field-County = Sir
field-PostCode = Cod post
field-BirthDate = Dyddiad geni
field-GiftAidConfirmed = Rhodd Cymorth wedi’i gadarnhau
choose = Dewiswch

form-send = Cofrestru
lists-legend = Beth hoffech chi ei dderbyn?
statements-legend = Sut gawn ni gysylltu â chi?
basis-consent = Dim ond os ydych yn cytuno. Gallwch newid eich meddwl unrhyw bryd.
basis-interest = Rydym yn gwneud hyn am fod gennym fuddiant cyfreithlon. Gallwch wrthwynebu unrhyw bryd.
channel-email = E-bost
channel-post = Post
channel-sms = Neges destun
channel-phone = Ffôn
channel-other = Arall
wording-changed = Mae geiriad ein cwestiynau newydd newid. Edrychwch drostynt eto cyn anfon.
submitted-title = Diolch
submitted-pending = Bron yno: agorwch yr e-bost rydym newydd ei anfon atoch a dilynwch y ddolen ynddo.
submitted-applied = Diolch, rydych wedi cofrestru.
form-closed-title = Mae’r ffurflen hon ar gau
form-closed = Nid yw’n derbyn cofrestriadau ar hyn o bryd.

faults-title =
    { $count ->
        [one] Mae problem
       *[other] Nifer y problemau: { $count }
    }
fault-email-blank = Rhowch eich cyfeiriad e-bost.
fault-email-long = Mae’r cyfeiriad e-bost hwn yn rhy hir.
fault-email-malformed = Rhowch gyfeiriad e-bost fel enw@example.org.
email-perhaps-meant = Ai { $address } oeddech chi’n ei olygu? Os yw’r cyfeiriad yn gywir fel y mae, anfonwch y ffurflen eto.
fault-email-known = Mae cyfrif â’r cyfeiriad e-bost hwn eisoes.
fault-form-unknown = Nid yw’r ffurflen hon yn bodoli, neu mae ar gau.
fault-list-unknown = Nid yw “{ $name }” ar gael bellach.
fault-no-fields = Llenwch y meysydd gofynnol.
fault-required = Llenwch “{ $label }”.
fault-field-unknown = Nid oes maes “{ $name }”.
fault-not-on-forms = Ni ellir gosod “{ $label }” yma.
fault-too-long = Gall “{ $label }” gynnwys { $most } nod ar y mwyaf.
fault-wrong-type = Nid yw “{ $label }” yn y ffurf gywir.
fault-wrong-date = Rhaid i “{ $label }” fod yn ddyddiad, fel { $example }.
fault-wrong-whole = Rhaid i “{ $label }” fod yn rhif cyfan, fel 42.
fault-wrong-number = Rhaid i “{ $label }” fod yn rhif, fel { $example }.
fault-wrong-boolean = Atebwch “{ $label }” gydag ie neu na.
fault-option = Dewiswch un o opsiynau “{ $label }”.
fault-control = Mae nodau yn “{ $label }” na ellir eu cadw.
fault-tag-unknown = Nid oes tag “{ $name }”.
fault-statement-unknown = Nid oes datganiad “{ $name }”.
fault-statement-required = Cytunwch â hyn er mwyn cofrestru.

confirm-title = Un cam olaf
confirm-intro = Gofynnoch am gofrestru gyda { $account } fel { $email }.
confirm-button = Ie, cadarnhau
confirm-update-title = Cadarnhewch eich newidiadau
confirm-update-intro = Gofynnoch i { $account } newid yr hyn y mae’n ei gadw am { $email }.
confirm-address-title = Cadarnhewch eich cyfeiriad newydd
confirm-address-intro = O hyn ymlaen byddai { $account } yn ysgrifennu at { $email }.
not-me-question = Nid chi?
not-me-link = Nid fi oedd hwn
confirmed-title = Wedi gorffen
confirmed-message = Diolch, mae eich cofrestriad wedi’i gadarnhau.
confirmed-update-message = Diolch, mae eich newidiadau wedi’u cadw.
confirmed-address-message = Diolch, byddwn yn defnyddio eich cyfeiriad newydd o hyn ymlaen.
used-note = Roeddech wedi dilyn y ddolen hon o’r blaen. Nid oes dim wedi newid.
expired-title = Mae’r ddolen hon wedi dod i ben
expired-message = Er eich diogelwch, mae dolenni yn ein negeseuon e-bost yn gweithio am gyfnod cyfyngedig.
expired-button = Anfonwch ddolen newydd ataf
expired-sent-title = Edrychwch ar eich e-bost
expired-sent-message = Os yw eich cofrestriad yn dal ar agor, mae dolen newydd ar ei ffordd atoch.
unknown-link-title = Nid yw’r ddolen hon yn gweithio
unknown-link-message = Efallai fod rhan ohoni ar goll. Copïwch y ddolen gyfan o’r e-bost, neu gofrestru eto.

not-me-title = Ai nid chi oedd hwn?
not-me-intro = Mae rhywun wedi rhoi eich cyfeiriad i { $account }. Gydag un clic byddwn yn dileu’r cofrestriad ac ni fyddwn yn ysgrifennu atoch eto.
not-me-button = Nid fi oedd hwn, peidiwch ag ysgrifennu eto
not-me-done-title = Mae’n ddrwg gennym am y drafferth
not-me-done-message = Mae’r cofrestriad wedi’i ddileu. Ni fydd { $account } yn ysgrifennu at y cyfeiriad hwn eto.

preferences-title = Eich dewisiadau
preferences-intro = Dyma’r hyn y mae { $account } yn ei gadw am { $email }.
preferences-saved = Mae eich newidiadau wedi’u cadw.
preferences-details = Eich manylion
preferences-more = Rhagor o fanylion
preferences-lists = Yr hyn rydych yn ei dderbyn
preferences-statements = Sut gawn ni gysylltu â chi
preferences-save = Cadw newidiadau
statement-yes-since = Dywedoch ie ar { $date }.
statement-no-since = Dywedoch na ar { $date }.
unsubscribe-everything = Atal pob e-bost
change-address-title = Newid eich cyfeiriad e-bost
change-address-label = Cyfeiriad e-bost newydd
change-address-hint = Byddwn yn anfon dolen i’r cyfeiriad newydd. Bydd yn newid ar ôl i chi ddilyn y ddolen honno.
change-address-button = Newid cyfeiriad
change-address-sent = Rydym wedi anfon dolen at { $email }. Dilynwch hi i orffen y newid.
download-title = Eich data
download-intro = Popeth rydym yn ei gadw amdanoch, fel ffeil.
download-button = Lawrlwytho fy nata
delete-title = Fy nileu
delete-intro = Mae hyn yn dileu popeth y mae { $account } yn ei gadw amdanoch yma. Ni ellir ei ddadwneud.
delete-button = Ie, dileu popeth amdanaf
deleted-title = Rydych wedi’ch dileu
deleted-message = Nid yw { $account } bellach yn cadw dim amdanoch yma.
preferences-request-title = Gweld neu newid eich dewisiadau
preferences-request-intro = Rhowch eich cyfeiriad e-bost ac fe anfonwn ddolen atoch.
preferences-request-button = Anfonwch y ddolen ataf
preferences-request-sent-title = Edrychwch ar eich e-bost
preferences-request-sent = Os ydym yn adnabod y cyfeiriad hwn, mae dolen ar ei ffordd iddo.

unsubscribe-title = Dad-danysgrifio
unsubscribe-intro = Beth na ddylai ddod i { $email } mwyach?
unsubscribe-list-button = “{ $list }” yn unig
unsubscribe-all-button = Popeth gan { $account }
unsubscribed-title = Rydych wedi dad-danysgrifio
unsubscribed-list = Nid yw “{ $list }” yn dod i { $email } mwyach.
unsubscribed-all = Nid yw { $account } yn ysgrifennu at { $email } mwyach.
undo-question = Camgymeriad?
undo-button = Dadwneud
undone-title = Wedi’i ddadwneud
undone-list = Mae “{ $list }” yn dod i { $email } eto.
undone-all = Caiff { $account } ysgrifennu at { $email } eto, fel o’r blaen.
preferences-link = Gweld eich holl ddewisiadau

password-title = Gosod eich cyfrinair
password-intro = Dewiswch gyfrinair ar gyfer eich cyfrif gyda { $account }.
password-label = Cyfrinair newydd
password-hint = O leiaf 8 nod.
password-button = Gosod y cyfrinair
password-fault = Dewiswch gyfrinair o 8 i 100 nod.
password-set-title = Mae eich cyfrinair wedi’i osod
password-set-message = O hyn ymlaen gallwch fewngofnodi ag ef.
password-used-title = Mae’r ddolen hon wedi’i defnyddio
password-used-message = Mae pob dolen yn gosod cyfrinair unwaith. Gofynnwch am un arall lle rydych yn mewngofnodi.
password-expired-message = Er eich diogelwch, mae’r ddolen yn gweithio am ddwy awr. Gofynnwch am un newydd lle rydych yn mewngofnodi.

error-400-title = Ni allem ddarllen hyn
error-400 = Roedd y cais yn anghyflawn neu’n aneglur. Ewch yn ôl a rhowch gynnig arall arni.
error-403-title = Ni chaniateir hyn
error-403 = Daeth y cais o le na chaiff ei anfon.
error-404-title = Nid oes dim yma
error-404 = Efallai fod y cyfeiriad wedi’i gamdeipio, neu fod y dudalen wedi symud.
error-405-title = Nid yw hyn yn gweithio yma
error-405 = Nid yw’r dudalen yn derbyn y math hwn o gais.
error-410-title = Mae hwn wedi mynd
error-410 = Nid yw’r hyn oedd yma ar gael mwyach.
error-413-title = Roedd hynny’n ormod
error-413 = Mae’r hyn a anfonoch yn rhy fawr. Byrhewch ef a rhowch gynnig arall arni.
error-415-title = Ni allem ddarllen hyn
error-415 = Nid oedd y cais mewn ffurf y mae’r dudalen hon yn ei derbyn.
error-422-title = Mae rhywbeth o’i le
error-422 = Gwiriwch yr hyn a roesoch a rhowch gynnig arall arni.
error-429-title = Ychydig yn rhy gyflym
error-429 =
    { $minutes ->
        [one] Arhoswch funud a rhowch gynnig arall arni.
        [two] Arhoswch { $minutes } funud a rhowch gynnig arall arni.
       *[other] Arhoswch { $minutes } munud a rhowch gynnig arall arni.
    }
error-500-title = Aeth rhywbeth o’i le
error-500 = Ni sydd ar fai. Rhowch gynnig arall arni yn nes ymlaen.
error-503-title = Byddwn yn ôl yn fuan
error-503 = Ni allwn dderbyn hyn ar hyn o bryd. Rhowch gynnig arall arni mewn munud. Ni chollwyd dim.
