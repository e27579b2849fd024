"""Digital signatures of the collector: keys behind a port, PAdES, XML-DSig, and their check."""
