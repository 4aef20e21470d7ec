# Y consol, Cymraeg.

skip = Neidio i’r cynnwys
nav = Prif lywio
nav-people = Pobl
nav-set-up = Gosodiadau
nav-overview = Trosolwg
nav-contacts = Cysylltiadau
nav-sign-ups = Cofrestriadau
nav-deliveries = Danfoniadau
nav-forms = Ffurflenni
nav-file = Ffeil y cyfrif
nav-callers = Defnyddwyr API
nav-users = Defnyddwyr
nav-trail = Cofnod newidiadau
nav-me = Eich cyfrif
sign-out = Allgofnodi
back-home = Yn ôl i’r consol
save = Cadw
cancel = Canslo
search = Chwilio
filter = Dangos
filters = Hidlwyr
filters-off = Clirio’r hidlwyr
any = Unrhyw un
older = Hŷn
copy = Copïo
true = Ie
false = Na
times-utc = Mae’r amserau yn UTC.
before = Cyn:
after = Wedyn:
email = Cyfeiriad e-bost
password = Cyfrinair

did-saved = Wedi’i gadw.
did-nothing = Doedd dim yn wahanol, felly ni newidiwyd dim.
did-password = Mae eich cyfrinair wedi’i osod.
did-signed-out = Rydych wedi allgofnodi.
did-session-ended = Mae’r sesiwn honno ar ben.
did-demanded = Mae’r cyfrif hwn yn gofyn i bawb fewngofnodi gydag ail ffactor. Gosodwch eich un chi i fynd ymlaen.
did-wrong-password = Nid dyna’ch cyfrinair, felly ni newidiwyd dim.
did-sent-again = Mae’r neges ar ei ffordd eto.
did-nothing-to-send = Doedd dim i’w anfon: does dim yn aros am gadarnhad, neu ni chaniateir anfon i’r cyfeiriad.
did-still-suppressed = Mae’r post yn dal wedi’i atal: dywedodd y person “nid fi oedd hyn” neu gofynnodd am ddileu popeth, a dim ond nhw all ddadwneud hynny.
did-erased = Dilëwyd y cysylltiad.
did-released = Wedi’i ryddhau: mae’n mynd ymlaen fel pe bai newydd gyrraedd.
did-released-before = Roedd wedi’i ryddhau o’r blaen.
did-replayed = Rhoddir cynnig arall arno ar unwaith.
did-dropped = Wedi’i ollwng: ni roddir cynnig arno eto.
did-in-hand = Mae gweithiwr wrthi ag ef y funud hon. Rhowch gynnig arall yn y man.
did-over = Mae ar ben eisoes.
did-applied = Wedi’i weithredu.
did-revoked = Wedi’i ddirymu.

fail-not-found-title = Heb ei ganfod
fail-not-found = Does dim byd yn y cyfeiriad hwn, neu nid chi sydd i’w weld.
fail-forbidden-title = Ni chaniateir hyn
fail-forbidden = Nid yw eich rôl yn caniatáu hyn, neu ni ddaeth y cais o dudalen o’r consol hwn.
fail-malformed-title = Ni ellid darllen hynny
fail-malformed = Nid yw’r hyn a anfonwyd yn edrych fel yr hyn y mae ein tudalennau’n ei anfon. Ewch yn ôl a rhowch gynnig arall.
fail-conflict-title = Roedd rhywun yn gynt
fail-conflict = Newidiodd rhywun arall hyn yn y cyfamser. Ewch yn ôl, llwythwch y dudalen eto ac edrychwch cyn ei ailadrodd.
fail-busy-title = Gormod ar unwaith
fail-busy = Ni ellir gwneud hyn ar hyn o bryd. Arhoswch ychydig a rhowch gynnig arall.
fail-internal-title = Aeth rhywbeth o’i le
fail-internal = Ein bai ni yw hyn, ac mae yn y log.

sign-in-title = Mewngofnodi
sign-in = Mewngofnodi
sign-in-hint = Dim cyfrinair eto, neu wedi’i anghofio? Gall pwy bynnag sy’n rhedeg y gosodiad hwn roi dolen untro i chi.
sign-in-wrong = Mae’r cyfeiriad neu’r cyfrinair yn anghywir.
sign-in-again = Cymerodd hynny’n rhy hir. Mewngofnodwch eto.
code-title = Un cam arall
code = Cod
code-hint = Y chwe digid y mae eich ap dilysu’n eu dangos, neu un o’ch codau adfer.
code-wrong = Mae’r cod hwnnw’n anghywir neu wedi’i ddefnyddio eisoes.
welcome-title = Gosodwch eich cyfrinair
welcome-lead = Ar gyfer { $email }. Mae’r ddolen hon yn gweithio unwaith.
new-password = Cyfrinair newydd
password-again = Yr un peth eto
password-old = Cyfrinair presennol
password-rule = O leiaf 12 nod. Mae ychydig o eiriau ar hap yn gwneud un da.
password-short = Mae angen o leiaf 12 nod ar y cyfrinair.
password-long = Gall y cyfrinair fod yn 200 nod ar y mwyaf.
password-weak = Mae hwnnw’n rhy hawdd ei ddyfalu.
password-differs = Nid yw’r ddau yr un fath.
password-old-wrong = Mae’r cyfrinair presennol yn anghywir.
save-password = Gosod y cyfrinair
front-title = Cyfrifon
front-none = Nid ydych yn perthyn i unrhyw gyfrif eto. Gofynnwch i berchennog eich gwahodd.

