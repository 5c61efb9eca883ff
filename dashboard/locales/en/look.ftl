# What waits on the overview, and the square of the second step.
count-reviews =
    { $count ->
        [one] group to review
       *[other] groups to review
    }
second-step-scan = Point the camera of an authenticator app on your telephone at this square:
second-step-square = QR code that holds the same key as below

contact-title = Whom to turn to
contact-about = Stands on the accessibility statement, which anybody may read without signing in:
contact-text = Office, telephone number, mail address
contact-hint = No names of people: whoever is there answers. Empty: the statement says to ask whoever gave the account.
contact-save = Save
change-contact-set = Contact of the accessibility statement set
told-contact_state = Contact of the accessibility statement
field-contact = Contact
employment-words = Groups find people by title and unit, letter by letter. While you type, the fields offer what groups name.
