# The console, English. Keys are used by templates and pages; a test compares them with the other languages.

skip = Skip to content
nav = Main
nav-people = People
nav-set-up = Set-up
nav-overview = Overview
nav-contacts = Contacts
nav-sign-ups = Sign-ups
nav-deliveries = Deliveries
nav-forms = Forms
nav-file = Account file
nav-callers = API users
nav-users = Users
nav-trail = Trail
nav-me = Your account
sign-out = Sign out
back-home = Back to the console
save = Save
cancel = Cancel
search = Search
filter = Show
filters = Filters
filters-off = Clear filters
any = Any
older = Older
copy = Copy
true = Yes
false = No
times-utc = Times are UTC.
before = Before:
after = After:
email = Email address
password = Password

# Notes after something was done
did-saved = Saved.
did-nothing = Nothing was different, so nothing was changed.
did-password = Your password is set.
did-signed-out = You are signed out.
did-session-ended = That session is over.
did-demanded = This account asks everybody to sign in with a second factor. Set yours up to go on.
did-wrong-password = That is not your password, so nothing was changed.
did-sent-again = The mail is on its way again.
did-nothing-to-send = There was nothing to send: nothing waits for confirmation, or the address may not be mailed.
did-still-suppressed = Mail stays stopped: the person said “this wasn’t me” or had everything deleted, and only they can undo that.
did-erased = The contact was erased.
did-released = Released: it goes on as if it had just come in.
did-released-before = It had been released before.
did-replayed = It will be tried again at once.
did-dropped = Dropped: it will never be tried again.
did-in-hand = A worker is busy with it at this moment. Try again shortly.
did-over = It is over already.
did-applied = Applied.
did-revoked = Revoked.

# Failures
fail-not-found-title = Not found
fail-not-found = There is nothing at this address, or it is not for you to see.
fail-forbidden-title = Not allowed
fail-forbidden = Your role does not allow this, or the request did not come from a page of this console.
fail-malformed-title = That could not be read
fail-malformed = What was sent does not look like what our pages send. Go back and try again.
fail-conflict-title = Somebody was faster
fail-conflict = This was changed by somebody else meanwhile. Go back, load the page again and look before you repeat it.
fail-busy-title = Too much at once
fail-busy = This cannot be done right now. Wait a little and try again.
fail-internal-title = Something went wrong
fail-internal = The fault is ours, and it is in the log.

# Getting in
sign-in-title = Sign in
sign-in = Sign in
sign-in-hint = No password yet, or forgotten? Whoever runs this installation can give you a one-time link.
sign-in-wrong = Address or password is wrong.
sign-in-again = That took too long. Please sign in again.
code-title = One more step
code = Code
code-hint = The six digits that your authenticator app shows, or one of your recovery codes.
code-wrong = That code is wrong or was used already.
welcome-title = Set your password
welcome-lead = For { $email }. This link works once.
new-password = New password
password-again = The same again
password-old = Current password
password-rule = At least 12 characters. A few random words make a good one.
password-short = The password needs at least 12 characters.
password-long = The password can have 200 characters at most.
password-weak = That is too easy to guess.
password-differs = The two do not match.
password-old-wrong = The current password is wrong.
save-password = Set password
front-title = Accounts
front-none = You do not belong to any account yet. Ask an owner to invite you.

# Your account
me-title = Your account
language = Language
change-password = Change password
sessions = Where you are signed in
this-session = here
since = since { $when }
last-used = last used { $when }
end-session = End
end-other-sessions = End all other sessions
second-factor = Second factor
second-factor-on = On: signing in takes your password and a code.
second-factor-off = Off: your password alone lets you in. A code from an app makes your account much harder to take over.
second-factor-turn-on = Turn on
second-factor-turn-off = Turn off
second-factor-lead = Use any authenticator app, such as the one your password manager has.
second-factor-step-1 = Add an entry to the app with this key:
second-factor-open = Open it in an app on this device
second-factor-step-2 = Type the six digits the app shows now
codes-left =
    { $count ->
        [one] One recovery code is left.
       *[other] { $shown } recovery codes are left.
    }
recovery-title = Recovery codes
recovery-lead = Each of these lets you in once if you lose your device. Keep them somewhere safe: they are shown only now.
recovery-done = I have kept them

