"""The paper of a reception slip."""
