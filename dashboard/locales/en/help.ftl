nav-menu = Menu
nav-group-watch = Watch
nav-group-people = People and cards
nav-group-doors = Doors and rules
nav-group-site = Site
nav-help = Help
nav-accessibility = Accessibility

help-title = Help
help-contents = What would you like to do?
help-ask = Somebody to ask
help-ask-text = Ask whoever gave you your account: the facility or security office that looks after access control at your site.

help-lost = Block a lost card and hand out a backup
help-lost-1 = Search for the person by name, or for the card by its number, and choose the person.
help-lost-2 = Choose the lost card at “{ desk-original }”, “{ handout-lost }” as the cause, and the identity document that you looked at. Type the number of the backup card, or lay it on the encoder.
help-lost-3 = Press “{ desk-hand-out-button }”. From that moment the lost card is blocked at every connected door, and the backup opens the same ones. If nobody is there to take a backup, block the card on its own page: “{ transition-block }”.

help-lockdown = Lock a ward or the whole site down
help-lockdown-1 = Choose where, and say why; for the usual reasons there is a button each.
help-lockdown-2 = Read which doors will lock, and who can still pass. Nothing has happened yet: it begins when you confirm.
help-lockdown-3 = The page then names each door at which it is not in force yet. Send somebody there. Everybody can leave at any time.

help-alarm = Deal with an alarm
help-alarm-1 = Open the alarm. The page says what it means and what to look at.
help-alarm-2 = Acknowledge it with a word on what you are doing, so that others know that somebody is on the way.
help-alarm-3 = Close it with what was found. If you can do nothing about it for now, mute it for a time: it comes back by itself.

help-refused = Find out why somebody was refused
help-refused-1 = Find the refusal among the events, or by the person or the card.
help-refused-2 = Open it. Each condition is listed, as it was at that moment: what held, what did not, and since when.
help-refused-3 = At the end stands a sentence to read out to the person, and what would help. Without a tap, ask at “{ nav-explain }”: who, where and when.

help-who = Find who came through a door
help-who-1 = Open “{ filter }” and choose the doors. Hold Ctrl to choose several.
help-who-2 = Give the first and the last moment, and “{ event-granted }” if refusals do not matter.
help-who-3 = Press “{ filter-apply }”. The address of the page holds the filter: it can be kept as a bookmark or sent to a colleague.

help-new = Give somebody new the access that the job needs
help-new-1 = Add the person, with the number from the personnel register if there is one. Never a personal identity code.
help-new-2 = Add an employment with unit and title. Groups that name that unit or title then hold the person, and the rules of the groups open the doors: the same as for every colleague.
help-new-3 = Give a card on the card’s page, or at the desk. The person’s page then says where it opens, and why.

help-leaves = Somebody leaves
help-leaves-1 = On the person’s page, end the employment. The last day counts in full; cards that need an employment open nothing after it.
help-leaves-2 = Take the card back on its page: “{ transition-return }”. If it does not come back, block it.

help-import = Take over a list of people
help-import-1 = Choose what the file holds, and paste its rows with the line of headings. Commas, semicolons and tabs are understood.
help-import-2 = Press “{ import-look }”. Nothing is stored yet: every mistake is named with its row, and every change is listed.
help-import-3 = Press “{ import-apply }”. All of it is stored together, or nothing.

help-holiday = Add a holiday
help-holiday-1 = Type the date at “{ holiday-add }”. A calculated holiday can be switched off instead.
help-holiday-2 = Look at what changes, and save. Every connected door has it within seconds.

help-offline = A door has no connection
help-offline-1 = The door goes on by itself with the list that it has, and keeps what happens until the connection is back. Nothing is lost.
help-offline-2 = What it cannot know is what you have changed since. If a card must not open there, send somebody, and see on the card’s page where the block is in force.

help-language = Change the language
help-language-1 = Press FI, SV or EN at the top of any page.
help-language-2 = It stays so for you on every computer, and for this browser after you have signed out.

help-keyboard = Work without a mouse
help-keyboard-1 = Tab goes to the next control, Shift and Tab to the one before, Enter follows a link or presses a button, and the space bar opens what is folded or sets a tick.
help-keyboard-2 = The first Tab on each page offers to skip to the content.
help-keyboard-3 = Escape closes the menu. No key does anything by itself, so nothing gets in the way of a screen reader.

accessibility-title = Accessibility statement
accessibility-about = This statement is about the pages of the access control system Kulku at your site. Doors, readers and locks are not part of it.
accessibility-state = How accessible the pages are
accessibility-state-text = They are made to follow the Web Content Accessibility Guidelines (WCAG) 2.1, levels A and AA. Automatic checks find nothing against them. Nobody from outside has assessed them yet.
accessibility-checked = What is checked with every version
accessibility-checked-rules = Each page is held against the rules of axe-core in a real browser: in Finnish, Swedish and English, light and dark, from 320 to 1,920 pixels wide. Not one violation is accepted, and no page scrolls sideways.
accessibility-checked-keyboard = Each page is gone through with the Tab key alone: everything can be reached, the focus can be seen, and nothing holds it.
accessibility-checked-colour = Nothing is told by colour alone: a word and a sign stand beside it.
accessibility-checked-script = Everything works without JavaScript. Only the live list of events then has to be loaded anew by hand.
accessibility-checked-live = The live list can be paused, and tells a screen reader a short summary instead of each row.
accessibility-gaps = What is not known, or not good enough
accessibility-gaps-people = Nobody who uses a screen reader, magnification or voice control every day has tested these pages yet.
accessibility-gaps-rules = The matrix of rules is wide: on a narrow screen it becomes one long list.
accessibility-gaps-own = Names of people, groups and schedules are shown as your site has entered them, in that one language; so are those of doors and areas that your site has given no name in yours.
accessibility-tell = Tell us what is in your way
accessibility-tell-text = They can also give you what you need in another form, and pass on what has to be repaired.
accessibility-law = If the Finnish act on digital services (306/2019) applies to your site and you have no answer within two weeks, you can turn to the Finnish Transport and Communications Agency Traficom, which supervises accessibility.
