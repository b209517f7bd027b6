"""The pages in a browser: Debian's Chromium, against a running demo and a running service."""
