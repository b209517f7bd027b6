"""What the Korean market is made of: sectors, investors, sessions, amounts and the entries of the journal."""
