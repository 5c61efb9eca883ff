nav-requests = Requests for access
requests-title = Requests for access
requests-about = Whoever runs a unit asks here that one of their people be put into a group, and somebody else decides. Nobody approves what they have asked for.
requests-nav = Requests by what became of them
requests-caption = Requests, newest first
no-requests = There are no such requests.
request-group = Group
request-when = Member
request-reason = Reason
request-reason-hint = Whoever decides reads this, and it stays in the operator log.
request-asked-by = Asked by
request-approve = Approve
request-refuse = Refuse
request-answer = Why not
request-withdraw = Withdraw
request-link = Ask for access
request-new-title = Ask for access for { $name }
request-new-about = Choose the group that this person should belong to, for how long, and say why. Nothing changes until somebody else has approved it.
request-no-groups = There are no groups yet that anybody could belong to.
request-send = Send the request
request-state-open = Open
request-state-approved = Approved
request-state-refused = Refused
request-state-withdrawn = Withdrawn
request-state-all = All
count-requests =
    { $count ->
        [one] request for access is open
       *[other] requests for access are open
    }
done-request-asked = The request was sent. Somebody else decides about it.
done-request-approved = The request was approved, and the person is in the group.
done-request-refused = The request was refused.
done-request-withdrawn = The request was withdrawn.
may-ask = asking for access for a person
change-access-ask = Access asked for
change-access-approve = Request for access approved
change-access-refuse = Request for access refused
change-access-withdraw = Request for access withdrawn
told-access_request = Request for access
field-outcome = Outcome
field-answer = Why not
problem-asked-by-you = You have asked for this yourself. Somebody else has to approve it.
problem-asked-by-another = Only whoever asked can withdraw it.
