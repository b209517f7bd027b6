"""What a backtest found, as text, as data and as a page."""
