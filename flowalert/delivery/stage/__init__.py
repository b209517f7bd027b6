"""The stages between what waits and what is sent, each a pure function over the deliveries of one lane."""
