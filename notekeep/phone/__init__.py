"""The page for a phone: `notekeep serve --phone`; its files, and the server behind them."""