me-title = Eich cyfrif
language = Iaith
change-password = Newid cyfrinair
sessions = Lle rydych wedi mewngofnodi
this-session = yma
since = ers { $when }
last-used = defnydd diwethaf { $when }
end-session = Dod i ben
end-other-sessions = Dod â phob sesiwn arall i ben
second-factor = Ail ffactor
second-factor-on = Ymlaen: mae mewngofnodi’n gofyn am eich cyfrinair a chod.
second-factor-off = I ffwrdd: mae eich cyfrinair yn unig yn eich gadael i mewn. Mae cod o ap yn ei gwneud yn llawer anoddach cipio’ch cyfrif.
second-factor-turn-on = Troi ymlaen
second-factor-turn-off = Troi i ffwrdd
second-factor-lead = Defnyddiwch unrhyw ap dilysu, fel yr un yn eich rheolwr cyfrineiriau.
second-factor-step-1 = Ychwanegwch gofnod at yr ap gyda’r allwedd hon:
second-factor-open = Ei agor mewn ap ar y ddyfais hon
second-factor-step-2 = Teipiwch y chwe digid y mae’r ap yn eu dangos nawr
codes-left =
    { $count ->
        [one] Mae un cod adfer ar ôl.
       *[other] Mae { $shown } cod adfer ar ôl.
    }
recovery-title = Codau adfer
recovery-lead = Mae pob un o’r rhain yn eich gadael i mewn unwaith os collwch eich dyfais. Cadwch nhw’n ddiogel: dim ond nawr y’u dangosir.
recovery-done = Rwyf wedi’u cadw

last-30 = Y 30 diwrnod diwethaf
as-table = Fel tabl
day = Diwrnod
counting = Mae’r ffigurau’n cael eu cyfrif am y tro cyntaf. Llwythwch y dudalen hon eto mewn eiliad.
chart-title =
    { $count ->
        [one] Un cofrestriad yn y 30 diwrnod diwethaf
       *[other] { $shown } cofrestriad yn y 30 diwrnod diwethaf
    }
figure-all = cofrestriad mewn 30 diwrnod
end-applied = gweithredwyd
end-confirmed = cadarnhawyd
end-pending = yn aros
end-quiet = mewn cwarantin
end-refused = gwrthodwyd
end-released = rhyddhawyd
arrivals = Yn cyrraedd nawr
arrivals-none = Does neb wedi cofrestru eto. Rhowch ffurflen ar eich gwefan, neu agorwch un eich hun.
live = byw
all-sign-ups = Pob cofrestriad
by-door = Yn ôl drws
by-form = Yn ôl ffurflen
by-origin = Yn ôl tudalen
no-form = heb ffurflen
no-origin = heb ei ddweud
of-these-confirmed = { $count } o’r rhain wedi’u cadarnhau
lists = Rhestrau
contacts-line = Cysylltiadau: { $all }, wedi’u cadarnhau: { $confirmed }
outbox = Blwch anfon
outbox-owed = { $count } yn aros i fynd allan.
overview-empty-title = Dechreuwch yma
overview-empty = Mae angen ffurflen ar gyfrif cyn y gall neb gofrestru. Dewiswch un, copïwch ei darn cod i’ch gwefan, a gwyliwch y cofrestriad cyntaf yn cyrraedd ar y dudalen hon.
duties = Mae angen rhywun
duty-mail =
    { $count ->
        [one] Rhoddwyd y gorau i un neges.
       *[other] Rhoddwyd y gorau i { $shown } neges.
    }
duty-mail-link = Edrychwch arnynt
duty-webhook =
    { $count ->
        [one] Rhoddwyd y gorau i un alwad i system arall.
       *[other] Rhoddwyd y gorau i { $shown } galwad i systemau eraill.
    }
duty-webhook-link = Edrychwch arnynt
duty-late =
    { $count ->
        [one] Mae un danfoniad wedi methu sawl gwaith.
       *[other] Mae danfoniadau wedi methu sawl gwaith ({ $shown } yn aros).
    }
duty-late-link = Gweld beth sy’n aros
duty-quiet =
    { $count ->
        [one] Mae un cofrestriad mewn cwarantin.
       *[other] Mae { $shown } cofrestriad mewn cwarantin.
    }
duty-quiet-link = Adolygu
month-short-01 = Ion
month-short-02 = Chwef
month-short-03 = Maw
month-short-04 = Ebr
month-short-05 = Mai
month-short-06 = Meh
month-short-07 = Gorff
month-short-08 = Awst
month-short-09 = Medi
month-short-10 = Hyd
month-short-11 = Tach
month-short-12 = Rhag

door-sentori = Galwad Sentori
door-spektrix-owner = Spektrix, wedi’i lofnodi
door-spektrix-web = Spektrix, gwe
door-spektrix-form = Ffurflen Spektrix
door-hosted = Ffurflen letyol
door-json = Ffurflen wedi’i mewnblannu
door-native = API
door-pages = Tudalennau’r person
door-console = Consol
door-import = Mewnforio
door-mail = Post
kind-signup = rhywun newydd
kind-update = rhywun hysbys
made-by-api = galwad API
made-by-signup-form = ffurflen gofrestru
made-by-uploaded = mewnforiad
made-by-user = y consol
state-confirmed = Wedi’i gadarnhau
state-unconfirmed = Heb ei gadarnhau
state-suppressed = Dim post
state-bad-address = Cyfeiriad gwael
delivery-owed = yn aros
delivery-done = anfonwyd
delivery-dead = rhoddwyd y gorau
delivery-withdrawn = tynnwyd yn ôl
lane-confirmation = Neges gadarnhau
lane-mail = Post arall
lane-webhook = Webhooks
owed-confirmation = Neges gadarnhau
owed-address-change = Neges i gyfeiriad newydd
owed-address-changed = Hysbysiad i’r hen gyfeiriad
owed-preferences-link = Dolen i’r dewisiadau
owed-alert = Rhybudd
owed-automation-step = Cam awtomeiddio
owed-automation-call = Galwad awtomeiddio
owed-password-link = Dolen i osod cyfrinair
owed-login-link = Dolen fewngofnodi
owed-webhook = Webhook
owed-webhook-of-erased = Webhook am rywun a ddilëwyd
owed-endpoint-given-up = Hysbysiad bod derbynnydd wedi’i adael
attempt-done = derbyniwyd
attempt-again = heb ei dderbyn, rhoddir cynnig arall
attempt-dead = rhoddwyd y gorau
attempt-bad-address = mae’r cyfeiriad yn wael
attempt-withdrawn = tynnwyd yn ôl
role-owner = Perchennog
role-editor = Golygydd
role-viewer = Gwyliwr
role-hint-owner = hefyd yn penderfynu pwy arall gaiff, a pha alwyr sydd â chyfrinachau
role-hint-editor = yn gweld popeth, yn newid cysylltiadau a gosodiadau
role-hint-viewer = yn gweld popeth ond cyfrinachau, heb newid dim
verdict-accept = Derbyniwyd
verdict-quiet = Cwarantin
verdict-challenge = Her
verdict-refuse = Gwrthodwyd

