"""The verbs: what payers, partners and the clock do with the bank."""
