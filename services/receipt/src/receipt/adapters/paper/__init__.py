"""The paper of a receipt: HTML, style sheet and QR for the printer."""
