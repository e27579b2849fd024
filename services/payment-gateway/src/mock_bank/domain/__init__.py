"""What the mock bank knows about payments, faults and banks. Pure."""