search-contacts = Cyfeiriad neu enw, o’i ddechrau
filter-state = Cyflwr
filter-list = Rhestr
filter-tag = Tag
filter-statement = Cytunodd i
filter-form = Ffurflen
filter-origin = Mae’r dudalen yn cynnwys
filter-since = O
filter-until = Hyd at
filter-outcome = Canlyniad
filter-door = Drws
filter-lane = Ciw
contacts-none = Does neb yma eto. Mae cysylltiadau’n ymddangos cyn gynted ag y bydd rhywun yn cofrestru.
contacts-not-found = Does neb yn cyfateb. Mae’r chwiliad yn mynd yn ôl dechrau cyfeiriad, enw cyntaf neu gyfenw.
look-further = Edrych ymhellach yn ôl
contact-number = cysylltiad { $number }
values = Manylion
more-values = Rhagor o fanylion
values-faults = Ni chadwyd dim. Gweler yr hyn sydd wedi’i nodi isod.
value-changed-meanwhile = Mae rhywun arall newydd newid hyn i “{ $value }”.
value-fault-any = Nid yw hyn yn ffitio.
value-fault-wrongtype = Nid yw hyn yn ffitio math y maes.
value-fault-notanoption = Nid yw hwn yn un o’r dewisiadau.
value-fault-control = Mae yma nodau na ellir eu cadw.
email-taken = Mae’r cyfeiriad hwn gan rywun arall.
email-wrong = Nid cyfeiriad e-bost yw hwn.
lists-none = Does dim rhestrau.
join = Ychwanegu
leave = Tynnu oddi ar
on-it = arni
tags = Tagiau
tags-none = Dim tagiau.
applied =
    { $count ->
        [one] rhoddwyd unwaith
       *[other] rhoddwyd { $shown } gwaith
    }
last-applied = diwethaf { $when }
untag = Tynnu
tag-add = Ychwanegu tag
statements = Datganiadau
said-yes = ie
said-no = na
said-nothing = heb ofyn
older-wording = i eiriad hŷn
withdraw = Tynnu’n ôl
record-yes = Cofnodi ie
record = Cofnod
fact-id = Rhif
fact-since = Ers
fact-from = Daeth drwy
fact-confirmed = Cadarnhawyd
fact-suppressed = Dim post ers
fact-bad-address = Cyfeiriad gwael ers
fact-ip = Cyfeiriad y cleient
fact-page = Tudalen
fact-referrer = Daeth o
fact-source = Ffynhonnell
fact-browser = Porwr
fact-changed = Newid diwethaf
fact-number = Rhif
fact-attempts = Ymdrechion
fact-due = Ymdrech nesaf
fact-finished = Ar ben
fact-error = Gwall diwethaf
export = Allforio fel JSON
suppress = Atal pob post
suppress-hint = Ni anfonir dim i’r cyfeiriad hwn o’r cyfrif hwn mwyach, beth bynnag a ddaw i mewn.
unsuppress = Gadael i bost fynd yno eto
waiting-until = Yn aros am gadarnhad; mae’r ddolen yn gweithio tan { $when }.
waiting-over = Ni chadarnhawyd erioed; daeth y ddolen i ben ar { $when }.
resend = Anfon y cadarnhad eto
history = Hanes cydsyniad
history-lead = Pwy gytunodd i beth, pryd a sut: pob cofnod gyda’r geiriad fel yr oedd. Ni newidir cofnodion byth.
history-none = Ni chytunwyd i ddim eto.
consent-given = cytunodd
consent-withdrawn = tynnodd yn ôl
consent-refused = dywedodd na
consent-asked = gofynnwyd
version = fersiwn { $number }
list-named = Rhestr: { $name }
all-mail = Pob post
gone-statement = datganiad a dynnwyd
gone-list = rhestr a dynnwyd
basis-consent = Sail gyfreithiol: cydsyniad
basis-interest = Sail gyfreithiol: buddiant dilys
shown-by-us = ein tudalen ni a ddangosodd y geiriad hwn
shown-declared = datganwyd gan y galwr
shown-default = gosodwyd gan reol y ffurflen
evidence = Tystiolaeth

erase = Dileu am byth
erase-ask = Dileu …
erase-title = Dileu’r cysylltiad hwn?
erase-goes = Beth sy’n mynd
erase-goes-what = Cyfeiriad, manylion, rhestrau, tagiau, atebion, tarddiad cofrestriadau, negeseuon, sesiynau ac unrhyw beth sy’n dal i aros.
erase-stays = Beth sy’n aros, a pham
erase-stays-consents = Digwyddiadau cydsyniad, fel prawf dienw: does dim yn eu clymu wrth y person hwn mwyach.
erase-stays-suppression = Hash o’r cyfeiriad, fel na all hen fewnforiad ddod â’r person yn ôl heb ofyn. Nid yw’n datgelu’r cyfeiriad.
erase-stays-trail = Eich bod wedi dileu cysylltiad rhif hyn a hyn, yn y cofnod newidiadau.
erase-final = Ni ellir dadwneud hyn.
erase-type = I fynd ymlaen, teipiwch y cyfeiriad: { $email }
erase-differs = Nid dyna’r cyfeiriad. Ni ddilëwyd dim.

