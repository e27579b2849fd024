"""A machine that plays payers, banks, officers and crashes against the real gateway."""