# Overview
last-30 = The last 30 days
as-table = As a table
day = Day
counting = The figures are being counted for the first time. Load this page again in a moment.
chart-title =
    { $count ->
        [one] One sign-up in the last 30 days
       *[other] { $shown } sign-ups in the last 30 days
    }
figure-all = sign-ups in 30 days
end-applied = applied
end-confirmed = confirmed
end-pending = waiting
end-quiet = in quarantine
end-refused = refused
end-released = released
arrivals = Arriving now
arrivals-none = Nobody has signed up yet. Put a form on your site, or open one yourself.
live = live
all-sign-ups = All sign-ups
by-door = By door
by-form = By form
by-origin = By page
no-form = without a form
no-origin = not told
of-these-confirmed = { $count } of these confirmed
lists = Lists
contacts-line = Contacts: { $all }, confirmed: { $confirmed }
outbox = Outbox
outbox-owed = { $count } waiting to go out.
overview-empty-title = Start here
overview-empty = An account needs a form before anybody can sign up. Choose one, copy its snippet into your site, and watch the first sign-up arrive on this page.
duties = Needs somebody
duty-mail =
    { $count ->
        [one] One mail was given up.
       *[other] { $shown } mails were given up.
    }
duty-mail-link = Look at them
duty-webhook =
    { $count ->
        [one] One call to another system was given up.
       *[other] { $shown } calls to other systems were given up.
    }
duty-webhook-link = Look at them
duty-late =
    { $count ->
        [one] One delivery has failed several times.
       *[other] Deliveries have failed several times ({ $shown } are waiting).
    }
duty-late-link = See what waits
duty-quiet =
    { $count ->
        [one] One sign-up is in quarantine.
       *[other] { $shown } sign-ups are in quarantine.
    }
duty-quiet-link = Review
month-short-01 = Jan
month-short-02 = Feb
month-short-03 = Mar
month-short-04 = Apr
month-short-05 = May
month-short-06 = Jun
month-short-07 = Jul
month-short-08 = Aug
month-short-09 = Sep
month-short-10 = Oct
month-short-11 = Nov
month-short-12 = Dec

# Words for what is stored
door-sentori = Sentori call
door-spektrix-owner = Spektrix, signed
door-spektrix-web = Spektrix, web
door-spektrix-form = Spektrix form
door-hosted = Hosted form
door-json = Embedded form
door-native = API
door-pages = Own pages
door-console = Console
door-import = Import
door-mail = Mail
kind-signup = someone new
kind-update = someone known
made-by-api = an API call
made-by-signup-form = a sign-up form
made-by-uploaded = an import
made-by-user = the console
state-confirmed = Confirmed
state-unconfirmed = Unconfirmed
state-suppressed = No mail
state-bad-address = Bad address
delivery-owed = waiting
delivery-done = sent
delivery-dead = given up
delivery-withdrawn = withdrawn
lane-confirmation = Confirmation mail
lane-mail = Other mail
lane-webhook = Webhooks
owed-confirmation = Confirmation mail
owed-address-change = Mail to a new address
owed-address-changed = Notice to the old address
owed-preferences-link = Link to the preferences
owed-alert = Alert
owed-automation-step = Step of an automation
owed-automation-call = Call of an automation
owed-password-link = Link to set a password
owed-login-link = Sign-in link
owed-webhook = Webhook
owed-webhook-of-erased = Webhook about somebody erased
owed-endpoint-given-up = Notice of a receiver given up
attempt-done = taken
attempt-again = not taken, will be tried again
attempt-dead = given up
attempt-bad-address = the address is bad
attempt-withdrawn = withdrawn
role-owner = Owner
role-editor = Editor
role-viewer = Viewer
role-hint-owner = also decides who else may, and which callers have secrets
role-hint-editor = sees everything, changes contacts and configuration
role-hint-viewer = sees everything but secrets, changes nothing
verdict-accept = Accepted
verdict-quiet = Quarantine
verdict-challenge = Challenge
verdict-refuse = Refused

