mail-site = the whole site
mail-raised = Alarm
mail-reopened = Alarm again
mail-reminded = Nobody has acknowledged
mail-closed = Closed
mail-subject = { $step }: { $kind } – { $door }
mail-text =
    { $step }: { $kind }
    Where: { $door }
    When: { $at }
    First: { $first }, times: { $count }

    Alarm { $number } in Kulku. Look there, and acknowledge it.