sign-up = Cofrestriad
sign-ups-none = Does dim yn cyfateb.
nobody-any-more = neb mwyach
quiet-title = Mewn cwarantin
quiet-lead = Cadwodd y gwarchodwr y cofrestriad hwn yn ôl: diolchwyd i’r ymwelydd, ni anfonwyd na chadwyd dim. Os oes person y tu ôl iddo, rhyddhewch ef ac mae’n mynd ymlaen fel pe bai newydd gyrraedd.
release = Rhyddhau
released-at = Rhyddhawyd o gwarantin ar { $when }.
verdict = Dyfarniad
verdict-applied = gweithredwyd fel: { $verdict }
verdict-clean = Ni sylwyd ar ddim.
verdict-none = Does dim dyfarniad: roedd y gwarchodwr i ffwrdd, neu ymddiriedir yn y galwr.
withheld = Daliwyd y neges gadarnhau yn ôl:
asked-for = Gofynnwyd am
came-from = O ble y daeth
came-from-nothing = Ni chedwir dim am hynny.
to-contact = At y cysylltiad
to-delivery = At y neges

deliveries-lead = Yr hyn sy’n ddyledus i’r tu allan: negeseuon, rhybuddion, galwadau i systemau eraill.
deliveries-none = Does dim yn cyfateb.
replay = Rhoi cynnig arall nawr
replay-all = Rhoi cynnig arall ar y rhain i gyd
drop = Gollwng
drop-hint = Mae gollwng yn derfynol: ni roddir cynnig arno eto.
attempts = Ymdrechion
attempts-none = Aeth yn iawn ar unwaith, neu ni roddwyd cynnig eto.
payload = Yr hyn sy’n ddyledus, fel data
so-many-deliveries = { $count } danfoniad

forms-none = Does dim ffurflen eto. Crëwch un, a’i rhoi ar eich gwefan.
disabled = ar gau
open = ar agor
fields-count =
    { $count ->
        [one] un maes
       *[other] { $shown } maes
    }
lists-count =
    { $count ->
        [one] un rhestr
       *[other] { $shown } rhestr
    }
form-what = Beth mae’n ei ofyn a’i wneud
form-fields = Meysydd
form-lists = Rhestrau i’w dewis
form-confirm = Yn aros am gadarnhad
form-joins = Mae pawb yn ymuno â
form-tags = Mae pawb yn cael y tagiau
form-alerts = Rhybuddion i
form-automation = Yn dechrau
form-contacts = Pwy ddaeth drwyddi
snippets = Ei rhoi ar wefan
snippet-link = Dolen
snippet-link-hint = Mae’r ffurflen yn agor fel tudalen ei hun.
snippet-element = Elfen
snippet-element-hint = Daw’r ffurflen yn rhan o’ch tudalen, yn ei ffontiau a’i lliwiau.
snippet-iframe = Ffrâm
snippet-iframe-hint = Y ffurflen mewn blwch, ar gyfer gwefannau nad ydynt yn derbyn sgriptiau.
preview = Rhagolwg
preview-lead = Fel y mae ymwelydd yn ei gweld. Llenwch hi a’i hanfon: dangosir beth fyddai’n digwydd, ac nid oes dim yn gadael y dudalen hon.
preview-disabled = Fel y byddai ymwelydd yn ei gweld. Mae’r ffurflen ar gau, felly nid yw’n derbyn dim; agorwch hi i roi cynnig arni.

file-lead = Popeth sy’n gwneud y cyfrif hwn, fel un testun. Nid yw dim yn newid cyn i chi weld y gwahaniaeth. Gadewir cyfrinachau allan, a’u cadw.
file-text = Ffeil y cyfrif
file-prune = Tynnu hefyd yr hyn nad yw’r testun yn ei enwi
file-show = Dangos beth fyddai’n newid
file-plan = Beth fyddai’n newid
file-apply = Gweithredu hyn
file-faults = Ni ellir gweithredu hyn
file-nothing = Dyma’r cyfrif fel y mae eisoes: dim i’w newid.
file-conflict = Newidiodd rhywun y cyfrif ers i chi agor y dudalen hon. Isod mae’r hyn y byddai eich testun yn ei newid arno fel y mae nawr; mae’r hyn a ychwanegwyd ganddynt yn ymddangos fel wedi’i gadw neu wedi’i newid yn ôl. Edrychwch cyn ei weithredu.
file-other-slug = Mae’r slug yn enwi cyfrif arall.

callers-lead = Rhaglenni a gaiff alw: gwefannau, swyddfeydd tocynnau, sgriptiau. Dangosir cyfrinach unwaith, pan gaiff ei gwneud.
callers-none = Ni chaiff neb alw eto.
caller-sentori = Allwedd Sentori
caller-spektrix = Mewngofnod Spektrix
caller-native = Tocyn API
caller-new = Defnyddiwr API newydd
caller-kind = Ar gyfer
caller-name = Enw neu fewngofnod
caller-scopes = Cwmpasau
caller-scopes-hint = Ar gyfer tocynnau API yn unig, megis contacts:read, sign_ups:write.
caller-create = Ei wneud
caller-made = Cyfrinach { $name }
secret-once = Copïwch hi nawr. Ni ddangosir hi eto.
never-used = heb ei ddefnyddio
two-secrets = dwy gyfrinach
rotate = Cyfrinach newydd
revoke = Dirymu
revoke-old = Dod â’r gyfrinach hŷn i ben
caller-fault-name = Nid yw enw’n wag ac nid oes colon ynddo.
caller-fault-exists = Mae un o’r enw hwnnw eisoes.
caller-fault-two = Mae ganddo ddwy gyfrinach eisoes. Dewch â’r un hŷn i ben yn gyntaf.
caller-fault-unknown = Does dim un o’r enw hwnnw.

