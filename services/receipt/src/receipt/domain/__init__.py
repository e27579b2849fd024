"""What a receipt is: symbols, numbers, words, states and rules. Pure."""
