"""What a fee is, which tariff decides it, and how it is reckoned: rules without input or output."""