you = chi
role = Rôl
invite = Gwahodd
remove = Tynnu
new-link = Dolen newydd
link-made = Dolen i { $email }
link-once = Rhowch hi eich hun, nid yw’n cael ei hanfon. Mae’n gweithio unwaith, o fewn 72 awr, ac yn gosod cyfrinair.
user-there = Maent yn perthyn i’r cyfrif hwn eisoes.
user-own = Ni allwch newid eich rôl eich hun. Gofynnwch i berchennog arall.
user-elsewhere = Maent yn gweithio mewn cyfrifon eraill hefyd, felly dim ond pwy bynnag sy’n rhedeg y gosodiad hwn all roi dolen iddynt.
user-invited = gwahoddwyd
user-password = cyfrinair
user-both = cyfrinair ac ail ffactor
user-disabled = ni chaiff fewngofnodi
never-signed-in = heb fewngofnodi erioed

trail-lead = Pwy newidiodd beth, pryd ac o ble. Ni ellir golygu cofnodion.
trail-none = Does dim yn cyfateb.
search-trail = Defnyddiwr, gweithred, neu ddarn o’r hyn a newidiodd
act-sign-in = Mewngofnododd
act-user-role = Rhoddodd rôl i
act-user-link = Gwnaeth ddolen i
act-user-password = Gosododd gyfrinair
act-user-disable = Analluogodd
act-user-second-factor = Trodd yr ail ffactor ymlaen
act-user-second-factor-off = Trodd yr ail ffactor i ffwrdd
act-contact-edit = Golygodd
act-contact-join = Ychwanegodd at restr:
act-contact-leave = Tynnodd oddi ar restr:
act-contact-tag = Tagiodd
act-contact-untag = Tynnodd dag oddi ar
act-contact-agree = Cofnododd ie gan
act-contact-withdraw = Tynnodd ddatganiad yn ôl gan
act-contact-suppress = Ataliodd bob post i
act-contact-release = Gadawodd i bost fynd eto i
act-contact-resend = Anfonodd y cadarnhad eto i
act-contact-export = Allforiodd
act-contact-erase = Dileodd
act-sign-up-release = Rhyddhaodd y cofrestriad
act-delivery-replay = Rhoddodd gynnig arall ar
act-delivery-drop = Gollyngodd y danfoniad
act-account-change = Newidiodd y cyfrif
act-caller-create = Gwnaeth y defnyddiwr API
act-caller-rotate = Gwnaeth gyfrinach newydd i
act-caller-revoke = Dirymodd

# Set-up by structured edit
nav-wiring = System
nav-lists = Rhestrau
nav-tags = Tagiau
nav-statements = Datganiadau
nav-fields = Meysydd
nav-automations = Awtomeiddio
nav-webhooks = Webhooks
nav-settings = Gosodiadau
did-made = Wedi’i greu.
did-removed = Wedi’i dynnu.
did-again = Newidiodd rhywun y cyfrif ar yr union eiliad honno. Ni wnaed dim; rhowch gynnig arall arni.
did-tested = Mae’r alwad brawf ar ei ffordd. Ail-lwythwch y dudalen mewn eiliad i weld y canlyniad.
did-two-secrets = Mae ganddo ddwy gyfrinach eisoes. Rhowch ben ar yr hynaf yn gyntaf.
did-test-mail = Mae’r neges brawf ar ei ffordd atoch. Mae’r dudalen hon yn dweud beth ddaeth ohoni; ail-lwythwch hi mewn eiliad.
edit = Golygu
add = Ychwanegu
none = Dim
required = gofynnol
make-it = Creu
one-a-line = Un i bob llinell.
add-language = Ei eirio hefyd yn
save-anyway = Cadw fy un i beth bynnag
remove-ask = Tynnu …
remove-title = Tynnu { $name }?
remove-now = Ei dynnu
edit-conflict-title = Cadwodd rhywun arall hwn yn y cyfamser
edit-conflict = Ni throswyd dim. Isod mae’r hyn a deipioch; byddai ei gadw beth bynnag yn newid yr hyn a gadwasant fel hyn:
edit-faults = Ni chadwyd dim
fault-number = { $label }: rhaid i hwn fod yn rhif cyfan.
fault-time = { $label }: rhaid i hwn fod yn hyd amser fel “7 days” neu “36 hours”.

# Forms, edited
form-new = Ffurflen newydd
form-make = Creu’r ffurflen
form-view = Ffurflen
form-edit-title = Golygu ffurflen
copy-form = Copïo
copy-of = { $name } (copi)
form-close = Cau
form-open = Ailagor
form-basics = Enw
form-fields-hint = Yn y drefn y mae pobl yn eu gweld. Gofynnir am y cyfeiriad bob tro, yn gyntaf.
always-required = gofynnol bob tro
move-up = Symud { $name } i fyny
move-down = Symud { $name } i lawr
take-away = Tynnu { $name } oddi ar y ffurflen
moved-to = nawr yn safle
label-and-hint = Label ac awgrym
field-add = Ychwanegu maes
field-address = Cyfeiriad e-bost
list-not = ddim ar y ffurflen hon
list-offer = gall pobl ei dewis
list-join = mae pawb yn ymuno
form-statements-hint = Dangosir gyda blwch nad oes neb wedi’i dicio ymlaen llaw.
form-confirming = Cadarnhau
form-actions = Beth sy’n digwydd wrth gadarnhau
form-actions-hint = Unwaith y bydd rhywun wedi dilyn y ddolen yn y neges, neu ar unwaith os nad yw’r ffurflen yn aros am un.
form-messages = Negeseuon
form-messages-hint = Mae gan yr hyn a adewir yn wag eiriau parod yn iaith y darllenydd.
messages-signup = I rywun newydd
messages-update = I rywun cyfarwydd
form-guard = Gwarchod
form-guard-open = Rhifau’r ffurflen hon ei hun
form-guard-hint = Yr hyn a adewir yn wag yw eiddo’r cyfrif, a ddangosir mewn llwyd.
form-joins-these = Rhestrau yr ymunir â nhw
alert-each = ar unwaith, un am bob un
every-minutes =
    { $count ->
        [one] wedi’u casglu, bob munud
       *[other] wedi’u casglu, bob { $shown } munud
    }