# Contacts
search-contacts = Address or name, from its beginning
filter-state = State
filter-list = List
filter-tag = Tag
filter-statement = Agreed to
filter-form = Form
filter-origin = Page holds
filter-since = Since
filter-until = Until
filter-outcome = Ended
filter-door = Door
filter-lane = Queue
contacts-none = Nobody is here yet. Contacts appear as soon as somebody signs up.
contacts-not-found = Nobody fits. Search goes by the beginning of an address or of a first or last name.
look-further = Look further back
contact-number = contact { $number }
values = Details
more-values = More details
values-faults = Nothing was saved. See what is marked below.
value-changed-meanwhile = Somebody else has just changed this to “{ $value }”.
value-fault-any = This does not fit.
value-fault-wrongtype = This does not fit the field’s type.
value-fault-notanoption = This is not one of the options.
value-fault-control = This holds characters that cannot be kept.
email-taken = Somebody else has this address.
email-wrong = This is no email address.
lists-none = There are no lists.
join = Add
leave = Take off
on-it = on it
tags = Tags
tags-none = No tags.
applied =
    { $count ->
        [one] applied once
       *[other] applied { $shown } times
    }
last-applied = last { $when }
untag = Take off
tag-add = Add tag
statements = Statements
said-yes = yes
said-no = no
said-nothing = not asked
older-wording = to an older wording
withdraw = Withdraw
record-yes = Record a yes
record = Record
fact-id = Number
fact-since = Since
fact-from = Came by
fact-confirmed = Confirmed
fact-suppressed = No mail since
fact-bad-address = Bad address since
fact-ip = Client address
fact-page = Page
fact-referrer = Came from
fact-source = Source
fact-browser = Browser
fact-changed = Last changed
fact-number = Number
fact-attempts = Attempts
fact-due = Next attempt
fact-finished = Over
fact-error = Last error
export = Export as JSON
suppress = Stop all mail
suppress-hint = Nothing is mailed to this address from this account any more, whatever comes in.
unsuppress = Let mail go there again
waiting-until = Waits for confirmation; the link works until { $when }.
waiting-over = Was never confirmed; the link died on { $when }.
resend = Send the confirmation again
history = Consent history
history-lead = Who agreed to what, when and how: each entry with the wording as it stood. Entries are never changed.
history-none = Nothing was agreed to yet.
consent-given = agreed
consent-withdrawn = withdrew
consent-refused = said no
consent-asked = asked
version = version { $number }
list-named = List: { $name }
all-mail = All mail
gone-statement = a statement that was removed
gone-list = a list that was removed
basis-consent = Legal ground: consent
basis-interest = Legal ground: legitimate interest
shown-by-us = our own page showed this wording
shown-declared = declared by the caller
shown-default = set by a rule of the form
evidence = Evidence

# Erasing
erase = Erase for good
erase-ask = Erase …
erase-title = Erase this contact?
erase-goes = What goes
erase-goes-what = Address, details, lists, tags, answers, sign-ups’ origins, mails, sessions and anything still waiting.
erase-stays = What stays, and why
erase-stays-consents = Consent events, as anonymous proof: nothing ties them to this person any more.
erase-stays-suppression = A keyed hash of the address, so that an old import cannot bring the person back unasked. It does not reveal the address.
erase-stays-trail = That you erased contact number so-and-so, in the trail.
erase-final = This cannot be undone.
erase-type = To go on, type the address: { $email }
erase-differs = That is not the address. Nothing was erased.

# Sign-ups
sign-up = Sign-up
sign-ups-none = Nothing fits.
nobody-any-more = nobody any more
quiet-title = In quarantine
quiet-lead = The guard kept this sign-up back: the visitor was thanked, nothing was mailed or stored. If a person is behind it, release it and it goes on as if it had just come in.
release = Release
released-at = Released from quarantine on { $when }.
verdict = Verdict
verdict-applied = held as: { $verdict }
verdict-clean = Nothing was noticed.
verdict-none = There is no verdict: the guard was off, or the caller is trusted.
withheld = The confirmation mail was held back:
asked-for = Asked for
came-from = Where it came from
came-from-nothing = Nothing is kept about that.
to-contact = To the contact
to-delivery = To the mail

# Deliveries
deliveries-lead = What is owed to the outside: mails, alerts, calls to other systems.
deliveries-none = Nothing fits.
replay = Try again now
replay-all = Try all of these again
drop = Drop
drop-hint = Dropping is final: it will never be tried again.
attempts = Attempts
attempts-none = It went well at once, or was not tried yet.
payload = What is owed, as data
so-many-deliveries = { $count } deliveries

# Forms
forms-none = There is no form yet. Make one, and put it on your site.
disabled = closed
open = open
fields-count =
    { $count ->
        [one] one field
       *[other] { $shown } fields
    }
lists-count =
    { $count ->
        [one] one list
       *[other] { $shown } lists
    }
