"""What the product does, measured beside what the same machine does with nothing in the way."""
