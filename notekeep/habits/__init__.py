"""Rules of habits: pure functions from definitions and log lines to days and statistics."""