form-what = What it asks and does
form-fields = Fields
form-lists = Lists to choose
form-confirm = Waits for confirmation
form-joins = Everyone joins
form-tags = Everyone gets the tags
form-alerts = Alerts to
form-automation = Starts
form-contacts = Who came by it
snippets = Put it on a site
snippet-link = A link
snippet-link-hint = The form opens as a page of its own.
snippet-element = An element
snippet-element-hint = The form becomes part of your page, in its fonts and colours.
snippet-iframe = A frame
snippet-iframe-hint = The form in a box, for sites that take no scripts.
preview = Preview
preview-lead = As a visitor sees it. Fill it in and send it: you are shown what would happen, and nothing leaves this page.
preview-disabled = As a visitor would see it. The form is closed, so it takes nothing; open it to try it out.

# Account file
file-lead = Everything that makes up this account, as one text. Nothing changes before you have seen the difference. Secrets are left out, and kept.
file-text = Account file
file-prune = Also remove what the text does not name
file-show = Show what would change
file-plan = What would change
file-apply = Apply this
file-faults = This cannot be applied
file-nothing = This is what the account is already: nothing to change.
file-conflict = Somebody changed the account since you opened this page. Below is what your text would change about it as it is now; what they added shows up as kept or changed back. Look before you apply it.
file-other-slug = The slug names another account.

# API users
callers-lead = Programs that may call: websites, box offices, scripts. A secret is shown once, when it is made.
callers-none = Nobody may call yet.
caller-sentori = Sentori key
caller-spektrix = Spektrix login
caller-native = API token
caller-new = New API user
caller-kind = For
caller-name = Name or login
caller-scopes = Scopes
caller-scopes-hint = For API tokens only, such as contacts:read, sign_ups:write.
caller-create = Make it
caller-made = The secret of { $name }
secret-once = Copy it now. It is not shown again.
never-used = never used
two-secrets = two secrets
rotate = New secret
revoke = Revoke
revoke-old = End the older secret
caller-fault-name = A name is not blank and holds no colon.
caller-fault-exists = There is one of that name already.
caller-fault-two = It has two secrets already. End the older one first.
caller-fault-unknown = There is none of that name.

# Users
you = you
role = Role
invite = Invite
remove = Remove
new-link = New link
link-made = A link for { $email }
link-once = Hand it over yourself, it is not mailed. It works once, within 72 hours, and sets a password.
user-there = They belong to this account already.
user-own = You cannot change your own role. Ask another owner.
user-elsewhere = They work in other accounts too, so only whoever runs this installation can give them a link.
user-invited = invited
user-password = password
user-both = password and second factor
user-disabled = may not sign in
never-signed-in = never signed in

# Trail
trail-lead = Who changed what, when and from where. Entries cannot be edited.
trail-none = Nothing fits.
search-trail = User, action, or a piece of what changed
act-sign-in = Signed in
act-user-role = Gave a role to
act-user-link = Made a link for
act-user-password = Set a password
act-user-disable = Disabled
act-user-second-factor = Turned the second factor on
act-user-second-factor-off = Turned the second factor off
act-contact-edit = Edited
act-contact-join = Added to a list:
act-contact-leave = Took off a list:
act-contact-tag = Tagged
act-contact-untag = Took a tag off
act-contact-agree = Recorded a yes of
act-contact-withdraw = Withdrew a statement of
act-contact-suppress = Stopped all mail to
act-contact-release = Let mail go again to
act-contact-resend = Sent the confirmation again to
act-contact-export = Exported
act-contact-erase = Erased
act-sign-up-release = Released the sign-up
act-delivery-replay = Tried again
act-delivery-drop = Dropped the delivery
act-account-change = Changed the account
act-caller-create = Made the API user
act-caller-rotate = Made a new secret for
act-caller-revoke = Revoked

# Set-up by structured edit
nav-wiring = System
nav-lists = Lists
nav-tags = Tags
nav-statements = Statements
nav-fields = Fields
nav-automations = Automations
nav-webhooks = Webhooks
nav-settings = Settings
did-made = Made.
did-removed = Removed.
did-again = Somebody changed the account at that very moment. Nothing was done; try again.
did-tested = The test call is on its way. Load this page again in a moment to see what came of it.
did-two-secrets = It has two secrets already. End the older one first.
did-test-mail = The test message is on its way to you. This page says what came of it; load it again in a moment.
edit = Edit
add = Add
none = None
required = required
make-it = Make it
one-a-line = One a line.
add-language = Also word it in
save-anyway = Save mine all the same
remove-ask = Remove …
remove-title = Remove { $name }?
remove-now = Remove it
edit-conflict-title = Somebody else saved this meanwhile
edit-conflict = Nothing was overwritten. Below is what you typed; saving it all the same would change what they saved like this:
edit-faults = Nothing was saved
fault-number = { $label }: this must be a whole number.
fault-time = { $label }: this must be a length of time such as “7 days” or “36 hours”.

