"""The clock door: files of receipts and notices, tables of days, marks; each is tried for ever."""
