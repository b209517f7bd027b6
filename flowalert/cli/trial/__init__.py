"""`flowalert test`: its files, and what it says of them."""
