"""ZaloPay v2: create, callback on success only, query."""
