"""The rules of habits: log lines, schedules, streaks, strength. Pure: no disk, no clock."""
