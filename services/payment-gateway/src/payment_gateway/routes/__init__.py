"""The JSON door: public look-ups, attempts, and what the platform asks and tells."""
