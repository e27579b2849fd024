"""The tax authority (cơ quan thuế): where daily tables and notices of error go."""
