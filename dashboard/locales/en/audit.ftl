# The operator log: what was done that decides nothing later, and fields of what has no versions.
change-door-command = Command to a door asked for
change-card-encode-ask = Encoding asked for
change-right-checked = Right to practise looked up
change-export = List exported
told-operator = Operator
told-token = Token
told-site = Site
field-role = Role
field-disabled = Shut out
field-second_step = Second step
field-scope = Scope