every-hours =
    { $count ->
        [one] wedi’u casglu, bob awr
       *[other] wedi’u casglu, bob { $shown } awr
    }
time-days =
    { $count ->
        [one] un diwrnod
       *[other] { $shown } diwrnod
    }
time-hours =
    { $count ->
        [one] un awr
       *[other] { $shown } awr
    }
time-minutes =
    { $count ->
        [one] un funud
       *[other] { $shown } munud
    }
steps-count =
    { $count ->
        [one] un cam
       *[other] { $shown } cam
    }
agreed-count =
    { $count ->
        [one] ie olaf un person
       *[other] ie olaf { $shown }
    }
version-new =
    { $count ->
        [one] Mae’r atebion a roddwyd hyd yma’n cadw’r geiriad y’u rhoddwyd iddo: ie olaf un person.
       *[other] Mae’r atebion a roddwyd hyd yma’n cadw’r geiriad y’u rhoddwyd iddo: ie olaf { $shown } o bobl.
    }
preview-try = Ei weld, rhoi cynnig arni
preview-size = Lled
preview-phone = Ffôn
preview-desktop = Bwrdd gwaith
preview-fresh = Dangos yr hyn a deipiwyd
trial-title = Beth fyddai’n digwydd
trial-lead = Prawf oedd hwn: ni chadwyd ac ni anfonwyd dim.
trial-page = Mae’r ymwelydd yn darllen
trial-leads = Arweinir yr ymwelydd i { $url }
trial-mail = Maen nhw’n cael y neges hon
trial-then = Unwaith y byddant yn dilyn ei dolen
trial-at-once = Ar unwaith, heb gadarnhad
trial-again = Rhoi cynnig arall
mail-from = Oddi wrth
mail-to = At
mail-subject = Pwnc
sender-standard = anfonwr y gosodiad

# Parts of what is edited: labels and hints
part-name = Enw
part-external-id = Id
part-language = Iaith ei thudalennau
part-source = Ffynhonnell
part-require-confirmation = Aros nes dilyn y ddolen mewn neges
part-confirm-mode = Y dudalen y tu ôl i’r ddolen
part-confirm-within = Mae’r ddolen yn gweithio am
part-alert-to = Rhybuddion at
part-alert = Pryd yr anfonir rhybuddion
part-automation = Awtomeiddio sy’n cychwyn
part-submission-message = Ar ôl anfon: neges
part-submission-url = Ar ôl anfon: mynd i’r cyfeiriad hwn yn lle hynny
part-confirmation-subject = Neges gadarnhau: pwnc
part-confirmation-text = Neges gadarnhau: testun
part-confirmation-html = Neges gadarnhau: HTML neu MJML
part-confirmed-message = Ar ôl cadarnhau: neges
part-confirmed-url = Ar ôl cadarnhau: mynd i’r cyfeiriad hwn yn lle hynny
part-count = Y nifer fwyaf mewn deng munud
part-too-fast-ms = Rhy gyflym i berson (ms)
part-quick-ms = Amheus o gyflym (ms)
part-work-rounds = Gwaith her (rowndiau)
part-attack-floor = Mae ymosodiad yn o leiaf (mewn deng munud)
part-attack-factor = a chymaint â hyn o weithiau’r arfer
part-label = Label
part-hint = Awgrym
part-description = Disgrifiad
part-web = Mae porwyr yn ei weld
part-key = Allwedd
part-text = Geiriad
part-channel = Sianel
part-basis = Sail gyfreithiol
part-linked-to-email = Mae’r ffurflen gofrestru integredig yn ei osod i ie
part-system-name = Enw system
part-type = Math
part-options = Dewisiadau
part-on-forms = Gall pobl ei lenwi eu hunain
part-url = URL
part-events = Digwyddiadau
part-disabled = Wedi’i ddiffodd
part-contact-subscribe = Cyswllt wedi tanysgrifio
part-contact-unsubscribe = Cyswllt wedi dad-danysgrifio
part-list-subscribe = Wedi ymuno â rhestr
part-list-unsubscribe = Wedi gadael rhestr
part-bounce = Neges wedi’i dychwelyd
part-from = Anfonwr negeseuon
part-privacy-url = Hysbysiad preifatrwydd
part-logo-url = Logo
part-colour = Lliw
part-statement-control = Sut y gofynnir datganiadau
part-allowed-origins = Gwefannau a gaiff fewnosod ffurflenni
part-allowed-return-hosts = Gwesteiwyr y gall ffurflenni arwain iddynt
part-custom-domains = Ei barthau ei hun
part-second-factor = Mae ar bawb sy’n gweithio yma angen ail ffactor
part-confirm-web-sign-ups = Modd gwe Spektrix: mae cytundebau’n aros am neges gadarnhau
part-welcome-mail = Anfonir dolen i osod cyfrinair at gwsmeriaid newydd heb un
part-conceal-duplicates = Nid yw modd gwe yn dweud bod cyfeiriad yn hysbys
part-conceal-existing = Nid yw’r ffurflen integredig yn dweud bod cyfeiriad yn hysbys
part-conceal-unknown = Nid yw “Wedi anghofio’r cyfrinair” yn dweud bod cyfeiriad yn anhysbys
part-exempt-networks = Rhwydweithiau y mae rheolau modd gwe yn eu gadael yn llonydd
part-guard = Dyfarniadau’r gwarchod
part-bot-rules = Rheolau modd gwe
part-quarantine-days = Dyddiau mewn cwarantîn
part-per-account = Negeseuon cadarnhau i un blwch mewn diwrnod
part-honeypot = Enw’r maes cudd ar gyfer pytiau plaen
part-url-env = Newidyn amgylchedd gyda chyfeiriad y gweinydd
part-return-path = Mae negeseuon a ddychwelir yn mynd i
part-rate-per-minute = Y nifer fwyaf o negeseuon y funud
part-bad-address-after = Gwrthodiadau nes bod cyfeiriad yn cyfrif yn wael
part-statement-web = Mae porwyr yn ei weld: mae modd gwe Spektrix yn ei ddangos
part-setting-language = Iaith
part-setting-alert-to = Pwy sy’n cael gwybod am drafferth
hint-form-external-id = Yng nghyfeiriad y ffurflen. Ni ellir ei newid wedyn.
hint-source = O ble mae ei chofrestriadau’n dweud eu bod yn dod.
hint-require-confirmation = Heb hynny, mae pwy bynnag sy’n teipio cyfeiriad yn ei gofrestru, pwy bynnag biau ef.
hint-confirm-within = Megis “30 days” neu “36 hours”. Gwag: 30 diwrnod.
hint-confirmation-text = Rhaid iddo gynnwys {"{{"}ConfirmLink{"}}"}; gall gynnwys {"{{"}NotMeLink{"}}"}, {"{{"}FormName{"}}"} a meysydd megis {"{{"}FirstName default=friend{"}}"}.
hint-confirmation-html = O’i adael allan, fe’i gwneir o’r testun.
hint-list-external-id = Mae rhaglenni’n galw’r rhestr wrtho. Ni ellir ei newid wedyn.
hint-key = Enw byr ar gyfer ffurflenni a ffeiliau, megis “email”. Ni ellir ei newid wedyn.
hint-statement-text = Yr hyn y mae pobl yn cytuno iddo, air am air. Mae geiriad, sianel neu sail arall yn creu fersiwn newydd.
hint-basis = Ar gyfer post a ffôn yn unig y mae buddiant cyfreithlon.
hint-system-name = Priflythyren, yna llythrennau a digidau, megis SeatPreference. Ni ellir ei newid wedyn.
hint-options = Ar gyfer y ddau fath â dewisiadau. Un i bob llinell.
hint-events = Dim wedi’i dicio: pob un.
hint-from = Enw <cyfeiriad@example.org>
hint-colour = Megis #7a1f5c. Mae tudalennau’n ei dywyllu neu’n ei oleuo nes y gellir ei ddarllen.
hint-allowed-origins = Megis https://www.example.org, un i bob llinell. Mae * yn caniatáu pob gwefan, ac ar gyfer arbrofi’n unig y mae.
hint-allowed-return-hosts = Megis www.example.org, un i bob llinell.
hint-custom-domains = Megis tickets.example.org, un i bob llinell. Rhaid iddynt bwyntio yma.
hint-setting-alert-to = Un cyfeiriad i bob llinell. O’i adael yn wag, un yr anfonwr yw.
hint-url-env = Mae’r newidyn yn dal smtp://…, fel nad oes cyfrinair yma. O’i adael yn wag: gweinydd y gosodiad.
hint-webhook-name = Yr hyn y mae pobl yn galw’r derbynnydd.

