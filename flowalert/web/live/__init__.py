"""What changes while somebody looks: the day's lines, and the news of the last minutes."""