# Forms, edited
form-new = New form
form-make = Make the form
form-view = Form
form-edit-title = Edit form
copy-form = Copy
copy-of = { $name } (copy)
form-close = Close
form-open = Open again
form-basics = Name
form-fields-hint = In the order in which people see them. The address is always asked for, first.
always-required = always required
move-up = Move { $name } up
move-down = Move { $name } down
take-away = Take { $name } off the form
moved-to = now in place
label-and-hint = Label and hint
field-add = Add a field
field-address = Email address
list-not = not on this form
list-offer = people may choose it
list-join = everyone joins
form-statements-hint = Shown with a box that nobody has ticked beforehand.
form-confirming = Confirmation
form-actions = What happens on confirmation
form-actions-hint = Once somebody has followed the link in the mail, or at once if the form waits for none.
form-messages = Messages
form-messages-hint = What is left empty has built-in words in the reader’s language.
messages-signup = For someone new
messages-update = For someone known
form-guard = Guard
form-guard-open = Numbers of this form’s own
form-guard-hint = What is left empty is the account’s, shown in grey.
form-joins-these = Lists joined
alert-each = at once, one for each
every-minutes =
    { $count ->
        [one] gathered, every minute
       *[other] gathered, every { $shown } minutes
    }
every-hours =
    { $count ->
        [one] gathered, every hour
       *[other] gathered, every { $shown } hours
    }
time-days =
    { $count ->
        [one] one day
       *[other] { $shown } days
    }
time-hours =
    { $count ->
        [one] one hour
       *[other] { $shown } hours
    }
time-minutes =
    { $count ->
        [one] one minute
       *[other] { $shown } minutes
    }
steps-count =
    { $count ->
        [one] one step
       *[other] { $shown } steps
    }
agreed-count =
    { $count ->
        [one] one person’s last yes
       *[other] last yes of { $shown }
    }
version-new =
    { $count ->
        [one] Answers given so far keep the wording they were given to: that is the last yes of one person.
       *[other] Answers given so far keep the wording they were given to: that is the last yes of { $shown } people.
    }
preview-try = Look at it, try it
preview-size = Width
preview-phone = Phone
preview-desktop = Desktop
preview-fresh = Show what is typed
trial-title = What would happen
trial-lead = This was a test: nothing was kept and nothing was sent.
trial-page = The visitor reads
trial-leads = The visitor is led to { $url }
trial-mail = They get this mail
trial-then = Once they follow its link
trial-at-once = At once, without confirmation
trial-again = Try again
mail-from = From
mail-to = To
mail-subject = Subject
sender-standard = the installation’s sender