# Options
choice-unsaid = un yr ymwelydd
choice-auto = yn cadarnhau ohoni’i hun cyn gynted ag y bydd rhywun yno
choice-button = yn cadarnhau â’i botwm yn unig
choice-channel-email = E-bost
choice-channel-post = Post
choice-channel-sms = Neges destun
choice-channel-phone = Ffôn
choice-channel-other = Arall
choice-basis-consent = Cydsyniad
choice-basis-legitimate-interest = Buddiant cyfreithlon
choice-type-text = Testun
choice-type-large-text = Testun hir
choice-type-boolean = Ie neu na
choice-type-date = Dyddiad
choice-type-whole-number = Rhif cyfan
choice-type-decimal = Degol
choice-type-currency = Arian
choice-type-option-list = Un o sawl un
choice-type-check-list = Rhai o sawl un
choice-box = blwch i’w dicio
choice-yes-no = ie a na ochr yn ochr
choice-off = yn gwneud dim
choice-log = yn cael eu cofnodi’n unig
choice-enforce = yn penderfynu

# Lists, tags, statements, fields
lists-lead = Yr hyn y gall pobl danysgrifio iddo a’i adael eto.
lists-empty = Does dim rhestr eto. Crëwch un, a’i rhoi ar ffurflen.
lists-new = Rhestr newydd
lists-remove = Mae’r bobl arni’n aros yn y gronfa ddata ond ni ddangosir y rhestr yn unman mwyach. Mae’r hyn a ddigwyddodd arni’n aros yn hanes cydsynio pawb.
tags-lead = Marciau ar gysylltiadau, mewn grwpiau. Cânt eu cyfrif.
tags-empty = Does dim tag eto. Crëwch grŵp gyda rhai tagiau.
tags-new = Grŵp newydd
tags-remove = Mae ei dagiau’n mynd gydag ef. Nid yw cysylltiadau’n cadw marc ohonynt.
statements-lead = Yr hyn y mae pobl yn cytuno iddo, air am air. Cedwir pob fersiwn.
statements-empty = Does dim datganiad eto. Crëwch un, a’i roi ar ffurflen.
statements-new = Datganiad newydd
statements-remove = Ni ofynnir ef mwyach. Mae atebion pobl yn aros yn eu hanes cydsynio, gyda’i eiriad.
fields-lead = Yr hyn a gedwir am gyswllt y tu hwnt i’r meysydd parod.
fields-empty = Does dim maes gan y cyfrif hwn ei hun eto.
fields-new = Maes newydd
fields-remove = Ni ddangosir yr hyn sydd gan gysylltiadau ynddo yn unman mwyach.
webhooks-lead = Pwy sy’n cael gwybod, drwy alwad, pan fydd rhywbeth yn digwydd i gyswllt.
webhooks-empty = Does neb yn cael gwybod eto.
webhooks-new = Webhook newydd
webhooks-remove = Ni ddywedir dim wrtho mwyach; gollyngir yr hyn sy’n dal yn ddyledus iddo.
on-web = ar y we
more-tags = Rhagor o dagiau
tags-rename-hint = Tynnir tag a adewir yn wag.
versions = Fersiynau
versions-lead = Fel y safent, heb eu newid byth. Mae ateb pawb yn enwi’r fersiwn y’i rhoddwyd iddi.
versions-count = Cyfrif pwy gytunodd i ba un
versions-contacts = Pwy gytunodd
version-newest = mewn defnydd
version-new-title = Mae hyn yn creu fersiwn { $number }
version-make = Creu fersiwn { $number }

