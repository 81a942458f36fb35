"""The words of the pages for what the service calls by short names."""

from sync.central.backoffice.roles import Permission

MENU = (
    (Permission.SEE_HOME, "/office", "Today"),
    (Permission.SEE_MEMBERS, "/office/members", "Members"),
    (Permission.SEE_ADJUSTMENTS, "/office/adjustments", "Adjustments"),
    (Permission.SEE_TERMS, "/office/terms", "Offers and terms"),
    (Permission.SEE_TERMS, "/office/promotions", "Promotions"),
    (Permission.SEE_DAYS, "/office/days", "Days"),
    (Permission.SEE_DAYS, "/office/reports", "Reports"),
    (Permission.SEE_TERMINALS, "/office/terminals", "Terminals"),
    (Permission.SEE_PEOPLE, "/office/operators", "Operators"),
    (Permission.SEE_QUARANTINE, "/office/quarantine", "Quarantine"),
    (Permission.SEE_LOG, "/office/log", "Log"),
    (Permission.OWN_ACCOUNT, "/office/password", "Your password"),
)

# After an act the browser is sent to the next page with one of these names: what is shown never comes from an address.
NOTICES = {
    "password-changed": "Your password is changed.",
    "signed-out": "You are signed out.",
    "adjustment-requested": "The adjustment is requested. Somebody else must approve it before points move.",
    "adjustment-approved": "The adjustment is approved and its points are posted.",
    "adjustment-declined": "The adjustment is declined. No points moved.",
    "segment-changed": "The segment is changed. Its offers count from the next sale.",
    "merged": "The two accounts are one now.",
    "erased": "The person is erased. What their points did stays in the books, under a number that is nobody's.",
    "terms-published": "The new version is published. Terminals get it with their next contact.",
    "terminal-revoked": "The terminal is shut out.",
    "order-made": "The till is asked. It hears of it with its next report, within five minutes while it is online.",
    "order-withdrawn": "The order is withdrawn. The till does not do it.",
    "operator-changed": "The operator is changed. The tills hear of it with their next contact.",
    "operator-suspended": "The operator is suspended, and signs on nowhere once the tills have heard.",
    "operator-reinstated": "The operator may sign on again, with the PIN and badge from before.",
    "event-accepted": "The event is applied as it came.",
    "event-corrected": "The event is applied as you corrected it. What came stays as it came.",
    "event-dismissed": "The event is dismissed. Nothing is posted for it.",
}

POOL_NAMES = {"store": "Store purchases", "card": "Linked card", "partner": "Partners", "debt": "Owed"}

SEGMENT_NAMES = {"consumer": "Consumer", "student": "Student", "business": "Business"}

LINK_NAMES = {"shopping": "Shopping account", "credit_card": "Credit card"}

PROOF_NAMES = {"pin": "PIN", "code": "one-time code", "id_seen": "ID seen"}

KIND_NAMES = {
    "earn_base": "Earned",
    "earn_bonus": "Bonus earned",
    "correction": "Correction",
    "redeem": "Used to pay",
    "grant": "Credited",
    "return": "Goods returned",
    "restore": "Given back for returned goods",
    "enrolment": "Welcome points",
    "partner": "Partner earning",
    "adjust": "Adjustment",
    "expire": "Expired",
    "forfeited": "Forfeited on leaving",
    "merge_in": "Came from another account",
    "merge_out": "Went to another account",
}

ACT_NAMES = {
    "signed_in": "Signed in",
    "signed_out": "Signed out",
    "password_changed": "Changed the password",
    "user_added": "Added a user",
    "user_reset": "Reset a user",
    "user_closed": "Closed a user",
    "member_looked_up": "Looked a member up",
    "member_seen": "Saw a member",
    "member_revealed": "Saw a member's full address",
    "adjustment_requested": "Requested an adjustment",
    "adjustment_approved": "Approved an adjustment",
    "adjustment_declined": "Declined an adjustment",
    "segment_changed": "Changed a member's segment",
    "merge_previewed": "Previewed a merge",
    "members_merged": "Merged two members",
    "member_erased": "Erased a member",
    "terms_published": "Published terms",
    "terminal_code_made": "Made an enrolment code",
    "terminal_revoked": "Shut a terminal out",
    "bundle_asked": "Asked a till for a support bundle",
    "bundle_fetched": "Fetched a support bundle",
    "settings_pushed": "Asked a till to change settings",
    "order_withdrawn": "Withdrew an order to a till",
    "operator_added": "Added an operator",
    "operator_changed": "Changed an operator",
    "operator_pin_made": "Made an operator's PIN",
    "operator_badge_made": "Made an operator's badge",
    "operator_suspended": "Suspended an operator",
    "operator_reinstated": "Let an operator back in",
    "phone_code_given": "Answered an approval by telephone",
    "event_seen": "Saw an event in quarantine",
    "event_tried": "Tried what a decision would do",
    "event_accepted": "Accepted an event",
    "event_corrected": "Corrected an event",
    "event_dismissed": "Dismissed an event",
}

ORDER_NAMES = {"support_bundle": "Support bundle", "settings": "Settings"}

OPERATOR_ACTS = {
    "added": "Added",
    "changed": "Name, number, role or stores changed",
    "pin_set": "Another PIN",
    "pin_changed": "Chose another PIN at a till",
    "badge_set": "Another badge",
    "suspended": "Suspended",
    "reinstated": "Let back in",
    "removed": "Removed",
}
