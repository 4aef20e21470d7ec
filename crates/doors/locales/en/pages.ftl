# What a person meets: forms, confirm, preferences, unsubscribe, errors.
# English is the source; every other language has the same messages with the same { $placeholders }.

language-name = English
dir = ltr

## Numbers and dates

number-group = ,
number-decimal = .
# $day is a number, $month a name from the list below, $year four digits.
date = { $day } { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## Everywhere

title = { $page } – { $account }
privacy-link = Privacy notice
other-languages = Other languages
yes = Yes
no = No
required-note = Fields marked * must be filled in.
error-prefix = Error:
honeypot-label = Leave this field empty
challenge-title = One more step
challenge-again = One moment: we are checking that no program sends this form. You need not do anything. If nothing happens, press the button once more.
challenge-working = Checking…
challenge-done = Checked. Sending…
challenge-failed = The check did not work. Please press the button once more.

## The built-in fields

field-EmailAddress = Email address
field-Title = Title
field-FirstName = First name
field-LastName = Last name
field-KnownAs = Known as
field-CompanyName = Company
field-PhoneNumber = Phone number
field-MobilePhoneNumber = Mobile number
field-Address1 = Address line 1
field-Address2 = Address line 2
field-Address3 = Address line 3
field-City = Town or city
field-County = County
field-PostCode = Postcode
field-BirthDate = Date of birth
field-GiftAidConfirmed = Gift Aid confirmed
choose = Please choose

## The form

form-send = Sign up
lists-legend = What would you like to receive?
statements-legend = How may we contact you?
basis-consent = Only if you agree. You can change your mind at any time.
basis-interest = We do this because we have a legitimate interest. You can object at any time.
channel-email = Email
channel-post = Post
channel-sms = Text message
channel-phone = Phone
channel-other = Other
wording-changed = The wording of our questions has just changed. Please look through them again before you send.
submitted-title = Thank you
submitted-pending = Nearly there: please open the email we have just sent you and follow its link.
submitted-applied = Thank you, you are signed up.
form-closed-title = This form is closed
form-closed = It takes no sign-ups at the moment.

## Faults

faults-title =
    { $count ->
        [one] There is a problem
       *[other] There are { $count } problems
    }
fault-email-blank = Please enter your email address.
fault-email-long = This email address is too long.
fault-email-malformed = Please enter an email address such as name@example.org.
email-perhaps-meant = Did you mean { $address }? If the address is right as it is, send the form again.
fault-email-known = There is already an account with this email address.
fault-form-unknown = This form does not exist, or is closed.
fault-list-unknown = “{ $name }” is no longer on offer.
fault-no-fields = Please fill in the required fields.
fault-required = Please fill in “{ $label }”.
fault-field-unknown = There is no field “{ $name }”.
fault-not-on-forms = “{ $label }” cannot be set here.
fault-too-long = “{ $label }” can have { $most } characters at most.
fault-wrong-type = “{ $label }” is not in the right form.
fault-wrong-date = “{ $label }” must be a date, such as { $example }.
fault-wrong-whole = “{ $label }” must be a whole number, such as 42.
fault-wrong-number = “{ $label }” must be a number, such as { $example }.
fault-wrong-boolean = Please answer “{ $label }” with yes or no.
fault-option = Please choose one of the options of “{ $label }”.
fault-control = “{ $label }” has characters that cannot be kept.
fault-tag-unknown = There is no tag “{ $name }”.
fault-statement-unknown = There is no statement “{ $name }”.
fault-statement-required = Please agree to this so that you can sign up.

## Confirm

confirm-title = One last step
confirm-intro = You asked to sign up with { $account } as { $email }.
confirm-button = Yes, confirm
confirm-update-title = Confirm your changes
confirm-update-intro = You asked { $account } to change what it keeps about { $email }.
confirm-address-title = Confirm your new address
confirm-address-intro = From now on { $account } would write to { $email }.
not-me-question = Not you?
not-me-link = This wasn’t me
confirmed-title = All done
confirmed-message = Thank you, your sign-up is confirmed.
confirmed-update-message = Thank you, your changes are saved.
confirmed-address-message = Thank you, we will use your new address from now on.
used-note = You had followed this link before. Nothing has changed.
expired-title = This link has expired
expired-message = For your safety, links in our emails work for a limited time.
expired-button = Send me a new link
expired-sent-title = Please look at your email
expired-sent-message = If your sign-up is still open, a new link is on its way to you.
unknown-link-title = This link does not work
unknown-link-message = Part of it may be missing. Please copy the whole link from the email, or sign up again.

## Not me

not-me-title = Was this not you?
not-me-intro = Someone has given your address to { $account }. With one click we delete the sign-up and do not write to you again.
not-me-button = This wasn’t me, do not write again
not-me-done-title = We are sorry for the trouble
not-me-done-message = The sign-up is deleted. { $account } will not write to this address again.

## Preferences

preferences-title = Your preferences
preferences-intro = This is what { $account } keeps about { $email }.
preferences-saved = Your changes are saved.
preferences-details = Your details
preferences-more = More details
preferences-lists = What you receive
preferences-statements = How we may contact you
preferences-save = Save changes
statement-yes-since = You said yes on { $date }.
statement-no-since = You said no on { $date }.
unsubscribe-everything = Stop all emails
change-address-title = Change your email address
change-address-label = New email address
change-address-hint = We send a link to the new address. It changes once you have followed that link.
change-address-button = Change address
change-address-sent = We have sent a link to { $email }. Please follow it to finish the change.
download-title = Your data
download-intro = Everything we keep about you, as a file.
download-button = Download my data
delete-title = Delete me
delete-intro = This deletes everything { $account } keeps about you here. It cannot be undone.
delete-button = Yes, delete everything about me
deleted-title = You are deleted
deleted-message = { $account } no longer keeps anything about you here.
preferences-request-title = See or change your preferences
preferences-request-intro = Tell us your email address and we will send you a link.
preferences-request-button = Send me the link
preferences-request-sent-title = Please look at your email
preferences-request-sent = If we know this address, a link is on its way to it.

## Unsubscribe

unsubscribe-title = Unsubscribe
unsubscribe-intro = What should no longer come to { $email }?
unsubscribe-list-button = Only “{ $list }”
unsubscribe-all-button = Everything from { $account }
unsubscribed-title = You are unsubscribed
unsubscribed-list = “{ $list }” no longer comes to { $email }.
unsubscribed-all = { $account } no longer writes to { $email }.
undo-question = A mistake?
undo-button = Undo
undone-title = Undone
undone-list = “{ $list }” comes to { $email } again.
undone-all = { $account } may write to { $email } again, as before.
preferences-link = See all your preferences

## A new password

password-title = Set your password
password-intro = Choose a password for your account with { $account }.
password-label = New password
password-hint = At least 8 characters.
password-button = Set password
password-fault = Please choose a password of 8 to 100 characters.
password-set-title = Your password is set
password-set-message = From now on you can log in with it.
password-used-title = This link has been used
password-used-message = Each link sets a password once. If you need another one, please ask for it where you log in.
password-expired-message = For your safety, the link works for two hours. Please ask for a new one where you log in.

## Errors

error-400-title = We could not read this
error-400 = The request was incomplete or garbled. Please go back and try again.
error-403-title = This is not allowed
error-403 = The request came from a place that may not send it.
error-404-title = There is nothing here
error-404 = The address may be mistyped, or the page has moved.
error-405-title = This does not work here
error-405 = The page does not take this kind of request.
error-410-title = This is gone
error-410 = What was here is no longer available.
error-413-title = That was too much
error-413 = What you sent is too large. Please shorten it and try again.
error-415-title = We could not read this
error-415 = The request was not in a form that this page takes.
error-422-title = Something is not right
error-422 = Please check what you entered and try again.
error-429-title = A little too fast
error-429 =
    { $minutes ->
        [one] Please wait a minute and try again.
       *[other] Please wait { $minutes } minutes and try again.
    }
error-500-title = Something went wrong
error-500 = The fault is ours. Please try again later.
error-503-title = We will be right back
error-503 = We cannot take this right now. Please try again in a moment. Nothing was lost.
