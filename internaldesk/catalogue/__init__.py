"""The services on offer: what each team can be asked for, and the form that asks for it."""
