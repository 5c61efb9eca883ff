nav-explain = Why?

event-title = Event
event-generation = Rules of change number
event-why = Why it ended like this
event-why-about = Everything here is as it was at that door at that time, whatever has been changed since.
event-agrees = The decision was made again from what the site knew then, and came out the same.
event-differs = The decision made again from what the site knew then came out otherwise:
event-conditions = Each condition, as it was then
event-would-now = Would this card pass now?

say-title = To read out to the person
say-granted = Your card opened the door { $door } on { $at }.
say-denied = On { $at } your card did not open the door { $door }.
say-do-reading = Hold one card only to the reader, and hold it still.
say-do-listed = Ask at the card office whether you should have access here.
say-do-credential = The card office can test the card and write it anew.
say-do-block = Please bring the card to the card office.
say-do-card = The card office can tell you when the card is valid and renew it.
say-do-certificate = The card office can renew the card’s certificate.
say-do-holding = The card office can give you a card of your own.
say-do-right-to-practise = Ask your supervisor to check your right to practise.
say-do-employment = Ask your supervisor to check your employment.
say-do-rules = If you need to pass here, ask your supervisor.
say-do-mode = Please wait, or use another way.
say-do-time = Try again in a moment.

explain-title = Why, who and where
explain-intro = Ask whether a card or a person would pass a door, who can pass it, or where somebody can go: now, or at another time by the rules of now.
explain-wrong = This question cannot be answered. Please correct it:
explain-subject = Card number or name
explain-at = When
explain-at-hint = Leave the time empty for now. “Who” needs no card or name; “where” needs no door.
explain-ask-would = Would they pass?
explain-ask-who = Who can pass this door?
explain-ask-where = Where can they go?
explain-choose = Whom do you mean?
explain-would = Would pass on { $at }.
explain-would-not = Would not pass on { $at }.
explain-holder = Held at that time by
explain-who = Who can pass
explain-who-count =
    { $count ->
        [one] { $count } card
       *[other] { $count } cards
    }
explain-who-at-least = { $count } cards or more
explain-nobody = No card can pass at that time.
explain-where = Where they can go
explain-where-count =
    { $count ->
        [one] { $count } door
       *[other] { $count } doors
    }
explain-nowhere = No door opens at that time.
explain-conditions = Each condition
explain-condition = Condition
explain-finding = Found
explain-codes = Codes
explain-rules = Rules that concern the holder at this door
explain-held = Held at that time
explain-held-yes = Yes
explain-held-no = No
explain-holds = Holds
explain-fails = Fails
explain-unchecked = Not looked at
explain-unchecked-text = The decision did not come to this, or does not need it.
explain-not-needed = A card of this kind does without.
explain-right = { $profession }, by { $source }, last checked { $checked }
explain-listing = Personal exception for this card at this door: { $window }
explain-as-kind = Conditions of: { $kind }
explain-list-number = Revocation list { $number }.
explain-certificate = Serial number { $serial }, issued by { $issuer }: { $window }. { $state }.
explain-certificate-good = Not revoked
explain-certificate-revoked = Revoked
explain-certificate-held = On hold
explain-certificate-unknown = Not known whether revoked
explain-life-ordered = The card is ordered.
explain-life-delivered = The card has arrived and has not been taken into use.
explain-life-active = The card is in use.
explain-life-suspended = The card is suspended.
explain-life-blocked = The card is blocked.
explain-life-returned = The card has been given back.
explain-life-retired = The card is out of use.
absent-unknown-card = The site did not have this card then.
absent-retired = The card was at the end of its life, so no door lists it.
absent-nobody-holds = The card belonged to nobody.
absent-no-rule = No rule let its holder in at this door at any time.
absent-never-possible = A rule let its holder in, but never at a time at which all other conditions held together.
member-named = member by name

explain-part-reading = Reading of the card
explain-part-listed = Known to the door
explain-part-credential = Credential
explain-part-block = Blocks
explain-part-card = The card’s validity
explain-part-certificate = Certificate
explain-part-holding = Holder
explain-part-right-to-practise = Right to practise
explain-part-employment = Employment
explain-part-rules = Rules and hours
explain-part-mode = The door’s mode
explain-part-time = The door’s clock
explain-holds-reading = One card was read.
explain-holds-listed = The door knew the card.
explain-holds-credential = The credential held.
explain-holds-block = Nothing was in its way.
explain-holds-card = The card was valid.
explain-holds-certificate = The certificate was valid.
explain-holds-holding = The card belonged to its holder.
explain-holds-right-to-practise = The right to practise was in force.
explain-holds-employment = The employment was in force.
explain-holds-rules = A rule let the holder in at that time.
explain-holds-mode = Cards decide at this door.
explain-holds-time = The door knew the time.

problem-nobody-found = There is no such card and nobody of that name.
problem-no-card = This person has no card.

explain-part-passage = Inside already
explain-part-company = Company
explain-part-chamber = Lock chamber
explain-part-attempts = Repeated denials
explain-holds-passage = Nothing was held against going through again.
explain-holds-company = Whoever had to be there was there.
explain-holds-chamber = The other doors of the chamber were closed.
explain-holds-attempts = It had not been refused too often.
say-do-passage = Please speak to security, who can set this right.
say-do-company = Come to the door together, one card after the other.
say-do-chamber = Wait until the other door is closed, and try again.
say-do-attempts = Wait a minute and try again; if it goes on, ask at the card office.
evidence-entered = { $who } went in at { $door } on { $at }.
evidence-noted = The card was inside already. Here that is noted and not refused.
evidence-denied = Refused: { $who } at { $door } on { $at }.
evidence-first = The first card was that of { $who }, at { $door } on { $at }.
evidence-visitor = The holder is a visitor, who needs somebody from the house where the door wants that.
evidence-lockdown = Lockdown of { $scope }, ordered by { $operator } on { $at }: { $reason }
evidence-last-used = The card was last used on { $at }.
evidence-never-used = The log has no use of the card before.
event-side = Reader
event-area = Area
event-ordered-by = Ordered by
event-ordered-at = Ordered
event-order = Order
event-reason = Reason given
event-outcome = Outcome
cause-inactive = not used for a long time
cause-restored = the site was restored from a backup
