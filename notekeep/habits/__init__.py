"""Rules of habits. Pure: definitions and log lines to days, streaks and figures."""
