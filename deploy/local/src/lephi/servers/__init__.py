"""Real PostgreSQL and Kafka as child processes, for the embedded stack and for tests."""
