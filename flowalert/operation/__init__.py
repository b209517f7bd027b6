"""What a running service says of itself: to the service manager, to the command line, and in its log."""
