"""Rules of ops: what a timeline tells, what is awaited, what must hold. Pure."""
