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
forms-none = There is no form yet. Forms are written in the account file.
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
form-edit = Edit in the account file
form-contacts = Who came by it
snippets = Put it on a site
snippet-link = A link
snippet-link-hint = The form opens as a page of its own.
snippet-element = An element
snippet-element-hint = The form becomes part of your page, in its fonts and colours.
snippet-iframe = A frame
snippet-iframe-hint = The form in a box, for sites that take no scripts.
preview = Preview
preview-lead = As a visitor sees it. Nothing typed here goes anywhere.
preview-disabled = The form is closed, so there is nothing to show.

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
