"""Kafka: producing, consuming, relaying, following."""
