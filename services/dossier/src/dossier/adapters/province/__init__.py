"""The province's TTHC system: the only place that speaks its words."""
