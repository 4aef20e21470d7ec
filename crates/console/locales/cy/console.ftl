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

forms-none = Does dim ffurflen eto. Ysgrifennir ffurflenni yn ffeil y cyfrif.
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
form-edit = Golygu yn ffeil y cyfrif
form-contacts = Pwy ddaeth drwyddi
snippets = Ei rhoi ar wefan
snippet-link = Dolen
snippet-link-hint = Mae’r ffurflen yn agor fel tudalen ei hun.
snippet-element = Elfen
snippet-element-hint = Daw’r ffurflen yn rhan o’ch tudalen, yn ei ffontiau a’i lliwiau.
snippet-iframe = Ffrâm
snippet-iframe-hint = Y ffurflen mewn blwch, ar gyfer gwefannau nad ydynt yn derbyn sgriptiau.
preview = Rhagolwg
preview-lead = Fel y mae ymwelydd yn ei gweld. Nid yw dim a deipir yma’n mynd i unman.
preview-disabled = Mae’r ffurflen ar gau, felly does dim i’w ddangos.

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