# Parts of what is edited: labels and hints
part-name = Name
part-external-id = Id
part-language = Language of its pages
part-source = Source
part-require-confirmation = Wait until the link in a mail is followed
part-confirm-mode = The page behind the link
part-confirm-within = The link works for
part-alert-to = Alerts to
part-alert = When alerts go out
part-automation = Automation that starts
part-submission-message = After sending: message
part-submission-url = After sending: go to this address instead
part-confirmation-subject = Confirmation mail: subject
part-confirmation-text = Confirmation mail: text
part-confirmation-html = Confirmation mail: HTML or MJML
part-confirmed-message = After confirming: message
part-confirmed-url = After confirming: go to this address instead
part-count = Most in ten minutes
part-too-fast-ms = Too fast for a person (ms)
part-quick-ms = Suspiciously quick (ms)
part-work-rounds = Work of a challenge (rounds)
part-attack-floor = An attack is at least (in ten minutes)
part-attack-factor = and so many times the usual
part-label = Label
part-hint = Hint
part-description = Description
part-web = Browsers see it
part-key = Key
part-text = Wording
part-channel = Channel
part-basis = Legal ground
part-linked-to-email = The integrated sign-up form sets it to yes
part-system-name = System name
part-type = Type
part-options = Options
part-on-forms = People may fill it in themselves
part-url = URL
part-events = Events
part-disabled = Switched off
part-contact-subscribe = Contact subscribed
part-contact-unsubscribe = Contact unsubscribed
part-list-subscribe = Joined a list
part-list-unsubscribe = Left a list
part-bounce = Mail bounced
part-from = Sender of mail
part-privacy-url = Privacy notice
part-logo-url = Logo
part-colour = Colour
part-statement-control = How statements are asked
part-allowed-origins = Sites that may embed forms
part-allowed-return-hosts = Hosts that forms may lead to
part-custom-domains = Domains of its own
part-second-factor = Everybody who works here needs a second factor
part-confirm-web-sign-ups = Spektrix web mode: agreements wait for a confirmation mail
part-welcome-mail = New customers without a password are sent a link to set one
part-conceal-duplicates = Web mode does not tell that an address is known
part-conceal-existing = The integrated form does not tell that an address is known
part-conceal-unknown = “Forgot password” does not tell that an address is unknown
part-exempt-networks = Networks that the rules for web mode leave alone
part-guard = The guard’s verdicts
part-bot-rules = Rules for web mode
part-quarantine-days = Days in quarantine
part-per-account = Confirmation mails to one mailbox in a day
part-honeypot = Name of the hidden field for plain snippets
part-url-env = Environment variable with the server’s address
part-return-path = Bounces go to
part-rate-per-minute = Most mails a minute
part-bad-address-after = Refusals until an address counts as bad
part-statement-web = Browsers see it: Spektrix web mode shows it
part-setting-language = Language
part-setting-alert-to = Who is told of trouble
hint-form-external-id = In the form’s address. It cannot be changed later.
hint-source = Where its sign-ups say they come from.
hint-require-confirmation = Without it, whoever types an address signs it up, whosever it is.
hint-confirm-within = Such as “30 days” or “36 hours”. Empty: 30 days.
hint-confirmation-text = Must hold {"{{"}ConfirmLink{"}}"}; may hold {"{{"}NotMeLink{"}}"}, {"{{"}FormName{"}}"} and fields such as {"{{"}FirstName default=friend{"}}"}.
hint-confirmation-html = Left out, it is made from the text.
hint-list-external-id = Programs call the list by it. It cannot be changed later.
hint-key = A short name for forms and files, such as “email”. It cannot be changed later.
hint-statement-text = What people agree to, word for word. Another wording, channel or ground makes a new version.
hint-basis = Legitimate interest is for post and phone only.
hint-system-name = A capital letter, then letters and digits, such as SeatPreference. It cannot be changed later.
hint-options = For the two types with options. One a line.
hint-events = None ticked: all of them.
hint-from = Name <address@example.org>
hint-colour = Such as #7a1f5c. Pages darken or lighten it until it can be read.
hint-allowed-origins = Such as https://www.example.org, one a line. * lets every site, and is for trying out only.
hint-allowed-return-hosts = Such as www.example.org, one a line.
hint-custom-domains = Such as tickets.example.org, one a line. They must point here.
hint-setting-alert-to = One address a line. Left empty, it is the sender’s.
hint-url-env = The variable holds smtp://…, so that no password stands here. Left empty: the installation’s server.
hint-webhook-name = What people call the receiver.

# Options
choice-unsaid = the visitor’s
choice-auto = confirms by itself as soon as somebody is there
choice-button = confirms by its button only
choice-channel-email = Email
choice-channel-post = Post
choice-channel-sms = Text message
choice-channel-phone = Phone
choice-channel-other = Other
choice-basis-consent = Consent
choice-basis-legitimate-interest = Legitimate interest
choice-type-text = Text
choice-type-large-text = Long text
choice-type-boolean = Yes or no
choice-type-date = Date
choice-type-whole-number = Whole number
choice-type-decimal = Decimal
choice-type-currency = Money
choice-type-option-list = One of several
choice-type-check-list = Some of several
choice-box = a box to tick
choice-yes-no = yes and no side by side
choice-off = do nothing
choice-log = are only recorded
choice-enforce = decide

