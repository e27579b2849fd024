"""The verbs: what may be done with payables, attempts and money; each emits its facts."""
