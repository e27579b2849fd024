"""The counterpart of payment-gateway: speaks the real protocols, with faults on demand."""