# Lists, tags, statements, fields
lists-lead = What people can subscribe to and leave again.
lists-empty = There is no list yet. Make one, and put it on a form.
lists-new = New list
lists-remove = People on it stay in the database but the list is shown nowhere any more. What happened on it stays in everybody’s consent history.
tags-lead = Marks on contacts, in groups. They are counted.
tags-empty = There is no tag yet. Make a group with some tags.
tags-new = New group
tags-remove = Its tags go with it. Contacts keep no mark of them.
statements-lead = What people agree to, word for word. Every version is kept.
statements-empty = There is no statement yet. Make one, and put it on a form.
statements-new = New statement
statements-remove = It is asked no more. What people answered stays in their consent history, with its wording.
fields-lead = What is kept about a contact beyond the built-in fields.
fields-empty = There is no field of this account’s own yet.
fields-new = New field
fields-remove = What contacts have in it is shown nowhere any more.
webhooks-lead = Who is told, by a call, when something happens to a contact.
webhooks-empty = Nobody is told yet.
webhooks-new = New webhook
webhooks-remove = Nothing is told to it any more; what is still owed to it is dropped.
on-web = on the web
more-tags = More tags
tags-rename-hint = A tag that is left empty is taken out.
versions = Versions
versions-lead = As they stood, never changed. Everybody’s answer names the version it was given to.
versions-count = Count who agreed to which
versions-contacts = Who agreed
version-newest = in use
version-new-title = This makes version { $number }
version-make = Make version { $number }

# Webhooks
webhook-on = on
webhook-disabled = off
webhook-given-up = given up
webhook-off-since = switched off { $when }
webhook-failing-since = failing since { $when }
webhook-state = State
webhook-two-secrets = The secret before signs as well until { $when }.
webhook-old-signs = The one before signs as well for 24 hours, so that the receiver has time to change.
webhook-go-on = To the webhook
webhook-test = Send a test call
webhook-enable = Switch on again
webhook-calls = Latest calls
webhook-calls-none = It was not called yet.
webhook-calls-soon = It is being called. Load this page again in a moment.

# Automations
automations-lead = Series of steps that start by themselves.
automations-none = There is no automation yet. They are written in the account file.
automation-repeatable = may run more than once for one contact
automation-once = runs once for each contact
automation-starts = Starts when
automation-starts-none = Nothing starts it by itself; a call can.
automation-steps = Steps
automation-edit = Steps are changed in the
start-tag = the tag { $name } is given
start-list = the list { $name } is joined
start-form = somebody comes by the form { $name }
step-after = after { $time }
step-mail = Send a mail
step-mail-list = Send a mail to who is on the list { $name }
step-tag = Give the tag { $name }
step-untag = Take the tag { $name } off
step-join = Join the list { $name }
step-leave = Leave the list { $name }
step-call = Call { $url }
step-end = The end
stop-has-tag = Stop here if the contact has the tag { $name }
stop-lacks-tag = Stop here unless the contact has the tag { $name }
stop-on-list = Stop here if the contact is on the list { $name }
stop-not-on-list = Stop here unless the contact is on the list { $name }
simulate = What would happen
simulate-lead = To a contact that began now. Nothing is sent and nothing changes.
simulate-email = Contact’s address
simulate-show = Show
simulate-nobody = There is no contact with that address.

# Settings
settings-organisation = Organisation
settings-sites = Sites
settings-safety = Safety
settings-guard = Guard
settings-mail = Mail
setting-slug = In addresses
setting-external-id = Id for programs
mail-test-title = Does mail go out?
mail-test-lead = A message to { $email }, the way all mail of this account goes.
mail-test = Send me a test message
owed-test-mail = Test message
act-item-make = Made the
act-item-change = Changed the
act-item-remove = Removed the
act-settings-change = Changed the settings
act-webhook-test = Sent a test call to
act-webhook-rotate = Made a new secret for the webhook
act-webhook-end-old = Ended the older secret of
act-webhook-enable = Switched on again
act-mail-test = Sent a test message

# Contacts by hand, as a file; blocking
contact-new = Add a contact
contact-make = Add them
contact-confirm = Ask them by mail first
contact-confirm-hint = Nothing counts before they follow the link. Leave this out only if they agreed where you can prove it.
contact-known = There is a contact with that address already.
contacts-csv = These as CSV
block = Block
block-hint = Blocking forgets what was asked for and mails nothing to this address any more.
blocked = blocked
held-no-more = What was asked for is not kept any more: it was blocked, or its time was over.
did-blocked = Blocked: nothing is mailed to this address any more.
act-sign-up-block = Blocked the sign-up
act-contact-add = Added the contact
act-contacts-export = Exported contacts