# Webhooks
webhook-on = ymlaen
webhook-disabled = i ffwrdd
webhook-given-up = wedi’i roi heibio
webhook-off-since = diffoddwyd { $when }
webhook-failing-since = yn methu ers { $when }
webhook-state = Cyflwr
webhook-two-secrets = Mae’r gyfrinach flaenorol yn llofnodi hefyd tan { $when }.
webhook-old-signs = Mae’r un flaenorol yn llofnodi hefyd am 24 awr, fel bod gan y derbynnydd amser i newid.
webhook-go-on = I’r webhook
webhook-test = Anfon galwad brawf
webhook-enable = Troi ymlaen eto
webhook-calls = Galwadau diweddaraf
webhook-calls-none = Nid yw wedi’i alw eto.
webhook-calls-soon = Mae’n cael ei alw. Ail-lwythwch y dudalen mewn eiliad.

# Automations
automations-lead = Cyfresi o gamau sy’n cychwyn ohonynt eu hunain.
automations-none = Does dim awtomeiddio eto. Fe’u hysgrifennir yn ffeil y cyfrif.
automation-repeatable = gall redeg fwy nag unwaith i un cyswllt
automation-once = yn rhedeg unwaith i bob cyswllt
automation-starts = Yn cychwyn pan
automation-starts-none = Does dim yn ei gychwyn ohono’i hun; gall galwad.
automation-steps = Camau
automation-edit = Newidir camau yn y
start-tag = rhoddir y tag { $name }
start-list = ymunir â’r rhestr { $name }
start-form = daw rhywun drwy’r ffurflen { $name }
step-after = ar ôl { $time }
step-mail = Anfon neges
step-mail-list = Anfon neges at bwy sydd ar y rhestr { $name }
step-tag = Rhoi’r tag { $name }
step-untag = Tynnu’r tag { $name }
step-join = Ymuno â’r rhestr { $name }
step-leave = Gadael y rhestr { $name }
step-call = Galw { $url }
step-end = Y diwedd
stop-has-tag = Stopio yma os oes gan y cyswllt y tag { $name }
stop-lacks-tag = Stopio yma oni bai bod gan y cyswllt y tag { $name }
stop-on-list = Stopio yma os yw’r cyswllt ar y rhestr { $name }
stop-not-on-list = Stopio yma oni bai bod y cyswllt ar y rhestr { $name }
simulate = Beth fyddai’n digwydd
simulate-lead = I gyswllt a gychwynnai nawr. Ni anfonir dim ac nid oes dim yn newid.
simulate-email = Cyfeiriad y cyswllt
simulate-show = Dangos
simulate-nobody = Does dim cyswllt â’r cyfeiriad hwnnw.

# Settings
settings-organisation = Sefydliad
settings-sites = Gwefannau
settings-safety = Diogelwch
settings-guard = Gwarchod
settings-mail = Post
setting-slug = Mewn cyfeiriadau
setting-external-id = Id ar gyfer rhaglenni
mail-test-title = A yw’r post yn mynd allan?
mail-test-lead = Neges i { $email }, fel yr â holl bost y cyfrif hwn.
mail-test = Anfon neges brawf ataf
owed-test-mail = Neges brawf
act-item-make = Creodd y
act-item-change = Newidiodd y
act-item-remove = Tynnodd y
act-settings-change = Newidiodd y gosodiadau
act-webhook-test = Anfonodd alwad brawf i
act-webhook-rotate = Gwnaeth gyfrinach newydd i’r webhook
act-webhook-end-old = Rhoddodd ben ar gyfrinach hŷn
act-webhook-enable = Trodd ymlaen eto
act-mail-test = Anfonodd neges brawf

# Contacts by hand, as a file; blocking
contact-new = Ychwanegu cyswllt
contact-make = Eu hychwanegu
contact-confirm = Gofyn iddynt drwy neges yn gyntaf
contact-confirm-hint = Nid oes dim yn cyfrif cyn iddynt ddilyn y ddolen. Gadewch hyn allan dim ond os cytunasant lle gallwch ei brofi.
contact-known = Mae cyswllt â’r cyfeiriad hwnnw eisoes.
contacts-csv = Y rhain fel CSV
block = Rhwystro
block-hint = Mae rhwystro’n anghofio’r hyn y gofynnwyd amdano ac nid yw’n anfon dim i’r cyfeiriad hwn mwyach.
blocked = wedi’i rwystro
held-no-more = Ni chedwir yr hyn y gofynnwyd amdano mwyach: fe’i rhwystrwyd, neu daeth ei amser i ben.
did-blocked = Wedi’i rwystro: ni anfonir dim i’r cyfeiriad hwn mwyach.
act-sign-up-block = Rhwystrodd y cofrestriad
act-contact-add = Ychwanegodd y cyswllt
act-contacts-export = Allforiodd gysylltiadau
